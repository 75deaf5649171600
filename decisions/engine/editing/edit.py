"""Carries operations out on a whole model, one after the other, all or none."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.engine import model as m
from decisions.engine.editing import content
from decisions.engine.editing.decisions import DECISION_OPERATIONS
from decisions.engine.editing.inputs import INPUT_OPERATIONS
from decisions.engine.editing.operations import edit_table
from decisions.engine.editing.places import Operation, Texts, shown_rows
from decisions.engine.editing.shown import texts_listed
from decisions.engine.evaluation import Model
from decisions.engine.feel import nodes as n
from decisions.engine.feel.type_rules import input_type
from decisions.engine.problems import Invalid
from decisions.engine.types import STRING, base_of

MOST_OPERATIONS = 500
_ON_ELEMENTS = {**DECISION_OPERATIONS, **INPUT_OPERATIONS}


@dataclass(frozen=True, slots=True)
class Edited:
    """The content after some operations, what takes them back, and the ids they touched."""

    definitions: m.Definitions
    inverse: list[dict[str, Any]]
    touched: list[str]


def edit_model(model: Model, operations: Sequence[Operation]) -> Edited:
    """Carry out operations in order; raises Invalid, and then nothing was done.

    The content is not read again: load what `write_definitions` makes of it to see its problems.
    """
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        raise Invalid(f"Send 1 to {MOST_OPERATIONS} operations at once.")
    definitions = model.definitions
    inverse: list[dict[str, Any]] = []
    touched: dict[str, None] = {}
    texts: dict[str, Texts] = {}
    for operation in operations:
        if not isinstance(operation, dict):
            raise Invalid("An operation is an object with the name of what it does under “op”.")
        on_element = _ON_ELEMENTS.get(str(operation.get("op")))
        if on_element is not None:
            definitions, back, ids = on_element(definitions, operation)
        else:
            table = content.table_called(definitions, str(operation.get("table")))
            if table.id not in texts:
                texts[table.id] = texts_of(model, table.id)
            edit = edit_table(table, operation, texts[table.id])
            definitions = content.with_table(definitions, edit.table)
            back, ids = edit.inverse, edit.touched
        inverse = [*back, *inverse]
        touched |= dict.fromkeys(ids)
    return Edited(definitions, inverse, list(touched))


def texts_of(model: Model, table: str) -> Texts:
    """Tell which columns of a table hold texts, declared or by what their expression gives."""
    node = next((node for node in table_nodes(model) if node.id == table), None)
    if node is None:
        return Texts(frozenset())
    clauses = content.table_called(model.definitions, table)
    types = model.types
    found = {
        clause.id
        for clause, column in zip(clauses.inputs, node.inputs, strict=True)
        if base_of(input_type(column, types)) == STRING
    }
    found |= {
        clause.id
        for clause, column in zip(clauses.outputs, node.outputs, strict=True)
        if base_of(column.type) == STRING
    }
    return Texts(frozenset(found))


def table_nodes(model: Model) -> Iterator[n.Table]:
    """Give the tables of a model as they are understood, without those of imported files."""
    parts = model.graph.parts.values() if model.graph is not None else ()
    stack: list[Any] = [
        part.node for part in parts if part.file.definitions is model.definitions and part.node
    ]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, n.Table):
            yield node
        else:
            stack.extend(n.children(node))


def shown_table(model: Model, table: str, *, rows: Container[str] | None = None) -> dict[str, Any]:
    """Give a table as an editor shows it: its columns, and its rows as people read them.

    A row is [id, inputs, outputs, annotations]; a column's `allowed` lists the values it may have,
    where they are listed. `rows` are the ids of those wanted, all where it is None. Raises Invalid
    when there is no such table.
    """
    found = content.table_called(model.definitions, table)
    texts = texts_of(model, table)
    node = next((node for node in table_nodes(model) if node.id == table), None)
    types = model.types
    rules = [rule for rule in found.rules if rows is None or rule.id in rows]

    def described(clause: Any, column: Any, kind: Any) -> dict[str, Any]:
        return {
            "id": clause.id,
            "label": clause.label or getattr(clause, "text", "") or getattr(clause, "name", ""),
            "type": str(base_of(kind)) if column is not None else clause.type_ref or "Any",
            "text": clause.id in texts.columns,
            "allowed": allowed_values(model.definitions, clause),
        }

    inputs = node.inputs if node is not None else (None,) * len(found.inputs)
    outputs = node.outputs if node is not None else (None,) * len(found.outputs)
    return {
        "id": found.id,
        "hit_policy": found.hit_policy,
        "aggregation": found.aggregation,
        "inputs": [
            {
                **described(c, column, input_type(column, types) if column else None),
                "expression": c.text,
            }
            for c, column in zip(found.inputs, inputs, strict=True)
        ],
        "outputs": [
            {
                **described(c, column, column.type if column else None),
                "name": c.name,
                "default": texts.shown(c, c.default) if c.default else "",
            }
            for c, column in zip(found.outputs, outputs, strict=True)
        ],
        "annotations": [str(name) for name in found.annotations],
        "rows": shown_rows(found, rules, texts),
    }


def allowed_values(definitions: m.Definitions, clause: Any) -> list[str] | None:
    """List the texts a column may have: its own, or those of the input it reads; else None."""
    declared = clause.allowed or _allowed_of(definitions, getattr(clause, "text", ""))
    return texts_listed(declared) or None


def _allowed_of(definitions: m.Definitions, path: str) -> str:
    """Find the allowed values of what a path such as `show.media_type` reads."""
    items = {item.name: item for item in definitions.items}
    name, *rest = path.split(".")
    kind = next((item.type_ref for item in definitions.inputs if item.name == name), "")
    found = items.get(kind)
    for step in rest:
        parts = found.components if found is not None else ()
        found = next((part for part in parts if part.name == step.strip()), None)
        while found is not None and not found.components and found.type_ref in items:
            if found.limits:
                break
            found = items[found.type_ref]
    return found.limits if found is not None else ""
