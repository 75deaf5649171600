"""Works out an impact chunk by chunk, so that a worker that dies loses no more than one chunk."""

from collections.abc import Callable, Sequence
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
from decisions.ids import id_at
from decisions.models import (
    AuditEvent,
    Decision,
    Evidence,
    ImpactFlip,
    ImpactReport,
    ModelVersion,
    ReferenceTableVersion,
)
from decisions.services import tallies
from decisions.services.causes import Causes
from decisions.services.drafting import loaded_draft
from decisions.services.replaying import Item, Trial, replay, trial_of
from decisions.services.tallies import Pair

log = structlog.get_logger(__name__)

SUBSCRIBER = "decisions.tasks.simulate"
CHUNK = 500  # Submissions in one transaction: a few seconds where rules are many.
SLICE = timedelta(seconds=25)  # One message works for so long, then sends the next.
SILENCE = timedelta(seconds=30)  # A worker that wrote nothing for so long is dead.

BROKE = "The preview could not be worked out. Run it again; if it stops again, tell an admin."

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Line:
    """One thing to replay, and how its flip is named."""

    item: Item
    key: str
    amount: Any = None
    currency: str = ""
    submission_id: UUID | None = None
    number: int | None = None


@dataclass(frozen=True)
class Both:
    """The two rules that are compared."""

    before: Trial
    after: Trial
    causes: Causes


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
    versions = ModelVersion.objects.in_bulk([report.version_id, report.baseline_id])
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
    return Both(
        trial_of(report.model, before, contents["baseline"]),
        trial_of(report.model, after, contents["candidate"]),
        Causes(loaded_draft(before), loaded_draft(after)),
    )


def _advance(report: ImpactReport, both: Both, event_id: UUID, *, clock: Clock) -> bool:
    """Replay one chunk and write what it found; False when the report has ended."""
    lines = _file_lines(report) if report.source else _window_lines(report)
    answers = zip(
        lines,
        replay(both.before, [line.item for line in lines]),
        replay(both.after, [line.item for line in lines]),
        strict=True,
    )
    pairs = [
        Pair(line.key, before, after, _cause(both, before, after), line.amount, line.currency)
        for line, before, after in answers
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


def _cause(both: Both, before: Any, after: Any) -> str:
    same = (before.outcome, before.destination) == (after.outcome, after.destination)
    return "" if same else both.causes.why(before, after)


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


def _window_lines(report: ImpactReport) -> list[Line]:
    """Read the next decisions of the window, with facts and evidence as they were judged."""
    assert report.since is not None
    assert report.until is not None
    reached = report.found.get("reached")
    rows = Decision.objects.filter(model_id=report.model_id, pk__lt=id_at(report.until))
    rows = (
        rows.filter(pk__gt=UUID(reached)) if reached else rows.filter(pk__gte=id_at(report.since))
    )
    read = list(
        rows.order_by("pk").values_list(
            "pk",
            "submission_id",
            "submission__facts",
            "evaluated_at",
            "submission__amount",
            "submission__currency",
        )[:CHUNK]
    )
    said: dict[UUID, dict[str, Any]] = {}
    evidence = Evidence.objects.filter(submission__in=[row[1] for row in read])
    for submission, source, facts in evidence.values_list("submission_id", "source", "facts"):
        said.setdefault(submission, {})[source] = facts
    return [
        Line(Item(facts, said.get(submission, {}), at), str(pk), amount, currency, submission)
        for pk, submission, facts, at, amount, currency in read
    ]


def _file_lines(report: ImpactReport) -> list[Line]:
    """Take the next lines of the file; their time is that of the request."""
    rows = report.file.rows[report.done : report.done + CHUNK]
    return [
        Line(Item(facts, None, report.requested_at), str(number), number=number)
        for number, facts in rows
    ]
