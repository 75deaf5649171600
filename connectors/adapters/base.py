"""What every party offers: what it is, how it is tried out, and how it takes a delivery."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors import http
from connectors.adapters.kinds import Input, Kind, SetUpField
from connectors.adapters.line import Line
from connectors.errors import Answer, DeliveryError

BASE_ADDRESS = "base_address"
TOKEN_ADDRESS = "token_address"  # noqa: S105 - the name of a setting
AUTHORIZE_ADDRESS = "authorize_address"
PLATFORM = "platform"
UNDO = "undo"  # Set in the progress of a delivery that is to be taken back.
# Where a gateway or a test server stands in for the party; not asked for in a set-up.
STAND_INS = (BASE_ADDRESS, TOKEN_ADDRESS, AUTHORIZE_ADDRESS)


PLATFORM_FIELD = SetUpField(
    PLATFORM,
    "Platform",
    "Short name, like spotify: it then hears of episodes for this platform alone.",
    required=False,
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivery as a party sees it: what to send, where, and with which secrets.

    `id` is the same for every attempt, so that the receiver can see a repetition; `at` is the time
    of this attempt. `progress` is what earlier steps of the same delivery left behind. `repeated`
    says that this very step was tried before and its outcome may be unknown: look before you
    repeat what cannot be undone.
    """

    id: str
    at: datetime
    content: bytes
    settings: Mapping[str, Any]
    secrets: tuple[str, ...] = ()
    progress: Mapping[str, Any] = field(default_factory=dict)
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was read; `what` is a name among the kind's `fetched`."""

    what: str
    id: str
    name: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading found, and the cursor the next one goes on from."""

    items: tuple[Item, ...]
    cursor: Mapping[str, Any]


class Party:
    """One kind of party. Writes to no table; every call goes through the line it is given."""

    kind: Kind

    def deliver(self, envelope: Envelope, line: Line) -> Answer:
        """Take one step of a delivery; raises DeliveryError when the other side did not take it.

        An answer with `more` asks for another call with its `progress`, which is stored first.
        """
        raise DeliveryError(f"{self.kind.label} is only read from.", permanent=True)

    def read(
        self, line: Line, settings: Mapping[str, Any], cursor: Mapping[str, Any], *, now: datetime
    ) -> Reading:
        """Read what is due since `cursor`; called every `kind.polls_every`, where that is set."""
        raise NotImplementedError

    def wants_members(self, topic: str, progress: Mapping[str, Any]) -> bool:
        """Whether the next step of a delivery of `topic` reads `line.members`."""
        return False

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        """Make one harmless call and say in a sentence what came back; raises DeliveryError."""
        raise NotImplementedError

    def account(self, line: Line) -> tuple[str, str]:
        """The party's stable key of the account that consented, and its name for people."""
        return "", ""

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, str]:
        """Problems of a connector's settings: name of the field → what to write instead."""
        fields = {one.name: one for one in self.kind.fields if one.kind != Input.SECRET}
        problems: dict[str, str] = {}
        for name, value in settings.items():
            if name in STAND_INS:
                problems |= _address_problem(name, value)
            elif name not in fields:
                problems[name] = f"{self.kind.label} has no setting of this name; leave it out."
        for one in fields.values():
            problems |= _problem(one, str(settings.get(one.name, "")).strip())
        return problems


def _problem(one: SetUpField, value: str) -> dict[str, str]:
    if not value:
        return (
            {one.name: f"Give the {one.label[:1].lower()}{one.label[1:]}."} if one.required else {}
        )
    if one.kind == Input.ADDRESS:
        return _address_problem(one.name, value)
    if one.kind == Input.CHOICE and value not in dict(one.choices):
        allowed = ", ".join(label for _, label in one.choices)
        return {one.name: f"Choose one of: {allowed}."}
    if one.kind == Input.NUMBER and not (value.isascii() and value.isdigit()):
        return {one.name: "Give a whole number."}
    return {}


def _address_problem(name: str, value: Any) -> dict[str, str]:
    try:
        http.read_address(str(value))
    except DeliveryError as error:
        return {name: error.message}
    return {}
