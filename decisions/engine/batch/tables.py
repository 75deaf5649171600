"""One decision table read for batches: what its columns are about, and what its rows give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from decisions.engine.batch.classes import UNFIT, Classifier, class_of_value, ordered
from decisions.engine.batch.index import Index, RowRanges, TooWide
from decisions.engine.batch.sources import Flags, Ints
from decisions.engine.coercion import coerce
from decisions.engine.facts import Shape
from decisions.engine.feel import nodes as n
from decisions.engine.feel.type_rules import input_type
from decisions.engine.graph import Part
from decisions.engine.problems import NOWHERE
from decisions.engine.run import Run
from decisions.engine.tables.cells import constant_default, constant_rows
from decisions.engine.tables.columns import Column, column_of
from decisions.engine.tables.hit_policy import ONE_ROW
from decisions.engine.tables.index import tests_in
from decisions.engine.types import ItemType, Type


class NotVector(Exception):
    """Says that a table is better left to the row engine as a whole."""


@dataclass(frozen=True)
class Referent:
    """What a name stands for in a table: an input by its form and name, or another table."""

    source: Shape | BatchTable
    type: Type
    name: str = ""
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Clause:
    """What one column reads: an input by name, or the value of another table or a part of it.

    `allowed` tells which classes the allowed values of the column take.
    """

    column: Column
    nullable: bool
    allowed: Flags | None
    name: str = ""
    classifier: Classifier | None = None
    table: BatchTable | None = None
    member: str | None = None

    @cached_property
    def by_row(self) -> Ints:
        """Give the class of what each row of the other table gives, and of no row."""
        values = () if self.table is None else self.table.values
        return np.array([self._class_of(value) for value in values], np.int64)

    def _class_of(self, value: Any) -> int:
        if self.member is None:
            return class_of_value(self.column, value)
        if not isinstance(value, dict) or self.member not in value:
            return UNFIT
        return class_of_value(self.column, value[self.member])


class BatchTable:
    """A table of one decision; raises TooWide where its rows do not tell items apart.

    `values` holds what each row gives, and last what no row gives; `settled` tells which of them
    are known beforehand. A row with an expression, be it in a cell or an output, is not settled.
    """

    def __init__(self, node: n.Table, types: Sequence[Type], clauses: Sequence[Clause]) -> None:
        self.id = node.id
        self.single = node.hit_policy in ONE_ROW
        self.unique = node.hit_policy == "UNIQUE"
        self.rows = len(node.rules)
        self.clauses = clauses
        self.settled = np.zeros(self.rows + 1, np.bool_)
        self.values: list[Any] = [None] * (self.rows + 1)
        for row, value in _constant_values(node).items():
            fitted, clean = _fitted(value, types) if self.single else (value, True)
            self.values[row], self.settled[row] = fitted, clean
        for clause in clauses:
            self.settled[list(clause.column.open_rows)] = False
        ranges = [RowRanges(c.column, self.rows, nullable=c.nullable) for c in clauses]
        self.index = Index(ranges, self.rows)


def table_for(
    part: Part, reads: Mapping[str, Referent], types: Mapping[int, Type]
) -> BatchTable | None:
    """Read the table that a decision consists of; None where there is none for batches."""
    known = table_of(part.node)
    if known is None:
        return None
    node, kinds = known
    try:
        clauses = [
            _clause(clause, node, place, reads, types) for place, clause in enumerate(node.inputs)
        ]
        return BatchTable(node, kinds, clauses)
    except (NotVector, TooWide):
        return None


def table_of(node: n.Node | None) -> tuple[n.Table, list[Type]] | None:
    """Find the table that a decision consists of, and the types its value is fitted to."""
    types: list[Type] = []
    while isinstance(node, n.Placed):
        if node.type is not None:
            types.insert(0, node.type)
        node = node.body
    return (node, types) if isinstance(node, n.Table) else None


def _clause(
    clause: n.InputClause,
    node: n.Table,
    place: int,
    reads: Mapping[str, Referent],
    types: Mapping[int, Type],
) -> Clause:
    """Read one input column; raises NotVector where it reads more than values have classes for."""
    name, member = _reference(clause.expression)
    read = reads.get(name)
    if read is None:
        raise NotVector
    kind = input_type(clause, types)
    source = read.source
    kept = kind == read.type and not (isinstance(source, Shape) and source.constraint is None)
    if _constrained(kind) and (not kept or member is not None):
        # The column holds values against a type that nothing has held them against yet.
        raise NotVector
    column = _column(clause, node, place, kind)
    allowed = _allowed_classes(clause, column)
    if isinstance(source, BatchTable):
        if not source.single:
            raise NotVector
        return Clause(column, True, allowed, table=source, member=member)
    if member is not None or source.parts is not None or source.item is not None:
        raise NotVector
    nullable = source.optional or read.name in read.given
    return Clause(column, nullable, allowed, read.name, Classifier(source, column))


def _reference(expression: n.Node) -> tuple[str, str | None]:
    """Read a name, or a part of what a name stands for."""
    while isinstance(expression, n.Placed) and expression.type is None:
        expression = expression.body
    if isinstance(expression, n.Member) and isinstance(expression.operand, n.Name):
        return expression.operand.name, expression.name
    return expression.name if isinstance(expression, n.Name) else "", None


def _constrained(kind: Type) -> bool:
    while isinstance(kind, ItemType):
        if kind.allows is not None:
            return True
        kind = kind.base
    return False


def _column(clause: n.InputClause, node: n.Table, place: int, kind: Type) -> Column:
    """Build the column; allowed values are one more row of it."""
    cells = map(tests_in, node.rules.inputs[place].bodies)
    column = column_of([*cells, clause.allowed or n.Tests(1, ())], kind)
    if column is None:
        raise NotVector
    return ordered(column)


def _allowed_classes(clause: n.InputClause, column: Column) -> Flags | None:
    if clause.allowed is None or not clause.allowed.tests:
        return None
    cell = column.cells[-1]
    if cell is None:
        raise NotVector
    found = np.zeros(column.classes, np.bool_)
    for first, end in column.spans(cell):
        found[first:end] = True
    # Null is no matter of allowed values.
    found[column.null_class] = True
    return found


def _constant_values(node: n.Table) -> dict[int, Any]:
    """Give what rows and, at the place after them, the default outputs give for certain."""
    return {**constant_rows(node), **constant_default(node)}


def _fitted(value: Any, types: Sequence[Type]) -> tuple[Any, bool]:
    """Fit a value to declared types, and tell whether that went without a problem."""
    run = Run()
    for kind in types:
        value = coerce(run, value, kind, NOWHERE)
    return value, not run.problems
