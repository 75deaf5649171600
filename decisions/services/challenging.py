"""Challengers: a second version beside the live one, in the shadow or on a share of the traffic."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from decisions import engine, events, history
from decisions.enums import ChallengerMode, EventKind, VersionState
from decisions.errors import Fault, Invalid, Refused
from decisions.ids import new_id
from decisions.models import (
    Challenger,
    ChallengerAnswer,
    Decision,
    DecisionModel,
    ModelVersion,
    User,
)
from decisions.services import watching
from decisions.services.authoring import faults_of
from decisions.services.candidates import candidate_today
from decisions.services.drafting import loaded_draft
from decisions.services.evaluation import judge
from decisions.services.lifecycle import actor_of, locked_model, reason_given
from decisions.services.rulesets import (
    NOT_PINNED,
    Rules,
    live_version_id,
    version_rules,
)

SUBSCRIBER = "decisions.tasks.challenge"
# A draft still changes under the comparison; what decides real cases must be approved.
MAY_RUN = {
    ChallengerMode.SHADOW: frozenset({VersionState.PROPOSED, VersionState.APPROVED}),
    ChallengerMode.ROLLOUT: frozenset({VersionState.APPROVED}),
}


def start(
    version: ModelVersion,
    *,
    mode: ChallengerMode,
    percent: int = 0,
    key: str = "",
    by: User,
    reason: str,
    now: datetime,
) -> Challenger:
    """Put a version beside the live one.

    A shadow (of a proposed or approved version) answers after each decision, without effect. A
    roll-out (of an approved one) decides `percent` of the traffic, chosen by `key`, FEEL over the
    facts, or by the submission where it is empty. Raises Refused or Invalid.
    """
    model = version.model
    live_version_id(model)
    _refuse_unfit(version, mode, now)
    why = reason_given(reason, "start this challenger")
    _check_share(mode, percent)
    challenger = Challenger(
        id=new_id(now),
        model=model,
        version=version,
        mode=mode,
        percent=percent if mode == ChallengerMode.ROLLOUT else 0,
        key=_checked_key(version, key),
        started_at=now,
        started_by=by,
    )
    with transaction.atomic():
        locked = locked_model(model)
        if locked.challenger_id is not None:
            raise Refused("A challenger runs already. End it first.")
        history.save(challenger, by=by, reason=why, now=now)
        locked.challenger = challenger
        history.save(locked, by=by, reason=why, now=now)
        if mode == ChallengerMode.ROLLOUT:
            version_rules(locked, version.pk, now=now)
        _record(EventKind.CHALLENGER_STARTED, challenger, by, now)
    return challenger


def change_share(
    challenger: Challenger, percent: int, *, by: User, reason: str, now: datetime
) -> Challenger:
    """Let a roll-out decide another share of the traffic, from the next submission on."""
    why = reason_given(reason, "change its share")
    with transaction.atomic():
        locked = _running(challenger)
        if locked.mode != ChallengerMode.ROLLOUT:
            raise Refused("A shadow decides nothing, so it has no share. Start a roll-out.")
        _check_share(ChallengerMode.ROLLOUT, percent)
        locked.percent = percent
        history.save(locked, by=by, reason=why, now=now)
        _record(EventKind.CHALLENGER_CHANGED, locked, by, now)
    return locked


def end(challenger: Challenger, *, by: User, reason: str, now: datetime) -> Challenger:
    """Take a challenger away; the live version decides everything from the next submission on."""
    why = reason_given(reason, "end this challenger")
    with transaction.atomic():
        model = locked_model(challenger.model)
        ended = _end(_running(challenger), by=by, reason=why, now=now)
        model.challenger = None
        history.save(model, by=by, reason=why, now=now)
    return ended


def end_running(model: DecisionModel, *, by: User | None, reason: str, now: datetime) -> None:
    """End the challenger of a model, if one runs: other rules go live, so it has no rival left.

    The caller holds the lock of the model and saves it. Nobody means the timetable.
    """
    running = model.challengers.filter(ended_at=None).first()
    if running is not None:
        _end(_running(running), by=by, reason=reason, now=now)
        model.challenger = None


def _end(challenger: Challenger, *, by: User | None, reason: str, now: datetime) -> Challenger:
    challenger.ended_at = now
    history.save(challenger, by=by, reason=reason, now=now)
    _record(EventKind.CHALLENGER_ENDED, challenger, by, now)
    return challenger


def answer(event_ids: Sequence[str | UUID], *, now: datetime) -> None:
    """Let challengers answer decisions that the live rules made; each is answered once."""
    with transaction.atomic():
        asked: dict[UUID, list[str]] = {}
        for event in events.unanswered(event_ids, subscriber=SUBSCRIBER):
            asked.setdefault(event.subject_id, []).extend(event.detail["decisions"])
        running = Challenger.objects.filter(pk__in=list(asked), ended_at=None)
        for challenger in running.select_related("version", "model"):
            if challenger.version.state in MAY_RUN[ChallengerMode(challenger.mode)]:
                _answer_for(challenger, asked[challenger.pk], now)


def _answer_for(challenger: Challenger, decisions: Sequence[str], now: datetime) -> None:
    rules = _rules_of(challenger, now=now)
    guards = watching.active_guards(challenger.model_id)
    made_by_others = (
        Decision.objects.filter(pk__in=decisions)
        .exclude(ruleset__version_id=challenger.version_id)
        .select_related("submission__model")
        .prefetch_related("submission__evidence")
    )
    answers = []
    for decision in made_by_others:
        submission = decision.submission
        said = judge(
            submission,
            rules,
            evidence=submission.evidence.all(),
            now=decision.evaluated_at,
            guards=guards,
        )
        answers.append(
            ChallengerAnswer(
                challenger=challenger,
                decision=decision,
                outcome=said.outcome,
                destination=said.destination,
                rows=said.rows,
                output_hash=said.output_hash,
                failed=said.failed,
                same=_same(decision, said.outcome, said.destination),
                answered_at=now,
            )
        )
    ChallengerAnswer.objects.bulk_create(answers, batch_size=500, ignore_conflicts=True)


def _same(decision: Decision, outcome: str, destination: str) -> bool:
    """Compare what the rules said; a verdict may have changed the record since."""
    if decision.rules_outcome != outcome:
        return False
    if decision.settled_by == "person":
        said = decision.outputs or {}
        told = str(said.get("queue") or said.get("destination") or "")
        return not told or told == destination
    return decision.destination == destination


def _rules_of(challenger: Challenger, *, now: datetime) -> Rules:
    """Return the rules of a challenger with today's reference contents; no ruleset is kept."""
    made = candidate_today(challenger.version, now=now)
    return Rules(
        ruleset_id=NOT_PINNED,
        model_id=challenger.model_id,
        version_id=challenger.version_id,
        model=made.model,
        decide=made.decide,
        sources=made.sources,
        references=made.references,
    )


