"""Finds the classes that the facts of a block have in one column of a table, all at once.

Whatever is not surely read the way `facts.Reader` reads it has no class: UNFIT.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decisions.engine.batch.sources import Block, Coded, Flags, Ints, Items, Numbers
from decisions.engine.facts import Shape
from decisions.engine.reading import quick_reader
from decisions.engine.run import Run
from decisions.engine.tables.columns import Column
from decisions.engine.tables.sets import CellSet, after, spans_in
from decisions.engine.types import BOOLEAN, NUMBER
from decisions.engine.values import kind_of

UNFIT = -1
_KEPT = 1 << 16
"""How many values are remembered with their class, so that many texts cannot fill the memory."""
_LISTED = 1 << 16
"""Up to how many whole numbers the classes are listed one by one."""
_LEAST, _MOST = -(2**63), 2**63 - 1


def ordered(column: Column) -> Column:
    """Tell numbers apart by bounds also where all cells name single values."""
    if column.kind != NUMBER or column.values is None:
        return column
    cells = {id(cell): cell for cell in column.cells if cell is not None}.values()
    ends = {end for cell in cells for span in spans_in(cell, NUMBER) for end in span}
    return replace(column, values=None, bounds=tuple(sorted(ends - {None})))


class Classifier:
    """Finds classes of facts of one declared form; `column` is one that `ordered` gave."""

    def __init__(self, shape: Shape, column: Column) -> None:
        self.column = column
        self.optional = shape.optional
        self._read = quick_reader(shape)
        self._allowed = _allowed(shape)
        self._vector = column.kind == NUMBER and (
            shape.constraint is None or self._allowed is not None
        )
        self._scale = Scale(column) if self._vector else None

    def remember(self) -> Memory:
        """Give what one batch remembers of this column."""
        return Memory(self._class_of)

    def classes(self, block: Block, memory: Memory) -> Ints:
        """Give the class of every item, UNFIT where it is better left to the reader."""
        if isinstance(block, Items) and self._scale is not None:
            block = _as_numbers(block)
        if isinstance(block, Numbers) and self._scale is not None:
            return self._of_numbers(block, self._scale)
        if isinstance(block, Coded):
            # A code of -1 finds the last entry, which is that of null.
            known = [memory.find(value) for value in (*block.values, None)]
            coded: Ints = np.array(known, np.int64)[block.codes]
            return coded
        items = block.values if isinstance(block, Items) else _items(block)
        return memory.find_all(items, apart=self.column.kind in (NUMBER, BOOLEAN))

    def _class_of(self, value: Any) -> int:
        """Find the class of one fact by the reader of facts."""
        try:
            found = self._read(Run(), value)
        # Whatever goes wrong here is found again, and named, by the row engine.
        except Exception:  # noqa: BLE001
            return UNFIT
        return class_of_value(self.column, found)

    def _of_numbers(self, block: Numbers, scale: Scale) -> Ints:
        found = scale.classes(block.array)
        if self._allowed is not None:
            found = np.where(self._allowed.takes(block.array), found, UNFIT)
        if block.nulls is not None:
            found = np.where(block.nulls, self.column.null_class if self.optional else UNFIT, found)
        return found


def class_of_value(column: Column, value: Any) -> int:
    """Find the class of a FEEL value, UNFIT where it is of another kind."""
    if value is not None and kind_of(value) != column.kind.name:
        return UNFIT
    return column.class_of(value)


class Memory:
    """The classes of values met so far, by type: 1, 1.0 and true are one key of Python's."""

    def __init__(self, class_of: Callable[[Any], int]) -> None:
        self._class_of = class_of
        self._known: dict[type, _ClassMemo] = {}

    def find(self, value: Any) -> int:
        """Find the class of one value."""
        try:
            return self._of_type(type(value))[value]
        except TypeError:
            return self._class_of(value)

    def find_all(self, values: Sequence[Any], *, apart: bool) -> Ints:
        """Find the classes of many values; those of several types are held `apart`."""
        kinds = set(map(type, values)) if apart else {str}
        try:
            if len(kinds) == 1:
                found = map(self._of_type(kinds.pop()).__getitem__, values)
                return np.fromiter(found, np.int64, len(values))
        except TypeError:
            # A value that cannot be a key: a list, an object.
            pass
        return np.fromiter(map(self.find, values), np.int64, len(values))

    def _of_type(self, kind: type) -> _ClassMemo:
        if kind not in self._known:
            self._known[kind] = _ClassMemo(self._class_of)
        return self._known[kind]


