"""Operations on the columns of a decision table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.editing import places
from decisions.engine.editing.places import Edit, Operation, Texts
from decisions.engine.problems import Invalid

_INPUT = {"label": "label", "expression": "text", "type": "type_ref", "allowed": "allowed"}
_OUTPUT = {
    "label": "label",
    "name": "name",
    "type": "type_ref",
    "allowed": "allowed",
    "default": "default",
}


def _insert_column(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    kind = places.text_of(operation.get("kind", ""))
    if kind not in places.KINDS:
        raise Invalid("A column is an input, an output or an annotation.")
    names = places.KINDS[kind]
    columns = getattr(table, names)
    if len(columns) >= places.MOST_COLUMNS:
        raise Invalid(f"A table has at most {places.MOST_COLUMNS} columns of a kind.")
    at = operation.get("at", len(columns))
    if not isinstance(at, int) or not 0 <= at <= len(columns):
        raise Invalid(f"A column can stand at 0 to {len(columns)}.")
    clause = _clause(table, kind, operation)
    given = operation.get("cells") or {}
    if not isinstance(given, dict):
        raise Invalid("The cells of a new column are given by the ids of their rows.")
    empty = "-" if kind == "input" else ""

    def wider(rule: m.TableRule) -> tuple[str, ...]:
        cells = places.padded(getattr(rule, names), len(columns))
        return places.inserted(cells, at, places.text_of(given.get(rule.id, empty)))

    column = f"{places.ANNOTATION}{at}" if kind == "annotation" else clause.id
    inverse = {"op": "remove_column", "table": table.id, "column": column}
    return _changed(table, names, places.inserted(columns, at, clause), wider, inverse)


def _remove_column(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    names, at = places.column_of(table, operation)
    columns = getattr(table, names)
    if names == "outputs" and len(columns) == 1:
        raise Invalid("A table needs an output. Add another before you remove this one.")
    cells = {rule.id: places.padded(getattr(rule, names), at + 1)[at] for rule in table.rules}
    inverse = {
        "op": "insert_column",
        "table": table.id,
        "kind": names[:-1],
        "at": at,
        **_described(columns[at]),
        "cells": {row: str(cell) for row, cell in cells.items()},  # As FEEL.
    }
    return _changed(
        table,
        names,
        places.without(columns, at),
        lambda rule: places.without(getattr(rule, names), at),
        inverse,
    )


def _change_column(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    names, at = places.column_of(table, operation)
    columns = getattr(table, names)
    old = columns[at]
    if isinstance(old, str):
        new: Any = places.text_of(operation.get("label", str(old)))
    else:
        new = _with_fields(old, operation)
    column = {"op": "change_column", "table": table.id, "column": operation["column"]}
    changed = places.inserted(places.without(columns, at), at, new)
    return _changed(table, names, changed, None, {**_described(old), **column})


def _move_column(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    names, at = places.column_of(table, operation)
    to = operation.get("to")
    columns = getattr(table, names)
    if not isinstance(to, int) or not 0 <= to < len(columns):
        raise Invalid(f"A column can move to 0 to {len(columns) - 1}.")

    def moved(values: Sequence[Any]) -> tuple[Any, ...]:
        return places.inserted(places.without(values, at), to, values[at])

    column = f"{places.ANNOTATION}{to}" if names == "annotations" else operation["column"]
    inverse = {"op": "move_column", "table": table.id, "column": column, "to": at}
    return _changed(
        table,
        names,
        moved(columns),
        lambda rule: moved(places.padded(getattr(rule, names), len(columns))),
        inverse,
    )


def _changed(
    table: m.TableExpression,
    names: str,
    columns: tuple[Any, ...],
    cells: Callable[[m.TableRule], tuple[str, ...]] | None,
    inverse: Mapping[str, Any],
) -> Edit:
    parts: dict[str, Any] = {names: columns}
    if cells is not None:
        rows: list[dict[str, Any]] = [{names: cells(rule)} for rule in table.rules]
        parts["rules"] = tuple(
            replace(rule, **row) for rule, row in zip(table.rules, rows, strict=True)
        )
    return Edit(replace(table, **parts), (dict(inverse),), (table.id,))


def _clause(table: m.TableExpression, kind: str, operation: Operation) -> Any:
    if kind == "annotation":
        return places.text_of(operation.get("label", ""))
    identity = places.id_of(operation.get("id", ""))
    if not identity or identity in places.columns_of(table):
        raise Invalid("A new column needs an id of its own.")
    if kind == "input":
        return _with_fields(m.TableInput(identity, "", "", "", ""), operation)
    return _with_fields(m.TableOutput(identity, "", "", "", "", ""), operation)


def _fields(clause: Any) -> dict[str, str]:
    return _INPUT if isinstance(clause, m.TableInput) else _OUTPUT


def _with_fields(clause: Any, operation: Operation) -> Any:
    given = {name: places.text_of(operation[name]) for name in _fields(clause) if name in operation}
    return replace(clause, **{_fields(clause)[name]: text for name, text in given.items()})


def _described(clause: Any) -> dict[str, str]:
    if isinstance(clause, str):
        return {"label": str(clause)}
    fields = _fields(clause).items()
    return {"id": clause.id, **{name: str(getattr(clause, own)) for name, own in fields}}


COLUMN_OPERATIONS: dict[str, Callable[[m.TableExpression, Operation, Texts], Edit]] = {
    "insert_column": _insert_column,
    "remove_column": _remove_column,
    "change_column": _change_column,
    "move_column": _move_column,
}
