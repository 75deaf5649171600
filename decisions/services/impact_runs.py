"""Works out an impact chunk by chunk, so that a worker that dies loses no more than one chunk."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction

from decisions import events
from decisions.canonical import digest
from decisions.enums import EventKind, RunState
from decisions.errors import Expected, Refused
from decisions.events import SYSTEM
from decisions.models import (
    AuditEvent,
    ImpactFlip,
    ImpactReport,
    ModelVersion,
    ReferenceTableVersion,
)
from decisions.services import tallies
from decisions.services.candidates import Candidate, candidate
from decisions.services.causes import Causes
from decisions.services.drafting import loaded_draft
from decisions.services.impact_lines import Line, file_lines, window_lines
from decisions.services.replaying import Answer, replay
from decisions.services.rulesets import ruleset_of
from decisions.services.tallies import Pair

log = structlog.get_logger(__name__)

SUBSCRIBER = "decisions.tasks.simulate"
CHUNK = 1000  # Submissions in one transaction: some seconds where rules are slow.
SLICE = timedelta(seconds=25)  # One message works for so long, then sends the next.
SILENCE = timedelta(seconds=30)  # A worker that wrote nothing for so long is dead.

BROKE = "The preview could not be worked out. Run it again; if it stops again, tell an admin."

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Both:
    """The two rules that are compared; decisions under `ruleset` hold what the first say."""

    before: Candidate
    after: Candidate
    causes: Causes
    ruleset: UUID | None


def simulate(event_ids: Sequence[str | UUID], *, clock: Clock) -> None:
    """Answer requests for previews, for one slice of time; what is left is sent again.

    The receipt is written with the end of a preview: the sweep sends again what has none.
    """
    for event in AuditEvent.objects.filter(pk__in=list(event_ids)).order_by("pk"):
        report = ImpactReport.objects.filter(pk=event.subject_id).first()
        if report is None or not report.unfinished:
            with transaction.atomic():
                events.unanswered([event.pk], subscriber=SUBSCRIBER)
        elif not _run(report, event.pk, clock=clock):
            events.send(SUBSCRIBER, [event.pk])


def _run(report: ImpactReport, event_id: UUID, *, clock: Clock) -> bool:
    """Work on a report; True when there is nothing left to do for this message."""
    started = clock()
    if not _take_on(report, now=started):
        return True
    try:
        both = _both(report)
        while clock() - started < SLICE:
            if not _advance(report, both, event_id, clock=clock):
                _warm.clear()
                return True
    except Expected as problem:
        _fail(report, str(problem), event_id, now=clock())
        return True
    except DatabaseError:
        raise  # The sweep sends the event again, and the next worker goes on from here.
    except Exception:
        # Whatever breaks must not leave a preview that runs for ever.
        log.exception("simulation_failed", report=str(report.pk))
        _fail(report, BROKE, event_id, now=clock())
        return True
    # The next message may take the work on at once.
    ImpactReport.objects.filter(pk=report.pk, done=report.done).update(worked_at=None)
    return False


def _take_on(report: ImpactReport, *, now: datetime) -> bool:
    """Become the one worker of a report, unless another wrote to it a moment ago."""
    if report.worked_at is not None and now - report.worked_at < SILENCE:
        return False
    taken = ImpactReport.objects.filter(
        pk=report.pk,
        state__in=[RunState.WAITING, RunState.RUNNING],
        worked_at=report.worked_at,
        done=report.done,
    ).update(state=RunState.RUNNING, started_at=report.started_at or now, worked_at=now)
    return bool(taken)


def _both(report: ImpactReport) -> Both:
    """Make the rules of a report ready; the next slice of the same process finds them warm."""
    versions = ModelVersion.objects.select_related("model").in_bulk(
        [report.version_id, report.baseline_id]
    )
    after, before = versions[report.version_id], versions[report.baseline_id]
    found = report.found
    contents = {
        side: ReferenceTableVersion.objects.select_related("table").filter(
            pk__in=found[f"{side}_references"]
        )
        for side in ("baseline", "candidate")
    }
    now_hash = digest([after.content_hash, sorted(found["candidate_references"])])
    if now_hash != report.candidate_hash:
        raise Refused(f"Version {after.number} was changed meanwhile. Run the preview again.")
    both = _warm.get(report.pk)
    if both is None:
        _warm.clear()
        both = _warm[report.pk] = _made(before, after, contents)
    return both


_warm: dict[UUID, Both] = {}


def _made(
    before: ModelVersion,
    after: ModelVersion,
    contents: Mapping[str, Iterable[ReferenceTableVersion]],
) -> Both:
    return Both(
        candidate(before, contents["baseline"]),
        candidate(after, contents["candidate"]),
        Causes(loaded_draft(before), loaded_draft(after)),
        ruleset_of(before.pk, contents["baseline"]),
    )


def _advance(report: ImpactReport, both: Both, event_id: UUID, *, clock: Clock) -> bool:
    """Replay one chunk and write what it found; False when the report has ended."""
    lines = _next_lines(report, both)
    pairs = [
        Pair(
            line.key,
            before,
            after,
            _cause(both, before, after),
            line.amount,
            line.currency,
            line.item.at.date().isoformat(),
        )
        for line, before, after in zip(
            lines,
            _said_before(lines, both),
            replay(both.after, [line.item for line in lines]),
            strict=True,
        )
    ]
    flips = [
        _flip(report, line, pair) for line, pair in zip(lines, pairs, strict=True) if pair.flipped
    ]
    found = dict(report.found)
    if lines:
        found["reached"] = lines[-1].key
    report.changed += tallies.add(found, pairs)
    with transaction.atomic():
        return _write(report, found, flips, len(lines), event_id, now=clock())


def _next_lines(report: ImpactReport, both: Both) -> list[Line]:
    if report.source:
        return file_lines(report, most=CHUNK)
    fallback = both.before.fallback_queue
    return window_lines(report, baseline=both.ruleset, fallback=fallback, most=CHUNK)


def _said_before(lines: Sequence[Line], both: Both) -> list[Answer]:
    """Return what the baseline says: as it was recorded, else decided again."""
    again = iter(replay(both.before, [line.item for line in lines if line.recorded is None]))
    return [line.recorded or next(again) for line in lines]


def _cause(both: Both, before: Answer, after: Answer) -> str:
    return "" if before.told == after.told else both.causes.why(before, after)


def _write(
    report: ImpactReport,
    found: dict[str, Any],
    flips: list[ImpactFlip],
    count: int,
    event_id: UUID,
    *,
    now: datetime,
) -> bool:
    """Write a chunk, unless the report was stopped or another worker was quicker."""
    done = report.done + count
    ended = count < CHUNK
    fields: dict[str, Any] = {"done": done, "changed": report.changed, "found": found}
    if ended:
        fields |= {
            "state": RunState.DONE,
            "finished_at": now,
            "total": done,
            "content_hash": _content_hash(report, found, done),
        }
    written = ImpactReport.objects.filter(
        pk=report.pk, state=RunState.RUNNING, done=report.done
    ).update(worked_at=now, **fields)
    if not written:
        return False
    ImpactFlip.objects.bulk_create(flips, batch_size=500)
    report.done, report.found = done, found
    if ended:
        events.unanswered([event_id], subscriber=SUBSCRIBER)
        detail = {"total": done, "changed": report.changed, "content": fields["content_hash"]}
        events.record(EventKind.IMPACT_FINISHED, report, actor=SYSTEM, now=now, detail=detail)
    return not ended


def _content_hash(report: ImpactReport, found: dict[str, Any], total: int) -> str:
    counted = {name: part for name, part in found.items() if name != "reached"}
    moments = [moment.isoformat() if moment else "" for moment in (report.since, report.until)]
    baseline = str(report.baseline_id)
    return digest(
        [report.candidate_hash, baseline, moments, report.source, total, report.changed, counted]
    )


def _fail(report: ImpactReport, problem: str, event_id: UUID, *, now: datetime) -> None:
    with transaction.atomic():
        ImpactReport.objects.filter(pk=report.pk, state=RunState.RUNNING).update(
            state=RunState.FAILED, problem=problem[:500], finished_at=now
        )
        events.unanswered([event_id], subscriber=SUBSCRIBER)


def _flip(report: ImpactReport, line: Line, pair: Pair) -> ImpactFlip:
    return ImpactFlip(
        report=report,
        submission_id=line.submission_id,
        line=line.number,
        facts=line.item.facts if line.number is not None else None,
        before=pair.before.outcome,
        after=pair.after.outcome,
        before_destination=pair.before.destination,
        after_destination=pair.after.destination,
        rows_before=[list(row) for row in pair.before.rows],
        rows_after=[list(row) for row in pair.after.rows],
        cause=pair.cause,
        amount=line.amount,
        currency=line.currency,
    )
