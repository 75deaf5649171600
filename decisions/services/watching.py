"""Watches decisions as they are made: what a guardrail forbids is not done but goes to a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from decisions import engine
from decisions.models import Guardrail

REASON = "GUARDRAIL"


@dataclass(frozen=True)
class Guard:
    """A guardrail in force."""

    id: UUID
    applies: str
    forbidden: str
    name: str = ""


def active_guards(model_id: UUID) -> tuple[Guard, ...]:
    """Return the guardrails in force for a model, in their order."""
    rows = Guardrail.objects.filter(model_id=model_id, active=True)
    return tuple(Guard(*row) for row in rows.values_list("pk", "applies", "forbidden", "name"))


@lru_cache(maxsize=64)
def conditions(model: engine.Model, decision: str, guards: tuple[Guard, ...]) -> engine.Conditions:
    """Read guardrails over a model by its types, once a process: two conditions of each."""
    texts = []
    for guard in guards:
        texts += [
            engine.Condition(guard.applies),
            engine.Condition(guard.forbidden, answer=True),
        ]
    return engine.conditions_of(model, decision, texts)


def broken(
    guards: Sequence[Guard],
    decide: engine.Decide,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    *,
    now: datetime | None,
) -> tuple[UUID, ...]:
    """Return the guardrails that an answer breaks.

    A guardrail concerns a case only where `applies` is true. What a condition cannot judge
    without an error counts as forbidden: what nobody could check must not pass.
    """
    held = conditions(decide.model, decide.part.name, tuple(guards))
    known = {**decide.fixed_facts, **inputs}
    found = []
    for place, guard in enumerate(guards):
        if held.judge(2 * place, known, now) is False:
            continue
        if held.judge(2 * place + 1, {**known, **outputs}, now) is not False:
            found.append(guard.id)
    return tuple(found)


def told(
    guards: Sequence[Guard], breaches: Sequence[UUID], outputs: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Say to a reviewer which guardrails stopped an answer, and what it was."""
    answer = outputs.get("outcome")
    return [
        {
            "code": REASON,
            "message": f"The rules said {answer}, which the guardrail “{guard.name}” forbids here.",
            "where": "",
            "hint": "Decide by hand, and tell a rule author.",
        }
        for guard in guards
        if guard.id in breaches
    ]
