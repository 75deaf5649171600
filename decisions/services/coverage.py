"""Which rows and cells of a version's tables its tests reach, and which nobody tried."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from decisions import engine
from decisions.services.testing import Tested


@dataclass
class TableCoverage:
    """What tests reached of one table; rows count from 1, cells are (row, column from 0).

    A row is covered when a test hits it. A cell that tests anything is covered when one test
    satisfies it and another is turned away by it, so that both of its answers were seen.
    """

    id: str
    name: str
    rows: int
    cells: int
    hit: set[int] = field(default_factory=set)
    met: set[tuple[int, int]] = field(default_factory=set)
    refused: set[tuple[int, int]] = field(default_factory=set)

    @property
    def never_hit(self) -> list[int]:
        return [number for number in range(1, self.rows + 1) if number not in self.hit]

    @property
    def cells_covered(self) -> int:
        return len(self.met & self.refused)


def coverage(model: engine.Model, tested: Iterable[Tested]) -> list[TableCoverage]:
    """Count what tests that pass reach of every table of a model, in its order."""
    tables = {
        table.id: TableCoverage(
            id=table.id,
            name=name,
            rows=len(table.rules),
            cells=sum(asks(cell) for rule in table.rules for cell in rule.inputs),
        )
        for name, table in engine.named_tables(model.definitions)
    }
    for one in tested:
        if one.passed:
            _count(tables, one)
    return list(tables.values())


def asks(text: object) -> bool:
    """Tell whether a cell tests anything."""
    return str(text).strip() not in {"", "-"}


def _count(tables: dict[str, TableCoverage], one: Tested) -> None:
    for table, number in one.rows:
        if table in tables:
            tables[table].hit.add(number)
    for part in one.result.explain(every_row=True):
        reached = tables.get(part.get("table") or "")
        if reached is not None:
            _count_cells(reached, part.get("rules") or ())


def _count_cells(table: TableCoverage, rules: Sequence[dict[str, list[dict[str, object]]]]) -> None:
    for number, rule in enumerate(rules, 1):
        for column, cell in enumerate(rule["cells"]):
            if asks(cell["text"]) and cell["matched"] is not None:
                seen = table.met if cell["matched"] else table.refused
                seen.add((number, column))
