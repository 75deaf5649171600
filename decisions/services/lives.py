"""Life signs of rows: hits of 30 days, last hit, how often people said otherwise, dead or not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Max, Sum
from django.utils import timezone

from decisions import engine
from decisions.models import DecisionModel, ModelVersion, RowActivity
from decisions.services.activity import WHOLE, RowKey, rows_in
from decisions.services.drafting import loaded_draft

WINDOW = timedelta(days=30)
LEAST_DECISIONS = 100  # Of fewer, a row without a hit says nothing.


@dataclass(frozen=True)
class Life:
    """What a row did in 30 days; `last` is its newest hit ever, `share` of all decisions.

    `overturned` is the share of the cases settled by people in which they said otherwise, None
    where they settled none. `new` rows are not in the live version. `drift` is the share before and
    now, where it moved.
    """

    hits: int = 0
    last: datetime | None = None
    settled: int = 0
    overturned: float | None = None
    share: float | None = None
    dead: bool = False
    new: bool = False
    drift: tuple[float, float] | None = None


def lives_of(version: ModelVersion, table_id: str, *, now: datetime) -> dict[str, Life]:
    """Return the life of each row of a table, by row id.

    A row lives as long as its id: rows of drafts and later versions go on with the life of the
    row they come from.
    """
    definitions = engine.with_ids(loaded_draft(version).definitions)
    table = next((t for t in engine.tables_of(definitions) if t.id == table_id), None)
    if table is None:
        return {}
    since = _live_since(version.model, table_id, now)
    first = timezone.localdate(now - WINDOW)
    counted = activity_between(version.model, table_id, first, timezone.localdate(now))
    last = _last_hits(version.model, table_id)
    total = activity_between(version.model, "", first, timezone.localdate(now)).get(WHOLE)
    decisions = total.hits if total else 0
    drifts = _open_drifts(version.model, table_id)
    return {
        rule.id: replace(
            _life(
                counted.get((table_id, rule.id)),
                last.get(rule.id),
                since.get(rule.id),
                decisions,
                now,
            ),
            drift=drifts.get(rule.id),
        )
        for rule in table.rules
    }


@dataclass(frozen=True)
class Activity:
    """Sums over some days."""

    hits: int
    settled: int
    overturned: int


def activity_between(
    model: DecisionModel, table_id: str | None, first: date, last: date
) -> Mapping[RowKey, Activity]:
    """Sum activity from the day `first` to `last`, over all versions; None means every table."""
    rows = RowActivity.objects.filter(version__model=model, day__gte=first, day__lte=last)
    if table_id is not None:
        rows = rows.filter(table_id=table_id)
    sums = rows.values("table_id", "row_id").annotate(
        h=Sum("hits"), s=Sum("settled"), o=Sum("overturned")
    )
    return {(r["table_id"], r["row_id"]): Activity(r["h"], r["s"], r["o"]) for r in sums}


def _open_drifts(model: DecisionModel, table_id: str) -> dict[str, tuple[float, float]]:
    drifts = model.drifts.filter(table_id=table_id, ended_at=None)
    return {drift.row_id: (drift.share_before, drift.share_now) for drift in drifts}


def _last_hits(model: DecisionModel, table_id: str) -> dict[str, datetime]:
    rows = RowActivity.objects.filter(version__model=model, table_id=table_id)
    return dict(rows.values("row_id").annotate(at=Max("last_hit_at")).values_list("row_id", "at"))


def _live_since(model: DecisionModel, table_id: str, now: datetime) -> dict[str, datetime]:
    """Return since when each row of the live version decides without a break, as far as needed."""
    since: dict[str, datetime] = {}
    for version in live_spans(model, now - WINDOW):
        assert version.published_at is not None
        rows = {row for name, row in rows_in(version) if name == table_id}
        if version.pk == model.live_version_id:
            since = dict.fromkeys(rows, version.published_at)
            unbroken = set(rows)
        else:
            unbroken &= rows
            since |= dict.fromkeys(unbroken, version.published_at)
    return since


def live_spans(model: DecisionModel, since: datetime) -> list[ModelVersion]:
    """Return the versions that decided after `since`, the live one first, then backwards."""
    if model.live_version_id is None:
        return []
    versions = model.versions.filter(published_at__isnull=False).exclude(retired_at__lte=since)
    return sorted(
        versions.defer("dmn"),
        key=lambda v: (v.pk == model.live_version_id, v.published_at),
        reverse=True,
    )


def _life(
    counted: Activity | None,
    last: datetime | None,
    since: datetime | None,
    decisions: int,
    now: datetime,
) -> Life:
    hits = counted.hits if counted else 0
    settled = counted.settled if counted else 0
    watched = since is not None and since <= now - WINDOW
    return Life(
        hits=hits,
        last=last,
        settled=settled,
        overturned=counted.overturned / settled if counted and settled else None,
        share=hits / decisions if decisions else None,
        dead=hits == 0 and watched and decisions >= LEAST_DECISIONS,
        new=since is None,
    )
