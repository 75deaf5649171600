"""Reference tables as sheets: written as CSV, and read back with every bad cell named."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from decisions.errors import Fault, Invalid
from decisions.models import ReferenceTable, ReferenceTableVersion
from decisions.services.authoring import MOST_ROWS, misfits
from decisions.services.reference_values import text_of, value_of
from decisions.services.sheet_files import Sheet, csv_lines, read_sheets, refuse

Row = dict[str, Any]


def csv_of(table: ReferenceTable, version: ReferenceTableVersion) -> Iterator[str]:
    """Write a content as CSV, the names of the columns first."""
    head = [column["name"] for column in table.columns]
    return csv_lines([head, *(_texts(row, table.columns) for row in version.rows)])


def rows_of_file(
    table: ReferenceTable,
    before: Sequence[Mapping[str, Any]],
    *,
    name: str,
    content: bytes,
    content_type: str = "",
) -> list[Row]:
    """Read a sheet as rows of a table; columns are found by their name or label, in any order.

    A row that reads as one of `before` is that row. Raises Invalid with every cell that does not
    fit.
    """
    sheet = read_sheets(name, content, content_type)[0]
    places = _places(table, sheet)
    known = {tuple(_texts(row, table.columns)): dict(row) for row in before}
    rows: list[Row] = []
    lines: list[int] = []
    for number in range(1, len(sheet.rows)):
        texts = {column["name"]: sheet.cell(number, at) for column, at in places}
        if not any(texts.values()):
            continue
        spelled = tuple(texts[column["name"]] for column in table.columns)
        read = {c["name"]: value_of(texts[c["name"]], c) for c in table.columns}
        rows.append(known.get(spelled, read))
        lines.append(number)
    if not rows and before:
        raise Invalid("The sheet has no rows. Nothing was changed.")
    if len(rows) > MOST_ROWS:
        raise Invalid(f"A reference table has at most {MOST_ROWS:,} rows. Split it.")
    columns = {column["name"]: at for column, at in places}
    refuse(
        f"{_shown(name)} has cells that do not fit. Nothing was changed.",
        [_fault(fault, sheet, lines, columns) for fault in misfits(table, rows)],
    )
    return rows


def _texts(row: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> list[str]:
    return [text_of(row.get(column["name"]), column) for column in columns]


def _places(table: ReferenceTable, sheet: Sheet) -> list[tuple[Mapping[str, Any], int]]:
    """Find the place of every column in the head of a sheet."""
    head = [text.strip() for text in (sheet.rows[0] if sheet.rows else ())]
    called = {str(column.get("label") or "").casefold(): column for column in table.columns}
    called |= {str(column["name"]).casefold(): column for column in table.columns}
    names = ", ".join(str(column["name"]) for column in table.columns)
    found: dict[str, tuple[Mapping[str, Any], int]] = {}
    faults = []
    for at, text in enumerate(head):
        column = called.get(text.casefold()) if text else None
        if column is None and (text or any(sheet.cell(n, at) for n in range(1, len(sheet.rows)))):
            message = f"“{text[:60]}” is no column of this table. Its columns are {names}."
            faults.append(Fault(where=sheet.place(0, at), message=message, hint=""))
        elif column is not None and column["name"] in found:
            message = f"The column “{text[:60]}” is there twice."
            faults.append(Fault(where=sheet.place(0, at), message=message, hint="Remove one."))
        elif column is not None:
            found[column["name"]] = (column, at)
    if missing := [c["name"] for c in table.columns if c["name"] not in found]:
        message = f"The first row does not name the column {', '.join(missing)}."
        faults.append(Fault(where=sheet.place(0, 0), message=message, hint="Add it."))
    refuse("The columns of the sheet are not those of the table. Nothing was changed.", faults)
    return list(found.values())


def _fault(fault: Fault, sheet: Sheet, lines: list[int], columns: Mapping[str, int]) -> Fault:
    number, _, name = fault.get("where", "").lstrip("/").partition("/")
    if not number.isdigit() or name not in columns:
        return fault
    line, at = lines[int(number) - 1], columns[name]
    held = sheet.cell(line, at)
    words = fault.get("message", "") + (f" It holds “{held[:60]}”." if held else "")
    return Fault(where=sheet.place(line, at), message=words, hint=fault.get("hint", ""))


def _shown(name: str) -> str:
    return f"“{name[:80]}”" if name else "The file"
