"""What a kind of outside party is: its words in the catalogue, and what sets it up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

SPOTIFY = "Spotify"
DECISIONS = "Decision services and flows"
TOOLS = "Business tools"
GROUPS = (SPOTIFY, DECISIONS, TOOLS)


class Input(StrEnum):
    """How a field of a set-up is typed."""

    TEXT = "text"
    ADDRESS = "address"
    LINES = "lines"
    CHOICE = "choice"
    NUMBER = "number"
    SECRET = "secret"  # noqa: S105 - a way of typing


@dataclass(frozen=True, slots=True)
class SetUpField:
    """One thing an admin types. A secret is stored encrypted and never shown again."""

    name: str
    label: str
    hint: str = ""
    kind: Input = Input.TEXT
    required: bool = True
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OAuth:
    """How a party gives tokens (RFC 6749); `person` means that somebody has to consent.

    `authorize` and `token` are addresses; a connector's settings of the same names with
    `_address` behind come first, so that tests and gateways can stand in between. `json` sends the
    request for a token as JSON, as OpenText wants it. `life` is how long a consent lasts.
    """

    token: str
    authorize: str = ""
    person: bool = False
    json: bool = False
    scopes: tuple[str, ...] = ()
    life: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One thing that is read from a party: what for, and how long it is kept."""

    name: str
    purpose: str
    kept: timedelta


@dataclass(frozen=True, slots=True)
class Preset:
    """A known shape of payloads: what one looks like, and FEEL for inputs that are often asked.

    `sends` is the FEEL that shapes what goes out to the same tool, over `data` of the message.
    """

    name: str
    scheme: str
    sample: Mapping[str, Any]
    entries: Mapping[str, str]
    sends: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of party. `topics` are the actions it takes; `undoes` that it can take them back;
    `listens` that it sends payloads by itself, to `/in/<key>`. `values` are what people type on
    the other side: a label, and a text or a path of ours.
    """

    key: str
    label: str
    group: str
    icon: str
    does: str
    steps: tuple[str, ...] = ()
    fields: tuple[SetUpField, ...] = ()
    oauth: OAuth | None = None
    sends: bool = False
    topics: tuple[str, ...] = ()
    undoes: bool = False
    listens: bool = False
    presets: tuple[Preset, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    fetched: tuple[Fetched, ...] = ()
    base: str = ""
    signs: bool = False
    polls_every: timedelta | None = None
    only_one: bool = False

    @property
    def secret_names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields if one.kind == Input.SECRET)
