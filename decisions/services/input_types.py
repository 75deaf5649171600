"""Authors say what may come in: the type of each input, its allowed values, and its cells.

A value that cells name is not taken away from under them: it is renamed in them, or they are
named to the author.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of
from typing import Any

from decisions import engine
from decisions.errors import Fault, Invalid
from decisions.ids import new_id
from decisions.models import ModelVersion
from decisions.services import outline
from decisions.services.drafting import Saved, loaded_draft
from decisions.services.shaping import MOST_NAMED, Hand, edit_carefully

_WORD = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Wanted:
    """An input as its author wants it; `renamed` leads from values there were to their new names.

    `limits` is FEEL, such as `"GB", "DE"` or `[0..1]`; None leaves them as they are.
    """

    label: str
    description: str
    optional: bool
    type: str
    limits: str | None = None
    renamed: Mapping[str, str] = of(default_factory=dict)
    in_cells: bool = False


def field_of(version: ModelVersion, path: str) -> engine.Field:
    """Return one input or part of one; raises Invalid when there is none."""
    for field in outline.fields_of(version):
        if field.path == path:
            return field
    raise Invalid("There is no such input in this draft any more.")


def sharing(version: ModelVersion, field: engine.Field) -> list[engine.Field]:
    """Return the other inputs that have the same allowed values, because they share a type."""
    if not field.item:
        return []
    fields = outline.fields_of(version)
    return [one for one in fields if one.item == field.item and one.path != field.path]


def types_of(version: ModelVersion) -> list[str]:
    """Return the names of the types that the model declares."""
    return sorted(item.name for item in loaded_draft(version).definitions.items)


def uses_of(version: ModelVersion, field: engine.Field) -> dict[str, list[engine.Use]]:
    """Return the cells that name each allowed value."""
    content = loaded_draft(version).definitions
    return {value: engine.uses_of(content, field.item, value) for value in field.values}


def limits_of(values: Sequence[str], low: str, high: str) -> str:
    """Write allowed values, or a range of numbers, as FEEL."""
    if low or high:
        return f"[{low}..{high}]" if low and high else f">= {low}" if low else f"<= {high}"
    return ", ".join(engine.quoted(value) for value in dict.fromkeys(values))


def change(version: ModelVersion, path: str, wanted: Wanted, *, hand: Hand) -> Saved | None:
    """Change an input; None where nothing differs. Raises Invalid with the cells in the way."""
    field = field_of(version, path)
    operations = _declared(field, wanted)
    if wanted.type != field.type:
        operations += _columns(version, path, wanted.type)
    if wanted.limits is not None and wanted.limits != _plain(field.allowed):
        operations += _limited(version, field, wanted)
    if not operations:
        return None
    return edit_carefully(version, operations, f"Input changed: {field.label}", hand)


def add(
    version: ModelVersion, name: str, wanted: Wanted, *, reference: str = "", hand: Hand
) -> Saved:
    """Add an input; with a key of a reference table, Clearance fills it from there."""
    operation: dict[str, Any] = {
        "op": "add_input",
        "id": f"i_{new_id(hand.now).hex[:12]}",
        "input": name,
        "type": "Any" if reference else wanted.type,
        "optional": wanted.optional,
        "label": wanted.label,
        "description": wanted.description,
    }
    if reference:
        operation["source"] = {"kind": "reference", "key": reference}
    return edit_carefully(version, [operation], f"Input added: {wanted.label or name}", hand)


def remove(version: ModelVersion, path: str, *, hand: Hand) -> Saved:
    """Remove an input that no decision reads."""
    field = field_of(version, path)
    operation = {"op": "remove_input", "input": path}
    return edit_carefully(version, [operation], f"Input removed: {field.label}", hand)


def _declared(field: engine.Field, wanted: Wanted) -> list[dict[str, Any]]:
    """What is said of the input itself: in its own element, or in the part of a record it is."""
    now = {
        "label": field.label,
        "description": field.description,
        "optional": field.optional,
        "type": field.type,
    }
    changed = {name: getattr(wanted, name) for name in now if getattr(wanted, name) != now[name]}
    if not changed:
        return []
    if field.is_input:
        return [{"op": "change_input", "input": field.own, **changed}]
    return [{"op": "item_type", "item": field.own, **changed}]


def _columns(version: ModelVersion, path: str, kind: str) -> list[dict[str, Any]]:
    """Columns that ask for the input declare its type: they follow, and their cells are checked."""
    return [
        {"op": "change_column", "table": table.id, "column": clause.id, "type": kind}
        for table in engine.tables_of(loaded_draft(version).definitions)
        for clause in table.inputs
        if clause.text.strip() == path and clause.type_ref
    ]


def _limited(version: ModelVersion, field: engine.Field, wanted: Wanted) -> list[dict[str, Any]]:
    limits = wanted.limits or ""
    renamed = {old: new for old, new in wanted.renamed.items() if old != new}
    _refuse_orphans(version, field, wanted, renamed)
    if field.item:
        operations: list[dict[str, Any]] = [
            {"op": "item_type", "item": field.item, "allowed": limits}
        ]
    else:
        name = _free_type(version, field.path)
        operations = [
            {"op": "add_item", "item": name, "type": field.base, "allowed": limits},
            {"op": "change_input", "input": field.own, "type": name},
        ]
    return operations + (_cells(version, field, renamed) if wanted.in_cells else [])


def _refuse_orphans(
    version: ModelVersion, field: engine.Field, wanted: Wanted, renamed: Mapping[str, str]
) -> None:
    """Refuse to take a value from under cells that name it."""
    listed = wanted.limits or ""
    gone = [
        value
        for value in field.values
        if engine.quoted(value) not in listed and not (value in renamed and wanted.in_cells)
    ]
    uses = uses_of(version, field)
    faults = [
        Fault(where=f"{use.table_name}, row {use.number}, {use.column_name}", message=said, hint="")
        for value in gone
        for use in uses[value]
        for said in [f"asks for “{value}”."]
    ]
    if faults:
        raise Invalid(
            f"{len(faults):,} cell{'' if len(faults) == 1 else 's'} still name"
            f"{'s' if len(faults) == 1 else ''} what would be gone. Nothing was changed. "
            "Change the cells first, or rename the value together with its cells.",
            faults[:MOST_NAMED],
        )


def _cells(
    version: ModelVersion, field: engine.Field, renamed: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Operations that write the new names into the cells that held the old ones."""
    texts: dict[tuple[str, str, str], str] = {}
    pairs = {engine.quoted(old): engine.quoted(new) for old, new in renamed.items()}
    for old in renamed:
        for use in engine.uses_of(loaded_draft(version).definitions, field.item, old):
            texts[use.table, use.row, use.column] = use.text
    if not pairs:
        return []
    # All at once, so that two values can change their names with each other.
    pattern = re.compile("|".join(map(re.escape, pairs)))
    tables: dict[str, list[list[str]]] = {}
    for (table, row, column), text in texts.items():
        changed = pattern.sub(lambda found: pairs[found[0]], text)
        tables.setdefault(table, []).append([row, column, changed])
    return [
        {"op": "cells", "as": "feel", "table": table, "cells": cells}
        for table, cells in tables.items()
    ]


def _free_type(version: ModelVersion, path: str) -> str:
    words = [word for word in _WORD.split(path) if word]
    name = "t" + "".join(word[:1].upper() + word[1:] for word in words)
    taken = set(types_of(version))
    number = 1
    made = name
    while made in taken:
        number += 1
        made = f"{name}{number}"
    return made


def _plain(feel: str) -> str:
    """Write limits as this page writes them, where it can, so that nothing seems changed."""
    values = engine.texts_listed(feel)
    return limits_of(values, "", "") if values else feel.strip()
