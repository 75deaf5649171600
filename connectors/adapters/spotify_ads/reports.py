"""Figures of delivery: aggregate reports by continuation token, insights, and files made later.

SPEND is "already in account currency", yet one example of the document holds micro units. So it is
held against the budgets of the campaign's ad sets before it is believed, and never converted here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connectors.adapters.line import Line, read_json
from connectors.errors import DeliveryError

FIELDS = ("IMPRESSIONS", "SPEND", "CLICKS", "COMPLETES", "REACH", "FREQUENCY")
PAGE = 50
MOST_PAGES = 400
DAYS = 90  # Daily figures go back no further.
MICRO = 1_000_000
# Spotify may spend above a day's budget and evens it out.
MARGIN = Decimal("1.2")
FAR = 1000


@dataclass(frozen=True, slots=True)
class Spend:
    """Money spent as the report says it; `doubt` says why it is not to be believed."""

    amount: Decimal
    budget: Decimal | None
    doubt: str = ""


def daily(
    line: Line, account: str, *, first: date, last: date, fields: Sequence[str] = FIELDS
) -> Iterator[dict[str, Any]]:
    """Rows of campaigns, one for each campaign and day from `first` to `last`, both included."""
    query = {
        "entity_type": "CAMPAIGN",
        "fields": list(fields),
        "granularity": "DAY",
        "report_start": _midnight(first),
        "report_end": _midnight(last + timedelta(days=1)),
        "limit": PAGE,
    }
    yield from _rows(line, account, query)


def lifetime(
    line: Line, account: str, *, fields: Sequence[str] = FIELDS
) -> Iterator[dict[str, Any]]:
    """Rows of campaigns since each began; Spotify takes no dates with it."""
    query = {
        "entity_type": "CAMPAIGN",
        "fields": list(fields),
        "granularity": "LIFETIME",
        "limit": PAGE,
    }
    yield from _rows(line, account, query)


def insight(line: Line, account: str, *, campaign_id: str, dimension: str) -> list[dict[str, Any]]:
    """Impressions of one campaign by one dimension, like PLATFORM; 422 while too few heard it."""
    query = {
        "insight_dimension": dimension,
        "fields": ["IMPRESSIONS"],
        "entity_ids": [campaign_id],
        "entity_ids_type": "CAMPAIGN",
    }
    found = _object(line.get(f"/ad_accounts/{quote(account, safe='')}/insight_reports", query))
    return [row for row in found.get("rows") or [] if isinstance(row, dict)]


def ask_for_file(line: Line, account: str, *, name: str, metrics: Sequence[str]) -> str:
    """Ask for a report as a file; returns its id. Made twice it is only read once."""
    body = {
        "name": name,
        "granularity": "LIFETIME",
        "dimensions": ["CAMPAIGN_NAME"],
        "metrics": list(metrics),
    }
    path = f"/ad_accounts/{quote(account, safe='')}/async_reports"
    return str(_object(read_json(line.send("POST", path, body))).get("id", ""))


def file_address(line: Line, account: str, report_id: str) -> str:
    """Where the file is; "" while Spotify makes it. Raises DeliveryError when it could not."""
    path = f"/ad_accounts/{quote(account, safe='')}/async_reports/{quote(report_id, safe='')}"
    found = _object(line.get(path))
    if found.get("status") == "FAILED":
        raise DeliveryError("Spotify could not make the report. Ask for it again.", permanent=True)
    return str(found.get("report_url") or "") if found.get("status") == "COMPLETED" else ""


def figures_of(row: Mapping[str, Any]) -> dict[str, float]:
    """The figures of a row by their name in small letters."""
    return {
        str(one["field_type"]).lower(): float(one["field_value"])
        for one in row.get("stats") or []
        if isinstance(one, dict) and isinstance(one.get("field_value"), int | float)
    }


def checked_spend(spent: float, ad_sets: Iterable[Mapping[str, Any]], *, today: date) -> Spend:
    """Hold what a campaign spent in all against the budgets of its ad sets."""
    amount = Decimal(str(spent))
    budgets = [_budget(one, today) for one in ad_sets]
    if not budgets or None in budgets:
        return Spend(amount, None, "no budget to hold it against")
    budget = sum((one for one in budgets if one is not None), Decimal(0))
    if amount <= budget * MARGIN:
        return Spend(amount, budget)
    if amount > budget * FAR:
        return Spend(amount, budget, "far above the budget: perhaps it is in micro units")
    return Spend(amount, budget, "above the budget")


def _budget(ad_set: Mapping[str, Any], today: date) -> Decimal | None:
    """All that an ad set may have spent until today; None where that cannot be known."""
    budget = ad_set.get("budget")
    if not isinstance(budget, dict) or not isinstance(budget.get("micro_amount"), int):
        return None
    whole = Decimal(budget["micro_amount"]) / MICRO
    if budget.get("type") != "DAILY":
        return whole
    first, last = _day(ad_set.get("start_time")), _day(ad_set.get("end_time"))
    if first is None:
        return None
    return whole * max((min(last or today, today) - first).days + 1, 0)


def _rows(line: Line, account: str, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every page: the token goes alone, since Spotify ignores and warns of what is beside it."""
    path = f"/ad_accounts/{quote(account, safe='')}/aggregate_reports"
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        found = _object(line.get(path, query))
        yield from (row for row in found.get("rows") or [] if isinstance(row, dict))
        token = found.get("continuation_token")
        if not token or token in seen:
            return
        seen.add(str(token))
        query = {"continuation_token": token}


def _midnight(day: date) -> str:
    return datetime.combine(day, time.min, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(text: Any) -> date | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC).date()
    except ValueError:
        return None


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DeliveryError("Spotify answered with something else than an object.", permanent=False)
    return value
