"""Why a submission would be decided otherwise: the row that answers, and what is new in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from decisions import engine
from decisions.services.replaying import Answer, Rows

ELSEWHERE = "The same rows answer; a reference table or an expression behind them changed"
FAILED = "The rules fail on these facts, so a person decides"


@dataclass(frozen=True)
class Row:
    """One row of a table as its version has it."""

    table: str
    number: int
    id: str
    cells: tuple[str, ...]
    names: tuple[str, ...]


class Causes:
    """Tells causes of flips between two versions; equal flips are told once."""

    def __init__(self, before: engine.Model, after: engine.Model) -> None:
        self._before = _rows_of(before)
        self._after = _rows_of(after)
        self._live = {(r.table, r.id): r for r in self._before.values() if r.id}
        self._candidate = {(r.table, r.id): r for r in self._after.values() if r.id}
        self._known: dict[tuple[Rows, Rows, bool], str] = {}

    def why(self, before: Answer, after: Answer) -> str:
        """Name a row of the first table that answers otherwise, with its changed cells."""
        key = before.rows, after.rows, after.failed
        if key not in self._known:
            self._known[key] = FAILED if after.failed else self._told(before.rows, after.rows)
        return self._known[key]

    def _told(self, before: Rows, after: Rows) -> str:
        old = [self._before[hit] for hit in before if hit in self._before]
        new = [self._after[hit] for hit in after if hit in self._after]
        table = _first_otherwise(old, new)
        known = {row.cells for row in old if row.table == table}
        for row in new:
            if row.table == table and row.cells not in known:
                return self._words(row, old)[:300]
        kept = {row.cells for row in new if row.table == table}
        for row in old:
            if row.table == table and row.cells not in kept:
                return self._gone(row)[:300]
        return ELSEWHERE

    def _gone(self, row: Row) -> str:
        """Say why a row of the live version answers no more."""
        now = self._candidate.get((row.table, row.id)) if row.id else None
        if now is not None and (changes := _changes(row, now)):
            return f"{row.table}, row {now.number} no longer answers: {changes}"
        return f"{row.table}: live row {row.number} no longer answers"

    def _words(self, row: Row, old: list[Row]) -> str:
        place = f"{row.table}, row {row.number}"
        live = self._live.get((row.table, row.id))
        if live is None:
            return f"{place}: new"
        if changes := _changes(live, row):
            return f"{place}: {changes}"
        gone = next((r for r in old if r.table == row.table), None)
        if gone is None:
            return f"{place} answers now"
        now = self._candidate.get((gone.table, gone.id)) if gone.id else None
        if now is None:
            return f"{place}: answers because live row {gone.number} is gone"
        changes = _changes(gone, now) or "no longer comes first"
        return f"{place} answers, because row {now.number} changed: {changes}"


def _first_otherwise(old: list[Row], new: list[Row]) -> str:
    """Return the first table, in the order of evaluation, whose rows answer otherwise.

    A table that answers under one version only stands before the next one that both have.
    """
    tables = list(dict.fromkeys(row.table for row in new))
    place = {table: (float(number), 1) for number, table in enumerate(tables)}
    ahead = float(len(tables))
    for row in reversed(old):
        if row.table in tables:
            ahead = min(ahead, float(tables.index(row.table)))
        else:
            place[row.table] = (ahead, 0)
    otherwise = [
        table
        for table in place
        if {row.cells for row in old if row.table == table}
        != {row.cells for row in new if row.table == table}
    ]
    return min(otherwise, key=lambda table: place[table], default="")


def _changes(before: Row, after: Row) -> str:
    """Say which cells differ, where both rows have the same columns."""
    if before.names != after.names:
        return "" if before.cells == after.cells else "its columns changed"
    return "; ".join(
        f"{name} from {old or '-'} to {new or '-'}"
        for name, old, new in zip(after.names, before.cells, after.cells, strict=True)
        if old != new
    )


def _rows_of(model: engine.Model) -> Mapping[tuple[str, int], Row]:
    found: dict[tuple[str, int], Row] = {}
    for owner, table in engine.named_tables(model.definitions):
        names = (
            *(column.title for column in table.inputs),
            *(column.label or column.name for column in table.outputs),
        )
        for number, rule in enumerate(table.rules, 1):
            cells = (*map(str, rule.inputs), *map(str, rule.outputs))
            found[table.id, number] = Row(owner, number, rule.id, cells, names)
    return found
