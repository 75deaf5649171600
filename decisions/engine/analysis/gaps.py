"""Finds what no row of a table takes, as few and general boxes."""

from __future__ import annotations

from collections.abc import Sequence

from decisions.engine.analysis.checked import LISTED, Checked
from decisions.engine.analysis.search import (
    Box,
    Budget,
    OutOfBudget,
    uncovered,
    volume,
    widened,
)
from decisions.engine.analysis.space import Space
from decisions.engine.analysis.words import say_region, say_rows
from decisions.engine.tables.hit_policy import ONE_VALUE

_GENERAL = 2
"""A gap that narrows no more axes than this is not grown in other orders."""


def has_gaps(space: Space, budget: Budget) -> bool:
    """Tell whether a table may match no row, unjudged rows left out; true where it is not known."""
    try:
        return next(uncovered(space.whole, space.sure, space.boxes, budget), None) is not None
    except OutOfBudget:
        return True


def find_gaps(checked: Checked, masks: Sequence[int]) -> None:
    """Report the gaps of a table where a row is wanted for everything.

    `masks` says for every row which overlap it. Tables that collect and those with defaults have
    an answer without a row, so that their gaps are told on request only.
    """
    table = checked.table
    wanted = table.hit_policy in ONE_VALUE and not table.has_default
    if not wanted and not checked.every:
        return
    if not table.rules:
        checked.report("table.empty", "warning", "The table has no rows.", "Add one.")
        return
    disjoint = not any(mask & (mask - 1) for mask in masks)
    boxes, whole_list = list_gaps(checked.space, checked.budget, disjoint=disjoint)
    for box in boxes:
        _report(checked, box, wanted=wanted)
    if not whole_list:
        checked.leave("table.gap", len(boxes))


def list_gaps(
    space: Space, budget: Budget, most: int = LISTED, *, disjoint: bool = False
) -> tuple[list[Box], bool]:
    """List boxes that no row takes, the most general first, and tell whether that is all.

    Each is as large as it can be, so that they may overlap; together they are all gaps. With
    `disjoint`, no two rows may overlap.
    """
    found: list[Box] = []
    rows = space.sure
    try:
        for part in uncovered(space.whole, rows, space.boxes, budget, disjoint=disjoint):
            while True:
                seed = next(uncovered(part, range(len(found)), found, budget), None)
                if seed is None:
                    break
                if len(found) == most:
                    return _sorted(space, found), False
                found.append(_widest(space, seed, budget))
    except OutOfBudget:
        return _sorted(space, found), False
    return _sorted(space, found), True


def _widest(space: Space, seed: Box, budget: Budget) -> Box:
    """Grow a gap in several orders and keep the most general."""
    axes = list(range(len(space.axes)))
    orders = [axes, axes[::-1], sorted(axes, key=lambda axis: -space.whole[axis].bit_count())]
    best: Box | None = None
    for box in widened(seed, space.whole, space.cells, orders):
        budget.spend(sum(map(len, space.cells)))
        if best is None or _generality(space, box) < _generality(space, best):
            best = box
        if _generality(space, best)[0] <= _GENERAL:
            break
    return seed if best is None else best


def _generality(space: Space, box: Box) -> tuple[int, int]:
    narrowed = sum(taken != whole for taken, whole in zip(box, space.whole, strict=True))
    return narrowed, -volume(box)


def _sorted(space: Space, boxes: list[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: (*_generality(space, box), box))


def _report(checked: Checked, box: Box, *, wanted: bool) -> None:
    space = checked.space
    said = say_region(space, box)
    maybe = checked.may_match(box)
    if not said and maybe:
        checked.report(
            "table.unknown",
            "info",
            f"Whether a row always matches cannot be told: {say_rows(maybe)} "
            f"{'has a cell' if len(maybe) == 1 else 'have cells'} that must be worked out.",
            rows=maybe,
        )
        return
    message = f"No row matches when {said}" if said else "No row matches"
    if maybe:
        message += f", unless {say_rows(maybe)} {'does' if len(maybe) == 1 else 'do'}"
    if space.example(box) is None:
        message += ", if there is such a value"
    columns = [
        place
        for axis, taken in zip(space.axes, box, strict=True)
        if taken != axis.everything
        for place in axis.places
    ]
    checked.report(
        "table.gap",
        "warning" if wanted else "info",
        f"{message}.",
        "Add a row for it, or widen one." if wanted else "",
        columns=columns,
        box=box,
        region=box,
    )
