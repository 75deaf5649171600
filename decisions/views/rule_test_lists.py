"""Rule tests as their list shows them, and the rows and cells of tables that they reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.models import ModelVersion, RuleTest
from decisions.services import sheets
from decisions.services.coverage import TableCoverage, asks
from decisions.services.test_runs import Ran, Runs

AT_ONCE = 100
MOST_ROWS = 200
MOST_SHOWN = 3


@dataclass(frozen=True)
class Line:
    """One test in the list; without `ran` it still waits. `rows` are (table name, number, id)."""

    test: RuleTest
    ran: Ran | None
    rows: list[tuple[str, int, str]]
    more: int


@dataclass(frozen=True)
class CoveredRow:
    """One row of a table: how many tests hit it, and what they saw of its cells."""

    number: int
    id: str
    times: int
    cells: list[tuple[str, str]]
    outputs: list[str]

    @property
    def heat(self) -> int:
        return heat(self.times)


def list_context(version: ModelVersion, runs: Runs | None, first: str) -> dict[str, Any]:
    """What the list shows: the red tests first, then in their order, some at a time."""
    if runs is None:
        return {"version": version, "model": version.model, "runs": None, "lines": [], "tables": []}
    names = {table.id: table.name for table in sheets.tables_of(version)}
    lines = sorted((_line(test, runs, names) for test in runs.tests), key=_rank)
    start = int(first) - 1 if first.isascii() and first.isdigit() and len(first) < 6 else 0
    start = min(max(0, start), max(0, len(lines) - 1)) // AT_ONCE * AT_ONCE
    return {
        "version": version,
        "model": version.model,
        "runs": runs,
        "lines": lines[start : start + AT_ONCE],
        "tables": [_shown(table) for table in runs.coverage()],
        "earlier": start - AT_ONCE + 1 if start else 0,
        "later": start + AT_ONCE + 1 if start + AT_ONCE < len(lines) else 0,
    }


def coverage_context(
    version: ModelVersion, runs: Runs, table_id: str, first: str
) -> dict[str, Any]:
    """What the page of one table shows: its rows with what tests saw of every cell."""
    shown = sheets.shown_table(version, table_id)
    covered = next(table for table in runs.coverage() if table.id == table_id)
    start = int(first) - 1 if first.isascii() and first.isdigit() and len(first) < 6 else 0
    start = min(max(0, start), max(0, covered.rows - 1)) // MOST_ROWS * MOST_ROWS
    rows = [
        _row(shown, covered, number)
        for number in range(start + 1, min(start + MOST_ROWS, covered.rows) + 1)
    ]
    return {
        "version": version,
        "model": version.model,
        "runs": runs,
        "table": shown,
        "covered": covered,
        "rows": rows,
        "earlier": start - MOST_ROWS + 1 if start else 0,
        "later": start + MOST_ROWS + 1 if start + MOST_ROWS < covered.rows else 0,
    }


def heat(times: int) -> int:
    """Say in three steps how often a row is hit."""
    return 0 if not times else 1 if times == 1 else 2 if times < 5 else 3


def _line(test: RuleTest, runs: Runs, names: Mapping[str, str]) -> Line:
    ran = runs.ran.get(test.pk)
    rows = list(dict.fromkeys(ran.reach.rows)) if ran else []
    named = [(names.get(table, table), number, table) for table, number in rows[-MOST_SHOWN:]]
    return Line(test, ran, named, max(0, len(rows) - MOST_SHOWN))


def _rank(line: Line) -> tuple[int, int, str]:
    waits = line.ran is None
    red = line.ran is not None and not line.ran.passed
    return (0 if red else 2 if waits else 1), line.test.position, line.test.name


def _shown(table: TableCoverage) -> dict[str, Any]:
    strip = (
        [(number, table.times[number], heat(table.times[number])) for number in _numbers(table)]
        if table.rows <= MOST_ROWS
        else []
    )
    return {"table": table, "strip": strip, "never": len(table.never_hit)}


def _numbers(table: TableCoverage) -> range:
    return range(1, table.rows + 1)


def _row(shown: Mapping[str, Any], covered: TableCoverage, number: int) -> CoveredRow:
    identity, inputs, outputs, _ = shown["rows"][number - 1]
    cells: Sequence[tuple[str, str]] = [
        (text, _state(covered, number, column) if asks(text) else "none")
        for column, text in enumerate(inputs)
    ]
    return CoveredRow(number, identity, covered.times[number], list(cells), outputs)


def _state(covered: TableCoverage, row: int, column: int) -> str:
    met, refused = (row, column) in covered.met, (row, column) in covered.refused
    if met and refused:
        return "both"
    return "met" if met else "refused" if refused else "unseen"
