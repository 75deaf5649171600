"""Explains one result as plain data: what was read, which rules matched, why one did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from decisions.engine import model as m
from decisions.engine.describe import annotation_of, kind_of_expression
from decisions.engine.graph import Graph, Part
from decisions.engine.problems import Invalid, wrong_argument
from decisions.engine.run import Run, TableTrace
from decisions.engine.shared import tables_of
from decisions.engine.values import give_out, plain


class Explainer:
    """Explains the runs of one decision; what does not change from run to run is kept."""

    def __init__(self, graph: Graph, decisions: Sequence[str]) -> None:
        self.parts = [(key, graph.parts[key]) for key in decisions]
        self.entries = {key: _about(part) for key, part in self.parts}
        self.tables: dict[str, list[_Table]] = {}
        for part in graph.parts.values():
            for table in tables_of(part.element):
                self.tables.setdefault(table.id, []).append(_Table(part.element.name, table))

    def explain(self, run: Run) -> list[dict[str, Any]]:
        """Give one entry for each decision in the order they ran, after the tables it called.

        A table shows the rows that matched, or all rows where the run kept what every cell said.
        """
        found: list[dict[str, Any]] = []
        start = 0
        for key, part in self.parts:
            if key in run.marks:
                end = run.marks[key]
                found.extend(self._entries(key, part, run.values[key], run.traces[start:end]))
                start = end
        return found

    def _entries(
        self, key: str, part: Part, value: Any, traces: list[TableTrace]
    ) -> Iterator[dict[str, Any]]:
        expression = part.element.expression if isinstance(part.element, m.Decision) else None
        entry = _entry(self.entries[key], _plain(value))
        for trace in traces:
            tables = self.tables[trace.table]
            table = tables[0] if len(tables) == 1 else _read_by(part, trace, tables)
            if table.table is expression:
                entry |= table.explain(trace)
                continue
            yield _entry(table.about, None) | table.explain(trace)
        yield entry

    def why_not(self, run: Run, row: int, name: str | None) -> dict[str, Any]:
        """Tell which cells of a row did not match, and with which values; may raise Invalid."""
        if not isinstance(row, int) or isinstance(row, bool):
            raise wrong_argument("The row", "its number from 1", row)
        table = self._named(name)
        trace = next((trace for trace in run.traces if _fits(table, trace)), None)
        if trace is None:
            raise Invalid(f'The table "{table.id}" was not evaluated.')
        if not 1 <= row <= len(table.rules):
            raise Invalid(f"The table has the rows 1 to {len(table.rules)}, not {row}.")
        return _why_not(table, trace, row)

    def _named(self, name: str | None) -> m.TableExpression:
        """Find a table by its id or by its decision; without a name, that of the last decision."""
        found: list[m.TableExpression] = []
        for _, part in reversed(self.parts):
            if isinstance(part.element, m.Decision):
                if name in (part.element.name, part.element.id):
                    name = None
                    found = list(m.tables_in(part.element.expression))
                    break
                found.extend(m.tables_in(part.element.expression))
        for candidate in found:
            if name is None or candidate.id == name:
                return candidate
        if name is None:
            raise Invalid("No decision that was evaluated is a table, so there are no rows.")
        raise Invalid(f'There is no table "{name}" among the decisions that were evaluated.')


def _about(part: Part) -> dict[str, Any]:
    """Give what an explanation says of a decision whatever the facts."""
    element = part.element
    expression = element.expression if isinstance(element, m.Decision) else None
    return {
        "id": element.id,
        "name": element.name,
        "kind": kind_of_expression(expression),
        "text": expression.text if isinstance(expression, m.LiteralExpression) else "",
        "requires": tuple(part.requires),
    }


def _entry(about: dict[str, Any], value: Any) -> dict[str, Any]:
    """Make the entry of a decision that is no table, or a table's before its rows are known."""
    return {
        **about,
        "hit_policy": "",
        "inputs": [],
        "outputs": [],
        "rules": [],
        "value": value,
        "requires": list(about["requires"]),
        "table": None,
        "matched": [],
    }


