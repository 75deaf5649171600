"""Checks cells and columns one by one: impossible values, and what nobody asks about or gives."""

from __future__ import annotations

from typing import Any

from decisions.engine.analysis.allowed import Limits, limits_of_tests, type_limits
from decisions.engine.analysis.axes import Axis
from decisions.engine.analysis.checked import Checked
from decisions.engine.analysis.words import FEW, join_words, named_values
from decisions.engine.feel import nodes as n
from decisions.engine.problems import did_you_mean
from decisions.engine.types import ORDERED, base_of
from decisions.engine.values import show


def check_values(checked: Checked) -> None:
    """Report values that cells name and the column's expression never has."""
    for axis in checked.space.axes:
        for place in axis.places:
            for value, rows in _impossible(checked, axis, place).items():
                label = checked.table.inputs[place].label
                checked.report(
                    "table.value",
                    "warning",
                    f'{show(value)} is no value that "{label}" can have.',
                    _suggestion(axis, value),
                    rows=rows,
                    columns=[place],
                )


def _impossible(checked: Checked, axis: Axis, place: int) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    column = axis.column
    if column is None:
        return found
    possible = set(axis.numbers)
    for row, cell in enumerate(checked.space.sets[place]):
        if cell is None or cell.values is None:
            continue
        for value in sorted(cell.values):
            if column.class_of(value) not in possible:
                found.setdefault(value, []).append(row)
    return found


def _suggestion(axis: Axis, value: Any) -> str:
    """Name the possible value that was meant, where values are listed."""
    named, others = named_values(axis, axis.everything & ~axis.null_bit)
    if others or not named or not isinstance(value, str):
        return "Correct it, or extend the allowed values."
    return did_you_mean(value, named) or "Correct it, or extend the allowed values."


def check_columns(checked: Checked) -> None:
    """Report input columns that no row asks about, and outputs or output values never given."""
    table = checked.table
    if not table.rules:
        return
    for place, clause in enumerate(table.inputs):
        cells = table.rules.inputs[place].bodies
        if all(isinstance(cell, n.Tests) and not cell.tests for cell in cells):
            checked.report(
                "table.unused_input",
                "warning",
                f'No row asks about "{clause.label}".',
                "Remove the column, or fill it in.",
                columns=[place],
            )
    for place, output in enumerate(table.outputs):
        _check_output(checked, place, output)


def _check_output(checked: Checked, place: int, clause: n.OutputClause) -> None:
    bodies = list(checked.table.rules.outputs[place].bodies)
    if clause.default is not None:
        bodies.append(clause.default.body)
    if not all(isinstance(body, n.Literal) for body in bodies):
        return
    given = [body.value for body in bodies if isinstance(body, n.Literal)]
    if all(value is None for value in given):
        if not any(checked.table.rules.outputs[place].texts):
            return  # Told among the problems of the model.
        checked.report(
            "table.unused_output",
            "warning",
            f'No row gives a value for "{clause.label}".',
            "Remove the column, or fill it in.",
            outputs=[place],
        )
        return
    missing = [value for value in _allowed(clause) if value not in given]
    if missing:
        shown = [show(value) for value in missing[:FEW]]
        if len(missing) > FEW:
            shown.append(f"{len(missing) - FEW} more")
        checked.report(
            "table.unused_value",
            "info",
            f'No row gives {join_words(shown, "or")} for "{clause.label}".',
            outputs=[place],
        )


def _allowed(clause: n.OutputClause) -> list[Any]:
    """List the values an output may have, where they are listed."""
    base = base_of(clause.type)
    limits = type_limits(clause.type) if clause.allowed is None else Limits()
    if clause.allowed is not None:
        limits = limits_of_tests(clause.allowed, base)
    listed = [part for part in limits.sets if part.values is not None and not part.inverted]
    # Other kinds, such as times with and without an offset, have no order.
    return sorted(listed[0].values or (), key=None if base in ORDERED else show) if listed else []
