"""Facts as reviewers read them: labelled by the rules' own words, contradictions first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Fact:
    """One value, with what people call it.

    `submitted` is set in evidence that says otherwise than the submitter did.
    """

    name: str
    label: str
    value: Any
    unit: str = ""
    submitted: Any = None


def submitted_facts(facts: Mapping[str, Any], described: Iterable[Mapping[str, Any]]) -> list[Fact]:
    """Flatten what came in, in the order of the model's inputs; unknown values come last.

    `described` is the `inputs` of a model's description; without it names stand as they are.
    """
    known = {item["name"]: item for item in described if not item.get("source")}
    names = [*(name for name in known if name in facts), *(n for n in facts if n not in known)]
    found = [fact for name in names for fact in _facts(known.get(name, {}), name, facts[name])]
    return _known_first(found)


def compared_facts(said: Mapping[str, Any], submitted: Sequence[Fact]) -> list[Fact]:
    """What a source says; first where it contradicts the submitter about a fact of that name."""
    by_name = {fact.name: fact.value for fact in submitted if fact.value is not None}
    found = [fact for name, value in said.items() for fact in _facts({}, name, value)]
    marked = [
        replace(fact, submitted=by_name.get(fact.name))
        if fact.value is not None and by_name.get(fact.name) != fact.value
        else fact
        for fact in _known_first(found)
    ]
    return sorted(marked, key=lambda fact: fact.submitted is None)


def _facts(item: Mapping[str, Any], name: str, value: Any, above: str = "") -> Iterator[Fact]:
    """Walk nested facts in order; lists stay whole."""
    if isinstance(value, Mapping) and value:
        parts = {part["name"]: part for part in item.get("components") or ()}
        for inner, part in value.items():
            yield from _facts(parts.get(inner, {}), inner, part, f"{above}{name}, ")
        return
    hints = item.get("field") or {}
    yield Fact(
        name=name,
        label=hints.get("label") or f"{above}{name}",
        value=value,
        unit=hints.get("unit") or "",
    )


def _known_first(facts: Iterable[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: fact.value is None)
