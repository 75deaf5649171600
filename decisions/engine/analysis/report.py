"""Analyses a whole model: every table in the order of the model, then the model itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from decisions.engine import model as m
from decisions.engine.analysis.cells import check_columns, check_values
from decisions.engine.analysis.checked import STEPS, Checked
from decisions.engine.analysis.findings import Analysis, Finding
from decisions.engine.analysis.gaps import find_gaps, has_gaps
from decisions.engine.analysis.lost import find_lost
from decisions.engine.analysis.overlaps import find_overlaps, overlap_masks
from decisions.engine.analysis.places import problem_findings
from decisions.engine.analysis.reach import Bounds, Reach, tables_of
from decisions.engine.analysis.search import Budget
from decisions.engine.analysis.shadows import find_shadowed, find_unreachable
from decisions.engine.analysis.space import Space, space_of
from decisions.engine.analysis.unused import find_unused
from decisions.engine.analysis.witnesses import row_example
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Graph
from decisions.engine.problems import Invalid, Problem, did_you_mean
from decisions.engine.types import Type


class Analyser:
    """Analyses the tables of one graph; spaces are built once."""

    def __init__(self, graph: Graph, types: Mapping[int, Type]) -> None:
        self.graph = graph
        self.types = types
        self.reach = Reach(graph, types, self._has_gaps)
        self._spaces: dict[int, Space] = {}
        self._gaps: dict[int, bool] = {}

    def analyse(
        self,
        definitions: m.Definitions,
        problems: Sequence[Problem],
        *,
        table: str | None = None,
        every: bool = False,
    ) -> Analysis:
        """Analyse all tables, or one by its id; raises Invalid when there is no such table."""
        tables = [
            (node, part.name, scope)
            for part in self.graph.parts.values()
            if part.file.definitions is definitions
            for node, scope in tables_of(part, self.reach)
        ]
        chosen = [item for item in tables if table is None or item[0].id == table]
        if table is not None and not chosen:
            known = [node.id for node, _, _ in tables]
            hint = did_you_mean(table, known)
            raise Invalid(f'The model has no decision table "{table}". {hint}'.strip())
        checks = [self._check(*item, every=every) for item in chosen]
        placed = problem_findings(problems, [(node, name) for node, name, _ in tables])
        findings = [item for item in placed if table is None or item.table == table]
        findings.extend(finding for checked in checks for finding in checked.findings)
        lost = find_lost(self.graph, definitions, self.types)
        findings.extend(item for item in lost if table is None or item.table == table)
        if table is None:
            findings.extend(find_unused(self.graph, definitions))
        return Analysis(
            tuple(findings),
            tuple(row for checked in checks for row in checked.unjudged),
            tuple(item for checked in checks for item in checked.left),
        )

    def row_example(
        self, definitions: m.Definitions, table: str, row: int
    ) -> dict[str, Any] | None:
        """Give values that reach a row of a table, if some are known; rows count from 1."""
        for part in self.graph.parts.values():
            if part.file.definitions is definitions:
                for node, scope in tables_of(part, self.reach):
                    if node.id == table and 0 < row <= len(node.rules):
                        return row_example(self._space(node, scope), row - 1)
        return None

    def _check(self, node: n.Table, decision: str, scope: Bounds, *, every: bool) -> Checked:
        checked = Checked(node, decision, self._space(node, scope), every)
        find_unreachable(checked)
        check_values(checked)
        masks = overlap_masks(checked.space)
        find_gaps(checked, masks)
        find_overlaps(checked, masks)
        find_shadowed(checked, masks)
        check_columns(checked)
        return checked

    def _space(self, node: n.Table, scope: Bounds) -> Space:
        if id(node) not in self._spaces:
            self._spaces[id(node)] = space_of(node, self.reach, scope, self.types)
        return self._spaces[id(node)]

    def _has_gaps(self, node: n.Table, scope: Bounds) -> bool:
        if id(node) not in self._gaps:
            found = has_gaps(self._space(node, scope), Budget(STEPS // 4))
            self._gaps[id(node)] = found
        return self._gaps[id(node)]


def analyse_unread(problems: Sequence[Problem]) -> Analysis:
    """Give the analysis of a model that could not be read: its problems."""
    return Analysis(tuple[Finding, ...](problem_findings(problems, ())))
