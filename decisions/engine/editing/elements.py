"""Operations on what stands around the tables: decisions, and the types of inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.editing.places import Operation, text_of
from decisions.engine.problems import Invalid

Done = tuple[m.Definitions, Sequence[dict[str, Any]], Sequence[str]]


def _add_table(definitions: m.Definitions, operation: Operation) -> Done:
    """Add a decision with a table of one input and one output, which others may require."""
    name = text_of(operation.get("decision", "")).strip()
    if not name:
        raise Invalid("Give the new table a name.")
    taken = {item.name for item in definitions.decisions}
    if name in taken | {item.name for item in definitions.inputs}:
        raise Invalid(f"There is a decision or an input “{name}” already. Choose another name.")
    known = {item.name: (item.id, False) for item in definitions.inputs}
    known |= {item.name: (item.id, True) for item in definitions.decisions}
    wanted = operation.get("requires") or []
    if missing := [one for one in wanted if one not in known]:
        raise Invalid(f"There is no input or decision “{missing[0]}” to ask about.")
    identity = text_of(operation.get("id", ""))
    if not identity or identity in _ids(definitions):
        raise Invalid("A new decision needs an id of its own.")
    asked = [
        m.TableInput(f"{identity}_if_{at}", one, one, "", "") for at, one in enumerate(wanted, 1)
    ]
    output = m.TableOutput(f"{identity}_then_1", name, "", "", "", "")
    table = m.TableExpression(
        f"{identity}_table", "", 0, "FIRST", "", "", tuple(asked), (output,), ()
    )
    decision = m.Decision(
        identity,
        name,
        "",
        table,
        required_inputs=tuple(f"#{known[one][0]}" for one in wanted if not known[one][1]),
        required_decisions=tuple(f"#{known[one][0]}" for one in wanted if known[one][1]),
    )
    changed = replace(
        definitions,
        decisions=(*definitions.decisions, decision),
        order=(*definitions.order, identity) if definitions.order else (),
    )
    return changed, [{"op": "remove_decision", "decision": identity}], [identity]


def _remove_decision(definitions: m.Definitions, operation: Operation) -> Done:
    """Remove a decision that nothing requires; its inverse is kept for one without content only."""
    identity = operation.get("decision")
    found = next((item for item in definitions.decisions if item.id == identity), None)
    if found is None:
        raise Invalid(f"There is no decision “{identity}”.")
    readers = [
        item.name
        for item in definitions.decisions
        if any(ref.lstrip("#") == found.id for ref in item.required_decisions)
    ]
    if readers:
        raise Invalid(f"“{found.name}” is read by “{readers[0]}”. Change that first.")
    if not isinstance(found.expression, m.TableExpression) or found.expression.rules:
        raise Invalid(f"“{found.name}” still has rows. Remove them first, so that none is lost.")
    back = {
        "op": "add_table",
        "id": found.id,
        "decision": found.name,
        "requires": [clause.text for clause in found.expression.inputs],
    }
    changed = replace(
        definitions,
        decisions=tuple(item for item in definitions.decisions if item is not found),
        order=tuple(one for one in definitions.order if one != found.id),
    )
    return changed, [back], [found.id]


def _item_type(definitions: m.Definitions, operation: Operation) -> Done:
    """Change the type of a declared item or component, or the values it may have, as FEEL."""
    path = text_of(operation.get("item", "")).split(".")
    before: dict[str, str] = {}

    def changed(items: tuple[m.ItemDefinition, ...], depth: int) -> tuple[m.ItemDefinition, ...]:
        if path[depth] not in {item.name for item in items}:
            raise Invalid(f"There is no type “{'.'.join(path[: depth + 1])}”.")
        return tuple(one(item, depth) if item.name == path[depth] else item for item in items)

    def one(item: m.ItemDefinition, depth: int) -> m.ItemDefinition:
        if depth + 1 < len(path):
            return replace(item, components=changed(item.components, depth + 1))
        before.update(type=item.type_ref, allowed=str(item.allowed))
        return replace(
            item,
            type_ref=text_of(operation.get("type", item.type_ref)),
            allowed=text_of(operation.get("allowed", str(item.allowed))),
        )

    items = changed(definitions.items, 0)
    back = {"op": "item_type", "item": operation["item"], **before}
    return replace(definitions, items=items), [back], [path[0]]


def _ids(definitions: m.Definitions) -> set[str]:
    parts = (
        definitions.inputs,
        definitions.decisions,
        definitions.knowledge,
        definitions.services,
    )
    return {item.id for items in parts for item in items}


ELEMENT_OPERATIONS: dict[str, Callable[[m.Definitions, Operation], Done]] = {
    "add_table": _add_table,
    "remove_decision": _remove_decision,
    "item_type": _item_type,
}