def _refuse_unfit(version: ModelVersion, mode: ChallengerMode, now: datetime) -> None:
    if version.state not in MAY_RUN[mode]:
        needs = {
            ChallengerMode.SHADOW: "A shadow needs a proposed or approved version.",
            ChallengerMode.ROLLOUT: "A roll-out needs an approved version.",
        }
        state = version.get_state_display().lower()
        raise Refused(f"v{version.number} is {state}. {needs[mode]}")
    if faults := faults_of(loaded_draft(version)):
        raise Invalid("This version has problems and cannot run.", faults)
    candidate_today(version, now=now)  # Refuses a version that lacks its decision or a table.


def _check_share(mode: ChallengerMode, percent: int) -> None:
    if mode == ChallengerMode.ROLLOUT and not 1 <= percent <= 100:
        fault = Fault(where="percent", message="Give a share from 1 to 100 per cent.", hint="")
        raise Invalid("Give a share from 1 to 100 per cent.", [fault])


def _checked_key(version: ModelVersion, key: str) -> str:
    """Return the key as it is kept; raises Invalid for what is no FEEL over the model's inputs."""
    if not key.strip():
        return ""
    names = [item["name"] for item in loaded_draft(version).describe()["inputs"]]
    told = engine.evaluate_expression(key, dict.fromkeys(names))
    faults = [
        Fault(code=p.code, where="key", message=p.message, hint=p.hint)
        for p in told.problems
        if p.severity == "error" and p.code.startswith(("syntax", "name"))
    ]
    if faults:
        raise Invalid("The key cannot be read. Nothing was started.", faults)
    return key.strip()[:200]


def _running(challenger: Challenger) -> Challenger:
    locked = (
        Challenger.objects.select_for_update(of=("self",))
        .select_related("model", "version")
        .get(pk=challenger.pk)
    )
    if locked.ended_at is not None:
        raise Refused("This challenger has ended already.")
    return locked


def _record(kind: EventKind, challenger: Challenger, by: User | None, now: datetime) -> None:
    detail = {
        "number": challenger.version.number,
        "content": challenger.version.content_hash,
        "mode": challenger.mode,
        "percent": challenger.percent,
    }
    events.record(kind, challenger, actor=actor_of(by), now=now, detail=detail)
