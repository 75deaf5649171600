"""The classes of values that one column tells apart, and the rows that take each class.

Rows are bits, the first row the highest: the first row of a mask is `rows - mask.bit_length()`.
A cell that is no constant test is counted as taking everything and kept in `open_rows`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import Any

from decisions.engine.feel import nodes as n
from decisions.engine.tables.sets import CellSet, cell_set, spans_in
from decisions.engine.types import NUMBER, SCALARS, STRING, Type, base_of

CLASSES_KEPT = 512
"""How many masks a column may have; with more classes, neighbours share a mask."""
DENSE = 4096
"""How many whole numbers a column may list its masks by."""


@dataclass(frozen=True)
class Column:
    """One column of a table: which cells its rows have, and the classes they tell apart.

    `cells` holds the set of every row, None where the cell is no constant test. A column is
    discrete (`values` are told apart, all others are one class) or ordered (`bounds` begin a new
    class each). Classes count from 0; the class of null is the last.
    """

    kind: Type
    rows: int
    cells: Sequence[CellSet | None]
    values: dict[Any, int] | None
    bounds: tuple[Any, ...]

    @property
    def classes(self) -> int:
        """Count the classes, null among them."""
        return (len(self.bounds) if self.values is None else len(self.values)) + 2

    @property
    def null_class(self) -> int:
        """Give the class of null."""
        return self.classes - 1

    @cached_property
    def open_rows(self) -> tuple[int, ...]:
        """List the rows whose cell is no constant test."""
        return tuple(row for row, cell in enumerate(self.cells) if cell is None)

    @property
    def trivial(self) -> bool:
        """Tell whether no row refuses anything, as far as its constant tests go."""
        return all(cell is None or cell.everything for cell in self.cells)

    def class_of(self, value: Any) -> int:
        """Find the class of a value of the column's kind, or of null."""
        if value is None:
            return self.null_class
        if self.values is not None:
            return self.values.get(value, len(self.values))
        return bisect_right(self.bounds, value)

    def spans(self, cell: CellSet) -> tuple[tuple[int, int], ...]:
        """Give the classes a cell takes as ranges [first, end), null left out."""
        if self.values is not None:
            taken = [self.values[value] for value in cell.values or ()]
            return _ranges(taken, len(self.values) + 1, inverted=cell.inverted)
        bounds = self.bounds
        found = [
            (
                0 if start is None else bisect_right(bounds, start),
                len(bounds) + 1 if end is None else bisect_right(bounds, end),
            )
            for start, end in spans_in(cell, self.kind)
        ]
        return tuple(found)

    @cached_property
    def dense(self) -> range | None:
        """Give the whole numbers around the bounds, where they are few enough to list."""
        if self.kind != NUMBER or not 2 < self.classes <= CLASSES_KEPT or self.values is not None:
            return None
        first, last = self.integer_bounds[0] - 1, self.integer_bounds[-1]
        return range(first, last + 1) if last - first < DENSE else None

    @cached_property
    def integer_bounds(self) -> list[int]:
        """Give the bounds of a number column as whole numbers reach them, for bisect."""
        return [_ceiling(bound) for bound in self.bounds]


def column_of(cells: Sequence[n.Tests], kind: Type) -> Column | None:
    """Build the column of some cells; None for a kind whose values have no classes."""
    base = base_of(kind)
    if base not in SCALARS:
        return None
    one: dict[CellSet, CellSet] = {}
    known: dict[n.Tests, CellSet | None] = {}
    for tests in dict.fromkeys(cells):
        cell = cell_set(tests, base)
        # Texts that name the same values in another order share a set.
        if cell is not None and cell.values is not None:
            cell = one.setdefault(cell, cell)
        known[tests] = cell
    return column_of_sets(list(map(known.__getitem__, cells)), base)


def column_of_sets(sets: Sequence[CellSet | None], base: Type) -> Column:
    """Build the column of cells that were read, of a kind whose values have classes."""
    distinct = [cell for cell in by_identity(sets).values() if cell is not None]
    if any(cell.values is None for cell in distinct):
        return Column(base, len(sets), sets, None, _bounds(distinct, base))
    values: dict[Any, int] = {}
    for cell in distinct:
        # Texts hash anew in every process; examples of an analysis must not change with them.
        for value in sorted(cell.values or ()) if base == STRING else cell.values or ():
            values.setdefault(value, len(values))
    return Column(base, len(sets), sets, values, ())


def by_identity(cells: Sequence[CellSet | None]) -> dict[int, CellSet | None]:
    """Give the cells that are objects of their own, by identity: rows with one text share a cell.

    A cell with many values takes long to hash, and longer to compare.
    """
    return dict(zip(map(id, cells), cells, strict=True))


