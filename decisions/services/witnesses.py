"""Facts of a submission that reach a place of a table: real ones, or real ones changed to fit."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from decisions.models import ModelVersion
from decisions.services.candidates import Candidate, candidate_today
from decisions.services.checking import problem_called
from decisions.services.falls import Detector, Real, Region, decided, recent

MOST_BASES = 200
_CONTAINS = re.compile(r'list contains\(\s*([A-Za-z_][\w.]*)\s*,\s*"([^"]*)"\s*\)')
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")

Facts = dict[str, Any]
Reaches = Callable[[Sequence[Mapping[str, Any]]], list[bool]]


@dataclass(frozen=True)
class Witness:
    """Facts with where they come from; `sure` tells whether they reach what was asked for."""

    facts: Facts
    at: datetime
    note: str
    sure: bool


def for_row(version: ModelVersion, table_id: str, row: int, *, now: datetime) -> Witness | None:
    """Find facts that a row answers, if there is such a row."""
    rules = candidate_today(version, now=now)
    example = rules.model.row_example(table_id, row)

    def reaches(items: Sequence[Mapping[str, Any]]) -> list[bool]:
        batch = decided(rules, items, now=now)
        if batch is None:
            return [(table_id, row) in rules.decide({}, now=now).rows for _ in items]
        return [(table_id, row) in batch.hits(place) for place in range(len(items))]

    return _found(version, rules, example, reaches, f"row {row}", now)


def for_problem(version: ModelVersion, table_id: str, key: str, *, now: datetime) -> Witness | None:
    """Find facts that fall where a problem is, if it is still there."""
    problem = problem_called(version, table_id, key)
    if problem is None:
        return None
    rules = candidate_today(version, now=now)
    region = problem.region or Region(())

    def reaches(items: Sequence[Mapping[str, Any]]) -> list[bool]:
        if not region.cells:
            return [False for _ in items]
        places = Detector(rules, table_id, [region]).places(items, now=now)
        return [bool(found) for found in places]

    return _found(version, rules, problem.given, reaches, "this case", now)


def _found(
    version: ModelVersion,
    rules: Candidate,
    example: Mapping[str, Any] | None,
    reaches: Reaches,
    what: str,
    now: datetime,
) -> Witness:
    """Try real submissions as they are, then changed by the example, then the example alone."""
    real = recent(version, rules, now=now)
    hits = reaches([one.inputs for one in real])
    for one, hit in zip(real, hits, strict=True):
        if hit:
            facts = {name: value for name, value in one.inputs.items() if value is not None}
            return Witness(facts, now, f"A real submission reaches {what}: {one.title}.", True)
    known = {*rules.model.asked, *rules.evidence}
    told = {text: value for text, value in (example or {}).items() if _root(text) in known}
    changed = list(islice(_changed(version, real, told), MOST_BASES))
    for facts, hit in zip(changed, reaches(changed), strict=True):
        if hit:
            return Witness(facts, now, f"Made up so that it reaches {what}.", True)
    note = f"No facts are known that reach {what}. Complete them by hand, and try."
    return Witness(changed[0] if changed else {}, now, note, False)


def _changed(
    version: ModelVersion, real: Sequence[Real], example: Mapping[str, Any]
) -> Iterator[Facts]:
    """Change facts by the values of a case, as far as its expressions read facts as they are."""
    bases: list[Mapping[str, Any]] = [
        *(test.facts for test in version.tests.all()[:MOST_BASES]),
        *(one.inputs for one in real),
        {},
    ]
    for base in bases:
        facts = deepcopy({name: value for name, value in base.items() if value is not None})
        for text, value in example.items():
            _put(facts, text, value)
        yield facts


def _read(text: str) -> str:
    """Return the path of the fact that an expression reads as it is, or nothing."""
    contains = _CONTAINS.fullmatch(text)
    return contains[1] if contains else text if _PATH.fullmatch(text) else ""


def _root(text: str) -> str:
    return _read(text).partition(".")[0]


def _put(facts: Facts, text: str, value: Any) -> None:
    contains = _CONTAINS.fullmatch(text)
    *outer, last = _read(text).split(".")
    place: Any = facts
    for step in outer:
        place = place.setdefault(step, {}) if isinstance(place, dict) else None
    if not last or not isinstance(place, dict):
        return
    if contains:
        held = place.get(last)
        kept = [item for item in held if item != contains[2]] if isinstance(held, list) else []
        place[last] = [*kept, contains[2]] if value else kept
    elif value is None:
        place.pop(last, None)
    else:
        place[last] = value
