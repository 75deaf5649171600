"""Foreign payloads become facts: one FEEL expression for each input of a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from decisions import engine
from decisions.errors import Fault, Invalid

PAYLOAD = "payload"


@dataclass(frozen=True)
class Mapped:
    """What a payload became: facts, and the fault of each expression that gave none."""

    facts: dict[str, Any]
    faults: list[Fault]


def map_payload(entries: Mapping[str, str], payload: Any, *, now: datetime) -> Mapped:
    """Evaluate the expression of each input over `payload`; null leaves an input out.

    `entries` holds FEEL by the path of an input, such as {"show.name": "payload.properties.show"}.
    A part that cannot be read is null, as FEEL has it; what cannot be computed is a fault.
    """
    facts: dict[str, Any] = {}
    faults: list[Fault] = []
    for path, text in entries.items():
        value, fault = _value(text, payload, where=path, now=now)
        if fault is not None:
            faults.append(fault)
        elif value is not None:
            _put(facts, path.split("."), value)
    return Mapped(facts, faults)


def holds(condition: str, payload: Any, *, now: datetime) -> bool:
    """Whether a payload is for a mapping; an empty condition takes everything."""
    if not condition.strip():
        return True
    value, _ = _value(condition, payload, where="condition", now=now)
    return value is True


def shape(text: str, names: Mapping[str, Any], *, now: datetime) -> Any:
    """What a FEEL expression makes of `names`, as JSON; raises Invalid that says what is wrong."""
    answer = engine.evaluate_expression(text, names, now=now)
    errors = [one for one in answer.problems if one.severity == "error"]
    if errors:
        problem = errors[0]
        raise Invalid(f"The mapping cannot be computed: {problem.message} {problem.hint}".strip())
    return engine.to_json(answer.value)


def check_expression(text: str, *, where: str, now: datetime) -> list[Fault]:
    """What is wrong with an expression for any payload: its grammar and the names it uses."""
    answer = engine.evaluate_expression(text, {PAYLOAD: None}, now=now)
    return [
        Fault(code=one.code, where=where, message=one.message, hint=one.hint)
        for one in answer.problems
        if one.severity == "error"
    ]


def _value(text: str, payload: Any, *, where: str, now: datetime) -> tuple[Any, Fault | None]:
    answer = engine.evaluate_expression(text, {PAYLOAD: payload}, now=now)
    errors = [one for one in answer.problems if one.severity == "error"]
    if errors:
        first = errors[0]
        return None, Fault(code=first.code, where=where, message=first.message, hint=first.hint)
    return engine.to_json(answer.value), None


def _put(facts: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        inner = facts.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        facts = inner
    facts[path[-1]] = value
