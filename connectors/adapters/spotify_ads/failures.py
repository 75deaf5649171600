"""What a refusal of the Ads API means, with the number Spotify's support asks for.

Spotify writes two shapes: `{"sp_trace_id", "messages", "error_codes"}` (OpenAPI document) and
`{"error": {"message", "code"}, "path", "timestamp"}` (its notes). Both are read. 429 is not in the
document; the quota body is the one of the Web API (July 2026).
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from connectors import http
from connectors.adapters.line import answer_of, retry_after
from connectors.errors import DeliveryError, QuotaUsedUp, TokenRefused

QUOTA = "QUOTA_EXCEEDED"
# Reports need some listeners before they exist: 422 with a code that holds this word.
TOO_FEW = "INSUFFICIENT"
DAY = 86_400
PERMANENT = {
    400: "Spotify could not take our call: {said}",
    403: (
        "Spotify does not allow this: {said} The person who signed in needs a role in the ad "
        "account, and its terms must be accepted for our client ID at adsmanager.spotify.com/"
        "api-terms."
    ),
    404: "Spotify does not know it: {said} It was deleted there, or is in another ad account.",
    409: "Spotify cannot do this now, because something still uses it: {said}",
    422: "Spotify refuses what was asked: {said}",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer that is not a success says."""

    text: str
    codes: tuple[str, ...]
    trace: str

    @property
    def words(self) -> str:
        """The text as a sentence, with the trace for Spotify's support."""
        text = f"{self.text.rstrip('.')}."
        return f"{text} Spotify’s trace: {self.trace}." if self.trace else text


def problem_of(response: http.Response, *, now: datetime) -> DeliveryError:
    """The failure behind an answer that is not a success."""
    said, answer = said_by(response), answer_of(response)
    if response.code == 401:
        return TokenRefused(f"Spotify no longer takes our token: {said.words}", answer=answer)
    if response.code == 429 and QUOTA in said.codes:
        return QuotaUsedUp(
            f"Spotify takes no more calls today, the quota is used up: {said.words}",
            until=_next_day(now),
            answer=answer,
        )
    if response.code == 422 and any(TOO_FEW in code for code in said.codes):
        return DeliveryError(
            f"Too few people have heard it for this report yet: {said.words} It is read tomorrow.",
            permanent=False,
            answer=answer,
            retry_after=DAY,
        )
    if response.code in PERMANENT:
        text = PERMANENT[response.code].format(said=said.words)
        return DeliveryError(text, permanent=True, answer=answer)
    slow = response.code == 429
    later = slow or response.code in {408, 423, 425} or response.code >= 500
    words = "Spotify asks to slow down" if slow else f"Spotify answered {response.code}"
    return DeliveryError(
        f"{words}: {said.words}" + ("" if slow or not later else " It may take it later."),
        permanent=not later,
        answer=answer,
        retry_after=retry_after(response),
    )


def said_by(response: http.Response) -> Said:
    """Read both shapes of an error; an answer in neither keeps its number."""
    body = _object(response.body)
    error = body.get("error")
    error = error if isinstance(error, dict) else {}
    listed = [one for one in _list(body.get("error_codes")) if isinstance(one, dict)]
    codes = [one.get("code") for one in listed] + [error.get("code"), error.get("reason")]
    texts = [str(text) for text in _list(body.get("messages")) if text]
    texts += [str(one["definition"]) for one in listed if one.get("definition")]
    texts = texts or [str(error.get("message") or f"answer {response.code}")]
    trace = body.get("sp_trace_id") or response.headers.get("sp-trace-id", "")
    return Said(
        text="; ".join(texts)[:240],
        codes=tuple(str(code) for code in codes if code),
        trace=str(trace)[:60],
    )


def _next_day(now: datetime) -> datetime:
    """The next midnight in UTC; when a quota comes back is not published, a day is our reading."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time.min, tzinfo=UTC)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
