"""Which rows and cells of a version's tables its tests reach, and which nobody tried."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from decisions import engine
from decisions.services.testing import Tested

Cell = tuple[str, int, int]


@dataclass(frozen=True)
class Reach:
    """What one test reached: rows as (table, number), cells as (table, row, column from 0)."""

    rows: tuple[tuple[str, int], ...]
    met: frozenset[Cell]
    refused: frozenset[Cell]


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
    times: Counter[int] = field(default_factory=Counter)
    met: set[tuple[int, int]] = field(default_factory=set)
    refused: set[tuple[int, int]] = field(default_factory=set)

    @property
    def hit(self) -> set[int]:
        return set(self.times)

    @property
    def never_hit(self) -> list[int]:
        return [number for number in range(1, self.rows + 1) if number not in self.times]

    @property
    def cells_covered(self) -> int:
        return len(self.met & self.refused)


def coverage(model: engine.Model, tested: Iterable[Tested]) -> list[TableCoverage]:
    """Count what tests that pass reach of every table of a model, in its order."""
    return coverage_of(model, (reach_of(one) for one in tested if one.passed))


def coverage_of(model: engine.Model, reached: Iterable[Reach]) -> list[TableCoverage]:
    """Count what was reached of every table of a model, in its order."""
    tables = {
        table.id: TableCoverage(
            id=table.id,
            name=name,
            rows=len(table.rules),
            cells=sum(asks(cell) for rule in table.rules for cell in rule.inputs),
        )
        for name, table in engine.named_tables(model.definitions)
    }
    for reach in reached:
        for table, number in dict.fromkeys(reach.rows):
            if table in tables:
                tables[table].times[number] += 1
        for cells, kind in ((reach.met, "met"), (reach.refused, "refused")):
            for table, row, column in cells:
                if table in tables:
                    getattr(tables[table], kind).add((row, column))
    return list(tables.values())


def reach_of(tested: Tested) -> Reach:
    """Tell which rows a test hit, and which cells it satisfied or was turned away by."""
    met: set[Cell] = set()
    refused: set[Cell] = set()
    for part in tested.result.explain(every_row=True):
        rules: Sequence[dict[str, list[dict[str, object]]]] = part.get("rules") or ()
        for number, rule in enumerate(rules, 1):
            for column, cell in enumerate(rule["cells"]):
                if asks(cell["text"]) and cell["matched"] is not None:
                    seen = met if cell["matched"] else refused
                    seen.add((part["table"], number, column))
    return Reach(tested.rows, frozenset(met), frozenset(refused))


def asks(text: object) -> bool:
    """Tell whether a cell tests anything."""
    return str(text).strip() not in {"", "-"}
