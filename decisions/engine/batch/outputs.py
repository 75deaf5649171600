"""Turns the values of a batch into columns: one for each output of a table, or one for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from decisions.engine.batch.sources import Ints
from decisions.engine.batch.tables import table_of
from decisions.engine.graph import Graph, Part
from decisions.engine.run import Run
from decisions.engine.tables.hit_policy import ONE_ROW, ONE_VALUE
from decisions.engine.types import ListType, base_of
from decisions.engine.values import give_out

Values = NDArray[Any]


class Outputs:
    """The columns that one decision or service gives; `known` are the values of rows, if any."""

    def __init__(self, graph: Graph, part: Part) -> None:
        targets = graph.requirements(part).targets
        self.parts = tuple(graph.parts[key].name for key in targets)
        self.table = ""
        found = table_of(graph.parts[targets[0]].node) if len(targets) == 1 else None
        if found is not None:
            node, types = found
            single = node.hit_policy in ONE_VALUE
            by_row = (single or bool(node.aggregation)) and not any(
                isinstance(base_of(kind), ListType) for kind in types
            )
            self.parts = tuple(output.name for output in node.outputs) if by_row else ()
            if node.hit_policy in ONE_ROW and len(graph.requirements(part).decisions) == 1:
                self.table = node.id
        self.several = len(self.parts) > 1
        self.names = self.parts if self.several else (part.name,)
        self.known: dict[str, _KnownColumn] = {}
        self.values: list[Any] = []

    def know(self, values: Sequence[Any]) -> None:
        """Keep the values of all rows, and last of none, in the form of columns."""
        run = Run()
        self.values = [give_out(value, run) for value in values]
        self.known = {
            name: _KnownColumn(column) for name, column in self._split(self.values).items()
        }

    def columns(
        self, codes: Ints, values: Sequence[Any] | None, apart: Mapping[int, Any]
    ) -> dict[str, Values]:
        """Give columns of the values with some codes, where `apart` has none for the item.

        Without values, those that are known are meant.
        """
        places = np.fromiter(apart, np.int64, len(apart))
        others = self._split(list(apart.values()))
        if values is None:
            known = self.known
        else:
            known = {name: _KnownColumn(column) for name, column in self._split(values).items()}
        return {
            name: known[name].column(codes, places, others[name])
            if name in known
            else narrowed(others[name])
            for name in self.names
        }

    def _split(self, values: Sequence[Any]) -> dict[str, Values]:
        if not self.several:
            return {self.names[0]: as_objects(values)}
        return {
            name: as_objects(
                value.get(name) if isinstance(value, dict) else None for value in values
            )
            for name in self.names
        }


class _KnownColumn:
    """One output of the rows of a table; the last value is that of no row."""

    def __init__(self, values: Values) -> None:
        self.values = values
        narrow = narrowed(values[:-1])
        self.narrow = None if narrow.dtype == object else narrow

    def column(self, codes: Ints, places: Ints, others: Values) -> Values:
        """Give the value of every code, and the others at their places."""
        if self.narrow is not None and not len(places) and codes.max(initial=0) < len(self.narrow):
            return self.narrow.take(codes)
        found = self.values.take(codes)
        found[places] = others
        return narrowed(found)


def as_objects(values: Iterable[Any]) -> Values:
    """Make an array of objects, also of lists, which numpy would take for more dimensions."""
    listed = list(values)
    found = np.empty(len(listed), object)
    for place, value in enumerate(listed):
        found[place] = value
    return found


def narrowed(values: Values) -> Values:
    """Give an array of booleans or of whole numbers where all values are that, and they fit."""
    first = type(values[0]) if len(values) else None
    if first not in (bool, int) or set(map(type, values)) != {first}:
        return values
    if first is bool:
        return values.astype(np.bool_)
    try:
        return values.astype(np.int64)
    except OverflowError:
        return values
