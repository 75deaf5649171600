"""Sends signed webhooks and reads the answer: taken, try again later, or never."""

from collections.abc import Mapping
from typing import Any

from connectors import http
from connectors.adapters.base import Envelope
from connectors.errors import Answer, DeliveryError
from connectors.signing import sign

LIMITS = http.Limits(seconds=10.0, size=16 * 1024, cut=True)
# Answers after which the same call may succeed later; other 4xx need a person.
LATER = {408, 409, 421, 423, 425, 429}


class WebhookAdapter:
    """POSTs JSON with the headers webhook-id, webhook-timestamp and webhook-signature."""

    def deliver(self, envelope: Envelope) -> Answer:
        headers = {
            "Content-Type": "application/json",
            **sign(envelope.content, message_id=envelope.id, at=envelope.at, keys=envelope.secrets),
        }
        response = http.client().request(
            "POST",
            envelope.settings["url"],
            headers=headers,
            content=envelope.content,
            limits=LIMITS,
        )
        return read_answer(response)

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, str]:
        problems = {
            name: "A webhook has only an address; leave this out."
            for name in settings
            if name != "url"
        }
        try:
            http.read_address(str(settings.get("url", "")))
        except DeliveryError as error:
            problems["url"] = error.message
        return problems


def read_answer(response: http.Response) -> Answer:
    """The answer of a receiver that took the delivery; raises DeliveryError otherwise."""
    answer = Answer(
        code=response.code,
        text=response.body.decode("utf-8", "replace").replace("\x00", "\ufffd"),
        elapsed_ms=response.elapsed_ms,
    )
    if 200 <= response.code < 300:
        return answer
    permanent = response.code < 500 and response.code not in LATER
    raise DeliveryError(
        _refusal_words(response, permanent=permanent),
        permanent=permanent,
        answer=answer,
        retry_after=_retry_after(response.headers.get("retry-after", "")),
    )


def _refusal_words(response: http.Response, *, permanent: bool) -> str:
    if 300 <= response.code < 400:
        return (
            f"The receiver answered {response.code} and points to another address. Redirects are "
            "not followed: put the final address into the settings of the connector."
        )
    if response.code == 410:
        return "The receiver answered 410: this address is closed for good. Give another one."
    if response.code in {401, 403}:
        return (
            f"The receiver answered {response.code}: it does not accept our signature or key. "
            "Compare the secret on both sides, then re-send."
        )
    if permanent:
        return (
            f"The receiver refused the delivery with {response.code}. Trying again will not help "
            "until its owner or the connector is changed; its answer says why."
        )
    return f"The receiver answered {response.code} and may take the delivery later."


def _retry_after(value: str) -> int | None:
    # Dates are allowed by HTTP too; the usual back-off serves for them.
    value = value.strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else None
