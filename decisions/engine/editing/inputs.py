"""Operations on the inputs of a model and on the types that say what they may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.editing.decisions import ids_of, new_name
from decisions.engine.editing.places import Operation, id_of, text_of
from decisions.engine.problems import Invalid

Done = tuple[m.Definitions, Sequence[dict[str, Any]], Sequence[str]]


def _item_type(definitions: m.Definitions, operation: Operation) -> Done:
    """Change a declared type or a component of one: what it holds, and what is said of it.

    `allowed` is FEEL; `optional`, `label` and `description` are for those who fill it in.
    """
    path = text_of(operation.get("item", "")).split(".")
    before: dict[str, Any] = {}

    def changed(items: tuple[m.ItemDefinition, ...], depth: int) -> tuple[m.ItemDefinition, ...]:
        if path[depth] not in {item.name for item in items}:
            raise Invalid(f"There is no type “{'.'.join(path[: depth + 1])}”.")
        return tuple(one(item, depth) if item.name == path[depth] else item for item in items)

    def one(item: m.ItemDefinition, depth: int) -> m.ItemDefinition:
        if depth + 1 < len(path):
            return replace(item, components=changed(item.components, depth + 1))
        if "allowed" in operation:
            before["allowed"] = str(item.allowed)
            item = replace(item, allowed=text_of(operation["allowed"]))
        described: m.ItemDefinition = _described(item, operation, before)
        return described

    items = changed(definitions.items, 0)
    back = {"op": "item_type", "item": operation["item"], **before}
    return replace(definitions, items=items), [back], [path[0]]


def _add_item(definitions: m.Definitions, operation: Operation) -> Done:
    """Add a type with a name of its own, for an input to have."""
    name = text_of(operation.get("item", ""))
    if not name or name in {item.name for item in definitions.items}:
        raise Invalid(f"There is a type “{name}” already." if name else "A type needs a name.")
    kind, allowed = text_of(operation.get("type", "")), text_of(operation.get("allowed", ""))
    if kind == name:
        raise Invalid(f"The type “{name}” cannot be made of itself.")
    made = m.ItemDefinition(
        name, kind, is_collection=operation.get("list") is True, allowed=allowed
    )
    changed = replace(definitions, items=(*definitions.items, made))
    return changed, [{"op": "remove_item", "item": name}], [name]


def _remove_item(definitions: m.Definitions, operation: Operation) -> Done:
    """Remove a type without components that nothing has."""
    name = operation.get("item")
    found = next((item for item in definitions.items if item.name == name), None)
    if found is None:
        raise Invalid(f"There is no type “{name}”.")
    if found.components or any(kind == name for kind in _types_used(definitions)):
        raise Invalid(f"The type “{name}” is still used.")
    back = {
        "op": "add_item",
        "item": found.name,
        "type": found.type_ref,
        "allowed": str(found.allowed),
        "list": found.is_collection,
    }
    items = tuple(item for item in definitions.items if item is not found)
    return replace(definitions, items=items), [back], [found.name]


def _add_input(definitions: m.Definitions, operation: Operation) -> Done:
    """Add an input that decisions may then require."""
    name = new_name(definitions, operation.get("input", ""))
    identity = id_of(operation.get("id", ""))
    if not identity or identity in ids_of(definitions):
        raise Invalid("A new input needs an id of its own.")
    made = _described(m.InputData(identity, name, "", variable=m.NOTHING), operation, {})
    if source := operation.get("source"):
        if not isinstance(source, dict):
            raise Invalid("A source is given by its kind and key.")
        told = {text_of(key): text_of(value) for key, value in source.items()}
        made = replace(made, hints=replace(made.hints, source=told))
    at = operation.get("at", len(definitions.inputs))
    place = operation.get("place", len(definitions.order))
    if not isinstance(at, int) or not isinstance(place, int) or at < 0 or place < 0:
        raise Invalid("An input stands at a place.")
    order = definitions.order
    changed = replace(
        definitions,
        inputs=(*definitions.inputs[:at], made, *definitions.inputs[at:]),
        order=(*order[:place], identity, *order[place:]) if order else (),
    )
    return changed, [{"op": "remove_input", "input": name}], [identity]


def _remove_input(definitions: m.Definitions, operation: Operation) -> Done:
    """Remove an input that no decision reads."""
    found = _input(definitions, operation)
    if readers := [d.name for d in definitions.decisions if f"#{found.id}" in d.required_inputs]:
        raise Invalid(f"“{found.name}” is read by “{readers[0]}”. Change that first.")
    back: dict[str, Any] = {
        "op": "add_input",
        "id": found.id,
        "input": found.name,
        "type": found.type_ref,
        "optional": found.hints.optional,
        "label": found.hints.display.get("label"),
        "description": found.description,
        "source": found.hints.source,
        "at": definitions.inputs.index(found),
    }
    if found.id in definitions.order:
        back["place"] = definitions.order.index(found.id)
    changed = replace(
        definitions,
        inputs=tuple(item for item in definitions.inputs if item is not found),
        order=tuple(one for one in definitions.order if one != found.id),
    )
    return changed, [back], [found.id]


def _change_input(definitions: m.Definitions, operation: Operation) -> Done:
    """Change what an input holds and what is said of it."""
    found = _input(definitions, operation)
    before: dict[str, Any] = {}
    made = _described(found, operation, before)
    inputs = tuple(made if item is found else item for item in definitions.inputs)
    back = {"op": "change_input", "input": found.name, **before}
    return replace(definitions, inputs=inputs), [back], [found.id]


def _described(item: Any, operation: Operation, before: dict[str, Any]) -> Any:
    """Give an input or a type with another type, label or description, and note what was there."""
    if "type" in operation:
        before["type"] = item.type_ref
        item = replace(item, type_ref=text_of(operation["type"]))
    if "description" in operation:
        before["description"] = item.description
        item = replace(item, description=text_of(operation["description"]))
    if "optional" in operation:
        before["optional"] = item.hints.optional
        item = replace(item, hints=replace(item.hints, optional=operation["optional"] is True))
    if "label" in operation:
        before["label"] = item.hints.display.get("label")
        display = {k: v for k, v in item.hints.display.items() if k != "label"}
        if operation["label"]:
            display = {"label": text_of(operation["label"]), **display}
        item = replace(item, hints=replace(item.hints, display=display))
    return item


def _input(definitions: m.Definitions, operation: Operation) -> m.InputData:
    name = operation.get("input")
    found = next((item for item in definitions.inputs if item.name == name), None)
    if found is None:
        raise Invalid(f"There is no input “{name}”.")
    return found


def _types_used(definitions: m.Definitions) -> Iterator[str]:
    parts = (definitions.inputs, definitions.decisions, definitions.knowledge)
    yield from (item.type_ref for items in parts for item in items)
    stack = list(definitions.items)
    while stack:
        item = stack.pop()
        yield item.type_ref
        stack.extend(item.components)


INPUT_OPERATIONS: dict[str, Callable[[m.Definitions, Operation], Done]] = {
    "item_type": _item_type,
    "add_item": _add_item,
    "remove_item": _remove_item,
    "add_input": _add_input,
    "remove_input": _remove_input,
    "change_input": _change_input,
}
