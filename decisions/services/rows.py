"""One row of a table at a time: read as a sentence, changed as a form, moved, added, removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from decisions import engine
from decisions.errors import Fault, Invalid
from decisions.ids import new_id
from decisions.models import ModelVersion
from decisions.services import cells, drafting, sheets
from decisions.services.drafting import Saved, loaded_draft
from decisions.services.shaping import Hand

PARTS = ("inputs", "outputs", "annotations")


@dataclass(frozen=True)
class Column:
    """A column of a table; `values` are what it may hold, where they are listed."""

    id: str
    part: str
    label: str
    type: str
    values: list[str]


@dataclass(frozen=True)
class Rows:
    """A part of a table: rows as (id, sentence, cells); `start` counts from 0, `total` is all."""

    name: str
    columns: list[Column]
    rows: list[tuple[str, str, list[str]]]
    start: int
    total: int


@dataclass(frozen=True)
class Row:
    """One row with its number, its cells as people read them, and the rows around it."""

    id: str
    number: int
    columns: list[Column]
    texts: list[str]
    sentence: str
    before: str | None
    after: str | None
    name: str
    total: int


def rows_of(version: ModelVersion, table_id: str, *, start: int, size: int) -> Rows:
    """Return the rows from `start` on; raises Invalid when there is no such table."""
    ids, name = _ids(version, table_id)
    start = min(max(0, start), max(0, len(ids) - 1)) // size * size
    shown = sheets.shown_table(version, table_id, rows=set(ids[start : start + size]))
    rows = [
        (row[0], engine.sentence(shown, row), [cell for part in row[1:] for cell in part])
        for row in shown["rows"]
    ]
    return Rows(name, _columns(shown), rows, start, len(ids))


def row_of(version: ModelVersion, table_id: str, row_id: str) -> Row:
    """Return one row; raises Invalid when it is not there."""
    ids, name = _ids(version, table_id)
    if row_id not in ids:
        raise Invalid("This row is no longer in the table.")
    at = ids.index(row_id)
    shown = sheets.shown_table(version, table_id, rows={row_id})
    (row,) = shown["rows"]
    return Row(
        id=row_id,
        number=at + 1,
        columns=_columns(shown),
        texts=[cell for part in row[1:] for cell in part],
        sentence=engine.sentence(shown, row),
        before=ids[at - 1] if at else None,
        after=ids[at + 1] if at + 1 < len(ids) else None,
        name=name,
        total=len(ids),
    )


def change_row(
    version: ModelVersion, table_id: str, row_id: str, texts: Sequence[str], *, hand: Hand
) -> Saved | None:
    """Write the cells of a row that differ; None where none does.

    Raises Invalid with a fault at each column whose text means nothing.
    """
    row = row_of(version, table_id, row_id)
    if len(texts) != len(row.columns):
        raise Invalid("The columns of this table have changed. Reload the page.")
    changed = [
        (column, text)
        for column, before, text in zip(row.columns, row.texts, texts, strict=True)
        if text != before
    ]
    faults = [
        fault for column, text in changed for fault in _faults(version, table_id, column, text)
    ]
    if faults:
        raise Invalid("Some cells mean nothing yet. Nothing was saved.", faults)
    if not changed:
        return None
    written = [[row_id, column.id, text] for column, text in changed]
    return _edit(version, {"op": "cells", "table": table_id, "cells": written}, hand)


def add_row(version: ModelVersion, table_id: str, *, before: str | None, hand: Hand) -> str:
    """Add an empty row before another one, or at the end; returns its id."""
    made = f"row_{new_id(hand.now).hex[-16:]}"
    operation = {"op": "insert_rows", "table": table_id, "before": before, "rows": [{"id": made}]}
    _edit(version, operation, hand)
    return made


def remove_row(version: ModelVersion, table_id: str, row_id: str, *, hand: Hand) -> Saved:
    return _edit(version, {"op": "remove_rows", "table": table_id, "rows": [row_id]}, hand)


def move_row(version: ModelVersion, table_id: str, row_id: str, *, up: bool, hand: Hand) -> Saved:
    """Move a row up or down by one; raises Invalid at the edge of the table."""
    ids, _ = _ids(version, table_id)
    at = ids.index(row_id) if row_id in ids else -1
    target = at - 1 if up else at + 2
    if at < 0 or target < 0 or target > len(ids):
        raise Invalid("The row stands at the edge of the table already.")
    before = ids[target] if target < len(ids) else None
    operation = {"op": "move_rows", "table": table_id, "rows": [row_id], "before": before}
    return _edit(version, operation, hand)


def _edit(version: ModelVersion, operation: dict[str, Any], hand: Hand) -> Saved:
    return drafting.edit(
        version, [operation], based_on=hand.based_on, author=hand.author, now=hand.now
    )


def _faults(version: ModelVersion, table_id: str, column: Column, text: str) -> list[Fault]:
    if column.part == "annotations":
        return []
    found = cells.check_cell(version, table=table_id, column=column.id, text=text)
    return [
        Fault(where=column.id, message=problem["message"], hint=problem["hint"])
        for problem in found["problems"]
        if problem["severity"] == "error"
    ]


def _ids(version: ModelVersion, table_id: str) -> tuple[list[str], str]:
    for name, table in engine.named_tables(loaded_draft(version).definitions):
        if table.id == table_id:
            return [rule.id for rule in table.rules], name
    raise Invalid("This table is no longer in the draft.")


def _columns(shown: dict[str, Any]) -> list[Column]:
    found = [
        Column(one["id"], part, one["label"], one["type"], one["allowed"] or [])
        for part in ("inputs", "outputs")
        for one in shown[part]
    ]
    return found + [
        Column(f"annotation:{at}", "annotations", name, "string", [])
        for at, name in enumerate(shown["annotations"])
    ]
