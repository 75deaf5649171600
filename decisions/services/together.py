"""Several people in one draft: what changed since a page looked, and who else is where."""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from decisions.models import ModelVersion, User
from decisions.services.sheets import news_of, tables_of

GONE = timedelta(seconds=20)
RENEWED = timedelta(seconds=8)  # Pages look every few seconds; not each look is worth a write.


def look_in(
    version: ModelVersion,
    *,
    seen: int,
    table_id: str,
    row_id: str,
    editor: User | None,
    now: datetime,
) -> dict[str, Any]:
    """Return what is new since the revision `seen`, and who edits where: {"people": […]}.

    Tells the others that `editor` is at a row; None looks without being seen. Where somebody is
    matters for seconds only, so it lies in the cache: a place that two writers lose comes back with
    their next look.
    """
    key = f"together:{version.pk}"
    moment = now.timestamp()
    here: dict[str, dict[str, Any]] = {
        person: place
        for person, place in cache.get(key, {}).items()
        if moment - place["at"] < GONE.total_seconds()
    }
    if editor is not None:
        mine = here.get(str(editor.pk))
        place = {"name": str(editor), "table": table_id, "row": row_id, "at": moment}
        renewed = mine and moment - mine["at"] < RENEWED.total_seconds()
        if not (renewed and mine and (mine["table"], mine["row"]) == (table_id, row_id)):
            here[str(editor.pk)] = place
            cache.set(key, here, timeout=int(GONE.total_seconds()))
    others = [place for person, place in here.items() if not editor or person != str(editor.pk)]
    return {**news_of(version, table_id, seen=seen), "people": _named(version, others)}


def _named(version: ModelVersion, places: list[dict[str, Any]]) -> list[dict[str, str]]:
    if not places:
        return []
    names = {table.id: table.name for table in tables_of(version)}
    return [
        {
            "name": place["name"],
            "table": place["table"],
            "row": place["row"],
            "in": names.get(place["table"], ""),
        }
        for place in places
    ]
