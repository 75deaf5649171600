"""Watches decisions as they are made: what a guardrail forbids is not done but goes to a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from decisions import engine
from decisions.models import Guardrail

REASON = "GUARDRAIL"


@dataclass(frozen=True)
class Guard:
    """A guardrail in force; the engine compiles its texts once a process."""

    id: UUID
    applies: str
    forbidden: str


def active_guards(model_id: UUID) -> tuple[Guard, ...]:
    """Return the guardrails in force for a model, in their order."""
    rows = Guardrail.objects.filter(model_id=model_id, active=True)
    return tuple(Guard(*row) for row in rows.values_list("pk", "applies", "forbidden"))


def broken(
    guards: Sequence[Guard],
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    *,
    now: datetime | None,
) -> tuple[UUID, ...]:
    """Return the guardrails that an answer breaks.

    A guardrail concerns a case only where `applies` is true. What a condition cannot judge
    without an error counts as forbidden: what nobody could check must not pass.
    """
    return tuple(guard.id for guard in guards if _breaks(guard, inputs, outputs, now))


def _breaks(
    guard: Guard, inputs: Mapping[str, Any], outputs: Mapping[str, Any], now: datetime | None
) -> bool:
    return _true_or_unjudged(guard.applies, inputs, now) and _true_or_unjudged(
        guard.forbidden, {**inputs, **outputs}, now
    )


def _true_or_unjudged(text: str, names: Mapping[str, Any], now: datetime | None) -> bool:
    answer = engine.evaluate_expression(text, names, now=now)
    return answer.value is True or any(p.severity == "error" for p in answer.problems)
