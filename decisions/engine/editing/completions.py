"""Offers what may be typed into a cell: allowed values, inputs and their parts, functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from decisions.engine import model as m
from decisions.engine.builtins import BUILTINS
from decisions.engine.editing import content, edit, places
from decisions.engine.evaluation import Model
from decisions.engine.facts import Shape

Offer = dict[str, str]


def completions(model: Model, *, table: str, column: str) -> list[Offer]:
    """List what may stand in a cell of a column, the likeliest first.

    Each is {"text", "kind", "type", "detail"}; `kind` is value, input, reference or function.
    Raises Invalid when there is no such table or column.
    """
    found = content.table_called(model.definitions, table)
    names, at = places.column_of(found, {"column": column})
    if names == "annotations":
        return []
    clause = getattr(found, names)[at]
    values = edit.allowed_values(model.definitions, clause) or []
    offers = [_offer(text, "value", "string", "Allowed in this column") for text in values]
    tables = {source["input"] for source in model.sources if source["kind"] == "reference"}
    for name in _required(model.definitions, table):
        if name in model.shapes:
            kind = "reference" if name in tables else "input"
            offers.extend(_paths(name, model.shapes[name], kind))
        else:
            offers.append(_offer(name, "input", "Any", "Result of another decision"))
    functions = sorted(BUILTINS.values(), key=lambda builtin: builtin.name)
    offers.extend(_offer(f"{one.name}()", "function", one.result, "") for one in functions)
    return offers


def _required(definitions: m.Definitions, table: str) -> list[str]:
    """List the names that the owner of a table may read: of a function, its parameters."""
    names = {f"#{item.id}": item.name for item in definitions.inputs}
    names |= {f"#{item.id}": item.name for item in definitions.decisions}
    for item in definitions.decisions:
        if any(one.id == table for one in m.tables_in(item.expression)):
            wanted = (*item.required_inputs, *item.required_decisions)
            return [names[reference] for reference in wanted if reference in names]
    for owner in definitions.knowledge:
        if owner.function and any(one.id == table for one in m.tables_in(owner.function)):
            return [name for name, _ in owner.function.params]
    return []


def _paths(path: str, shape: Shape, kind: str) -> Iterator[Offer]:
    parts: Mapping[str, Shape] = shape.parts or {}
    yield _offer(path, kind, str(shape.type), shape.description)
    for name, part in parts.items():
        yield from _paths(f"{path}.{name}", part, kind)


def _offer(text: str, kind: str, type_name: str, detail: str) -> Offer:
    return {"text": text, "kind": kind, "type": type_name, "detail": detail}
