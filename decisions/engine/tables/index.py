"""What is known of a table's cells, worked out once for all programs that look its rows up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from decisions.engine.feel import nodes as n
from decisions.engine.tables.cells import constant_rows
from decisions.engine.tables.columns import Masks, column_of, masks_of
from decisions.engine.types import Type

_ANYTHING = n.Tests(1, ())


@dataclass(frozen=True)
class TableIndex:
    """The masks of the columns whose values have classes, and the cells that need asking.

    Masks are known by the place of their column among the inputs; `open_cells` lists for every row
    that has some the places of the cells that are no constant tests; `constants` holds the value
    of every row whose outputs are constants, and is `whole` where the table gives nothing else.
    """

    masks: dict[int, Masks]
    open_cells: dict[int, list[int]]
    constants: dict[int, object]
    whole: bool

    @property
    def shared(self) -> list[int]:
        """List the columns in which several classes share a mask."""
        return [place for place, masks in self.masks.items() if masks.spans is not None]


def index_of(node: n.Table, kinds: Sequence[Type], *, masked: bool) -> TableIndex:
    """Read the cells of a table whose inputs are of some types; masks where they are wanted."""
    masks: dict[int, Masks] = {}
    open_cells: dict[int, list[int]] = {}
    for place, kind in enumerate(kinds):
        cells = list(map(tests_in, node.rules.inputs[place].bodies))
        column = column_of(cells, kind)
        if column is not None:
            if masked and not column.trivial:
                masks[place] = masks_of(column)
            rows: Sequence[int] = column.open_rows
        else:
            rows = [row for row, tests in enumerate(cells) if tests.tests]
        for row in rows:
            open_cells.setdefault(row, []).append(place)
    constants = constant_rows(node)
    whole = len(constants) == len(node.rules) and not node.has_default
    return TableIndex(masks, open_cells, constants, whole)


def tests_in(body: n.Node) -> n.Tests:
    """Give the unary tests that a cell holds; a cell of another form takes anything."""
    return body if isinstance(body, n.Tests) else _ANYTHING