def _bounds(cells: Iterable[CellSet], kind: Type) -> tuple[Any, ...]:
    # Cells share their ends, and a decimal takes long to hash.
    ends = {id(end): end for cell in cells for span in spans_in(cell, kind) for end in span}
    return tuple(sorted({*ends.values()} - {None}))


def _ranges(taken: Iterable[int], count: int, *, inverted: bool) -> tuple[tuple[int, int], ...]:
    """Write single classes, or all others below `count`, as ranges."""
    found: list[tuple[int, int]] = []
    for number in sorted(taken):
        if found and found[-1][1] == number:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    if not inverted:
        return tuple(found)
    ends = [0, *(end for pair in found for end in pair), count]
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if start < end)


def _ceiling(bound: Any) -> int:
    return bound if type(bound) is int else int(Decimal(bound).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True)
class Masks:
    """The rows that take each class of a column; with many classes, `2 ** shift` share a mask.

    Where classes share, a row of the mask may still refuse the value: `spans` holds for every row
    the classes it takes, and must be asked.
    """

    column: Column
    shift: int
    masks: list[int]
    null_mask: int
    spans: list[tuple[tuple[int, int], ...]] | None

    def of(self, number: int) -> int:
        """Give the mask of a class."""
        if number == self.column.null_class:
            return self.null_mask
        return self.masks[number >> self.shift]


def width(rows: int) -> int:
    """Give the number of bits of a mask: whole bytes, so that it can be read from them."""
    return -(-rows // 8) * 8


def masks_of(column: Column) -> Masks:
    """Build the masks of a column."""
    shift = max(0, (column.classes - 2).bit_length() - CLASSES_KEPT.bit_length() + 1)
    null_rows = [row for row, cell in enumerate(column.cells) if cell is None or cell.null]
    null_mask = _mask(null_rows, column.rows)
    if column.values is not None and not shift:
        return Masks(column, 0, _named_masks(column, column.values), null_mask, None)
    everything = ((0, column.classes - 1),)
    known = {
        key: everything if cell is None else column.spans(cell)
        for key, cell in by_identity(column.cells).items()
    }
    shared = {key: _shifted(taken, shift) for key, taken in known.items()} if shift else known
    count = ((column.classes - 2) >> shift) + 1
    places = list(map(id, column.cells))
    return Masks(
        column,
        shift,
        _sweep(map(shared.__getitem__, places), count, column.rows),
        null_mask,
        _with_null(map(known.__getitem__, places), null_rows, column.null_class) if shift else None,
    )


def _named_masks(column: Column, values: dict[Any, int]) -> list[int]:
    """Give the mask of every value that cells name, and last that of all other values."""
    naming: list[list[int]] = [[] for _ in values]
    for row, cell in enumerate(column.cells):
        if cell is not None:
            for value in cell.values or ():
                naming[values[value]].append(row)
    open_or_inverted = (r for r, cell in enumerate(column.cells) if cell is None or cell.inverted)
    others = _mask(open_or_inverted, column.rows)
    # A row that names a value takes it, or all but it.
    return [*(others ^ _mask(rows, column.rows) for rows in naming), others]


def _with_null(
    spans: Iterable[tuple[tuple[int, int], ...]], null_rows: Iterable[int], null: int
) -> list[tuple[tuple[int, int], ...]]:
    """Add the class of null to the rows that take it, for when a row is asked about it."""
    found = list(spans)
    for row in null_rows:
        found[row] = (*found[row], (null, null + 1))
    return found


def _sweep(spans: Iterable[Sequence[tuple[int, int]]], count: int, rows: int) -> list[int]:
    """Go through the classes in order, with the rows that take the current one as bits."""
    changes: list[list[int]] = [[] for _ in range(count + 1)]
    for row, taken in enumerate(spans):
        for first, end in taken:
            changes[first].append(row)
            changes[end].append(row)
    bits = bytearray(width(rows) // 8)
    found: list[int] = []
    for changed in changes[:count]:
        for row in changed:
            bits[row >> 3] ^= 128 >> (row & 7)
        same = found and not changed
        found.append(found[-1] if same else int.from_bytes(bits, "big"))
    return found


def _shifted(taken: Iterable[tuple[int, int]], shift: int) -> tuple[tuple[int, int], ...]:
    """Give ranges of classes as ranges of the masks they share, joined where they overlap."""
    found: list[tuple[int, int]] = []
    for first, end in taken:
        start, stop = first >> shift, ((end - 1) >> shift) + 1
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((start, stop))
    return tuple(found)


def _mask(rows: Iterable[int], count: int) -> int:
    bits = bytearray(width(count) // 8)
    for row in rows:
        bits[row >> 3] |= 128 >> (row & 7)
    return int.from_bytes(bits, "big")


def rows_of(mask: int, size: int) -> list[int]:
    """List the rows of a mask of `size` bits, in order, counted from 0."""
    found = []
    while mask:
        length = mask.bit_length()
        found.append(size - length)
        mask ^= 1 << (length - 1)
    return found
