"""Makes facts that lie in a box: from facts that are known to be good, and from the types alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any

from decisions.engine.analysis.samples import other_values, value_between
from decisions.engine.facts import Shape
from decisions.engine.proving.box import Box, declared
from decisions.engine.proving.ranges import NO, YES, May, Path, length, may_be
from decisions.engine.tables.sets import after
from decisions.engine.types import DATETIME, ORDERED, SIMPLE, STRING, TIME
from decisions.engine.values import plain, take_in

_TRIES = 8
_SAMPLES = {STRING.name: "other", TIME.name: "12:00:00", DATETIME.name: "2026-01-01T12:00:00Z"}


class Maker:
    """Makes facts by the declared shapes; `bases` are what is not asked about taken from."""

    def __init__(self, shapes: Mapping[str, Shape], bases: Sequence[Mapping[str, Any]]) -> None:
        self.shapes = shapes
        self.bases = [*bases, self._plainest()]

    def facts_in(self, box: Box, *, start: int = 0) -> Iterator[dict[str, Any]]:
        """Give facts of a box, one for each base where there is any, from one of them on."""
        first = start % len(self.bases)
        for base in (*self.bases[first:], *self.bases[:first]):
            facts = deepcopy(dict(base))
            if all(self._put(facts, path, may) for path, may in _outer_first(box)):
                for key, note in box.notes.items():
                    self._hold(facts, note, box.known.get(key) == YES, box.known.get(key) == NO)
                yield facts

    def _plainest(self) -> dict[str, Any]:
        return {name: sample_of(shape) for name, shape in self.shapes.items() if not shape.optional}

    def _put(self, facts: dict[str, Any], path: Path, may: May) -> bool:
        """Set a fact to a value that it may have; what fits stays. False where it has no place."""
        shape = self.shapes.get(path[0])
        owner: Any = facts
        for name, part in pairwise(path):
            if not isinstance(owner.get(name), dict):
                if shape is None or shape.parts is None:
                    return False
                owner[name] = sample_of(shape)
            owner, shape = owner[name], (shape.parts or {}).get(part) if shape else None
            if not isinstance(owner, dict):
                return may.only_null
        if shape is None:
            return False
        found, value = _value(owner.get(path[-1]), may, shape)
        if found:
            owner[path[-1]] = value
        return found

    def _hold(self, facts: dict[str, Any], note: Any, wanted: bool, refused: bool) -> None:
        """Let a list hold a value, or not."""
        if note is None or note[0] is None or note[0][0] != "fact":
            return
        path, value = note[0][1], plain(note[1])
        owner: Any = facts
        for name in path[:-1]:
            owner = owner.get(name) if isinstance(owner, dict) else None
        if not isinstance(owner, dict):
            return
        items = owner.get(path[-1])
        if wanted:
            owner[path[-1]] = [*(items or []), *([] if value in (items or []) else [value])]
        elif refused and isinstance(items, list):
            owner[path[-1]] = [item for item in items if item != value]


def _outer_first(box: Box) -> list[tuple[Path, May]]:
    return sorted(box.facts.items(), key=lambda item: len(item[0]))


def _value(current: Any, may: May, shape: Shape) -> tuple[bool, Any]:
    if may.kind == "list" and may.segments is not None and not may.only_null:
        return True, _items(current, may, shape)
    if current is None and may.null:
        return True, None
    if may.kind == "context" and not may.only_null:
        return True, current if isinstance(current, dict) else sample_of(shape)
    if current is not None and _fits(current, may):
        return True, current
    return choose(may)


def _fits(current: Any, may: May) -> bool:
    if isinstance(current, dict | list):
        return not may.kind
    value = take_in(current)
    if may.kind in ("date", "days and time duration", "years and months duration"):
        return False  # As text it is of another kind; a value is chosen.
    return may_be(may, value)


def _items(current: Any, may: May, shape: Shape) -> list[Any]:
    low, high = length(may.segments or ())
    items = list(current) if isinstance(current, list) else []
    while len(items) < low and shape.item is not None:
        items.append(sample_of(shape.item))
    return items if high is None else items[:high]


def choose(may: May) -> tuple[bool, Any]:
    """Choose a value as it is written in facts, and tell whether there is one."""
    for value in values_in(may):
        return True, plain(value)
    return may.null, None


def values_in(may: May) -> Iterator[Any]:
    """Give some values that are not null, the first ones first."""
    if may.values is not None:
        yield from sorted(may.values, key=str)
        return
    kind = SIMPLE.get(may.kind)
    if kind is None:
        return
    if kind not in ORDERED:
        if may.kind in _SAMPLES:
            yield _SAMPLES[may.kind]
        return
    if may.low is None and may.high is None:
        yield from other_values(kind, may.but)
        return
    low = may.low
    for _ in range(_TRIES):
        value = value_between(kind, low, may.high, whole=may.whole)
        if value is None:
            return
        if value not in may.but:
            yield value
        low = after(value, kind)


def sample_of(shape: Shape) -> Any:
    """Give a value of a declared form, as it is written in facts."""
    if shape.item is not None:
        return []
    if shape.parts is not None:
        return {
            name: None if part.optional else sample_of(part) for name, part in shape.parts.items()
        }
    return choose(declared((), shape))[1]
