"""Reads what an operation names: rows, columns and texts, each refused where it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.editing.shown import to_feel, to_shown
from decisions.engine.problems import Invalid

Operation = Mapping[str, Any]
MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 20_000
ANNOTATION = "annotation:"
KINDS = {"input": "inputs", "output": "outputs", "annotation": "annotations"}
# What XML 1.0 cannot hold (§2.2).
_UNKEPT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What an address cannot hold, or reads as a way elsewhere (RFC 3986 §5.2.4).
_NO_ID = re.compile(r"[/\\\x00-\x20]|\A\.{1,2}\Z")
_ROW = ("id", "inputs", "outputs", "annotations")


@dataclass(frozen=True, slots=True)
class Texts:
    """Which columns of a table hold texts, by the ids of its clauses.

    With `raw`, cells are FEEL both ways: what an inverse needs, since columns may have come, gone
    or changed their type by then.
    """

    columns: frozenset[str]
    raw: bool = False

    def feel(self, clause: Any, typed: str) -> str:
        """Give the FEEL of a cell as it was typed."""
        if isinstance(clause, str) or self.raw:
            return typed
        output = isinstance(clause, m.TableOutput)
        return to_feel(typed, text=clause.id in self.columns, output=output)

    def shown(self, clause: Any, feel: str) -> str:
        """Give a cell as people read it."""
        if isinstance(clause, str) or self.raw:
            return str(feel)
        output = isinstance(clause, m.TableOutput)
        return to_shown(feel, text=clause.id in self.columns, output=output)


RAW = Texts(frozenset(), raw=True)


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed table, the operations that take the change back, and the rows it touched.

    `touched` holds ids of rows; the id of the table where the change concerns all of them.
    """

    table: m.TableExpression
    inverse: tuple[dict[str, Any], ...]
    touched: tuple[str, ...]


def shown_rows(
    table: m.TableExpression, rules: Sequence[m.TableRule], texts: Texts
) -> list[list[Any]]:
    """Give rows as [id, inputs, outputs, annotations]; equal cells of a column are read once."""
    sections: list[list[list[str]]] = []
    for names in KINDS.values():
        columns = getattr(table, names)
        cells = zip(*[padded(getattr(rule, names), len(columns)) for rule in rules], strict=True)
        shown = [_shown_column(c, column, texts) for c, column in zip(columns, cells, strict=False)]
        sections.append([list(row) for row in zip(*shown, strict=True)] or [[] for _ in rules])
    ids = [rule.id for rule in rules]
    return [list(row) for row in zip(ids, *sections, strict=True)]


def _shown_column(clause: Any, cells: Sequence[str], texts: Texts) -> list[str]:
    known = {cell: texts.shown(clause, cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def named_row(table: m.TableExpression, rule: m.TableRule) -> dict[str, Any]:
    """Give a row as an operation on FEEL inserts it."""
    row = dict(zip(_ROW, shown_rows(table, [rule], RAW)[0], strict=True))
    return {**row, "description": rule.description} if rule.description else row


def rule_of(table: m.TableExpression, row: Any, texts: Texts) -> m.TableRule:
    """Read a row that is to be inserted; cells that are not given are empty."""
    if not isinstance(row, Mapping):
        raise Invalid("A row is given as id, inputs, outputs and annotations.")
    cells: dict[str, Any] = {}
    for names in KINDS.values():
        columns, given = getattr(table, names), row.get(names) or []
        if not isinstance(given, list) or len(given) > len(columns):
            raise Invalid(f"A row of this table has {len(columns)} {names}.")
        typed = [text_of(cell) for cell in padded(given, len(columns))]
        cells[names] = tuple(texts.feel(c, t) for c, t in zip(columns, typed, strict=True))
    identity = id_of(row.get("id", ""))
    if not identity:
        raise Invalid("A new row needs an id of 1 to 200 characters.")
    return m.TableRule(identity, **cells, description=text_of(row.get("description", "")), line=0)


def columns_of(table: m.TableExpression) -> dict[str, tuple[str, int]]:
    """Give the place of every column by its id."""
    found = {clause.id: ("inputs", at) for at, clause in enumerate(table.inputs)}
    found |= {clause.id: ("outputs", at) for at, clause in enumerate(table.outputs)}
    return found | {
        f"{ANNOTATION}{at}": ("annotations", at) for at in range(len(table.annotations))
    }


def column_of(table: m.TableExpression, operation: Operation) -> tuple[str, int]:
    """Find the column that an operation names."""
    identity = operation.get("column")
    found = columns_of(table).get(identity) if isinstance(identity, str) else None
    if found is None:
        raise Invalid(f"The table has no column “{identity}”.")
    return found


def cell_of(table: m.TableExpression, rule: m.TableRule, column: tuple[str, int]) -> str:
    """Give the FEEL of one cell."""
    names, at = column
    return str(padded(getattr(rule, names), len(getattr(table, names)))[at])


def with_cell(
    table: m.TableExpression, rule: m.TableRule, column: tuple[str, int], typed: str, texts: Texts
) -> m.TableRule:
    """Give a row with another text in one cell; the cell keeps its id."""
    names, at = column
    columns = getattr(table, names)
    cells: list[str] = list(padded(getattr(rule, names), len(columns)))
    cells[at] = m.reworded(cells[at], texts.feel(columns[at], typed))
    changed: dict[str, Any] = {names: tuple(cells)}
    return replace(rule, **changed)


def known_rows(table: m.TableExpression, operation: Operation) -> dict[str, int]:
    """Give the rows that an operation names, with their places."""
    named = set(map(text_of, list_of(operation, "rows")))
    found = {rule.id: at for at, rule in enumerate(table.rules) if rule.id in named}
    if missing := named - found.keys():
        raise Invalid(f"Row “{min(missing)}” is no longer in the table.")
    return found


def place_before(table: m.TableExpression, operation: Operation) -> int:
    """Find where rows go: before the row that is named, or at the end where none is."""
    before = operation.get("before")
    if before is None:
        return len(table.rules)
    for at, rule in enumerate(table.rules):
        if rule.id == before:
            return at
    raise Invalid(f"Row “{before}” is no longer in the table.")


def list_of(operation: Operation, name: str) -> list[Any]:
    """Read a list of an operation."""
    given = operation.get(name)
    if not isinstance(given, list) or not given or len(given) > MOST_ROWS * 8:
        raise Invalid(f"The operation needs a list of {name}.")
    return given


def text_of(given: Any) -> str:
    """Read a text that XML can keep."""
    if not isinstance(given, str):
        raise Invalid("Ids and cells are texts.")
    if len(given) > MOST_CHARACTERS:
        raise Invalid(f"A cell has at most {MOST_CHARACTERS:,} characters.")
    if _UNKEPT.search(given):
        raise Invalid("A cell holds a character that cannot be kept. Remove it.")
    return given


def id_of(given: Any) -> str:
    """Read the id of something new, which addresses of pages will name."""
    identity = text_of(given)
    if len(identity) > 200 or _NO_ID.search(identity):
        raise Invalid("An id has at most 200 characters, none of them a blank or a slash.")
    return identity


def padded(values: Sequence[str], size: int) -> tuple[str, ...]:
    """Give the cells of a row for all columns: rows in files may be short."""
    return (*values[:size], *[""] * (size - len(values)))


def inserted(values: Sequence[Any], at: int, value: Any) -> tuple[Any, ...]:
    """Give values with another at a place."""
    return (*values[:at], value, *values[at:])


def without(values: Sequence[Any], at: int) -> tuple[Any, ...]:
    """Give values without the one at a place."""
    return (*values[:at], *values[at + 1 :])
