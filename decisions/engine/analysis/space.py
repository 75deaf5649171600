"""The space of a decision table: its axes, and the box of classes that each row takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from decisions.engine.analysis.allowed import Limits, limits_of_tests, type_limits
from decisions.engine.analysis.axes import Axis, axis_of, open_axis
from decisions.engine.analysis.reach import Bounds, Reach
from decisions.engine.analysis.search import Box
from decisions.engine.feel import nodes as n
from decisions.engine.feel.type_rules import input_type
from decisions.engine.tables.sets import ANYTHING, CellSet, cell_set
from decisions.engine.types import (
    ANY,
    BOOLEAN,
    DATETIME,
    NUMBER,
    SCALARS,
    SIMPLE,
    STRING,
    TIME,
    Type,
    base_of,
)
from decisions.engine.values import kind_of

_NOTHING = CellSet(null=False, values=frozenset())


@dataclass(frozen=True)
class Space:
    """Rows count from 0. `open` holds for every row the places of cells that are no constants.

    Such a cell counts as taking everything in the row's box, so that the box is the most it takes.
    """

    table: n.Table
    axes: tuple[Axis, ...]
    whole: Box
    boxes: tuple[Box, ...]
    open: Mapping[int, tuple[int, ...]]
    sets: tuple[tuple[CellSet | None, ...], ...]

    @cached_property
    def sure(self) -> list[int]:
        """List the rows that are judged whole and can match."""
        return [row for row, box in enumerate(self.boxes) if row not in self.open and all(box)]

    @cached_property
    def cells(self) -> list[dict[int, int]]:
        """Give for every axis the different cells of those rows, and which have them, as bits."""
        found: list[dict[int, int]] = [{} for _ in self.axes]
        for row in self.sure:
            for taken, rows in zip(self.boxes[row], found, strict=True):
                rows[taken] = rows.get(taken, 0) | 1 << row
        return found

    def example(self, box: Box) -> dict[str, Any] | None:
        """Give a value of every axis, by its expression; None where none is known to be there."""
        found: dict[str, Any] = {}
        for axis, classes in zip(self.axes, box, strict=True):
            known, value = axis.sample(classes)
            if not known:
                return None
            found[axis.text] = value
        return found


def space_of(table: n.Table, reach: Reach, scope: Bounds, types: Mapping[int, Type]) -> Space:
    """Build the space of a table."""
    groups: dict[tuple[str, Type], list[int]] = {}
    for place, clause in enumerate(table.inputs):
        kind = _kind(table, place, types)
        groups.setdefault((" ".join(clause.expression.text.split()), kind), []).append(place)
    sets = tuple(
        _sets(table, place, kind) for (_, kind), places in groups.items() for place in places
    )
    order = [place for places in groups.values() for place in places]
    by_place = tuple(sets[order.index(place)] for place in range(len(order)))
    axes = tuple(
        _axis(
            table,
            text,
            tuple(places),
            kind,
            by_place,
            _limits(table, places, kind, reach, scope, types),
        )
        for (text, kind), places in groups.items()
    )
    boxes = _boxes(table, axes, by_place)
    opened = {
        row: places
        for row in range(len(table.rules))
        if (places := tuple(p for p in range(len(by_place)) if by_place[p][row] is None))
    }
    return Space(table, axes, tuple(axis.everything for axis in axes), boxes, opened, by_place)


def _kind(table: n.Table, place: int, types: Mapping[int, Type]) -> Type:
    """Find the kind of a column: declared, inferred, or that of all its constants."""
    clause = table.inputs[place]
    kind = base_of(input_type(clause, types))
    if kind != ANY:
        return kind
    kinds = {
        SIMPLE[kind_of(value)]
        for body in dict.fromkeys(table.rules.inputs[place].bodies)
        for value in _constants(body)
        if value is not None and kind_of(value) in SIMPLE
    }
    return kinds.pop() if len(kinds) == 1 else ANY


def _constants(tests: n.Node) -> Iterable[Any]:
    for test in tests.tests if isinstance(tests, n.Tests) else ():
        parts = (
            (test.value.low, test.value.high)
            if isinstance(test.value, n.RangeOf)
            else (test.value,)
        )
        yield from (part.value for part in parts if isinstance(part, n.Literal))


def _sets(table: n.Table, place: int, kind: Type) -> tuple[CellSet | None, ...]:
    """Read the cells of a column; None for those that are no constants."""
    known: dict[int, CellSet | None] = {}
    found = []
    for tests in table.rules.inputs[place].bodies:
        if id(tests) not in known:
            known[id(tests)] = _set_of(tests, kind) if isinstance(tests, n.Tests) else None
        found.append(known[id(tests)])
    return tuple(found)


def _set_of(tests: n.Tests, kind: Type) -> CellSet | None:
    if not tests.tests:
        return ANYTHING
    if kind not in SCALARS:
        return None
    if tests.negated:
        return cell_set(tests, kind)
    # A constant of another kind matches nothing; the typer complains about it.
    fitting = tuple(test for test in tests.tests if not _misfits(test, kind))
    if not fitting:
        return _NOTHING
    return cell_set(replace(tests, tests=fitting), kind)


def _misfits(test: n.Test, kind: Type) -> bool:
    value = test.value
    if test.operator not in ("", "=") or not isinstance(value, n.Literal) or value.value is None:
        return False
    return kind_of(value.value) != kind.name


def _limits(
    table: n.Table,
    places: Iterable[int],
    kind: Type,
    reach: Reach,
    scope: Bounds,
    types: Mapping[int, Type],
) -> Limits:
    """Gather what limits the values of columns that read the same expression."""
    found = Limits()
    for place in places:
        clause = table.inputs[place]
        inferred = types.get(id(clause.expression), ANY)
        # What is nested too deep to be read is not limited.
        with suppress(RecursionError):
            found = found & reach.limits(clause.expression, scope)
        for declared in (clause.type, inferred):
            if base_of(declared) == kind:
                found = found & type_limits(declared)
        if clause.allowed is not None:
            found = found & limits_of_tests(clause.allowed, kind)
    return replace(found, whole=found.whole and kind == NUMBER)


def _axis(
    table: n.Table,
    text: str,
    places: tuple[int, ...],
    kind: Type,
    sets: tuple[tuple[CellSet | None, ...], ...],
    limits: Limits,
) -> Axis:
    if kind not in SCALARS:
        return open_axis(text, places, _SAMPLES.get(kind))
    named = {id(cell): cell for place in places for cell in sets[place] if cell is not None}
    return axis_of(text, places, kind, list(named.values()), limits)


_SAMPLES: dict[Type, Any] = {
    STRING: "other", NUMBER: 0, BOOLEAN: True, TIME: "12:00:00", DATETIME: "2026-01-01T12:00:00Z"
}  # fmt: skip


def _boxes(
    table: n.Table, axes: tuple[Axis, ...], sets: tuple[tuple[CellSet | None, ...], ...]
) -> tuple[Box, ...]:
    columns = []
    for axis in axes:
        known: dict[int, int] = {}
        taken = [axis.everything] * len(table.rules)
        for place in axis.places:
            for row, cell in enumerate(sets[place]):
                if cell is not None:
                    if id(cell) not in known:
                        known[id(cell)] = axis.classes_of(cell)
                    taken[row] &= known[id(cell)]
        columns.append(taken)
    return tuple(zip(*columns, strict=True)) if columns else tuple(() for _ in table.rules)
