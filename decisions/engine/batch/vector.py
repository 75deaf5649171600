"""What of a decision can be worked out for whole blocks of items, and how a block is.

Where every decision is a table of one hit, the row found says everything. Where others follow that
read nothing but such tables, or where several rows may match, all items that found the same rows
have the same answer: the row engine gives it for one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from decisions.engine.batch.classes import Memory, class_of_value
from decisions.engine.batch.sources import Block, Flags, Ints
from decisions.engine.batch.tables import BatchTable, Clause, Referent, table_for
from decisions.engine.facts import Shape
from decisions.engine.graph import Graph, Part, Requirements
from decisions.engine.types import Type

_MOST_SIGNATURES = 1 << 62


class Vector:
    """The tables of a decision in their order; `plain` when the last gives the whole value."""

    def __init__(self, tables: Sequence[BatchTable], *, plain: bool) -> None:
        self.tables = tables
        self.plain = plain

    def signatures(self, rows: Sequence[Ints]) -> Ints:
        """Make one number of what was found in all tables."""
        number = rows[0]
        for table, found in zip(self.tables[1:], rows[1:], strict=True):
            number = number * (table.rows + 1) + found
        return number


class Finder:
    """Finds rows for the blocks of one batch; `fixed` holds the inputs that have no column."""

    def __init__(self, vector: Vector, fixed: Mapping[str, Any]) -> None:
        self.tables = vector.tables
        self.fixed = fixed
        self._memory: dict[Clause, Memory] = {}
        self._sets: dict[bytes, int] = {}

    def find(self, blocks: Mapping[str, Block], count: int) -> tuple[list[Ints], Flags]:
        """Find the rows of a block of items in every table, and which items are left over.

        A row is counted from 0, and none is the number of rows. Where several rows may match,
        what is found is a number for each set of rows.
        """
        left = np.zeros(count, np.bool_)
        found: dict[BatchTable, Ints] = {}
        for table in self.tables:
            classes = [self._classes(clause, blocks, found, left) for clause in table.clauses]
            find = _first_rows if table.single else self._row_sets
            found[table] = find(table, classes, left)
        return list(found.values()), left

    def _classes(
        self,
        clause: Clause,
        blocks: Mapping[str, Block],
        found: Mapping[BatchTable, Ints],
        left: Flags,
    ) -> Ints:
        """Give the classes of one column, and mark the items that have none."""
        if clause.table is not None:
            classes = clause.by_row[found[clause.table]]
        elif clause.name in self.fixed or clause.classifier is None:
            number = class_of_value(clause.column, self.fixed[clause.name])
            classes = np.full(len(left), number, np.int64)
        else:
            if clause not in self._memory:
                self._memory[clause] = clause.classifier.remember()
            classes = clause.classifier.classes(blocks[clause.name], self._memory[clause])
        if len(classes) and classes.min() < 0:
            left |= classes < 0
            classes = np.maximum(classes, 0)
        if clause.allowed is not None:
            left |= ~clause.allowed[classes]
        return classes

    def _row_sets(self, table: BatchTable, classes: Sequence[Ints], left: Flags) -> Ints:
        """Number the sets of rows that items match, by the bytes of their rows."""
        found = np.full(len(left), self._sets.setdefault(b"", 0), np.int64)
        none = np.ones(len(left), np.bool_)
        for items, rows in table.index.pairs(classes, len(left)):
            left[items[~table.settled[rows]]] = True
            starts = np.flatnonzero(np.diff(items, prepend=-1))
            none[items[starts]] = False
            text = rows.astype(np.int32).tobytes()
            ends = [*(starts[1:] * 4).tolist(), len(text)]
            found[items[starts]] = [
                self._sets.setdefault(text[start:end], len(self._sets))
                for start, end in zip((starts * 4).tolist(), ends, strict=False)
            ]
        if not table.settled[table.rows]:
            left |= none
        return found


def _first_rows(table: BatchTable, classes: Sequence[Ints], left: Flags) -> Ints:
    """Find the first row of every item; more of UNIQUE than one are left to the row engine."""
    found = np.full(len(left), table.rows, np.int64)
    for items, rows in table.index.pairs(classes, len(left)):
        # Backwards, so that of several rows the first is written last.
        found[items[::-1]] = rows[::-1]
        if table.unique:
            left[items[1:][items[1:] == items[:-1]]] = True
    left |= ~table.settled[found]
    return found


def vector_of(
    graph: Graph,
    part: Part,
    shapes: Mapping[str, Shape],
    types: Mapping[int, Type],
    given: frozenset[str],
) -> Vector | None:
    """Read a decision for batches; None where the row engine decides every item."""
    required = graph.requirements(part)
    if len(required.targets) != 1:
        return None
    inputs = dict(zip(required.inputs, shapes, strict=True))
    tables: dict[str, BatchTable] = {}
    for key in required.decisions:
        needed = graph.parts[key]
        reads: dict[str, Referent] = {}
        for name, other in needed.requires.items():
            kind = graph.parts[other].type
            if other in inputs:
                reads[name] = Referent(shapes[inputs[other]], kind, inputs[other], given)
            elif other in tables:
                reads[name] = Referent(tables[other], kind)
        table = table_for(needed, reads, types)
        if table is not None:
            tables[key] = table
        elif not inputs.keys().isdisjoint(needed.requires.values()):
            return None
    return _joined(required, list(tables.values()))


def _joined(required: Requirements, tables: list[BatchTable]) -> Vector | None:
    """Put tables together; a table of many hits must stand alone."""
    single = all(table.single for table in tables)
    if not tables or prod(table.rows + 1 for table in tables) > _MOST_SIGNATURES:
        return None
    if not single and len(required.decisions) > 1:
        return None
    return Vector(tables, plain=single and len(tables) == len(required.decisions))
