"""Rules decide: facts, evidence and reference tables go in, an outcome with its trace comes out."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, OperationalError, transaction

from decisions import engine, events
from decisions.canonical import canonical, digest
from decisions.enums import Outcome, SubmissionState
from decisions.errors import Expected
from decisions.models import DecisionModel, Evidence, Submission
from decisions.services import rollout, settlement, watching
from decisions.services.rulesets import Rules, live_rules
from decisions.services.settlement import Judged

log = structlog.get_logger(__name__)

SUBSCRIBER = "decisions.tasks.evaluate"
EMPTY = digest(None)


def judge(
    submission: Submission,
    rules: Rules,
    *,
    evidence: Iterable[Evidence],
    now: datetime,
    guards: Sequence[watching.Guard] = (),
) -> Judged:
    """Evaluate one submission; never raises, because a failing part degrades to review.

    So does an answer that breaks one of the `guards`.
    """
    witnesses = list(evidence)
    inputs = inputs_of(submission.facts, rules, witnesses)
    started = time.perf_counter_ns()
    value, rows, output_hash, problems = _run(submission, rules, inputs, now)
    duration_us = (time.perf_counter_ns() - started) // 1000
    common: dict[str, Any] = {
        "ruleset_id": rules.ruleset_id,
        "rows": rows,
        "input_hash": input_hash_of(submission, witnesses),
        "output_hash": output_hash,
        "duration_us": min(duration_us, 2**31 - 1),
    }
    if problems:
        return Judged(
            outcome=Outcome.REVIEW,
            destination=submission.model.fallback_queue,
            reasons=["EVALUATION_FAILED"],
            conditions=[],
            outputs=value if isinstance(value, dict) else None,
            problems=problems,
            failed=True,
            **common,
        )
    if guards and (breaches := watching.broken(guards, rules.decide, inputs, value, now=now)):
        return Judged(
            outcome=Outcome.REVIEW,
            destination=submission.model.fallback_queue,
            reasons=[watching.REASON],
            conditions=[],
            outputs=value,
            problems=watching.told(guards, breaches, value),
            failed=False,
            breaches=breaches,
            **common,
        )
    return Judged(
        outcome=Outcome(value["outcome"]),
        destination=destination_of(value),
        reasons=list(dict.fromkeys(r["code"] for r in value.get("reasons") or [])),
        conditions=value.get("conditions") or [],
        outputs=value,
        problems=[],
        failed=False,
        topics=tuple(dict.fromkeys(value.get("actions") or [])),
        **common,
    )


def _run(
    submission: Submission, rules: Rules, inputs: dict[str, Any], now: datetime
) -> tuple[Any, list[list[Any]], str, list[dict[str, Any]]]:
    """Return what the rules answer: value, rows that matched, hash of the value, problems."""
    try:
        result = rules.decide(inputs, now=now)
        problems = [problem_of(p) for p in result.problems if p.severity == "error"]
        value = engine.to_json(result.value)
        rows = [list(row) for row in result.rows]
        return value, rows, digest(value), problems or misfit(value)
    except Exception as error:
        # Whatever breaks in rules or engine must end with a person, not with a lost submission.
        log.exception("evaluation_failed", submission=str(submission.pk))
        return None, [], EMPTY, [_breakdown(error)]


def destination_of(value: dict[str, Any]) -> str:
    """Return the queue or the destination that a well-shaped answer names."""
    return str(value.get("queue") or value.get("destination") or "")[:80]


def inputs_of(facts: dict[str, Any], rules: Rules, evidence: Iterable[Evidence]) -> dict[str, Any]:
    """Return what is judged: the facts, and the evidence under its names (null where silent)."""
    said = {row.source: row.facts for row in evidence}
    filled = {name: said.get(source) for source, name in rules.evidence_inputs().items()}
    return {**facts, **filled}


def input_hash_of(submission: Submission, evidence: Iterable[Evidence]) -> str:
    """Hash what was judged; the reference tables are pinned by the ruleset already."""
    return digest([submission.facts_hash, {row.source: row.facts_hash for row in evidence}])


def state_after(judged: Judged) -> SubmissionState:
    return SubmissionState.SETTLED if judged.final else SubmissionState.IN_REVIEW


def evaluate(event_ids: Sequence[str | UUID], *, now: datetime) -> None:
    """Answer events about submissions that wait for their decision; each is decided once.

    A chunk is written in one transaction; if the database refuses it, each goes alone, so that
    one bad submission cannot hold up the others.
    """
    try:
        _evaluate_chunk(event_ids, now=now)
    except OperationalError:
        raise  # The database is away or busy: the sweep sends the events again.
    except DatabaseError:
        if len(event_ids) == 1:
            raise
        for event_id in event_ids:
            _evaluate_chunk([event_id], now=now)


def _evaluate_chunk(event_ids: Sequence[str | UUID], *, now: datetime) -> None:
    with transaction.atomic():
        fresh = {
            event.submission_id: event.pk
            for event in events.unanswered(event_ids, subscriber=SUBSCRIBER)
            if event.submission_id
        }
        waiting = (
            Submission.objects.select_for_update(of=("self",))
            .filter(pk__in=list(fresh), state=SubmissionState.RECEIVED)
            .select_related("model")
            .prefetch_related("evidence")
            .order_by("pk")
        )
        by_model: dict[UUID, list[Submission]] = {}
        for submission in waiting:
            by_model.setdefault(submission.model_id, []).append(submission)
        for submissions in by_model.values():
            _evaluate_for(submissions[0].model, submissions, caused_by=fresh, now=now)


def _evaluate_for(
    model: DecisionModel,
    submissions: list[Submission],
    *,
    caused_by: dict[UUID, UUID],
    now: datetime,
) -> None:
    rules = live_rules(model, now=now)
    share = rollout.rollout_of(model, now=now)
    guards = watching.active_guards(model.pk)
    judged = []
    for submission in submissions:
        chosen = rollout.rules_for(submission, rules, share, now=now)
        evidence = submission.evidence.all()
        said = judge(submission, chosen, evidence=evidence, now=now, guards=guards)
        judged.append((submission, settlement.withheld(said, model)))
    for state in (SubmissionState.SETTLED, SubmissionState.IN_REVIEW):
        ids = [s.pk for s, j in judged if state_after(j) == state]
        if ids:
            Submission.objects.filter(pk__in=ids).update(state=state, updated_at=now)
    settlement.write(judged, model, caused_by=caused_by, now=now)


def problem_of(problem: engine.Problem) -> dict[str, Any]:
    """Return a problem of the engine as records keep it."""
    return {
        "code": problem.code,
        "message": problem.message,
        "where": problem.where,
        "hint": problem.hint,
    }


def _breakdown(error: Exception) -> dict[str, Any]:
    return {
        "code": "EVALUATION_BROKE",
        "message": str(error) if isinstance(error, Expected) else "The rules could not be run.",
        "where": "",
        "hint": "Decide by hand, and tell a rule author.",
    }


def misfit(value: Any) -> list[dict[str, Any]]:
    """Name what is wrong with the shape of an answer: rules may be valid and still say nonsense."""

    def fault(where: str, message: str) -> list[dict[str, Any]]:
        return [
            {
                "code": "ANSWER_MISSHAPEN",
                "message": message,
                "where": where,
                "hint": "Decide by hand, and tell a rule author.",
            }
        ]

    if not isinstance(value, dict) or value.get("outcome") not in Outcome.values:
        return fault("/outcome", "The rules gave no outcome.")
    for name in ("queue", "destination"):
        if not isinstance(value.get(name), str | None):
            return fault(f"/{name}", f"The rules gave a {name} that is not a name.")
    if value["outcome"] == Outcome.REVIEW and not value.get("queue"):
        return fault("/queue", "The rules ask for a review but name no queue.")
    if value["outcome"] == Outcome.ROUTE and not value.get("destination"):
        return fault("/destination", "The rules route, but name no destination.")
    for name in ("reasons", "conditions"):
        coded = value.get(name) or []
        if not isinstance(coded, list) or not all(
            isinstance(row, dict) and isinstance(row.get("code"), str) for row in coded
        ):
            return fault(f"/{name}", f"The rules gave {name} without codes.")
    after = value.get("after_review") or {}
    if not isinstance(after, dict):
        return fault("/after_review", "The rules gave no actions by outcome for after a review.")
    for name, said in {"/actions": value.get("actions"), **after}.items():
        actions = said or []
        if not isinstance(actions, list) or not all(isinstance(a, str) for a in actions):
            where = name if name == "/actions" else f"/after_review/{name}"
            return fault(where, "The rules gave actions that are not names.")
    canonical(value)
    return []
