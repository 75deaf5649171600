"""Submissions come in: checked against the live rules, frozen, recorded; or decided at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from decisions import engine, events
from decisions.canonical import digest
from decisions.enums import SUBMISSION_TRANSITIONS, EventKind, SubmissionState, states_before
from decisions.errors import Fault, Invalid, Refused
from decisions.events import Actor, Entry
from decisions.ids import new_id
from decisions.models import Decision, DecisionModel, Evidence, Submission
from decisions.services import evaluation, rollout, settlement
from decisions.services.rulesets import (
    Rules,
    live_model,
    live_rules,
    live_version_id,
    load,
    sources_of,
)
from decisions.services.watching import active_guards

EVALUATE = "decisions.tasks.evaluate"
# Characters that turn the direction of text can make a line read as another: exe.png, gnp.exe.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
MOST_FAULTS = 100  # An answer must not grow larger than what it answers.


@dataclass(frozen=True)
class Reading:
    """What a source of evidence said: facts, or the problem that kept it from speaking."""

    facts: dict[str, Any] | None
    problem: str = ""


def needed_evidence(model_key: str) -> list[str]:
    """Return the sources of evidence the live rules read, for example ["rss"]."""
    sources = sources_of(load(live_version_id(live_model(model_key))))
    return sorted(source.key for source in sources if source.kind == "evidence")


def submit(
    model_key: str, facts: Mapping[str, Any], *, source: str, actor: Actor, now: datetime
) -> Submission:
    """Take one submission in; it is decided by a worker. Raises Invalid with every fault found."""
    (taken,) = submit_many(model_key, [facts], source=source, actor=actor, now=now)
    if isinstance(taken, Invalid):
        raise taken
    return taken


def submit_many(
    model_key: str,
    batch: Sequence[Mapping[str, Any]],
    *,
    source: str,
    actor: Actor,
    now: datetime,
) -> list[Submission | Invalid]:
    """Take a batch in, in one transaction; the answer has one place for each that came.

    What is invalid stays out and says why; it does not keep the others out.
    """
    model = live_model(model_key)
    rules = live_rules(model, now=now)
    waits = bool(rules.evidence_inputs())
    answers: list[Submission | Invalid] = []
    for facts in batch:
        try:
            answers.append(_build(model, rules, facts, source=source, now=now))
        except Invalid as fault:
            answers.append(fault)
    taken = [answer for answer in answers if isinstance(answer, Submission)]
    kind = EventKind.SUBMISSION_AWAITING_EVIDENCE if waits else EventKind.SUBMISSION_RECEIVED
    for submission in taken:
        submission.state = SubmissionState.AWAITING_EVIDENCE if waits else SubmissionState.RECEIVED
    with transaction.atomic():
        Submission.objects.bulk_create(taken, batch_size=500)
        events.record_many([_entry(kind, s, actor) for s in taken], now=now)
    return answers


def submit_and_decide(
    model_key: str,
    facts: Mapping[str, Any],
    *,
    evidence: Mapping[str, Reading],
    source: str,
    actor: Actor,
    now: datetime,
) -> Decision:
    """Take one submission in and decide it in the same transaction, for a caller who waits.

    `evidence` holds a reading for every source of `needed_evidence`. Raises Invalid.
    """
    model = live_model(model_key)
    rules = live_rules(model, now=now)
    submission = _build(model, rules, facts, source=source, now=now)
    rows = [_evidence(submission, name, evidence[name], now) for name in rules.evidence_inputs()]
    guards = active_guards(model.pk)
    chosen = rollout.rules_for(submission, rules, rollout.rollout_of(model, now=now), now=now)
    said = evaluation.judge(submission, chosen, evidence=rows, now=now, guards=guards)
    judged = settlement.withheld(said, model)
    submission.state = evaluation.state_after(judged)
    entry = _entry(EventKind.SUBMISSION_RECEIVED, submission, actor, answered=(EVALUATE,))
    with transaction.atomic():
        submission.save(force_insert=True)
        if rows:
            Evidence.objects.bulk_create(rows)
        (decision,) = settlement.write([(submission, judged)], model, before=[entry], now=now)
    return decision


def add_evidence(
    submission_id: UUID, readings: Mapping[str, Reading], *, actor: Actor, now: datetime
) -> None:
    """Keep what sources said and hand the submission on to evaluation, once."""
    with transaction.atomic():
        moved = Submission.objects.filter(
            pk=submission_id,
            state__in=states_before(SUBMISSION_TRANSITIONS, SubmissionState.RECEIVED),
        ).update(state=SubmissionState.RECEIVED, updated_at=now)
        if not moved:
            raise Refused("The evidence for this submission was read already.")
        submission = Submission.objects.get(pk=submission_id)
        rows = [_evidence(submission, name, reading, now) for name, reading in readings.items()]
        Evidence.objects.bulk_create(rows)
        events.record(
            EventKind.SUBMISSION_ENRICHED,
            submission,
            actor=actor,
            now=now,
            submission_id=submission.pk,
            detail={
                "evidence": [
                    {"source": row.source, "facts": row.facts_hash, "failed": bool(row.problem)}
                    for row in rows
                ]
            },
        )


def checked(rules: Rules, facts: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return facts that the rules can read, and their hash; raises Invalid with every fault."""
    frozen = dict(facts)
    try:
        facts_hash = digest(frozen)
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid(f"The submission cannot be kept: {error}.") from error
    if problems := rules.model.check(frozen):
        faults = [
            Fault(code=p.code, where=p.where, message=p.message, hint=p.hint)
            for p in problems[:MOST_FAULTS]
        ]
        count = len(problems)
        first = f" These are the first {MOST_FAULTS}." if count > MOST_FAULTS else ""
        raise Invalid(
            f"The submission has {count} fault{'s' * (count > 1)}. Nothing was stored.{first}",
            faults,
        )
    return frozen, facts_hash