def _read_by(part: Part, trace: TableTrace, tables: Sequence[_Table]) -> _Table:
    """Find the table of a trace: ids may be shared between files, and in faulty models."""
    found = [table for table in tables if _fits(table.table, trace)]
    own = {id(table) for table in tables_of(part.element)}
    return min(found, key=lambda table: id(table.table) not in own)


def _fits(table: m.TableExpression, trace: TableTrace) -> bool:
    """Tell whether a trace may be that of a table: as many columns, and no more rows."""
    last = max(trace.hits, default=-1)
    rows = len(table.rules)
    alike = len(table.inputs) == len(trace.inputs) and len(trace.rows) in (0, rows)
    return table.id == trace.table and alike and last < rows


class _Table:
    """A table as explanations show it."""

    def __init__(self, name: str, table: m.TableExpression) -> None:
        self.table = table
        self.about = {"id": table.id, "name": name, "kind": "table", "text": "", "requires": ()}
        self.inputs = [(clause.title, clause.text) for clause in table.inputs]
        self.all_match: list[bool | None] = [True] * len(self.inputs)
        self.outputs = [
            {"label": clause.label or clause.name or table.output_label, "name": clause.name}
            for clause in table.outputs
        ]

    def explain(self, trace: TableTrace) -> dict[str, Any]:
        """Give the rows with what their cells said; null stands for a cell not read."""
        return {
            "table": self.table.id,
            "hit_policy": self.table.hit_policy,
            "inputs": [
                {"label": label, "text": text, "value": _plain(value)}
                for (label, text), value in zip(self.inputs, trace.inputs, strict=True)
            ],
            "outputs": [output.copy() for output in self.outputs],
            "rules": [
                self._rule(row, trace.rows[row], row in trace.hits)
                for row in range(len(trace.rows))
            ]
            or [self._rule(row, self.all_match, True) for row in trace.hits],
            "matched": [row + 1 for row in trace.hits],
        }

    def _rule(self, row: int, answers: Sequence[bool | None], matched: bool) -> dict[str, Any]:
        rule = self.table.rules[row]
        return {
            "number": row + 1,
            "cells": [
                {"text": text, "matched": answer}
                for text, answer in zip(_padded(rule.inputs, answers), answers, strict=True)
            ],
            "outputs": list(rule.outputs),
            "matched": matched,
            "annotation": annotation_of(rule),
        }


def _padded(texts: Sequence[str], answers: Sequence[object]) -> Sequence[str]:
    """Give one text for each answer, also in a row that was written with too few or too many."""
    return texts if len(texts) == len(answers) else [*texts, *[""] * len(answers)][: len(answers)]


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is bool or value is None or kind is int:
        return value
    if kind is dict:
        return {name: _plain(item) for name, item in value.items()}
    return plain(give_out(value, Run()))


def _why_not(table: m.TableExpression, trace: TableTrace, row: int) -> dict[str, Any]:
    rule, answers = table.rules[row - 1], trace.rows[row - 1]
    texts = _padded(rule.inputs, answers)
    cells = [
        {"label": clause.title, "text": text, "value": _plain(value), "matched": answer}
        for clause, text, value, answer in zip(
            table.inputs, texts, trace.inputs, answers, strict=True
        )
    ]
    fits = all(answer is not False for answer in answers)
    hit = row - 1 in trace.hits
    return {
        "table": table.id,
        "row": row,
        "matched": hit,
        "cells": cells,
        "text": _why_text(row, cells, fits, hit, trace),
    }


def _why_text(
    row: int, cells: list[dict[str, Any]], fits: bool, hit: bool, trace: TableTrace
) -> str:
    if hit:
        return f"Row {row} matched."
    if fits:
        return f"Row {row} would match, but row {trace.hits[0] + 1} comes first."
    reasons = " and ".join(
        f"{cell['label']} is {_shown(cell['value'])} where the row asks for {cell['text']}"
        for cell in cells
        if cell["matched"] is False
    )
    return f"Row {row} did not match: {reasons}."


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)
