"""Sends signed webhooks and reads the answer: taken, try again later, or never."""

import re
from collections.abc import Mapping
from typing import Any

from connectors import http
from connectors.adapters.base import Envelope
from connectors.errors import Answer, DeliveryError
from connectors.signing import sign

LIMITS = http.Limits(seconds=10.0, size=16 * 1024, cut=True)
# Answers after which the same call may succeed later; other 4xx need a person.
LATER = {408, 409, 421, 423, 425, 429}
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}\Z")
HEADER_TEXT = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,500}[\x21-\x7e])?\Z")
OURS = ("webhook-", "content-", "host", "transfer-encoding", "connection", "user-agent", "accept-")


class WebhookAdapter:
    """POSTs JSON with the headers webhook-id, webhook-timestamp and webhook-signature."""

    def deliver(self, envelope: Envelope) -> Answer:
        headers = {
            **envelope.settings.get("headers", {}),
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
            name: "A webhook knows only url and headers; leave this out."
            for name in settings
            if name not in {"url", "headers"}
        }
        try:
            http.read_address(str(settings.get("url", "")))
        except DeliveryError as error:
            problems["url"] = error.message
        if headers := _header_problem(settings.get("headers", {})):
            problems["headers"] = headers
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


def _header_problem(headers: Any) -> str:
    if not isinstance(headers, Mapping) or len(headers) > 10:
        return "Give at most ten headers, each a name and a text."
    for name, text in headers.items():
        if not HEADER_NAME.match(str(name)) or not HEADER_TEXT.match(str(text)):
            return f"The header {str(name)[:64]!r} has a character that headers cannot carry."
        if str(name).lower().startswith(OURS):
            return f"The header {name} is set by Clearance; leave it out."
    return ""
