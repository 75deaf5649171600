"""Finds for every row of a table values that it, and if possible no other row, takes."""

from __future__ import annotations

from typing import Any

from decisions.engine.analysis.search import Budget, OutOfBudget, uncovered
from decisions.engine.analysis.space import Space
from decisions.engine.analysis.words import write_example

_STEPS = 3_000_000
"""What the searches of one table may cost, in looks at cells: about a second."""


def row_example(space: Space, row: int) -> dict[str, Any] | None:
    """Give a value of every input expression that reaches a row, counted from 0, if one is known.

    Where the table takes the first match, no earlier row takes them; else no other row at all,
    if the row takes anything alone. Rows whose cells must be worked out count as taking nothing.
    """
    box = space.boxes[row]
    if not all(box):
        return None
    first = space.table.hit_policy == "FIRST"
    others = [other for other in space.sure if other < row or (other != row and not first)]
    try:
        alone = next(uncovered(box, others, space.boxes, Budget(_STEPS)), None)
    except OutOfBudget:
        alone = None
    if alone is None and first:
        return None
    return write_example(space, alone or box)
