"""Decision tables as sheets: one as CSV, all of a version as XLSX, cells as people type them.

A sheet begins with four rows that say of each column its kind, what it is called, what it reads or
gives, and its type. The first column, hidden in XLSX, holds the ids of the rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from decisions import engine
from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services.drafting import loaded_draft
from decisions.services.sheet_files import Sheet, csv_lines, xlsx_of

HEAD = 4
ROW_ID = "Row id"
KINDS = {"inputs": "If", "outputs": "Then", "annotations": "Note"}
MOST_VALUES = 12


def table_csv(version: ModelVersion, table_id: str) -> Iterator[str]:
    """Write a table as CSV; raises Invalid when there is none of this id."""
    return csv_lines(_sheet(version, table_id).rows)


def table_xlsx(version: ModelVersion, table_id: str) -> bytes:
    """Write a table as XLSX; raises Invalid when there is none of this id."""
    return xlsx_of([_sheet(version, table_id)], head=HEAD, hidden=[0])


def version_xlsx(version: ModelVersion) -> bytes:
    """Write all tables of a version as XLSX, a sheet each; raises Invalid where there is none."""
    tables = engine.tables_of(loaded_draft(version).definitions)
    if not tables:
        raise Invalid("This version has no table. Its rules are expressions; take the DMN file.")
    return xlsx_of([_sheet(version, table.id) for table in tables], head=HEAD, hidden=[0])


def column_key(kind: str, column: Mapping[str, Any] | str) -> str:
    """Return what tells a column from others of its kind: its expression, name or label."""
    if isinstance(column, str):
        return column
    return str(column["expression"] if kind == "inputs" else column["name"])


def _sheet(version: ModelVersion, table_id: str) -> Sheet:
    loaded = loaded_draft(version)
    try:
        shown = engine.shown_table(loaded, table_id)
    except engine.Invalid as error:
        raise Invalid(str(error)) from error
    names = {table.id: name for name, table in engine.named_tables(loaded.definitions)}
    columns = [(kind, column) for kind in KINDS for column in shown[kind]]
    head = [
        [ROW_ID, *(KINDS[kind] for kind, _ in columns)],
        [table_id, *(c if isinstance(c, str) else str(c["label"]) for _, c in columns)],
        ["", *("" if isinstance(c, str) else column_key(kind, c) for kind, c in columns)],
        ["", *("" if isinstance(c, str) else _type_of(c) for _, c in columns)],
    ]
    rows = [[row[0], *row[1], *row[2], *row[3]] for row in shown["rows"]]
    return Sheet(names[table_id], [*head, *rows])


def _type_of(column: Mapping[str, Any]) -> str:
    allowed: Sequence[str] = column["allowed"] or ()
    if not allowed:
        return str(column["type"])
    more = f" and {len(allowed) - MOST_VALUES} more" if len(allowed) > MOST_VALUES else ""
    return f"{column['type']}, one of: {', '.join(allowed[:MOST_VALUES])}{more}"
