"""Searches boxes of classes for what no row takes: exact, within a budget.

A box has for every axis the classes it takes as the bits of a number. A region that rows take only
in part is cut in two, where the cut tears few rows and leaves halves of equal work, until one row
takes a part whole or none takes it at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

Box = tuple[int, ...]

_SETS_TRIED = 6
_FEW_SETS = 32
"""Up to how many different cells a cut along one of them is worth trying."""


class OutOfBudget(Exception):
    """Ends a search that would take too long."""


class Budget:
    """What searches may cost together; one step is one look at one cell."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def spend(self, steps: int) -> None:
        """Pay; raises OutOfBudget when nothing is left."""
        self.steps -= steps
        if self.steps < 0:
            raise OutOfBudget


def uncovered(
    region: Box,
    rows: Sequence[int],
    boxes: Sequence[Box],
    budget: Budget,
    used: set[int] | None = None,
    *,
    disjoint: bool = False,
) -> Iterator[Box]:
    """Give the parts of a region that no row takes, as boxes that do not overlap.

    `used` collects the rows that take the rest. Where no two rows overlap (`disjoint`), counting
    points tells at once that a part is full. Raises OutOfBudget.
    """
    stack = [(region, meeting(region, rows, boxes), list(range(len(region))))]
    while stack:
        part, alive, axes = stack.pop()
        budget.spend(1 + len(alive) * (1 + len(axes)))
        if not alive:
            yield part
            continue
        taker = _taker(part, alive, boxes, axes)
        if taker is not None:
            if used is not None:
                used.add(taker)
            continue
        if disjoint and _is_full(part, alive, boxes):
            continue
        axes = [axis for axis in axes if any(part[axis] & ~boxes[row][axis] for row in alive)]
        free = _free(part, alive, boxes, axes)
        if free is not None:
            axis, classes = free
            yield _with(part, axis, classes)
            stack.append((_with(part, axis, part[axis] & ~classes), alive, axes))
            continue
        axis, classes = _cut(part, alive, boxes, axes)
        halves = []
        for half in (part[axis] & classes, part[axis] & ~classes):
            inside = [row for row in alive if boxes[row][axis] & half]
            halves.append((_with(part, axis, half), inside, axes))
        stack.extend(sorted(halves, key=lambda item: len(item[1]), reverse=True))


def meeting(region: Box, rows: Iterable[int], boxes: Sequence[Box]) -> list[int]:
    """List the rows that take some of a region."""
    found = list(rows)
    for axis, wanted in enumerate(region):
        found = [row for row in found if boxes[row][axis] & wanted]
    return found


def _with(box: Box, axis: int, classes: int) -> Box:
    return (*box[:axis], classes, *box[axis + 1 :])


def _taker(part: Box, alive: Sequence[int], boxes: Sequence[Box], axes: list[int]) -> int | None:
    """Find a row that takes a part whole."""
    takers = alive
    for axis in axes:
        wanted = part[axis]
        takers = [row for row in takers if not wanted & ~boxes[row][axis]]
        if not takers:
            return None
    return takers[0]


def _is_full(part: Box, alive: Sequence[int], boxes: Sequence[Box]) -> bool:
    """Tell whether rows that do not overlap have as many points as a part together."""
    taken = 0
    for row in alive:
        points = 1
        for classes, wanted in zip(boxes[row], part, strict=True):
            points *= (classes & wanted).bit_count()
        taken += points
    return taken == volume(part)


def _free(
    part: Box, alive: Sequence[int], boxes: Sequence[Box], axes: list[int]
) -> tuple[int, int] | None:
    """Find an axis with classes that no row takes."""
    for axis in axes:
        left = part[axis]
        for row in alive:
            left &= ~boxes[row][axis]
            if not left:
                break
        if left:
            return axis, left
    return None


