"""The drift alarm: says when a row takes another share of the decisions than it used to."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from decisions import events
from decisions.enums import EventKind
from decisions.events import TIMETABLE
from decisions.ids import new_id
from decisions.models import DecisionModel, RowDrift
from decisions.services.activity import WHOLE, RowKey, rows_in
from decisions.services.lives import Activity, activity_between, live_spans

RECENT = 7  # Whole days, today left out.
BEFORE = 28  # Days before those.
LEAST_EXPECTED = 10  # Hits and misses that each stretch would have were nothing changed.
LEAST_Z = 3.89  # Two-sided p below 0.0001: many rows are looked at, often.
LEAST_RATIO = 1.5  # Of many decisions every difference is significant; this one matters.


@dataclass(frozen=True)
class Shift:
    """The two shares of a row, and how unlikely they are by chance."""

    before: float
    recent: float
    z: float


def shift_of(hits_before: int, before: int, hits_recent: int, recent: int) -> Shift | None:
    """Test whether two shares differ; None where they do not, or too little happened to tell.

    The pooled two-proportion z-test: with p the share of both stretches together,
    z = (p₂ - p₁) / √(p (1 - p) (1/n₁ + 1/n₂)). It needs `LEAST_EXPECTED` expected hits and misses
    in each stretch; |z| must reach `LEAST_Z`, and the share must have grown or shrunk by
    `LEAST_RATIO`.
    """
    if not before or not recent:
        return None
    pooled = (hits_before + hits_recent) / (before + recent)
    least = min(pooled, 1 - pooled) * min(before, recent)
    if least < LEAST_EXPECTED:
        return None
    one, other = hits_before / before, hits_recent / recent
    z = (other - one) / math.sqrt(pooled * (1 - pooled) * (1 / before + 1 / recent))
    grown = max(one, other) >= LEAST_RATIO * min(one, other)
    return Shift(one, other, z) if abs(z) >= LEAST_Z and grown else None


def find_drift(*, now: datetime) -> int:
    """Look at every row of every live version; return how many alarms were raised.

    A row is told of once, when its share moves, and again only after it was steady in between.
    """
    models = (
        DecisionModel.objects.filter(live_version__isnull=False)
        .select_related("live_version")
        .defer("live_version__dmn")
    )
    return sum(_find_for(model, now) for model in models)


def _find_for(model: DecisionModel, now: datetime) -> int:
    today = timezone.localdate(now)
    turn = today - timedelta(days=RECENT)
    old = activity_between(model, None, turn - timedelta(days=BEFORE), turn - timedelta(days=1))
    new = activity_between(model, None, turn, today - timedelta(days=1))
    nothing = Activity(0, 0, 0)
    before, recent = old.get(WHOLE, nothing).hits, new.get(WHOLE, nothing).hits
    found = {}
    for key in _steady_rows(model, now):
        hits = old.get(key, nothing).hits, new.get(key, nothing).hits
        if shift := shift_of(hits[0], before, hits[1], recent):
            found[key] = shift
    return _tell(model, found, now)


def _steady_rows(model: DecisionModel, now: datetime) -> set[RowKey]:
    """Name the rows that decided all the time that is compared."""
    rows: set[RowKey] | None = None
    since = now - timedelta(days=RECENT + BEFORE + 1)
    oldest: datetime | None = None
    for version in live_spans(model, since):
        there = set(rows_in(version))
        rows = there if rows is None else rows & there
        oldest = version.published_at
    return rows if rows and oldest and oldest <= since else set()


def _tell(model: DecisionModel, found: dict[RowKey, Shift], now: datetime) -> int:
    """Open an alarm for each row that has none, with its event; end those that no longer hold."""
    raised = 0
    with transaction.atomic():
        DecisionModel.objects.select_for_update().get(pk=model.pk)
        known = {(d.table_id, d.row_id): d for d in model.drifts.filter(ended_at=None)}
        over = [drift.pk for key, drift in known.items() if key not in found]
        RowDrift.objects.filter(pk__in=over).update(ended_at=now)
        version = model.live_version
        assert version is not None
        numbers = rows_in(version)
        for key, shift in found.items():
            if key in known:
                continue
            RowDrift.objects.create(
                id=new_id(now),
                model=model,
                version=version,
                table_id=key[0],
                row_id=key[1],
                share_before=shift.before,
                share_now=shift.recent,
                found_at=now,
            )
            detail = {
                "number": version.number,
                "table": key[0],
                "row": numbers[key],
                "before": round(shift.before, 4),
                "now": round(shift.recent, 4),
                "z": round(shift.z, 2),
            }
            events.record(EventKind.RULE_DRIFTED, version, actor=TIMETABLE, now=now, detail=detail)
            raised += 1
    return raised