def _build(
    model: DecisionModel, rules: Rules, facts: Mapping[str, Any], *, source: str, now: datetime
) -> Submission:
    frozen, facts_hash = checked(rules, facts)
    return Submission(
        id=new_id(now),
        model=model,
        facts=frozen,
        facts_hash=facts_hash,
        source=source[:120],
        received_at=now,
        updated_at=now,
        **_headline(model, frozen, now),
    )


def _headline(model: DecisionModel, facts: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Compute what lists show; a headline that cannot be computed is left empty, never an error."""

    def value(name: str) -> Any:
        text = model.headline.get(name)
        return engine.evaluate_expression(text, facts, now=now).value if text else None

    title, reference = value("title"), value("reference")
    amount, currency = value("amount"), value("currency")
    fits = isinstance(amount, int | Decimal) and -(10**15) < amount < 10**15
    return {
        "title": TURNING.sub("", title)[:300] if isinstance(title, str) else "",
        "reference": TURNING.sub("", reference)[:200] if isinstance(reference, str) else "",
        "amount": round(Decimal(amount), 2) if fits else None,
        "currency": currency[:3] if isinstance(currency, str) else "",
    }


def _evidence(submission: Submission, source: str, reading: Reading, now: datetime) -> Evidence:
    facts, problem = reading.facts, reading.problem
    try:
        facts_hash = digest(facts)
    except ValueError as error:
        facts, problem = None, f"The source said something that cannot be kept: {error}."
        facts_hash = digest(None)
    return Evidence(
        id=new_id(now),
        submission=submission,
        source=source,
        facts=facts,
        facts_hash=facts_hash,
        problem=problem[:500],
        read_at=now,
    )


def _entry(
    kind: EventKind, submission: Submission, actor: Actor, *, answered: tuple[str, ...] = ()
) -> Entry:
    detail = {"facts": submission.facts_hash, "model": str(submission.model_id)}
    return Entry(kind, submission, actor, submission.pk, detail, answered=answered)
