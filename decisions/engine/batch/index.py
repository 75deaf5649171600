"""An index of the rows of a table by the classes of a few columns, for many items at once.

The classes of the key columns make one number; for each such number the index lists the rows that
take it, in order. What is left are pairs of items and rows, and these are asked about the other
columns together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decisions.engine.batch.sources import Flags, Ints
from decisions.engine.tables.columns import Column

KEYS = 1 << 19
"""How many keys an index may have."""
ENTRIES = 1 << 20
"""How many rows it may list under all of them."""
PAIRS = 1 << 19
"""How many pairs of items and rows are asked at once, which bounds the memory."""
_MOST_LEFT = 200.0
"""With more rows left for a key than this, the masks of the row engine are quicker."""
_WORD = 64
_CELLS = 1 << 25


class TooWide(Exception):
    """Says that a table leaves too many rows for every key."""


class RowRanges:
    """The classes that each row takes in one column, as ranges: row by row, first and end."""

    def __init__(self, column: Column, count: int, *, nullable: bool) -> None:
        self.classes = column.classes if nullable else column.classes - 1
        known: dict[int, list[tuple[int, int]]] = {}
        rows = []
        for cell in column.cells[:count]:
            if id(cell) not in known:
                known[id(cell)] = self._ranges(column, cell)
            rows.append(known[id(cell)])
        self.counts = np.array([len(ranges) for ranges in rows], np.int64)
        flat = np.array([end for ranges in rows for end in ranges], np.int64).reshape(-1, 2)
        self.first, self.end = flat[:, 0], flat[:, 1]
        self.owner = np.repeat(np.arange(len(rows)), self.counts)
        self.cover = np.bincount(self.owner, self.end - self.first, len(rows)).astype(np.int64)

    def _ranges(self, column: Column, cell: Any) -> list[tuple[int, int]]:
        if cell is None:
            return [(0, self.classes)]
        found = [(first, end) for first, end in column.spans(cell) if first < end]
        if cell.null and self.classes == column.classes:
            found.append((column.null_class, column.classes))
        return found

    @property
    def simple(self) -> bool:
        """Tell whether every row takes one range of classes, or none."""
        return bool((self.counts <= 1).all())

    def bounds(self) -> tuple[Ints, Ints]:
        """Give the one range of every row."""
        first, end = np.zeros((2, len(self.counts)), np.int64)
        first[self.owner], end[self.owner] = self.first, self.end
        return first, end

    def listed(self) -> tuple[Ints, Ints]:
        """Give every class of every row: the rows, in order, and the classes."""
        lengths = self.end - self.first
        return np.repeat(self.owner, lengths), places(self.first, lengths)

    def matrix(self) -> Flags:
        """Tell for every row and class whether the row takes it."""
        found = np.zeros((len(self.counts), self.classes), np.bool_)
        rows, numbers = self.listed()
        found[rows, numbers] = True
        return found


def places(starts: Ints, lengths: Ints) -> Ints:
    """Write out runs: `lengths` whole numbers from each start on."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    found: Ints = np.arange(total) + np.repeat(starts - (ends - lengths), lengths)
    return found


@dataclass(frozen=True, slots=True)
class Bits:
    """Asks about a few columns with few classes: one bit for each choice of classes."""

    columns: tuple[int, ...]
    sizes: tuple[int, ...]
    words: NDArray[np.uint64]

    def ask(self, number: Ints, items: Ints, rows: Ints) -> Flags:
        """Tell which rows take which items."""
        shift = number.view(np.uint64)[items]
        found: Flags = ((self.words[rows] >> shift) & np.uint64(1)).astype(np.bool_)
        return found


@dataclass(frozen=True, slots=True)
class Within:
    """Asks about a column in which every row takes one range of classes."""

    columns: tuple[int]
    sizes: tuple[int]
    first: Ints
    end: Ints

    def ask(self, number: Ints, items: Ints, rows: Ints) -> Flags:
        """Tell which rows take which items."""
        asked = number[items]
        found: Flags = (self.first[rows] <= asked) & (asked < self.end[rows])
        return found


@dataclass(frozen=True, slots=True)
class Among:
    """Asks about a column in which rows take classes here and there."""

    columns: tuple[int]
    sizes: tuple[int]
    taken: Flags

    def ask(self, number: Ints, items: Ints, rows: Ints) -> Flags:
        """Tell which rows take which items."""
        found: Flags = self.taken[rows, number[items]]
        return found


Probe = Bits | Within | Among


class Index:
    """Finds the rows that take items; raises TooWide where it would be no quicker than a loop."""

    def __init__(self, by_column: Sequence[RowRanges], rows: int) -> None:
        self.key = _key_columns(by_column, rows)
        self.sizes = tuple(by_column[place].classes for place in self.key)
        self.starts, self.rows = _listed(by_column, self.key, rows)
        if len(self.rows) > _MOST_LEFT * (len(self.starts) - 1):
            raise TooWide
        rest = [place for place in range(len(by_column)) if place not in self.key]
        self.probes = _probes(by_column, rest)

    def pairs(self, classes: Sequence[Ints], count: int) -> Iterator[tuple[Ints, Ints]]:
        """Give items with the rows that take them, both in order.

        `classes` holds for every column the classes of all items, none of them UNFIT.
        """
        key = joined(classes, self.key, self.sizes, count)
        starts = self.starts[key]
        lengths = self.starts[key + 1] - starts
        numbers = [joined(classes, probe.columns, probe.sizes, count) for probe in self.probes]
        ends = np.cumsum(lengths)
        for begin, stop in _parts(ends):
            items = np.repeat(np.arange(begin, stop), lengths[begin:stop])
            rows = self.rows[places(starts[begin:stop], lengths[begin:stop])]
            for probe, number in zip(self.probes, numbers, strict=True):
                held = np.flatnonzero(probe.ask(number, items, rows))
                items, rows = items[held], rows[held]
            yield items, rows


