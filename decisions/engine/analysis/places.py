"""Brings the problems of a model into its analysis, with the table, row and column they are in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from decisions.engine.analysis.findings import Finding
from decisions.engine.feel import nodes as n
from decisions.engine.problems import Problem

_CELL = re.compile(r', row (\d+), column "(.*)"')
_COLUMN = re.compile(r', (?:input|output) "(.*?)"(?:, [a-z ]+)?')


def problem_findings(
    problems: Iterable[Problem], tables: Sequence[tuple[n.Table, str]]
) -> Iterator[Finding]:
    """Give every problem as a finding; `tables` come with the names of what they are in."""
    for problem in problems:
        inside = [item for item in tables if _rest(problem, item[0]) is not None]
        table, decision = max(inside, key=lambda item: len(item[0].where), default=(None, ""))
        rest = "" if table is None else _rest(problem, table) or ""
        cell, column = _CELL.fullmatch(rest), _COLUMN.fullmatch(rest)
        label = cell[2] if cell else column[1] if column else ""
        yield Finding(
            problem.code,
            problem.severity,
            problem.message,
            problem.hint,
            "" if table is None else table.id or table.where,
            decision,
            (int(cell[1]),) if cell else (),
            (label,) if label else (),
            where=problem.where,
        )


def cell_of(problem: Problem, table: n.Table) -> tuple[int, str] | None:
    """Give the row, from 1, and the label of the column that a problem is in; None elsewhere."""
    cell = _CELL.fullmatch(_rest(problem, table) or "")
    return (int(cell[1]), cell[2]) if cell else None


def _rest(problem: Problem, table: n.Table) -> str | None:
    """Give what follows the table's place in that of a problem; None where it is elsewhere."""
    where = problem.where
    if where != table.where and not where.startswith(f"{table.where},"):
        return None
    return where[len(table.where) :]
