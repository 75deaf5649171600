"""Compliance sets guardrails: what must never happen, read by the types of the live rules."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from decisions import engine, events, history
from decisions.enums import EventKind
from decisions.errors import Fault, Invalid
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import Decision, DecisionModel, Guardrail, ModelVersion, User
from decisions.services import proving
from decisions.services.evaluation import inputs_of
from decisions.services.proving import Checked
from decisions.services.rulesets import live_rules, live_version_id, load
from decisions.services.watching import Guard, broken, conditions

NOBODY = UUID(int=0)
MOST_DECISIONS = 5000
WINDOW = timedelta(days=30)
FIELDS = ("/applies", "/forbidden")
FEW = 3
MOST_SECONDS = 0.02
TOO_SLOW = "It is asked of every decision: let it count or compare less."


def create(
    model: DecisionModel,
    *,
    name: str,
    applies: str,
    forbidden: str,
    basis: str,
    author: User,
    reason: str,
    now: datetime,
) -> Guardrail:
    """Set a guardrail; raises Invalid for what is no FEEL over the model's inputs and outputs."""
    guardrail = Guardrail(id=new_id(now), model=model, position=model.guardrails.count())
    _write(guardrail, name, applies, forbidden, basis, now)
    _save(guardrail, EventKind.GUARDRAIL_CREATED, author, reason, now)
    return guardrail


def change(
    guardrail: Guardrail,
    *,
    name: str,
    applies: str,
    forbidden: str,
    basis: str,
    author: User,
    reason: str,
    now: datetime,
) -> Guardrail:
    """Word a guardrail anew; decisions from now on are watched by the new words."""
    _write(guardrail, name, applies, forbidden, basis, now)
    with transaction.atomic():
        guardrail.checks.all().delete()  # They tell of the words before.
        _save(guardrail, EventKind.GUARDRAIL_CHANGED, author, reason, now)
    return guardrail


def set_active(
    guardrail: Guardrail, active: bool, *, author: User, reason: str, now: datetime
) -> Guardrail:
    """Put a guardrail out of force, or in force again."""
    guardrail.active = active
    kind = EventKind.GUARDRAIL_RESUMED if active else EventKind.GUARDRAIL_RETIRED
    _save(guardrail, kind, author, reason, now)
    return guardrail


def _write(
    guardrail: Guardrail, name: str, applies: str, forbidden: str, basis: str, now: datetime
) -> None:
    if not name.strip():
        raise Invalid("Give the guardrail a name, such as “No alcohol to minors”.")
    others = guardrail.model.guardrails.exclude(pk=guardrail.pk)
    if others.filter(name=name.strip()[:200]).exists():
        raise Invalid(f"A guardrail “{name.strip()}” is there already. Choose another name.")
    if faults := faults_of(guardrail.model, applies, forbidden, now=now):
        raise Invalid("The guardrail cannot be read. Nothing was saved.", faults)
    guardrail.name, guardrail.basis = name.strip()[:200], basis.strip()[:300]
    guardrail.applies, guardrail.forbidden = applies.strip(), forbidden.strip()


@dataclass(frozen=True)
class Preview:
    """What a guardrail would do: its sentence, how often it would have fired, what is proved."""

    sentence: str
    total: int
    concerned: int
    fired: tuple[Decision, ...]
    checked: Checked


def preview(
    model: DecisionModel, *, name: str, applies: str, forbidden: str, now: datetime
) -> Preview:
    """Try the words of a guardrail on what was decided and on the live rules; writes nothing.

    Raises Invalid for what is no FEEL over the model's facts and answer.
    """
    if faults := faults_of(model, applies, forbidden, now=now):
        raise Invalid("The guardrail cannot be read.", faults)
    words = Guardrail(pk=NOBODY, model=model, name=name, applies=applies, forbidden=forbidden)
    rules = live_rules(model, now=now)
    guard = Guard(NOBODY, applies, forbidden)
    concerned, fired, total = 0, [], 0
    for decision in _decided(model, now):
        total += 1
        inputs = inputs_of(decision.submission.facts, rules, decision.submission.evidence.all())
        held = conditions(rules.model, model.decision_name, (guard,))
        known = {**rules.decide.fixed_facts, **inputs}
        if held.judge(0, known, decision.evaluated_at) is not False:
            concerned += 1
            if broken(
                (guard,), rules.decide, inputs, decision.outputs or {}, now=decision.evaluated_at
            ):
                fired.append(decision)
    version = ModelVersion.objects.select_related("model").get(pk=live_version_id(model))
    (checked,) = proving.checks_of(version, [words], now=now)
    return Preview(sentence_of(words), total, concerned, tuple(fired), checked)


def _decided(model: DecisionModel, now: datetime) -> QuerySet[Decision]:
    """Return the newest clean answers of the rules."""
    rows = Decision.objects.filter(model=model, failed=False, evaluated_at__gte=now - WINDOW)
    rows = rows.exclude(outputs=None).select_related("submission")
    return rows.prefetch_related("submission__evidence").order_by("-pk")[:MOST_DECISIONS]


def sentence_of(guardrail: Guardrail) -> str:
    """Say what a guardrail forbids, in words; its texts where they cannot be read any more."""
    guard = Guard(guardrail.pk, guardrail.applies, guardrail.forbidden)
    held = conditions(
        load(live_version_id(guardrail.model)), guardrail.model.decision_name, (guard,)
    )
    when, what = held.words(0), held.words(1)
    always = what.removeprefix("it is not so that ")
    must = f"always must it be so that {always}" if always != what else f"never may {what}"
    if guardrail.applies.strip() == "true":
        return f"{must[0].upper()}{must[1:]}."
    return f"When {when}, {must.replace('never may', 'it must never be so that')}."


def faults_of(model: DecisionModel, applies: str, forbidden: str, *, now: datetime) -> list[Fault]:
    """Hold both conditions against the names and types of the live rules, and against the clock."""
    blank = [
        Fault(where=field, message="Write a condition.", hint="For all: true.")
        for field, text in zip(FIELDS, (applies, forbidden), strict=True)
        if not text.strip()
    ]
    if blank:
        return blank
    loaded = load(live_version_id(model))
    guard = Guard(NOBODY, applies.strip(), forbidden.strip())
    held = conditions(loaded, model.decision_name, (guard,))
    faults = [
        Fault(code=problem.code, where=where, message=problem.message, hint=problem.hint)
        for where, problems in zip(FIELDS, held.problems, strict=True)
        for problem in problems
    ]
    return faults or [
        Fault(where=where, message="This takes too long to work out.", hint=TOO_SLOW)
        for place, where in enumerate(FIELDS)
        if _is_slow(model, held, place, now)
    ]


def _is_slow(model: DecisionModel, held: engine.Conditions, place: int, now: datetime) -> bool:
    """Whether a condition, asked of every decision from now on, would hold them up."""
    held.judge(place, {}, now)  # The first time, it is compiled as well.
    for decision in _decided(model, now)[:FEW]:
        started = time.thread_time()
        held.judge(place, {**decision.submission.facts, **(decision.outputs or {})}, now)
        if time.thread_time() - started > MOST_SECONDS:
            return True
    started = time.thread_time()
    held.judge(place, {}, now)
    return time.thread_time() - started > MOST_SECONDS


def _save(guardrail: Guardrail, kind: EventKind, author: User, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise Invalid("Say why. The reason stays with the guardrail.")
    with transaction.atomic():
        history.save(guardrail, by=author, reason=reason, now=now)
        detail = {"name": guardrail.name, "reason": reason.strip()[:200]}
        events.record(kind, guardrail, actor=Actor.person(author), now=now, detail=detail)
