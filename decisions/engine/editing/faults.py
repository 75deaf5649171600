"""Brings the problems of a model to the cells of one of its tables, by row and column."""

from __future__ import annotations

from decisions.engine.analysis.places import cell_of
from decisions.engine.editing.content import table_called
from decisions.engine.editing.edit import table_nodes
from decisions.engine.evaluation import Model
from decisions.engine.problems import Problem


def cell_problems(model: Model, table: str) -> list[tuple[str, str, Problem]]:
    """List the problems of a table's cells, each with the ids of its row and its column.

    Of columns with the same label the first stands for all. Raises Invalid where there is no such
    table.
    """
    found = table_called(model.definitions, table)
    node = next((node for node in table_nodes(model) if node.id == table), None)
    if node is None:
        return []
    columns: dict[str, str] = {}
    for asked, clause in zip(node.inputs, found.inputs, strict=True):
        columns.setdefault(asked.label, clause.id)
    for made, output in zip(node.outputs, found.outputs, strict=True):
        columns.setdefault(made.label, output.id)
    places = [(cell_of(problem, node), problem) for problem in model.problems]
    return [
        (found.rules[place[0] - 1].id, columns[place[1]], problem)
        for place, problem in places
        if place is not None and place[1] in columns and place[0] <= len(found.rules)
    ]
