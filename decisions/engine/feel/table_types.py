"""Types the cells of decision tables, each once for all rows that share it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from decisions.engine.feel import nodes as n
from decisions.engine.feel.scope import Scope
from decisions.engine.feel.type_rules import input_type, table_type
from decisions.engine.problems import did_you_mean
from decisions.engine.types import ANY, STRING, TESTABLE, Type, base_of

if TYPE_CHECKING:
    from decisions.engine.feel.typer import Typer


def check_table(typer: Typer, node: n.Table, scope: Scope) -> Type:
    """Type a decision table: its inputs, what the cells of a column share once, its defaults."""
    subjects = []
    for clause in node.inputs:
        typer.infer(clause.expression, scope)
        subjects.append(input_type(clause, typer.types))
        if clause.allowed is not None:
            typer.tests(clause.allowed, scope, clause.type)
    wrong = _wrong_cells(typer, node, subjects, scope)
    if wrong:
        makes_text = [*map(_makes_text, node.rules.outputs, node.outputs)]
        for row in range(len(node.rules)):
            _report_row(typer, node, row, subjects, scope, wrong, makes_text)
    for output in node.outputs:
        if output.default is not None:
            typer.infer(output.default, scope)
    return table_type(node)


def _wrong_cells(typer: Typer, node: n.Table, subjects: list[Type], scope: Scope) -> set[n.Node]:
    """Type what the cells of a column share once; gives the tests and outputs with problems."""
    quiet = type(typer)(typer.builtins)
    quiet.types = typer.types
    wrong: set[n.Node] = set()
    for column, subject in zip(node.rules.inputs, subjects, strict=True):
        inner, base = Scope({"?": subject}, scope), base_of(subject)
        for test in dict.fromkeys(_tests_in(column)):
            quiet.test(test, inner, base)
            if quiet.forget_problems():
                wrong.add(test)
    for column, clause in zip(node.rules.outputs, node.outputs, strict=True):
        for body, text in dict(zip(column.bodies, column.texts, strict=True)).items():
            _output(quiet, clause, body, text, scope)
            if quiet.forget_problems():
                wrong.add(body)
    return wrong


def _report_row(
    typer: Typer,
    node: n.Table,
    row: int,
    subjects: list[Type],
    scope: Scope,
    wrong: set[n.Node],
    makes_text: list[bool],
) -> None:
    """Report the problems of a row's cells where they are."""
    outer = typer.where
    for column, subject in zip(node.rules.inputs, subjects, strict=True):
        cell = column.bodies[row]
        if isinstance(cell, n.Tests) and not wrong.isdisjoint(cell.tests):
            typer.where = column.where(row)
            typer.tests(cell, scope, subject)
    for column, clause, text in zip(node.rules.outputs, node.outputs, makes_text, strict=True):
        if column.bodies[row] in wrong:
            typer.where = column.where(row)
            typer.expect_text(column.bodies[row], STRING if text else ANY)
            _output(typer, clause, column.bodies[row], column.texts[row], scope)
    typer.where = outer


def _makes_text(column: n.EntryColumn, clause: n.OutputClause) -> bool:
    """Tell whether a column gives texts, by its type or, without one, by what it gives."""
    if clause.type != ANY:
        return base_of(clause.type) == STRING
    return any(isinstance(b, n.Literal) and isinstance(b.value, str) for b in column.bodies)


def _output(typer: Typer, clause: n.OutputClause, body: n.Node, text: str, scope: Scope) -> None:
    found, wanted = base_of(typer.infer(body, scope)), base_of(clause.type)
    alike = found is wanted or found == wanted
    if not alike and wanted in TESTABLE and found in TESTABLE:
        typer.report(
            1,
            "type.output",
            f'The output "{clause.label}" is a {wanted}; this cell gives a {found}.',
            'Texts stand in "...", numbers and dates do not.',
        )
    if not clause.order or not isinstance(body, n.Literal) or body.value is None:
        return
    values = [part.value for part in clause.order]
    if body.value not in values:
        typer.report(
            1,
            "table.output",
            f"{text} is not among the values of the output {clause.label}.",
            did_you_mean(str(body.value), map(str, values)),
        )


def _tests_in(column: n.EntryColumn) -> Iterator[n.Test]:
    cells = dict.fromkeys(column.bodies)
    return chain.from_iterable(cell.tests for cell in cells if isinstance(cell, n.Tests))
