"""Sends signed webhooks and reads the answer: taken, try again later, or never."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors import http
from connectors.adapters.base import PLATFORM_FIELD, Envelope, Party
from connectors.adapters.kinds import TOOLS, Input, Kind, SetUpField
from connectors.adapters.line import Line, answer_of, plain_problem, retry_after
from connectors.errors import Answer, DeliveryError
from connectors.signing import sign
from decisions.canonical import canonical

LIMITS = http.Limits(seconds=10.0, size=16 * 1024, cut=True)
# Answers after which the same call may succeed later; other 4xx need a person.
LATER = {408, 409, 421, 423, 425, 429}
ADDRESS = SetUpField("url", "Address", "Where it listens, with https://.", Input.ADDRESS)


class WebhookParty(Party):
    """POSTs JSON with the headers webhook-id, webhook-timestamp and webhook-signature."""

    kind = Kind(
        key="webhook",
        label="Signed webhook",
        group=TOOLS,
        icon="webhook",
        does="Tells any receiver of Standard Webhooks what was decided, signed and in order.",
        steps=(
            "Ask the receiver's owner for the address that takes webhooks.",
            "Set it up here, then give them the signing secret that is shown.",
        ),
        fields=(ADDRESS, PLATFORM_FIELD),
        sends=True,
        signs=True,
    )

    def deliver(self, envelope: Envelope, line: Line) -> Answer:
        headers = {
            "Content-Type": "application/json",
            **sign(envelope.content, message_id=envelope.id, at=envelope.at, keys=envelope.secrets),
        }
        line.problem_of = refusal
        address = envelope.settings["url"]
        return answer_of(
            line.call("POST", address, content=envelope.content, headers=headers, limits=LIMITS)
        )

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        message = {
            "type": "clearance.test",
            "timestamp": now.isoformat(timespec="milliseconds"),
            "data": {},
        }
        envelope = Envelope(
            id=f"test_{int(now.timestamp() * 1000)}",
            at=now,
            content=canonical(message),
            settings=settings,
            secrets=tuple(line.signing),
        )
        answer = self.deliver(envelope, line)
        return f"It answered {answer.code} in {answer.elapsed_ms} ms."


def refusal(response: http.Response) -> DeliveryError:
    """The failure behind a receiver's answer."""
    code = response.code
    if 300 <= code < 400:
        return plain_problem(response)
    permanent = code < 500 and code not in LATER
    return DeliveryError(
        _words(code, permanent=permanent),
        permanent=permanent,
        answer=answer_of(response),
        retry_after=retry_after(response),
    )


def _words(code: int, *, permanent: bool) -> str:
    if code == 410:
        return "The receiver answered 410: this address is closed for good. Give another one."
    if code in {401, 403}:
        return (
            f"The receiver answered {code}: it does not accept our signature or key. "
            "Compare the secret on both sides, then re-send."
        )
    if permanent:
        return (
            f"The receiver refused the delivery with {code}. Trying again will not help "
            "until its owner or the connector is changed; its answer says why."
        )
    return f"The receiver answered {code} and may take the delivery later."
