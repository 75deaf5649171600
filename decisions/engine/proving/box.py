"""A part of all facts: what each fact may be there, and how a part is cut where that tells more."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from decisions.engine.analysis.allowed import type_limits
from decisions.engine.facts import Shape
from decisions.engine.proving.ranges import (
    ANYTHING,
    NO,
    UNKNOWN,
    YES,
    May,
    Path,
    Segment,
    Tri,
    may_be,
)
from decisions.engine.tables.sets import after
from decisions.engine.types import BOOLEAN, SIMPLE, TESTABLE, ItemType, Type, base_of
from decisions.engine.values import kind_of

LENGTH = "#"
"""Ends the path of the length of a list."""


@dataclass(frozen=True, slots=True)
class Split:
    """A question that cuts a box: about a fact ("null", "equal", "below") or a condition.

    A condition is told by its key, with the list that it asks about where it is one of a fact.
    """

    asks: str
    about: Hashable
    value: Any = None
    note: Any = None


@dataclass(frozen=True, slots=True)
class Box:
    """All facts whose values are among `facts` and for which the conditions are as `known`."""

    facts: Mapping[Path, May] = field(default_factory=dict)
    known: Mapping[Hashable, Tri] = field(default_factory=dict)
    notes: Mapping[Hashable, Any] = field(default_factory=dict)

    def fact(self, path: Path, shape: Shape) -> May:
        """Give what a fact may be here."""
        found = self.facts.get(path)
        if found is None:
            found = declared(path, shape)
        if shape.parts is None or found.only_null:
            return found
        parts = {
            name: self.fact((*path, name), replace(part, optional=part.optional or shape.optional))
            for name, part in shape.parts.items()
        }
        return replace(found, parts=parts)

    def with_fact(self, path: Path, may: May) -> Box:
        return replace(self, facts={**self.facts, path: may})

    def cut(self, split: Split, shape: Shape | None) -> Iterator[Box]:
        """Give the parts on each side of a question; together they are the box."""
        if split.asks == "holds":
            notes = {**self.notes, split.about: split.note}
            for tri in (YES, NO, UNKNOWN):
                part = replace(self, known={**self.known, split.about: tri}, notes=notes)
                if tri == YES and split.note is not None and shape is not None:
                    # What holds a value is not null.
                    listed = split.note[0][1]
                    part = part.with_fact(listed, replace(self.fact(listed, shape), null=False))
                yield part
            return
        path: Path = split.about  # type: ignore[assignment]
        if path[-1] == LENGTH:
            yield from self._cut_length(path[:-1], split, shape)
            return
        whole = self.fact(path, shape or Shape(ANY_TYPE))
        for may in _parts(whole, split):
            if not may.impossible:
                yield self.with_fact(path, may)

    def _cut_length(self, path: Path, split: Split, shape: Shape | None) -> Iterator[Box]:
        whole = self.fact(path, shape or Shape(ANY_TYPE))
        if whole.segments is None:
            return
        (segment,) = whole.segments or (Segment(0, 0, ANYTHING),)
        bound = ceil(split.value)
        if split.asks == "equal" and bound <= segment.low:
            bound += 1
        for low, high in ((segment.low, bound - 1), (bound, segment.high)):
            if high is None or low <= high:
                cut = (replace(segment, low=max(low, 0), high=high),) if high != 0 else ()
                yield self.with_fact(path, replace(whole, null=False, segments=cut))
        if whole.null:
            yield self.with_fact(path, _nothing(whole))


ANY_TYPE = SIMPLE["Any"]


def _parts(whole: May, split: Split) -> Iterator[May]:
    if split.asks == "null":
        yield _nothing(whole)
        yield replace(whole, null=False)
    elif split.asks == "equal":
        if may_be(whole, split.value):
            only = frozenset({split.value})
            yield replace(whole, null=False, kind=kind_of(split.value), values=only)
        yield _without(whole, split.value)
    else:
        yield from _halves(replace(whole, null=False), split.value)
        if whole.null:
            yield _nothing(whole)


def _nothing(whole: May) -> May:
    return replace(whole, null=True, values=frozenset(), segments=None, parts=None)


def _without(whole: May, value: Any) -> May:
    if whole.values is not None:
        return replace(whole, values=whole.values - {value})
    return replace(whole, but=whole.but | {value})


def _halves(whole: May, bound: Any) -> Iterator[May]:
    if whole.values is not None:
        for side in (True, False):
            yield replace(whole, values=frozenset(v for v in whole.values if (v < bound) == side))
        return
    outside = whole.low is not None and bound <= whole.low
    if outside or (whole.high is not None and whole.high <= bound):
        yield whole
        return
    yield _span(whole, whole.low, bound)
    yield _span(whole, bound, whole.high)


def _span(whole: May, low: Any, high: Any) -> May:
    if whole.whole:
        low, high = (None if end is None else ceil(end) for end in (low, high))
    return replace(whole, low=low, high=high)


def declared(path: Path, shape: Shape) -> May:
    """Give what a fact may be by its declared type."""
    leaf = path or None
    if shape.item is not None:
        item = declared((), shape.item)
        source = ("fact", path) if path else None
        return May(shape.optional, "list", segments=(Segment(0, None, item, source),), leaf=leaf)
    if shape.parts is not None:
        parts = None if path else {n: declared((), part) for n, part in shape.parts.items()}
        return May(shape.optional, "context", parts=parts, leaf=leaf)
    base = base_of(shape.type)
    if base not in TESTABLE:
        return May(shape.optional, leaf=leaf)
    plain = May(shape.optional, base.name, leaf=leaf, whole=_is_whole(shape.type))
    if base == BOOLEAN:
        return replace(plain, values=frozenset({True, False}))
    return _constrained(plain, shape)


def _is_whole(kind: Type) -> bool:
    if id(kind) not in _whole:
        if len(_whole) > _MOST_TYPES:
            _whole.clear()
        _whole[id(kind)] = kind, isinstance(kind, ItemType) and type_limits(kind).whole
    return _whole[id(kind)][1]


_MOST_TYPES = 2000
_whole: dict[int, tuple[Type, bool]] = {}


def _constrained(may: May, shape: Shape) -> May:
    limit = shape.constraint
    if limit is None:
        return may
    if limit.values is not None:
        return replace(may, values=frozenset(v for v in limit.values if v is not None))
    low = high = None
    kind = SIMPLE[may.kind]
    if limit.low is not None:
        low = limit.low[0] if limit.low[1] else after(limit.low[0], kind)
    if limit.high is not None:
        high = after(limit.high[0], kind) if limit.high[1] else limit.high[0]
    return _span(may, low, high)
