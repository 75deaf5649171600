"""A decision service is asked for what our rules answer too, and each difference is kept."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from connectors.adapters import Line, opentext
from connectors.enums import ComparisonState, ConnectorKind
from connectors.errors import DeliveryError, TokenRefused
from connectors.models import Comparison, Connector, Difference
from connectors.services import signing_in
from connectors.services.lines import bare_line, keep_notes
from connectors.services.variables import rows_of, variable_type
from decisions import events
from decisions.enums import EventKind
from decisions.errors import Expected, Invalid, Refused
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import DecisionModel, Execution, Submission, User
from decisions.services import executing
from decisions.services.executing import Answered

MOST = 2000
SECONDS = 25.0  # After this the rest waits for the next turn.
LEASE = timedelta(seconds=120)
PATIENCE = 6  # Calls in a row without an answer, then a person looks.
PAUSE = timedelta(seconds=15)
KEPT = timedelta(days=90)
ONE_CASE = frozenset({400, 404, 409, 422, 500})  # Said of one case and not of the service.


def start(
    connector: Connector,
    model: DecisionModel,
    *,
    remote_key: str,
    most: int,
    author: User,
    now: datetime,
) -> Comparison:
    """Compare the newest `most` cases of a model; raises Invalid where there is none."""
    if connector.kind != ConnectorKind.OPENTEXT:
        raise Refused(f"{connector.name} is no decision service.")
    if not 1 <= most <= MOST:
        raise Invalid(f"Compare from 1 to {MOST:,} cases.")
    newest = _cases(model).first()
    if newest is None:
        raise Invalid(f"“{model.name}” has no case yet that could be compared.")
    comparison = Comparison(
        id=new_id(now),
        connector=connector,
        model=model,
        remote_key=(remote_key.strip() or model.key)[:200],
        total=min(most, _cases(model)[:most].count()),
        newest=newest.pk,
        next_at=now,
        requested_at=now,
        requested_by=author,
    )
    try:
        with transaction.atomic():
            comparison.save(force_insert=True)
            _record(EventKind.COMPARISON_STARTED, comparison, Actor.person(author), now)
    except IntegrityError:
        raise Refused("This model is being compared there already.") from None
    return comparison


def go_on(comparison: Comparison, *, author: User, now: datetime) -> None:
    """Let a comparison that stopped go on where it was."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                won = Comparison.objects.filter(
                    pk=comparison.pk, state=ComparisonState.STOPPED
                ).update(state=ComparisonState.RUNNING, tries=0, next_at=now, problem="")
        except IntegrityError:
            raise Refused("This model is being compared there already.") from None
        if not won:
            raise Refused("This comparison is not stopped. Reload the page.")
        _record(EventKind.COMPARISON_STARTED, comparison, Actor.person(author), now)


def stop(comparison: Comparison, *, author: User, now: datetime) -> None:
    """Ask for nothing more; what was compared stays."""
    with transaction.atomic():
        words = f"{author} stopped it."
        if not _running(comparison).update(state=ComparisonState.STOPPED, problem=words[:500]):
            raise Refused("This comparison does not run any more.")
        _record(EventKind.COMPARISON_STOPPED, comparison, Actor.person(author), now)


def compare_due(*, now: datetime) -> int:
    """Take the next turn of each comparison whose time has come; return how many cases."""
    asked = 0
    due = Comparison.objects.filter(state=ComparisonState.RUNNING, next_at__lte=now)
    for comparison in due.select_related("connector", "model").order_by("next_at")[:4]:
        claimed = Comparison.objects.filter(pk=comparison.pk, next_at=comparison.next_at)
        if claimed.update(next_at=now + LEASE):
            asked += _turn(comparison, now=now)
    return asked


def forget(*, now: datetime) -> int:
    """Drop what a service answered when it is older than the catalogue says."""
    gone, _ = Difference.objects.filter(comparison__requested_at__lt=now - KEPT).delete()
    return gone


def _turn(comparison: Comparison, *, now: datetime) -> int:
    """Ask case by case until the time of a turn is over, the end is reached or it must wait."""
    ends, asked = time.monotonic() + SECONDS, 0
    line: Line | None = None
    try:
        if comparison.connector.paused_at is not None:
            raise DeliveryError("The connector is paused.", permanent=True)
        shape = executing.answered_by(comparison.model)
        line = _line(comparison.connector, now)
        for case in _left(comparison):
            if time.monotonic() > ends:
                break
            _ask(comparison, shape, line, case, now)
            asked += 1
    except (DeliveryError, Expected) as error:
        _wait(comparison, error, now)
    else:
        _after(comparison, now)
    finally:
        if line is not None:
            keep_notes(comparison.connector, line.notes, now=now)
    return asked


