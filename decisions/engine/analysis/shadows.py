"""Finds rows that never decide anything: they cannot match, or other rows always come before."""

from __future__ import annotations

from collections.abc import Sequence

from decisions.engine.analysis.checked import Checked
from decisions.engine.analysis.search import OutOfBudget, bits, meeting, uncovered
from decisions.engine.analysis.words import join_words, say_rows
from decisions.engine.feel import nodes as n
from decisions.engine.tables.hit_policy import policy_of
from decisions.engine.values import show

_FEW = 8
"""Up to how many rows that shadow another are each tried to be left out."""

_Rank = tuple[int, ...]


def find_unreachable(checked: Checked) -> None:
    """Report rows with a cell that can never hold."""
    space, table = checked.space, checked.table
    for row, box in enumerate(space.boxes):
        for axis, taken in zip(space.axes, box, strict=True):
            if taken:
                continue
            cells = {place: space.sets[place][row] for place in axis.places}
            never = [
                p for p, cell in cells.items() if cell is not None and not axis.classes_of(cell)
            ]
            places = never or [p for p, cell in cells.items() if cell is not None]
            labels = [f'"{table.inputs[place].label}"' for place in places]
            texts = join_words([table.rules[row].cells[p].text for p in places], "and")
            if never:
                said = f"{texts} in {join_words(labels, 'and')} takes no possible value"
            else:
                said = f"{texts} in {join_words(labels, 'and')} exclude one another"
            checked.report(
                "table.unreachable",
                "warning",
                f"Row {row + 1} can never match: {said}.",
                "Correct the cell, or remove the row.",
                rows=(row,),
                columns=places,
            )
            break


def find_shadowed(checked: Checked, masks: list[int]) -> None:
    """Report rows that others always come before: FIRST by order, PRIORITY by rank."""
    policy = checked.table.hit_policy
    if policy not in ("FIRST", "PRIORITY"):
        return
    ranks = _ranks(checked.table) if policy == "PRIORITY" else None
    reached = 0
    try:
        for row, box in enumerate(checked.space.boxes):
            before = _before(checked, row, masks, ranks) if all(box) else []
            takers = _takers(checked, row, before) if before else None
            if takers:
                _report(checked, row, takers)
            reached += 1
    except OutOfBudget:
        checked.leave("table.shadowed", reached, len(checked.table.rules))


def _before(
    checked: Checked, row: int, masks: list[int], ranks: list[_Rank | None] | None
) -> list[int]:
    """List the rows that overlap one and come before it; an unjudged row may still be hidden."""
    space = checked.space
    if row in space.open:
        rows = meeting(space.boxes[row], space.sure, space.boxes)
    else:
        rows = [other for other in bits(masks[row]) if other != row]
    if ranks is None:
        return [other for other in rows if other < row]
    own = ranks[row]
    if own is None:
        return []
    return [
        other for other in rows if (rank := ranks[other]) is not None and (rank, other) < (own, row)
    ]


def _ranks(table: n.Table) -> list[_Rank | None]:
    """Give every row its priority, the lowest first; None where an output is no constant."""
    policy = policy_of(table)
    found: list[_Rank | None] = []
    for rule in table.rules:
        rank: list[int] = []
        for made, order in zip(rule.outputs, policy.order, strict=True):
            if not isinstance(made.body, n.Literal):
                break
            value = made.body.value
            rank.append(order.index(value) if value in order else len(order))
        found.append(tuple(rank) if len(rank) == len(rule.outputs) else None)
    return found


def _takers(checked: Checked, row: int, before: Sequence[int]) -> list[int] | None:
    """Find rows that take all that a row takes: one, or few together; None where it is reached."""
    boxes = checked.space.boxes
    box = boxes[row]
    for other in before:
        if not any(taken & ~boxes[other][axis] for axis, taken in enumerate(box)):
            return [other]
    used: set[int] = set()
    if next(uncovered(box, before, boxes, checked.budget, used), None) is not None:
        return None
    takers = sorted(used)
    for candidate in reversed(takers[:]) if len(takers) <= _FEW else ():
        rest = [other for other in takers if other != candidate]
        if next(uncovered(box, rest, boxes, checked.budget), None) is None:
            takers = rest
    return takers


def _report(checked: Checked, row: int, takers: list[int]) -> None:
    together = " together" if len(takers) > 1 else ""
    if checked.table.hit_policy == "FIRST":
        code = "table.shadowed"
        verb = "takes" if len(takers) == 1 else "take"
        message = (
            f"Row {row + 1} is never reached: {say_rows(takers)}{together} {verb} all it takes."
        )
        hint = "Move it up, narrow the rows before it, or remove it."
    else:
        code = "table.outranked"
        verb = "matches" if len(takers) == 1 else "match"
        outputs = [made.body for made in checked.table.rules[row].outputs]
        value = ", ".join(show(body.value) for body in outputs if isinstance(body, n.Literal))
        message = (
            f"Row {row + 1} never wins with {value}: {say_rows(takers)}{together} "
            f"{verb} whenever it does and come{'s' if len(takers) == 1 else ''} before it."
        )
        hint = "Narrow the other rows, change the order of the output values, or remove it."
    checked.report(code, "warning", message, hint, rows=(row, *takers), region=None)
