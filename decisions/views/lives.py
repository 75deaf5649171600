"""Life signs of rows on pages: for the editor's grid, the table to read, and the drift alarm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from decisions.access import requires
from decisions.models import DecisionModel, ModelVersion, RowDrift
from decisions.services.activity import rows_in
from decisions.services.lives import Life, lives_of

MOST_ALARMS = 5


@dataclass(frozen=True)
class Alarm:
    """A row that matches another share of the decisions than before; `number` is today's."""

    drift: RowDrift
    table: str
    table_id: str
    number: int


@require_safe
@requires("decisions.view_rules")
def life(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Give the life of each row of a table, by row id."""
    version = get_object_or_404(
        ModelVersion.objects.select_related("model"), model__key=slug, number=number
    )
    found = lives_of(version, request.GET.get("table", ""), now=timezone.now())
    return JsonResponse({row: _plain(one) for row, one in found.items()})


def _plain(one: Life) -> dict[str, Any]:
    return {
        "hits": one.hits,
        "last": one.last.isoformat() if one.last else None,
        "overturned": one.overturned,
        "settled": one.settled,
        "share": one.share,
        "dead": one.dead,
        "new": one.new,
        "drift": one.drift,
    }


def rows_with_lives(
    version: ModelVersion, table_id: str, rows: Sequence[Mapping[str, Any]], *, now: datetime
) -> list[dict[str, Any]]:
    """Return the rows of a table as described, each with its `life`; all without where unknown."""
    found = list(lives_of(version, table_id, now=now).values())
    return [{**row, "life": found[row["number"] - 1] if found else None} for row in rows]


def alarms_of(model: DecisionModel, described: Mapping[str, Any]) -> list[Alarm]:
    """Return the open drift alarms whose rows are still in the live version, newest first."""
    drifts = list(model.drifts.filter(ended_at=None)[:MOST_ALARMS])
    live = model.live_version
    if not drifts or live is None:
        return []
    owners = [*described["decisions"], *described["knowledge"]]
    names = {table["id"]: owner["name"] for owner in owners for table in owner["tables"]}
    numbers = rows_in(live)
    return [
        Alarm(d, names.get(d.table_id, d.table_id), d.table_id, numbers[d.table_id, d.row_id])
        for d in drifts
        if (d.table_id, d.row_id) in numbers
    ]
