"""What is read of an ad account every hour: campaigns, ad sets, and what was delivered of each.

Only fields with a purpose are kept. Figures of the last days are read again, since Spotify corrects
them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.adapters.base import Item, Reading
from connectors.adapters.kinds import Fetched
from connectors.adapters.line import Line
from connectors.adapters.spotify_ads import api, reports

KEPT = timedelta(days=90)
CAMPAIGN, AD_SET, TOTAL, DAY = "Campaign", "Ad set", "Figures in all", "Figures of a day"
FETCHED = (
    Fetched("Account id and name", "says whose campaigns are changed", timedelta(days=180)),
    Fetched(CAMPAIGN, "shows how a decided campaign stands", KEPT),
    Fetched(AD_SET, "holds spending against the budget", KEPT),
    Fetched(TOTAL, "shows what was delivered of a campaign", KEPT),
    Fetched(DAY, "shows whether a campaign delivers day by day", KEPT),
)
FIRST_DAYS = 30
AGAIN_DAYS = 3
CAMPAIGN_FIELDS = ("status", "objective", "delivery_goal_group", "created_at", "updated_at")
AD_SET_FIELDS = ("status", "campaign_id", "start_time", "end_time", "budget", "is_paused")


def read(line: Line, account: str, cursor: Mapping[str, Any], *, now: datetime) -> Reading:
    """Everything that is due; the cursor is the last day whose figures were read."""
    today = now.astimezone(UTC).date()
    ad_sets = list(api.ad_sets(line, account))
    items = [
        *(_item(CAMPAIGN, one, CAMPAIGN_FIELDS) for one in api.campaigns(line, account)),
        *(_item(AD_SET, one, AD_SET_FIELDS) for one in ad_sets),
        *_totals(line, account, ad_sets, today=today),
        *_days(line, account, first=_first(cursor, today), last=today),
    ]
    unique = {(item.what, item.id): item for item in items if item.id}
    return Reading(tuple(unique.values()), {"day": today.isoformat()})


def _totals(
    line: Line, account: str, ad_sets: list[dict[str, Any]], *, today: date
) -> Iterator[Item]:
    """Figures since a campaign began, with its spending held against the budget."""
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in ad_sets:
        of[str(one.get("campaign_id"))].append(one)
    for row in reports.lifetime(line, account):
        key = str(row.get("entity_id") or "")
        figures = reports.figures_of(row)
        spent = reports.checked_spend(figures.get("spend", 0.0), of[key], today=today)
        content = {
            "figures": figures,
            "budget": float(spent.budget) if spent.budget is not None else None,
            "doubt": spent.doubt,
        }
        yield Item(TOTAL, key, str(row.get("entity_name") or ""), content)


def _days(line: Line, account: str, *, first: date, last: date) -> Iterator[Item]:
    for row in reports.daily(line, account, first=first, last=last):
        day = str(row.get("start_time") or "")[:10]
        key = f"{row.get('entity_id')} {day}"
        content = {"figures": reports.figures_of(row), "day": day}
        yield Item(DAY, key, str(row.get("entity_name") or ""), content)


def _first(cursor: Mapping[str, Any], today: date) -> date:
    oldest = today - timedelta(days=FIRST_DAYS)
    try:
        reached = date.fromisoformat(str(cursor.get("day")))
    except ValueError:
        return oldest
    return max(min(reached, today) - timedelta(days=AGAIN_DAYS), oldest)


def _item(what: str, one: Mapping[str, Any], fields: tuple[str, ...]) -> Item:
    content = {name: one[name] for name in fields if one.get(name) is not None}
    return Item(what, str(one.get("id") or ""), str(one.get("name") or ""), content)
