"""Compliance sets guardrails: what must never happen, read by the types of the live rules."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from decisions import events, history
from decisions.enums import EventKind
from decisions.errors import Fault, Invalid
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import DecisionModel, Guardrail, User
from decisions.services.rulesets import live_version_id, load
from decisions.services.watching import Guard, conditions

NOBODY = UUID(int=0)


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
    _write(guardrail, name, applies, forbidden, basis)
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
    _write(guardrail, name, applies, forbidden, basis)
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


def _write(guardrail: Guardrail, name: str, applies: str, forbidden: str, basis: str) -> None:
    if not name.strip():
        raise Invalid("Give the guardrail a name, such as “No alcohol to minors”.")
    others = guardrail.model.guardrails.exclude(pk=guardrail.pk)
    if others.filter(name=name.strip()[:200]).exists():
        raise Invalid(f"A guardrail “{name.strip()}” is there already. Choose another name.")
    if faults := faults_of(guardrail.model, applies, forbidden):
        raise Invalid("The guardrail cannot be read. Nothing was saved.", faults)
    guardrail.name, guardrail.basis = name.strip()[:200], basis.strip()[:300]
    guardrail.applies, guardrail.forbidden = applies.strip(), forbidden.strip()


def faults_of(model: DecisionModel, applies: str, forbidden: str) -> list[Fault]:
    """Hold both conditions against the names and types of the live rules."""
    blank = [
        Fault(where=f"/{field}", message="Write a condition.", hint="For all: true.")
        for field, text in (("applies", applies), ("forbidden", forbidden))
        if not text.strip()
    ]
    if blank:
        return blank
    loaded = load(live_version_id(model))
    guard = Guard(NOBODY, applies.strip(), forbidden.strip())
    held = conditions(loaded, model.decision_name, (guard,))
    return [
        Fault(code=problem.code, where=where, message=problem.message, hint=problem.hint)
        for where, problems in zip(("/applies", "/forbidden"), held.problems, strict=True)
        for problem in problems
    ]


def _save(guardrail: Guardrail, kind: EventKind, author: User, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise Invalid("Say why. The reason stays with the guardrail.")
    with transaction.atomic():
        history.save(guardrail, by=author, reason=reason, now=now)
        detail = {"name": guardrail.name, "reason": reason.strip()[:200]}
        events.record(kind, guardrail, actor=Actor.person(author), now=now, detail=detail)
