"""Finds pairs of rows that can match at once, by masks of rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, islice
from operator import or_

from decisions.engine.analysis.checked import LISTED, Checked
from decisions.engine.analysis.search import bits
from decisions.engine.analysis.space import Space
from decisions.engine.feel import nodes as n
from decisions.engine.tables.hit_policy import CLASHES

_SAME, _OTHER, _UNKNOWN = "same", "other", "unknown"


def overlap_masks(space: Space) -> list[int]:
    """Give for every row the rows that can match at once with it, itself included, as bits.

    Rows that are not judged, and those that never match, overlap nothing.
    """
    sure = 0
    for row in space.sure:
        sure |= 1 << row
    masks = [sure if sure >> row & 1 else 0 for row in range(len(space.boxes))]
    for axis in range(len(space.axes)):
        along = _along(space, axis)
        for row, box in enumerate(space.boxes):
            if masks[row]:
                masks[row] &= along[box[axis]]
    return masks


def _along(space: Space, axis: int) -> dict[int, int]:
    """Give for the different cells of one axis the rows whose cells share a class with it."""
    rows = space.cells[axis]
    if all(_in_one_piece(taken) for taken in rows):
        return _along_order(rows, len(space.axes[axis].numbers))
    by_class = [0] * len(space.axes[axis].numbers)
    for taken, those in rows.items():
        for place in bits(taken):
            by_class[place] |= those
    found = {}
    for taken in rows:
        mask = 0
        for place in bits(taken):
            mask |= by_class[place]
        found[taken] = mask
    return found


def _in_one_piece(taken: int) -> bool:
    shifted = taken // (taken & -taken)
    return not shifted & (shifted + 1)


def _along_order(rows: dict[int, int], classes: int) -> dict[int, int]:
    """Do the same for ranges: those that start before the end and end after the start."""
    starting, ending = [0] * (classes + 1), [0] * (classes + 1)
    for taken, those in rows.items():
        starting[(taken & -taken).bit_length() - 1] |= those
        ending[taken.bit_length()] |= those
    started = list(accumulate(starting, or_))
    going_on = list(accumulate(reversed(ending), or_))[::-1]
    return {
        taken: started[taken.bit_length() - 1] & going_on[(taken & -taken).bit_length()]
        for taken in rows
    }


def find_overlaps(checked: Checked, masks: list[int]) -> None:
    """Report pairs of rows where the hit policy forbids them, or all on request."""
    table = checked.table
    policy = table.hit_policy
    if policy in CLASHES or checked.every:
        pairs = _pairs(masks)
        if policy == "ANY":
            clashes = [pair for pair in pairs if _outputs(table, *pair) == _OTHER]
            total, pairs = len(clashes), iter(clashes)
        else:
            total = sum((mask >> (row + 1)).bit_count() for row, mask in enumerate(masks))
        listed = min(total, LISTED)
        for first, second in islice(pairs, listed):
            _report(checked, first, second)
        if total > listed:
            checked.leave("table.overlap", listed, total)
    if policy == "ANY":
        _find_duplicates(checked)


def _pairs(masks: list[int]) -> Iterator[tuple[int, int]]:
    for row, mask in enumerate(masks):
        later = mask >> (row + 1)
        for distance in bits(later):
            yield row, row + 1 + distance


def _outputs(table: n.Table, first: int, second: int) -> str:
    """Compare what two rows give; expressions are the same only where their texts are."""
    answer = _SAME
    pairs = zip(table.rules[first].outputs, table.rules[second].outputs, strict=True)
    for left, right in pairs:
        if left.body is right.body or left.text == right.text:
            continue
        if not isinstance(left.body, n.Literal) or not isinstance(right.body, n.Literal):
            answer = _UNKNOWN
        elif left.body.value != right.body.value:
            return _OTHER
    return answer


def _report(checked: Checked, first: int, second: int) -> None:
    policy, space = checked.table.hit_policy, checked.space
    box = tuple(a & b for a, b in zip(space.boxes[first], space.boxes[second], strict=True))
    allowed = f"; row {first + 1} comes first." if policy == "FIRST" else "."
    said, hint = CLASHES.get(policy, (allowed, ""))
    checked.report(
        "table.overlap",
        "error" if policy in CLASHES else "info",
        f"Rows {first + 1} and {second + 1} match at once{said}",
        hint,
        rows=(first, second),
        box=box,
        region=box,
    )


def _find_duplicates(checked: Checked) -> None:
    """Report rows that say what an earlier one says; where they differ, they overlap."""
    earlier: dict[tuple[int, ...], int] = {}
    for row in checked.space.sure:
        first = earlier.setdefault(checked.space.boxes[row], row)
        if first != row and _outputs(checked.table, first, row) == _SAME:
            checked.report(
                "table.duplicate",
                "warning",
                f"Row {row + 1} says the same as row {first + 1}.",
                "Remove one of them.",
                rows=(first, row),
            )
