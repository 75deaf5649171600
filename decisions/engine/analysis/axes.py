"""One axis of a table's space: the classes of values of one input expression that rows tell apart.

Columns that read the same expression share an axis. Classes that no value can be in are left out:
those outside allowed values, 30 February, between 5 and 6 where only whole numbers are allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from decisions.engine.analysis.allowed import Limits
from decisions.engine.analysis.samples import other_values, value_between
from decisions.engine.problems import Refused
from decisions.engine.run import Run
from decisions.engine.tables.columns import Column, column_of_sets
from decisions.engine.tables.sets import CellSet, after
from decisions.engine.types import Type


@dataclass(frozen=True)
class Axis:
    """The classes of one input expression; `samples` holds a value of each, null's last if any.

    `column` tells all classes apart, `numbers` says which of them are left. In `doubtful` classes
    no value was found that its type's conditions take. Without a column nothing is told apart.
    """

    text: str
    places: tuple[int, ...]
    column: Column | None
    numbers: tuple[int, ...]
    samples: tuple[Any, ...]
    null: bool
    doubtful: int
    whole: bool

    @property
    def everything(self) -> int:
        """All classes, as bits."""
        return (1 << len(self.numbers)) - 1

    @property
    def null_bit(self) -> int:
        """The class of null as a bit, 0 where null cannot be."""
        return 1 << (len(self.numbers) - 1) if self.null else 0

    def classes_of(self, cell: CellSet) -> int:
        """Give the classes a cell takes, as bits."""
        if self.column is None or cell.everything:
            return self.everything
        taken = 0
        for start, end in self.column.spans(cell):
            taken |= self._below(end) & ~self._below(start)
        if cell.null and self.null:
            taken |= self.null_bit
        return taken

    def _below(self, number: int) -> int:
        """Give the classes left among the first ones."""
        return (1 << self._ranks[number]) - 1

    @cached_property
    def _ranks(self) -> list[int]:
        """Count for every class of the column how many of those left come before it."""
        count = 1 if self.column is None else self.column.classes
        kept = set(self.numbers)
        return list(accumulate((number in kept for number in range(count)), initial=0))

    def sample(self, classes: int) -> tuple[bool, Any]:
        """Give a value of some classes, and whether one was found; null last."""
        for wanted in (classes & ~self.null_bit & ~self.doubtful, classes & self.null_bit):
            if wanted:
                return True, self.samples[(wanted & -wanted).bit_length() - 1]
        return False, None


def open_axis(text: str, places: tuple[int, ...], sample: Any) -> Axis:
    """Build an axis whose values have no classes, such as lists."""
    return Axis(text, places, None, (0,), (sample,), False, 0, False)


def axis_of(
    text: str,
    places: tuple[int, ...],
    kind: Type,
    cells: Sequence[CellSet],
    limits: Limits,
) -> Axis:
    """Build the axis of a simple kind from its cells and from what limits its values."""
    column = column_of_sets([*cells, *limits.sets], kind)
    legal = _legal(column, limits.sets)
    numbers: list[int] = []
    samples: list[Any] = []
    doubtful = 0
    for number in legal:
        found, value = _sample(column, number, limits)
        if found == "none":
            continue
        if found == "doubtful":
            doubtful |= 1 << len(numbers)
        numbers.append(number)
        samples.append(value)
    if limits.null:
        numbers.append(column.null_class)
        samples.append(None)
    return Axis(
        text, places, column, tuple(numbers), tuple(samples), limits.null, doubtful, limits.whole
    )


def _legal(column: Column, sets: Sequence[CellSet]) -> list[int]:
    """List the classes that all limits take, null left out."""
    taken = set(range(column.classes - 1))
    for limit in sets:
        allowed: set[int] = set()
        for start, end in column.spans(limit):
            allowed.update(range(start, end))
        taken &= allowed
    return sorted(taken)


def _sample(column: Column, number: int, limits: Limits) -> tuple[str, Any]:
    """Find a value of a class that the conditions take: "found", "doubtful" or "none"."""
    candidates, single = _candidates(column, number, limits.whole)
    for value in candidates:
        if all(_takes(condition, value) for condition in limits.conditions):
            return "found", value
    return ("doubtful" if candidates and not single else "none"), None


def _candidates(column: Column, number: int, whole: bool) -> tuple[list[Any], bool]:
    """Give some values of a class, and whether there are no others."""
    if column.values is not None:
        named = list(column.values)
        if number < len(named):
            return ([] if whole and named[number] != int(named[number]) else [named[number]]), True
        return list(other_values(column.kind, frozenset(named))), False
    bounds = (None, *column.bounds, None)
    low, high = bounds[number], bounds[number + 1]
    value = value_between(column.kind, low, high, whole=whole)
    if value is None:
        return [], True
    single = low is not None and high is not None and value == low and _follows(column, low, high)
    return [value], single


def _follows(column: Column, low: Any, high: Any) -> bool:
    """Tell whether a class holds one value only."""
    return bool(after(low, column.kind) == high)


def _takes(condition: Callable[[Any, Any], bool | None], value: Any) -> bool:
    try:
        return condition(Run(), value) is True
    except Refused:
        return False
