"""Outcomes become final, once: by the rules at evaluation, or later by a person's verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from decisions import events
from decisions.enums import (
    FINAL_OUTCOMES,
    SUBMISSION_TRANSITIONS,
    EventKind,
    Outcome,
    SettledBy,
    SubmissionState,
    states_before,
)
from decisions.errors import Invalid, Refused
from decisions.events import RULES, Actor, Entry
from decisions.ids import new_id
from decisions.models import (
    Action,
    Challenger,
    Decision,
    DecisionModel,
    Guardrail,
    GuardrailBreach,
    Submission,
)


@dataclass(frozen=True)
class Judged:
    """What the rules said of one submission. A failure is `review` with its problems."""

    ruleset_id: UUID
    outcome: Outcome
    destination: str
    reasons: list[str]
    conditions: list[dict[str, Any]]
    rows: list[list[Any]]
    outputs: dict[str, Any] | None
    problems: list[dict[str, Any]]
    failed: bool
    input_hash: str
    output_hash: str
    duration_us: int
    topics: tuple[str, ...] = ()
    breaches: tuple[UUID, ...] = ()  # The guardrails that the rules' answer broke.

    @property
    def final(self) -> bool:
        return self.outcome in FINAL_OUTCOMES


STOPPED = "MODEL_STOPPED"


def withheld(judged: Judged, model: DecisionModel) -> Judged:
    """Return what was judged, or, while the model is stopped, a review in its fallback queue.

    What the rules said stays in the record, so that its replay is the same.
    """
    if model.stopped_at is None:
        return judged
    return replace(
        judged,
        outcome=Outcome.REVIEW,
        destination=model.fallback_queue,
        reasons=[STOPPED],
        conditions=[],
        topics=(),
    )


class AlreadySettled(Refused):
    """Somebody settled this decision first; the first verdict stands."""


def write(
    judged: Sequence[tuple[Submission, Judged]],
    model: DecisionModel,
    *,
    now: datetime,
    before: Sequence[Entry] = (),
    caused_by: Mapping[UUID, UUID] | None = None,
) -> list[Decision]:
    """Write what the rules said: decisions, actions of the settled ones, and the events of all.

    Runs in the caller's transaction with one statement per kind of row, however many there are.
    `before` are events that belong in front; `caused_by` maps submissions to the event answered.
    """
    decisions, actions, entries = [], [], list(before)
    breaches: list[GuardrailBreach] = []
    for submission, said in judged:
        decision = decision_from(submission, said, now=now)
        decisions.append(decision)
        breaches += [
            GuardrailBreach(guardrail_id=broken, decision=decision, found_at=now)
            for broken in said.breaches
        ]
        cause = (caused_by or {}).get(submission.pk)
        entries.append(_evaluated(decision, said, cause))
        entries += _breached(decision, said)
        if said.final:
            made = _actions(decision, model, said.topics, now)
            actions += made
            entries.append(_settled(decision, made, RULES, {}))
        else:
            entries.append(_needs_review(decision))
    Decision.objects.bulk_create(decisions, batch_size=200)
    if breaches:
        GuardrailBreach.objects.bulk_create(breaches, batch_size=500)
    if actions:
        Action.objects.bulk_create(actions, batch_size=500)
    entries += _asked(decisions, model)
    events.record_many(entries, now=now)
    return decisions


def _asked(decisions: Sequence[Decision], model: DecisionModel) -> Iterator[Entry]:
    """Ask the challenger, where one runs, what it says of what the rules decided."""
    if model.challenger_id is None or model.stopped_at is not None:
        return
    challenger = Challenger(pk=model.challenger_id)
    keys = [str(decision.pk) for decision in decisions]
    for start in range(0, len(keys), events.CHUNK):
        detail = {"decisions": keys[start : start + events.CHUNK]}
        yield Entry(EventKind.CHALLENGER_ASKED, challenger, RULES, detail=detail)


def decision_from(submission: Submission, said: Judged, *, now: datetime) -> Decision:
    """Return the record of what the rules said, not written yet."""
    return Decision(
        id=new_id(now),
        submission=submission,
        model_id=submission.model_id,
        ruleset_id=said.ruleset_id,
        rules_outcome=said.outcome,
        outcome=said.outcome,
        destination=said.destination,
        reasons=said.reasons,
        conditions=said.conditions,
        rows=said.rows,
        outputs=said.outputs,
        problems=said.problems,
        failed=said.failed,
        input_hash=said.input_hash,
        output_hash=said.output_hash,
        evaluated_at=now,
        duration_us=said.duration_us,
        settled_by=SettledBy.RULES if said.final else SettledBy.NOBODY,
        settled_at=now if said.final else None,
        updated_at=now,
    )


def settle(
    decision: Decision,
    *,
    outcome: Outcome,
    reasons: Sequence[str],
    actor: Actor,
    now: datetime,
    destination: str = "",
    conditions: Sequence[Mapping[str, Any]] = (),
    detail: Mapping[str, Any] | None = None,
) -> Decision:
    """Make a reviewed decision final. First come, first settled: raises AlreadySettled.

    `reasons` are reason codes, `conditions` what an approval depends on, as {"code", "text"};
    `detail` (ids and codes only) goes on the audit log.
    """
    if outcome not in FINAL_OUTCOMES:
        raise Invalid("A verdict approves, rejects or routes. Choose one of them.")
    if outcome == Outcome.ROUTE and not destination:
        raise Invalid("Say where to route this.")
    with transaction.atomic():
        won = Decision.objects.filter(pk=decision.pk, settled_at=None).update(
            outcome=outcome,
            destination=destination or decision.destination,
            reasons=list(reasons),
            conditions=[dict(condition) for condition in conditions],
            settled_by=SettledBy.PERSON,
            settled_at=now,
            updated_at=now,
        )
        if not won:
            raise AlreadySettled("This was settled a moment ago. Your verdict was not recorded.")
        Submission.objects.filter(
            pk=decision.submission_id,
            state__in=states_before(SUBMISSION_TRANSITIONS, SubmissionState.SETTLED),
        ).update(state=SubmissionState.SETTLED, updated_at=now)
        settled = Decision.objects.select_related("submission", "model").get(pk=decision.pk)
        made = _actions(settled, settled.model, topics_after(settled), now)
        Action.objects.bulk_create(made)
        events.record_many([_settled(settled, made, actor, detail or {})], now=now)
    return settled


def topics_after(decision: Decision) -> list[str]:
    """What the rules want done after a verdict: `actions`, and those of its outcome.

    `after_review` says it by outcome, as {"approve": ["playlist.create"]}.
    """
    said = decision.outputs or {}
    by_outcome = said.get("after_review") or {}
    return [*(said.get("actions") or ()), *(by_outcome.get(decision.outcome) or ())]


def _actions(
    decision: Decision, model: DecisionModel, topics: Sequence[str], now: datetime
) -> list[Action]:
    wanted = dict.fromkeys([*model.topics.get(decision.outcome, []), *topics])
    return [Action(id=new_id(now), decision=decision, topic=topic) for topic in wanted]


def _evaluated(decision: Decision, said: Judged, cause: UUID | None) -> Entry:
    detail = {
        "ruleset": str(decision.ruleset_id),
        "rows": decision.rows,
        "input": decision.input_hash,
        "output": decision.output_hash,
        "outcome": decision.rules_outcome,
        "failed": decision.failed,
        "problems": [problem["code"] for problem in said.problems],
    }
    return Entry(
        EventKind.DECISION_EVALUATED, decision, RULES, decision.submission_id, detail, cause
    )


def _breached(decision: Decision, said: Judged) -> Iterator[Entry]:
    for key in said.breaches:
        detail = {"decision": str(decision.pk), "said": (said.outputs or {}).get("outcome")}
        yield Entry(
            EventKind.GUARDRAIL_BREACHED, Guardrail(pk=key), RULES, decision.submission_id, detail
        )


def _needs_review(decision: Decision) -> Entry:
    detail = {"queue": decision.destination, "reasons": decision.reasons}
    return Entry(EventKind.DECISION_NEEDS_REVIEW, decision, RULES, decision.submission_id, detail)


def _settled(
    decision: Decision, actions: Sequence[Action], actor: Actor, extra: Mapping[str, Any]
) -> Entry:
    detail = {
        "outcome": decision.outcome,
        "reasons": decision.reasons,
        "destination": decision.destination,
        "actions": [action.topic for action in actions],
        **extra,
    }
    return Entry(EventKind.DECISION_SETTLED, decision, actor, decision.submission_id, detail)