def _cut(part: Box, alive: Sequence[int], boxes: Sequence[Box], axes: list[int]) -> tuple[int, int]:
    """Choose an axis and the classes of one half; there is one, as no row takes the part whole."""
    best: tuple[int, int, int] | None = None
    for axis in axes:
        counts: dict[int, int] = {}
        wanted = part[axis]
        for row in alive:
            taken = boxes[row][axis] & wanted
            counts[taken] = counts.get(taken, 0) + 1
        ways = [_cut_between(wanted, counts)]
        if ways[0] is None or len(counts) <= _FEW_SETS:
            ways.append(_cut_by_set(wanted, counts))
        for found in ways:
            if found is not None and (best is None or found[0] < best[0]):
                best = (found[0], axis, found[1])
    if best is None:
        raise AssertionError("A part that no row takes whole can be cut.")
    return best[1], best[2]


def _cut_between(wanted: int, counts: dict[int, int]) -> tuple[int, int] | None:
    """Find the best place to cut classes in order: the cost, and the classes below."""
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for taken, count in counts.items():
        low, high = (taken & -taken).bit_length() - 1, taken.bit_length()
        starts[low] = starts.get(low, 0) + count
        ends[high] = ends.get(high, 0) + count
    first, last = (wanted & -wanted).bit_length() - 1, wanted.bit_length()
    places = sorted({*starts, *ends})
    below = accumulate(starts.get(place, 0) for place in places)
    ended = accumulate(ends.get(place, 0) for place in places)
    total = sum(counts.values())
    best: tuple[int, int] | None = None
    for place, started, over in zip(places, below, ended, strict=True):
        if first < place < last:
            under = started - starts.get(place, 0)
            cost = under * under + (total - over) ** 2
            if best is None or cost < best[0]:
                best = cost, place
    return None if best is None else (best[0], (1 << best[1]) - 1)


def _cut_by_set(wanted: int, counts: dict[int, int]) -> tuple[int, int] | None:
    """Find the best set of a row to cut by, among the commonest."""
    common = sorted(counts, key=lambda taken: (-counts[taken], taken))[:_SETS_TRIED]
    best: tuple[int, int] | None = None
    for chosen in common:
        if chosen == wanted:
            continue
        inside = sum(count for taken, count in counts.items() if taken & chosen)
        outside = sum(count for taken, count in counts.items() if taken & ~chosen)
        cost = inside * inside + outside * outside
        if best is None or cost < best[0]:
            best = cost, chosen
    return best


AxisCells = Sequence[Mapping[int, int]]
"""For every axis its different cells, each with the rows that have it, as bits."""


def widened(
    box: Box, space: Box, cells: AxisCells, orders: Iterable[Sequence[int]]
) -> Iterator[Box]:
    """Grow a box that no row takes as far as no row takes it, axis by axis in some orders."""
    missed = [
        0 if classes == space[axis] else _missing(cells[axis], classes)
        for axis, classes in enumerate(box)
    ]
    for order in orders:
        grown, misses = list(box), list(missed)
        for axis in order:
            others = 0
            for other, rows in enumerate(misses):
                if other != axis:
                    others |= rows
            grown[axis] = space[axis] & ~_blocked(cells[axis], misses[axis] & ~others)
            whole = grown[axis] == space[axis]
            misses[axis] = 0 if whole else _missing(cells[axis], grown[axis])
        yield tuple(grown)


def _missing(cells: Mapping[int, int], classes: int) -> int:
    """Give the rows whose cells take none of some classes."""
    found = 0
    for taken, rows in cells.items():
        if not taken & classes:
            found |= rows
    return found


def _blocked(cells: Mapping[int, int], those: int) -> int:
    """Give the classes that some rows take."""
    found = 0
    if those:
        for taken, rows in cells.items():
            if rows & those:
                found |= taken
    return found


def volume(box: Box) -> int:
    """Count the points of a box."""
    product = 1
    for classes in box:
        product *= classes.bit_count()
    return product


def bits(classes: int) -> list[int]:
    """List the classes of a number, in order."""
    found = []
    while classes:
        lowest = classes & -classes
        found.append(lowest.bit_length() - 1)
        classes ^= lowest
    return found
