"""Counts what rows do: hits, and how often people then said otherwise, from the audit log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from decisions import engine
from decisions.enums import FINAL_OUTCOMES, ActorKind, EventKind, Outcome
from decisions.ids import id_at
from decisions.models import ActivityMark, AuditEvent, Decision, ModelVersion, RowActivity, Ruleset
from decisions.services.rulesets import load

CHUNK = 2_000
MOST_CHUNKS = 25  # In one go; the rest follows in the next.
LATE_COMMIT = timedelta(minutes=5)  # No transaction is open for longer than this.
COUNTED = (EventKind.DECISION_EVALUATED, EventKind.DECISION_SETTLED)
WHOLE = ("", "")  # The key of the version as a whole.

RowKey = tuple[str, str]
DayKey = tuple[UUID, RowKey, date]


@dataclass
class Tally:
    """What one row did on one day, as far as one chunk of events tells."""

    last_hit_at: datetime
    hits: int = 0
    settled: int = 0
    overturned: int = 0


def count(*, now: datetime) -> int:
    """Count the events that have come to rest; return how many were read.

    Counts and mark are written in one transaction, so a worker that is killed leaves both as
    they were, and whoever comes next goes on from there. Nothing is counted twice.
    """
    read = 0
    for _ in range(MOST_CHUNKS):
        found = _count_chunk(until=id_at(now - LATE_COMMIT))
        read += found
        if found < CHUNK:
            break
    return read


def _count_chunk(*, until: UUID) -> int:
    with transaction.atomic():
        ActivityMark.objects.get_or_create(pk=1, defaults={"reached": UUID(int=0)})
        mark = ActivityMark.objects.select_for_update().get(pk=1)
        events = list(
            AuditEvent.objects.filter(kind__in=COUNTED, pk__gt=mark.reached, pk__lt=until).order_by(
                "pk"
            )[:CHUNK]
        )
        if not events:
            return 0
        _add(_tallies(events))
        ActivityMark.objects.filter(pk=1).update(reached=events[-1].pk)
    return len(events)


def _tallies(events: Sequence[AuditEvent]) -> dict[DayKey, Tally]:
    tallies: dict[DayKey, Tally] = {}

    def touched(ruleset: UUID, rows: Iterable[Sequence[object]], at: datetime) -> Iterator[Tally]:
        version, day = _version_of(ruleset), timezone.localdate(at)
        for key in _keys(version, rows):
            tally = tallies.setdefault((version, key, day), Tally(at))
            tally.last_hit_at = max(tally.last_hit_at, at)
            yield tally

    for event in events:
        if event.kind == EventKind.DECISION_EVALUATED:
            for tally in touched(UUID(event.detail["ruleset"]), event.detail["rows"], event.at):
                tally.hits += 1
    by_people = [
        e.subject_id
        for e in events
        if e.kind == EventKind.DECISION_SETTLED and e.actor_kind == ActorKind.PERSON
    ]
    # What broke says nothing about its rows.
    for decision in Decision.objects.filter(pk__in=by_people, failed=False):
        for tally in touched(decision.ruleset_id, decision.rows, decision.evaluated_at):
            tally.settled += 1
            tally.overturned += is_overturned(decision)
    return tallies


def is_overturned(decision: Decision) -> bool:
    """Say whether a person settled a decision otherwise than the rules had it.

    Where the rules recommend an outcome (`recommendation`, or one that a guardrail stopped),
    another one overturns it. Where they only held the case back for a person, an approval does:
    what they doubted was in order.
    """
    said = decision.outputs or {}
    recommended = said.get("recommendation") or said.get("outcome")
    if recommended in FINAL_OUTCOMES:
        return bool(decision.outcome != recommended)
    return decision.outcome == Outcome.APPROVE


def _keys(version: UUID, rows: Iterable[Sequence[object]]) -> set[RowKey]:
    """Name the rows of a trace by their ids, each once, and the version as a whole."""
    tables = row_ids(version)
    keys = {WHOLE}
    for table, number in rows:
        name, ids = tables.get(str(table), ("", ()))
        if isinstance(number, int) and 0 < number <= len(ids):
            keys.add((name, ids[number - 1]))
    return keys


@lru_cache(maxsize=64)
def row_ids(version: UUID) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return {table as traces name it: (table id, row ids)} of a version that no longer changes.

    Rows without an id in the DMN have the one that a draft gives them, made from their place.
    """
    definitions = load(version).definitions
    pairs = zip(
        engine.tables_of(definitions),
        engine.tables_of(engine.with_ids(definitions)),
        strict=True,
    )
    return {old.id: (new.id, tuple(rule.id for rule in new.rules)) for old, new in pairs}


def rows_in(version: ModelVersion) -> dict[RowKey, int]:
    """Return the rows of a version with their numbers."""
    return {
        (table, row): number
        for table, ids in row_ids(version.pk).values()
        for number, row in enumerate(ids, 1)
    }


@lru_cache(maxsize=4096)
def _version_of(ruleset: UUID) -> UUID:
    return Ruleset.objects.values_list("version_id", flat=True).get(pk=ruleset)


def _add(tallies: dict[DayKey, Tally]) -> None:
    """Add what was counted to the days it belongs to."""
    kept = RowActivity.objects.filter(
        version__in={version for version, _, _ in tallies}, day__in={day for _, _, day in tallies}
    )
    known = {(row.version_id, (row.table_id, row.row_id), row.day): row for row in kept}
    fresh, changed = [], []
    for (version, (table, row), day), tally in tallies.items():
        activity = known.get((version, (table, row), day))
        if activity is None:
            fresh.append(
                RowActivity(
                    version_id=version,
                    table_id=table,
                    row_id=row,
                    day=day,
                    hits=tally.hits,
                    settled=tally.settled,
                    overturned=tally.overturned,
                    last_hit_at=tally.last_hit_at,
                )
            )
            continue
        activity.hits += tally.hits
        activity.settled += tally.settled
        activity.overturned += tally.overturned
        activity.last_hit_at = max(activity.last_hit_at, tally.last_hit_at)
        changed.append(activity)
    RowActivity.objects.bulk_create(fresh, batch_size=500)
    RowActivity.objects.bulk_update(
        changed, ["hits", "settled", "overturned", "last_hit_at"], batch_size=500
    )
