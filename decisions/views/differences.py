"""The difference of two versions as its pages show it: a summary, and tables with few rows each."""

from dataclasses import dataclass
from typing import Any

from decisions.enums import Outcome
from decisions.services.comparing import VersionDifference
from decisions.services.table_differences import NOTHING, Cell, RowDifference, TableDifference

ROWS_AT_ONCE = 100
# The outcomes as FEEL writes them, which the pages show by their marks.
OUTCOMES = {f'"{outcome.value}"': outcome.value for outcome in Outcome}


@dataclass(frozen=True)
class Line:
    """One count of the summary: sign, its tone, and words."""

    sign: str
    tone: str
    words: str


@dataclass(frozen=True)
class ShownTable:
    """A table that differs, with the rows that are shown of those that differ.

    Columns that say nothing in any of these rows are left out.
    """

    table: TableDifference
    headings: list[tuple[str, str]]
    rows: list[tuple[RowDifference, list[Cell]]]
    more: int

    @property
    def sizes(self) -> str:
        """How many rows there were and are."""
        before, after = self.table.rows_before, self.table.rows_after
        rows = f"{before:,} row{'' if before == 1 else 's'}"
        if self.table.kind == "add":
            return f"new, {after:,} row{'' if after == 1 else 's'}"
        if self.table.kind == "del":
            return f"removed with its {rows}"
        return rows if before == after else f"{rows}, now {after:,}"


def shown_difference(difference: VersionDifference, *, everything: str = "") -> dict[str, Any]:
    """Return what the templates use; `everything` is the id of a table to show all rows of."""
    tables = [
        _shown(table, everything)
        for table in difference.changed_tables
        if not everything or table.id == everything
    ]
    return {
        "difference": difference,
        "summary": list(_summary(difference)),
        "tables": tables,
        "only_table": everything if tables else "",
        "outcomes": OUTCOMES,
    }


def _shown(table: TableDifference, everything: str) -> ShownTable:
    rows = list(table.rows if table.id == everything else table.rows[:ROWS_AT_ONCE])
    kept = [
        place
        for place in range(len(table.headings))
        if any(_says_something(row.cells[place]) for row in rows)
    ]
    return ShownTable(
        table,
        [table.headings[place] for place in kept],
        [(row, [row.cells[place] for place in kept]) for row in rows],
        len(table.rows) - len(rows),
    )


def _says_something(cell: Cell) -> bool:
    if cell.kind == "annotations":
        return cell.changed
    return not {cell.before or "", cell.after or ""} <= NOTHING


def _summary(found: VersionDifference) -> list[Line]:
    changed = (
        f"{_count(found.cells_changed, 'cell')} changed in {_count(found.rows_changed, 'row')}"
    )
    lines = [
        (found.rows_added, Line("+", "ok", f"{_count(found.rows_added, 'row')} added")),
        (found.rows_changed, Line("~", "warn", changed)),
        (found.rows_removed, Line("−", "bad", f"{_count(found.rows_removed, 'row')} removed")),
        (found.rows_moved, Line("↕", "route", f"{_count(found.rows_moved, 'row')} moved")),
        (
            len(found.elements),
            Line("~", "warn", f"{_count(len(found.elements), 'other thing')} changed"),
        ),
        (len(found.tests), Line("~", "warn", f"{_count(len(found.tests), 'test')} changed")),
        (found.tables_same, Line("=", "muted", f"{_count(found.tables_same, 'table')} the same")),
    ]
    return [line for number, line in lines if number]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
