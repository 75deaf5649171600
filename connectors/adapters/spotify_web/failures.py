"""What a refusal of the Web API means: a token, a rate, a quota, a right, or a thing that is gone.

Sources: Web API, "Response status codes" and "Rate limits"; quota body of July 2026
(developer.spotify.com/blog/2026-07-23-web-api-quota-updates).
"""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

from connectors import http
from connectors.adapters.line import answer_of, retry_after
from connectors.errors import DeliveryError, QuotaUsedUp, TokenRefused

QUOTA = "QUOTA_EXCEEDED"
WORDS = {
    400: "Spotify could not read our call ({said}). Its answer says which part.",
    403: (
        "Spotify does not allow this ({said}). The account must own the playlist, stand on the "
        "list of users of the app, and have allowed what the connector asks for."
    ),
    404: "Spotify does not know it ({said}). Somebody may have deleted it there.",
    413: "Spotify finds it too large ({said}). A cover may hold 256 KB after encoding.",
}


def problem_of(response: http.Response, *, now: datetime) -> DeliveryError:
    """The failure behind an answer that is not a success."""
    error = _error(response)
    said = str(error.get("message") or f"answer {response.code}")[:200]
    answer = answer_of(response)
    if response.code == 401:
        return TokenRefused(f"Spotify no longer takes our token ({said}).", answer=answer)
    if response.code == 429:
        if error.get("reason") == QUOTA:
            return QuotaUsedUp(
                "Spotify takes no more calls today: the quota of the app is used up.",
                until=next_day(now),
                answer=answer,
            )
        return DeliveryError(
            "Spotify asks to slow down.",
            permanent=False,
            answer=answer,
            retry_after=retry_after(response),
        )
    if response.code in WORDS:
        text = WORDS[response.code].format(said=said)
        return DeliveryError(text, permanent=True, answer=answer)
    later = response.code >= 500
    return DeliveryError(
        f"Spotify answered {response.code} ({said})"
        + (" and may take it later." if later else "."),
        permanent=not later,
        answer=answer,
        retry_after=retry_after(response),
    )


def next_day(now: datetime) -> datetime:
    """The next midnight in UTC; when a quota comes back is not published, a day is our reading."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time.min, tzinfo=UTC)


def _error(response: http.Response) -> dict[str, Any]:
    try:
        body = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}