def _line(connector: Connector, now: datetime, *, fresh: bool = False) -> Line:
    line = bare_line(connector)
    line.token = signing_in.token_of(connector, now=now, fresh=fresh)
    return line


def _ask(
    comparison: Comparison,
    shape: Answered,
    line: Line,
    case: Submission | Execution,
    now: datetime,
) -> None:
    facts = case.facts if isinstance(case, Submission) else case.inputs
    ours = rows_of(executing.trial(comparison.model, case, now=now), shape)
    problem, theirs = "", None
    try:
        theirs = _theirs(comparison, line, variables_of(facts), now)
    except DeliveryError as error:
        code = error.answer.code if error.answer else None
        if code not in ONE_CASE:
            raise
        problem = str(error)[:500]
    with transaction.atomic():
        equal = theirs is not None and alike(ours, theirs)
        counted = "failed" if problem else "same" if equal else "different"
        won = (
            _running(comparison)
            .filter(reached=comparison.reached)
            .update(reached=case.pk, tries=0, **{counted: F(counted) + 1})
        )
        if won and not equal:
            named = {"submission" if isinstance(case, Submission) else "execution": case}
            Difference.objects.create(
                id=new_id(now),
                comparison=comparison,
                ours=ours,
                theirs=theirs,
                problem=problem,
                **named,
            )
    if not won:
        raise Refused("The comparison was stopped.")
    comparison.reached = case.pk


def _theirs(
    comparison: Comparison, line: Line, variables: list[dict[str, Any]], now: datetime
) -> opentext.Rows:
    try:
        return opentext.execute(line, comparison.remote_key, variables)
    except TokenRefused:
        line.token = signing_in.token_of(comparison.connector, now=now, fresh=True)
        return opentext.execute(line, comparison.remote_key, variables)


def _wait(comparison: Comparison, error: Exception, now: datetime) -> None:
    """Try later what passes, stop at what a person must mend."""
    final = not isinstance(error, DeliveryError) or error.permanent
    if final or comparison.tries + 1 >= PATIENCE:
        with transaction.atomic():
            if _running(comparison).update(state=ComparisonState.STOPPED, problem=str(error)[:500]):
                _record(EventKind.COMPARISON_STOPPED, comparison, events.SYSTEM, now)
        return
    seconds = getattr(error, "retry_after", None) or 0
    later = now + max(PAUSE * (comparison.tries + 1), timedelta(seconds=min(seconds, 3600)))
    _running(comparison).update(tries=F("tries") + 1, next_at=later, problem=str(error)[:500])


def _after(comparison: Comparison, now: datetime) -> None:
    if next(iter(_left(comparison)), None) is not None:
        _running(comparison).update(next_at=now, problem="")
        return
    with transaction.atomic():
        if _running(comparison).update(
            state=ComparisonState.DONE, finished_at=now, next_at=None, problem=""
        ):
            _record(EventKind.COMPARISON_FINISHED, comparison, events.SYSTEM, now)


def _running(comparison: Comparison) -> Any:
    return Comparison.objects.filter(pk=comparison.pk, state=ComparisonState.RUNNING)


def _cases(model: DecisionModel) -> Any:
    """The newest first: submissions of rules that settle, executions of those that give values."""
    if executing.answered_by(model).settles:
        rows: Any = Submission.objects.prefetch_related("evidence")
    else:
        rows = Execution.objects.all()
    return rows.filter(model=model).order_by("-pk")


def _left(comparison: Comparison) -> Sequence[Any]:
    """The cases that were not asked yet, a turn's worth."""
    done = Comparison.objects.filter(pk=comparison.pk).values_list("same", "different", "failed")
    left = comparison.total - sum(done[0])
    rows = _cases(comparison.model).filter(pk__lte=comparison.newest)
    if comparison.reached is not None:
        rows = rows.filter(pk__lt=comparison.reached)
    return list(rows[: max(0, min(left, 200))])


def variables_of(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Facts as the variables of a call."""
    return [
        {"name": name, "value": value, "type": variable_type(value)}
        for name, value in facts.items()
        if value is not None
    ]


def alike(ours: opentext.Rows, theirs: opentext.Rows) -> bool:
    """Whether both answer alike, row by row, in the columns that the service answers with.

    A model that grew here may say more than there; null and no value are the same.
    """
    named = {name for row in theirs for name in row}

    def said(rows: opentext.Rows) -> opentext.Rows:
        return [
            {name: v for name, v in row.items() if v is not None and (name in named or not named)}
            for row in rows
        ]

    return said(ours) == said(theirs)


def _record(kind: EventKind, comparison: Comparison, actor: Actor, now: datetime) -> None:
    detail = {"connector": comparison.connector.key, "model": comparison.model.key}
    events.record(kind, comparison, actor=actor, now=now, detail=detail)
