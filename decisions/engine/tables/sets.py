"""What a cell takes, as a set of values: the constant tests of one cell, read once for all uses."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from decisions.engine.feel import nodes as n
from decisions.engine.numbers import CONTEXT
from decisions.engine.operators import either, not_
from decisions.engine.temporal import Date, Days, Months
from decisions.engine.types import (
    DATE,
    DAYS,
    MONTHS,
    NUMBER,
    ORDERED,
    SCALARS,
    STRING,
    Type,
    base_of,
)
from decisions.engine.values import KINDS, kind_of

Span = tuple[Any, Any]
"""Values from the first end on and before the second; None stands for no end."""

_AFTER: dict[Type, Callable[[Any], Any]] = {
    NUMBER: lru_cache(maxsize=4096)(lambda value: CONTEXT.next_plus(Decimal(value))),
    STRING: lambda value: value + "\0",
    DATE: lambda value: Date(value.year, value.month, value.day + 1),
    DAYS: lambda value: Days(value.nanos + 1),
    MONTHS: lambda value: Months(value.months + 1),
}


def after(value: Any, kind: Type) -> Any:
    """Give the bound that every larger value of the kind reaches and `value` does not.

    Every kind is discrete here: numbers have 34 digits, texts end in no NUL, dates are whole days.
    """
    return _AFTER[kind](value)


class CellSet(NamedTuple):
    """The values a cell takes: `values` or all but them, or `spans` in order; and whether null."""

    null: bool
    values: frozenset[Any] | None = None
    inverted: bool = False
    spans: tuple[Span, ...] = ()

    @property
    def everything(self) -> bool:
        """Tell whether no value is refused."""
        return self.null and self.inverted and not self.values


ANYTHING = CellSet(null=True, values=frozenset(), inverted=True)


def cell_set(tests: n.Tests, kind: Type) -> CellSet | None:
    """Read a cell of a column of one simple kind; None when a test is no constant of that kind."""
    if not tests.tests:
        return ANYTHING
    named = None if tests.negated else _named(tests, kind)
    if named is not None:
        return CellSet(null=False, values=named)
    parts: list[_Test] = []
    for test in tests.tests:
        part = _Test.of(test, kind)
        if part is None:
            return None
        parts.append(part)
    if len(parts) == 1 and parts[0].spans is not None and not tests.negated:
        return CellSet(False, None, False, parts[0].spans)
    null: bool | None = False
    for part in parts:
        null = either(null, part.null)
    if tests.negated:
        null = not_(null)
    if all(part.spans is None for part in parts):
        values, inverted = _joined(parts)
        return CellSet(null is True, values, inverted != tests.negated)
    spans = union([span for part in parts for span in part.as_spans(kind)])
    return CellSet(null is True, spans=complement(spans) if tests.negated else spans)


def _named(tests: n.Tests, kind: Type) -> frozenset[Any] | None:
    """Give the values that a cell names, when it names nothing but values of the kind."""
    values = []
    for test in tests.tests:
        node = test.value
        if not isinstance(node, n.Literal) or test.operator not in ("", "="):
            return None
        if KINDS[type(node.value)] != kind.name:
            return None
        values.append(node.value)
    return frozenset(values)


def is_constant(tests: n.Tests, kind: Type) -> bool:
    """Tell whether a cell of a column of some type can be read as a set, and so never complains."""
    base = base_of(kind)
    return not tests.tests or (base in SCALARS and cell_set(tests, base) is not None)


class _Test(NamedTuple):
    """One test: some values or all others, or a span; and what it says about null."""

    null: bool | None
    values: frozenset[Any] = frozenset()
    inverted: bool = False
    spans: tuple[Span, ...] | None = None

    @classmethod
    def of(cls, test: n.Test, kind: Type) -> _Test | None:
        if isinstance(test.value, n.RangeOf) and not test.operator:
            return _range(test.value, kind)
        if not isinstance(test.value, n.Literal):
            return None
        value, operator = test.value.value, test.operator or "="
        if value is None:
            known = {"=": cls(True), "!=": cls(False, inverted=True)}
            return known.get(operator)
        if kind_of(value) != kind.name:
            return None
        if operator in ("=", "!="):
            return cls(operator == "!=", frozenset((value,)), operator == "!=")
        if kind not in ORDERED:
            return None
        return cls(None, spans=_half(operator, value, kind))

    def as_spans(self, kind: Type) -> tuple[Span, ...]:
        if self.spans is not None:
            return self.spans
        return spans_of(self.values, kind, inverted=self.inverted)


def spans_of(values: frozenset[Any], kind: Type, *, inverted: bool) -> tuple[Span, ...]:
    """Write single values, or all others, as spans."""
    points = union([(value, after(value, kind)) for value in values])
    return complement(points) if inverted else points


def spans_in(cell: CellSet, kind: Type) -> tuple[Span, ...]:
    """Give what a cell takes as spans, also where it names single values."""
    if cell.values is None:
        return cell.spans
    return spans_of(cell.values, kind, inverted=cell.inverted)


def _half(operator: str, value: Any, kind: Type) -> tuple[Span, ...]:
    if operator == "<":
        return ((None, value),)
    if operator == "<=":
        return ((None, after(value, kind)),)
    return ((value if operator == ">=" else after(value, kind), None),)


def _range(box: n.RangeOf, kind: Type) -> _Test | None:
    """Read [a..b] and its like, or (< a)."""
    if not isinstance(box.low, n.Literal) or not isinstance(box.high, n.Literal):
        return None
    low, high = box.low.value, box.high.value
    if kind not in ORDERED or box.operator in ("=", "!="):
        return None
    kinds = KINDS[type(low)], KINDS[type(high)]
    if kinds != (kind.name, kind.name) and not (box.operator and set(kinds) == {kind.name, "null"}):
        return None
    start = None if low is None else low if box.low_closed else after(low, kind)
    end = None if high is None else after(high, kind) if box.high_closed else high
    if start is not None and end is not None and not start < end:
        return _Test(None, spans=())
    return _Test(None, spans=((start, end),))


def _joined(parts: list[_Test]) -> tuple[frozenset[Any], bool]:
    """Join tests on single values: the values taken, or those refused and True."""
    taken = frozenset().union(*(part.values for part in parts if not part.inverted))
    refusals = [part.values for part in parts if part.inverted]
    if not refusals:
        return taken, False
    refused = refusals[0].intersection(*refusals[1:])
    return refused - taken, True


def union(spans: list[Span]) -> tuple[Span, ...]:
    """Join spans that touch or overlap, in order."""
    found: list[Span] = []
    bounded = sorted((span for span in spans if span[0] is not None), key=itemgetter(0))
    for start, end in [*(span for span in spans if span[0] is None), *bounded]:
        if found and _reaches(found[-1][1], start):
            found[-1] = (found[-1][0], _later(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _reaches(end: Any, start: Any) -> bool:
    return end is None or start is None or not end < start


def _later(left: Any, right: Any) -> Any:
    return None if left is None or right is None else max(left, right)


def complement(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Give what spans in order leave out."""
    found: list[Span] = []
    start: Any = None
    opened = True
    for low, high in spans:
        if low is not None and opened:
            found.append((start, low))
        start, opened = high, high is not None
    if opened:
        found.append((start, None))
    return tuple(found)