def _parts(ends: Ints) -> Iterator[tuple[int, int]]:
    """Cut items into parts of not many more than PAIRS pairs each."""
    begin = 0
    while begin < len(ends):
        done = int(ends[begin - 1]) if begin else 0
        stop = max(int(np.searchsorted(ends, done + PAIRS, "right")), begin + 1)
        yield begin, stop
        begin = stop


def joined(
    classes: Sequence[Ints], columns: Sequence[int], sizes: Sequence[int], count: int
) -> Ints:
    """Make one number of the classes of several columns."""
    if not columns:
        return np.zeros(count, np.int64)
    number = classes[columns[0]]
    for place, size in zip(columns[1:], sizes[1:], strict=True):
        number = number * size + classes[place]
    return number


def _key_columns(by_column: Sequence[RowRanges], rows: int) -> tuple[int, ...]:
    """Choose the columns that leave fewest rows for a key, and list each row under few keys."""
    keys, entries = 1, np.ones(rows)
    chosen: list[int] = []
    for place in sorted(range(len(by_column)), key=lambda place: _worth(by_column[place]))[::-1]:
        ranges = by_column[place]
        listed = entries * ranges.cover
        fits = keys * ranges.classes <= KEYS and listed.sum() <= max(ENTRIES, 4 * rows)
        if fits and _worth(ranges) > 0 and entries.sum() > keys:
            chosen.append(place)
            keys, entries = keys * ranges.classes, listed
    return tuple(chosen)


def _worth(ranges: RowRanges) -> float:
    """Weigh how much a column tells against how often it lists a row."""
    cover = max(float(ranges.cover.mean()), 1.0) if len(ranges.cover) else 1.0
    return log(ranges.classes / cover) / (0.5 + log(cover))


def _listed(by_column: Sequence[RowRanges], columns: Sequence[int], rows: int) -> tuple[Ints, Ints]:
    """List the rows under every key; gives where each key's begin, and the rows."""
    owner, key = np.arange(rows), np.zeros(rows, np.int64)
    for place in columns:
        ranges = by_column[place]
        by_row, numbers = ranges.listed()
        starts = np.searchsorted(by_row, np.arange(rows))
        lengths = ranges.cover[owner]
        key = np.repeat(key, lengths) * ranges.classes + numbers[places(starts[owner], lengths)]
        owner = np.repeat(owner, lengths)
    keys = prod(by_column[place].classes for place in columns)
    order = np.argsort(key, kind="stable")
    ends = np.cumsum(np.bincount(key, minlength=keys))
    return np.concatenate(([0], ends)).astype(np.int64), owner[order]


def _probes(by_column: Sequence[RowRanges], columns: Sequence[int]) -> list[Probe]:
    """Choose how rows are asked about the other columns, the most telling first."""
    few = [place for place in columns if by_column[place].classes <= _WORD]
    found: list[tuple[float, Probe]] = []
    for group in _groups(by_column, few):
        share = prod(_share(by_column[place]) for place in group)
        found.append((share, _bits(by_column, group)))
    many = [place for place in columns if place not in few]
    found.extend((_share(by_column[place]), _wide(place, by_column[place])) for place in many)
    return [probe for _, probe in sorted(found, key=lambda pair: pair[0])]


def _share(ranges: RowRanges) -> float:
    return float(ranges.cover.mean()) / ranges.classes if len(ranges.cover) else 1.0


def _groups(by_column: Sequence[RowRanges], columns: Sequence[int]) -> list[tuple[int, ...]]:
    """Join columns as long as one word holds all their choices."""
    groups: list[list[int]] = []
    for place in sorted(columns, key=lambda place: by_column[place].classes, reverse=True):
        for group in groups:
            if prod(by_column[other].classes for other in (*group, place)) <= _WORD:
                group.append(place)
                break
        else:
            groups.append([place])
    return [tuple(group) for group in groups]


def _bits(by_column: Sequence[RowRanges], group: tuple[int, ...]) -> Bits:
    taken = by_column[group[0]].matrix()
    for place in group[1:]:
        inner = by_column[place].matrix()
        choices = taken.shape[1] * inner.shape[1]
        taken = (taken[:, :, None] & inner[:, None, :]).reshape(len(taken), choices)
    padded = np.zeros((len(taken), _WORD), np.bool_)
    padded[:, : taken.shape[1]] = taken
    words = np.packbits(padded, axis=1, bitorder="little").view("<u8")[:, 0]
    sizes = tuple(by_column[place].classes for place in group)
    return Bits(group, sizes, words.astype(np.uint64))


def _wide(place: int, ranges: RowRanges) -> Probe:
    if ranges.simple:
        return Within((place,), (ranges.classes,), *ranges.bounds())
    if len(ranges.counts) * ranges.classes > _CELLS:
        raise TooWide
    return Among((place,), (ranges.classes,), ranges.matrix())