class _ClassMemo(dict[Any, int]):
    """Classes by value, found when they are asked for the first time."""

    def __init__(self, class_of: Callable[[Any], int]) -> None:
        super().__init__()
        self._class_of = class_of

    def __missing__(self, value: Any) -> int:
        found = self._class_of(value)
        if len(self) < _KEPT:
            self[value] = found
        return found


class Scale:
    """The bounds of a column of numbers, in the two forms arrays have."""

    def __init__(self, column: Column) -> None:
        self._bounds = column.bounds
        whole = [max(bound, _LEAST) for bound in column.integer_bounds if bound <= _MOST]
        self._whole = np.array(whole, np.int64)
        self._low = whole[0] - 1 if whole and whole[0] > _LEAST else _LEAST
        self._high = whole[-1] if whole else self._low
        self._classes: Ints | None = None
        if self._high - self._low < _LISTED:
            listed = np.arange(self._low, self._high + 1, dtype=np.int64)
            self._classes = np.searchsorted(self._whole, listed, "right").astype(np.int64)

    @cached_property
    def _floats(self) -> NDArray[np.float64]:
        """Give the least float that reaches each bound, as the decimal that its text is."""
        return np.array([_least_float(bound) for bound in self._bounds], np.float64)

    def classes(self, array: NDArray[Any]) -> Ints:
        """Give the classes of numbers; a float that is no number is UNFIT."""
        if array.dtype.kind == "f":
            found = np.searchsorted(self._floats, array, "right").astype(np.int64, copy=False)
            finite = np.isfinite(array)
            return found if finite.all() else np.where(finite, found, UNFIT)
        if self._classes is not None:
            listed: Ints = self._classes[np.clip(array, self._low, self._high) - self._low]
            return listed
        return np.searchsorted(self._whole, array, "right").astype(np.int64, copy=False)


def _least_float(bound: Any) -> float:
    exact = Decimal(bound)
    nearest = float(exact)
    if np.isinf(nearest) or Decimal(repr(nearest)) >= exact:
        return nearest
    return float(np.nextafter(nearest, np.inf))


class _Allowed:
    """The numbers that the allowed values of an input take."""

    def __init__(self, cell: CellSet) -> None:
        column = ordered(Column(NUMBER, 1, (cell,), {}, ()))
        self._scale = Scale(column)
        # One class more, so that UNFIT finds a place that is not taken.
        self._taken = np.zeros(column.classes, np.bool_)
        for first, end in column.spans(cell):
            self._taken[first:end] = True

    def takes(self, array: NDArray[Any]) -> Flags:
        """Tell which numbers are allowed."""
        taken: Flags = self._taken[self._scale.classes(array)]
        return taken


def _allowed(shape: Shape) -> _Allowed | None:
    """Read allowed values that are numbers or bounds; None where they are anything else."""
    constraint = shape.constraint
    if constraint is None or constraint.inherits or constraint.allows is None:
        return None
    values = constraint.values
    if values is not None:
        if not all(type(value) in (int, Decimal) for value in values):
            return None
        return _Allowed(CellSet(null=False, values=frozenset(values)))
    low, high = constraint.low, constraint.high
    ends = [bound[0] for bound in (low, high) if bound is not None]
    if not ends or not all(type(end) in (int, Decimal) for end in ends):
        return None
    start = None if low is None else low[0] if low[1] else after(low[0], NUMBER)
    end = None if high is None else after(high[0], NUMBER) if high[1] else high[0]
    return _Allowed(CellSet(null=False, spans=((start, end),)))


def _as_numbers(block: Items) -> Block:
    """Give numbers of one type as an array."""
    kinds = set(map(type, block.values))
    try:
        if kinds == {int}:
            return Numbers(np.array(block.values, np.int64))
    except OverflowError:
        return block
    return Numbers(np.array(block.values, np.float64)) if kinds == {float} else block


def _items(block: Numbers) -> list[Any]:
    values: list[Any] = block.array.tolist()
    if block.nulls is None:
        return values
    return [None if null else value for value, null in zip(values, block.nulls, strict=True)]
