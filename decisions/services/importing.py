"""Sheets into the tables of a draft: what would change is planned first, a bad sheet refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from decisions import engine
from decisions.errors import Fault, Invalid
from decisions.ids import new_id
from decisions.models import ModelVersion
from decisions.services import drafting, sheet_columns
from decisions.services.cell_values import fault_of_value
from decisions.services.drafting import Operations
from decisions.services.sheet_columns import Columns
from decisions.services.sheet_files import Dated, Sheet, read_sheets, refuse

REFUSED = "{name} was refused and nothing was changed, because of what stands in its cells."


@dataclass(frozen=True)
class Row:
    """One row of a sheet: its line there, the id of the row it is, and the texts of its columns.

    `old` is the row of the table that it stands for, as it is shown; None for a new one.
    """

    line: int
    id: str
    texts: Mapping[str, str]
    old: Mapping[str, str] | None


@dataclass(frozen=True)
class RowChange:
    """A row that the import adds, removes, changes or moves; cells as (label, before, after)."""

    kind: str
    number: int
    cells: list[tuple[str, str, str]]


@dataclass
class Plan:
    """What an import would do to one table."""

    table_id: str
    name: str
    operations: Operations = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)

    def count(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.changes)

    @property
    def words(self) -> str:
        named = (("add", "added"), ("del", "removed"), ("chg", "changed"), ("move", "moved"))
        counted = [(self.count(kind), words) for kind, words in named]
        told = [(n, words) for n, words in counted if n]
        if not told:
            return f"{self.name}: nothing changed"
        first, words = told[0]
        more = "".join(f", {n:,} {words}" for n, words in told[1:])
        return f"{self.name}: {first:,} row{'' if first == 1 else 's'} {words}{more}"


def plan_file(
    version: ModelVersion,
    *,
    name: str,
    content: bytes,
    content_type: str = "",
    now: datetime,
    table_id: str = "",
) -> list[Plan]:
    """Plan what a file would change: in the table named, or in all that it has sheets of.

    Raises Invalid with every cell that is wrong, named as spreadsheets name it.
    """
    loaded = drafting.loaded_draft(version)
    sheets = read_sheets(name, content, content_type)
    pairs = _paired(loaded, sheets, table_id)
    plans: list[Plan] = []
    faults: list[Fault] = []
    for table, sheet in pairs:
        found, wrong = _plan(loaded, table, sheet, now)
        plans.append(found)
        faults += wrong
    refuse(REFUSED.format(name=f"“{name[:80]}”" if name else "The sheet"), faults)
    return plans


def _paired(
    loaded: engine.Model, sheets: Sequence[Sheet], table_id: str
) -> list[tuple[str, Sheet]]:
    """Find the table of each sheet: by the id it carries, by its name, or as the only one."""
    names = {table.id: name for name, table in engine.named_tables(loaded.definitions)}
    if table_id and table_id not in names:
        raise Invalid("This table is no longer in the draft.")
    by_name = {name.casefold()[:31].strip(): key for key, name in names.items()}
    found: dict[str, Sheet] = {}
    for sheet in sheets:
        key = sheet.cell(1, 0).strip()
        key = key if key in names else by_name.get(sheet.name.casefold().strip(), "")
        if key and key in found:
            message = f"“{names[key]}” has two sheets. Remove one."
            raise Invalid(f"{message} Nothing was changed.")
        if key:
            found[key] = sheet
    if table_id and table_id in found:
        return [(table_id, found[table_id])]
    if table_id and len(sheets) == 1 and not found:
        return [(table_id, sheets[0])]
    if table_id:
        raise Invalid(f"The file has no sheet for “{names[table_id]}”. Name one of its sheets so.")
    if not found:
        raise Invalid("No sheet of the file has the name of a table of this draft.")
    return list(found.items())


def _plan(
    loaded: engine.Model, table_id: str, sheet: Sheet, now: datetime
) -> tuple[Plan, list[Fault]]:
    shown = engine.shown_table(loaded, table_id)
    names = {table.id: name for name, table in engine.named_tables(loaded.definitions)}
    columns = sheet_columns.columns_of(shown, sheet)
    rows = _matched(shown, columns, sheet, table_id, now)
    plan = Plan(table_id, names[table_id])
    _add_operations(plan, shown, columns, rows)
    return plan, _faults(loaded, plan, columns, rows, sheet) if plan.operations else []


def _matched(
    shown: Mapping[str, Any], columns: Columns, sheet: Sheet, table_id: str, now: datetime
) -> list[Row]:
    """Find the row each line stands for: by its id, or by its place where the sheet has no ids."""
    old = {row[0]: dict(zip(columns.ids, _cells(row), strict=True)) for row in shown["rows"]}
    lines = [
        (line, columns.id_in(sheet, line), columns.texts_in(sheet, line))
        for line in range(columns.head, len(sheet.rows))
        if any(sheet.rows[line])
    ]
    if not any(identity for _, identity, _ in lines):
        by_place = [*old, *[""] * len(lines)]
        lines = [
            (line, identity, texts)
            for (line, _, texts), identity in zip(lines, by_place, strict=False)
        ]
    used: set[str] = set()
    rows = []
    for line, given, texts in lines:
        # An id that is there twice was copied with its row: the second is a new row.
        known = given in old and given not in used
        identity = given if known else f"{table_id}_row_{new_id(now).hex}"
        used.add(identity)
        rows.append(Row(line, identity, texts, old[given] if known else None))
    return rows


def _cells(row: Sequence[Any]) -> list[str]:
    return [*row[1], *row[2], *row[3]]


def _add_operations(
    plan: Plan, shown: Mapping[str, Any], columns: Columns, rows: Sequence[Row]
) -> None:
    """Write the operations that make the table what the sheet says, and what they change."""
    here = {"table": plan.table_id}
    numbers = {row[0]: number for number, row in enumerate(shown["rows"], 1)}
    kept = [row for row in rows if row.old is not None]
    new = [row for row in rows if row.old is None]
    gone = [row for row in shown["rows"] if row[0] not in {row.id for row in kept}]
    moved = _out_of_order([numbers[row.id] for row in kept])
    cells: list[list[str]] = []
    for number, row in enumerate(rows, 1):
        if row.old is None:
            told = [(columns.labels[c], "", t) for c, t in row.texts.items() if t not in ("", "-")]
            plan.changes.append(RowChange("add", number, told))
            continue
        differing = [c for c, text in row.texts.items() if _differs(columns, c, text, row.old[c])]
        cells += [[row.id, column, row.texts[column]] for column in differing]
        if differing:
            told = [(columns.labels[c], row.old[c], row.texts[c]) for c in differing]
            plan.changes.append(RowChange("chg", number, told))
        elif numbers[row.id] in moved:
            plan.changes.append(RowChange("move", number, []))
    for row in gone:
        told = [
            (columns.labels[c], text, "")
            for c, text in zip(columns.ids, _cells(row), strict=True)
            if text not in ("", "-")
        ]
        plan.changes.append(RowChange("del", numbers[row[0]], told))
    if gone:
        plan.operations.append({"op": "remove_rows", **here, "rows": [row[0] for row in gone]})
    if cells:
        plan.operations.append({"op": "cells", **here, "cells": cells})
    if new:
        added = [{"id": row.id, **columns.by_kind(row.texts)} for row in new]
        plan.operations.append({"op": "insert_rows", **here, "rows": added})
    order = [row.id for row in rows]
    if order != [row.id for row in kept] + [row.id for row in new] or moved:
        plan.operations.append({"op": "order_rows", **here, "rows": order})


def _differs(columns: Columns, column: str, text: str, before: str) -> bool:
    if columns.kinds[column] == "annotations":
        return text != before
    return text.strip() != before.strip()


def _out_of_order(numbers: Sequence[int]) -> set[int]:
    """Choose the fewest numbers to move so that the rest rises."""
    # Patience sorting: the longest rising run stays.
    tops: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        low, high = 0, len(tops)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if tops[middle] < number else (low, middle)
        before[number] = tops[low - 1] if low else None
        tops[low : low + 1] = [number]
    staying: set[int] = set()
    step = tops[-1] if tops else None
    while step is not None:
        staying.add(step)
        step = before[step]
    return set(numbers) - staying


def _faults(
    loaded: engine.Model, plan: Plan, columns: Columns, rows: Sequence[Row], sheet: Sheet
) -> list[Fault]:
    """Try the operations, and name every cell that the sheet changed and the rules do not take."""
    touched = {
        (row.id, column): row
        for row in rows
        for column, text in row.texts.items()
        if row.old is None or _differs(columns, column, text, row.old[column])
    }
    faults: dict[tuple[str, str], Fault] = {}
    for (row_id, column), row in touched.items():
        text = row.texts[column]
        message, hint = fault_of_value(text, columns.allowed[column], columns.kinds[column])
        if isinstance(text, Dated) and columns.kinds[column] != "annotations":
            message, hint = f"'{text}' is a date cell.", f'Write it as text: date("{text}")'
        if message:
            where = sheet.place(row.line, columns.places[column])
            faults[row_id, column] = Fault(where=where, message=message, hint=hint)
    try:
        edited = engine.edit_model(loaded, plan.operations)
    except engine.Invalid as error:
        raise Invalid(f"{error} Nothing was changed.") from error
    trial = engine.load_model(engine.write_definitions(edited.definitions))
    for row_id, column, problem in engine.cell_problems(trial, plan.table_id):
        if problem.severity == "error" and (row_id, column) in touched:
            row = touched[row_id, column]
            where = sheet.place(row.line, columns.places[column])
            message = f"'{row.texts[column][:60]}': {problem.message}"
            fault = Fault(where=where, message=message, hint=problem.hint)
            faults.setdefault((row_id, column), fault)
    order = {row.id: row.line for row in rows}
    return [
        fault
        for _, fault in sorted(
            faults.items(), key=lambda item: (order[item[0][0]], columns.places[item[0][1]])
        )
    ]


def summary_of(name: str, plans: Sequence[Plan]) -> str:
    """Say in a few words what an import does, for the history."""
    return f"Imported {name[:80]}: {'; '.join(plan.words for plan in plans)}"
