"""What is read of a Megaphone account: its shows and campaigns, and the episodes of some shows.

A call a second leaves no room for every show at once: each reading goes on where the last ended.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.adapters.base import Item, Reading
from connectors.adapters.kinds import Fetched
from connectors.adapters.line import Line
from connectors.adapters.megaphone import api
from connectors.adapters.megaphone.api import PACE, Pace

KEPT = timedelta(days=7)
SHOW, EPISODE, CAMPAIGN = "Show", "Episode", "Campaign"
FETCHED = (
    Fetched(SHOW, "says what a show is that a brand asks for", KEPT),
    Fetched(EPISODE, "says how often a show comes out, and where advertisements stand", KEPT),
    Fetched(CAMPAIGN, "says what runs on a show already", KEPT),
)
SHOWS_AT_ONCE = 20
SHOW_FIELDS = ("language", "explicit", "itunesCategories", "podType", "adFree")
EPISODE_FIELDS = ("pubdate", "duration", "explicit", "insertionPoints")
CAMPAIGN_FIELDS = ("advertiserId", "startsAt", "endsAt")


def read(
    line: Line, settings: Mapping[str, Any], cursor: Mapping[str, Any], *, pace: Pace = PACE
) -> Reading:
    """Shows and campaigns, and the episodes of the shows after the cursor."""
    network, organization = str(settings["network_id"]), str(settings.get("organization_id") or "")
    shows = list(api.podcasts(line, network, pace=pace))
    items = [_item(SHOW, one, SHOW_FIELDS) for one in shows]
    if organization:
        found = api.campaigns(line, organization, pace=pace)
        items += [_item(CAMPAIGN, one, CAMPAIGN_FIELDS) for one in found]
    turn = next_shows(sorted(item.id for item in items if item.what == SHOW), cursor)
    for show in turn:
        for one in api.episodes(line, network, show, pace=pace):
            item = _item(EPISODE, one, EPISODE_FIELDS)
            items.append(Item(item.what, item.id, item.name, {**item.content, "show": show}))
    unique = {(item.what, item.id): item for item in items if item.id}
    return Reading(tuple(unique.values()), {"show": turn[-1]} if turn else {})


def next_shows(shows: Sequence[str], cursor: Mapping[str, Any]) -> list[str]:
    """The shows whose turn it is: those after the last one, then again from the first."""
    last = str(cursor.get("show") or "")
    after = [show for show in shows if show > last]
    return (after or list(shows))[:SHOWS_AT_ONCE]


def _item(what: str, one: Mapping[str, Any], fields: Sequence[str]) -> Item:
    name = str(one.get("title") or one.get("name") or "")
    kept = {field: one[field] for field in fields if one.get(field) is not None}
    return Item(what, str(one.get("id") or ""), name, kept)
