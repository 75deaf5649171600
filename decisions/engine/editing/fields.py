"""Lists what a model asks for: every input and part of one, with the type that limits it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from decisions.engine import model as m
from decisions.engine.editing import content
from decisions.engine.editing.shown import texts_listed

DEEPEST = 8
_SPAN = re.compile(r"\s*\[\s*(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)\s*\]\s*")


@dataclass(frozen=True, slots=True)
class Field:
    """One input or a part of one.

    `own` names its declaration, an input or a part such as "tShow.name"; `item` is the type whose
    allowed values count, "" where it has none to change; `allowed` are they, as FEEL.
    """

    path: str
    depth: int
    label: str
    description: str
    optional: bool
    own: str
    item: str
    type: str
    base: str
    many: bool
    allowed: str
    source: Mapping[str, str]

    @property
    def is_input(self) -> bool:
        """Whether it is an input itself."""
        return self.depth == 0

    @property
    def values(self) -> list[str]:
        """List the texts it may be, where they are listed."""
        return texts_listed(self.allowed)

    @property
    def span(self) -> tuple[str, str] | None:
        """Give the least and the most it may be, where the limits are a range of numbers."""
        found = _SPAN.fullmatch(self.allowed)
        return (found[1], found[2]) if found else None


@dataclass(frozen=True, slots=True)
class Use:
    """A cell that names a value: where it stands, for people and for an operation."""

    table: str
    table_name: str
    row: str
    number: int
    column: str
    column_name: str
    text: str


def fields_of(definitions: m.Definitions) -> list[Field]:
    """List the inputs of a model, each followed by its parts."""
    items = {item.name: item for item in definitions.items}
    return [
        field
        for item in definitions.inputs
        for field in _field(
            item.name, item.name, item.type_ref, item, items, 0, dict(item.hints.source)
        )
    ]


def _field(
    path: str,
    own: str,
    kind: str,
    element: Any,
    items: Mapping[str, m.ItemDefinition],
    depth: int,
    source: Mapping[str, str],
) -> Iterator[Field]:
    limiting, base = own if depth else "", kind
    limits = getattr(element, "limits", "")
    many = bool(getattr(element, "is_collection", False))
    parts, within = getattr(element, "components", ()), own
    seen: set[str] = set()
    while base in items and base not in seen:
        seen.add(base)
        item = items[base]
        many = many or item.is_collection
        if item.limits and not limits:
            limiting, limits = item.name, item.limits
        parts, within = parts or item.components, within if parts else item.name
        base = item.type_ref
    if not limits and kind in items and not parts:
        limiting = [*_chain(kind, items)][-1]
    yield Field(
        path=path,
        depth=depth,
        label=element.hints.display.get("label") or path.rpartition(".")[2],
        description=element.description,
        optional=element.hints.optional,
        own=own,
        item="" if parts else limiting,
        type=kind or ("context" if parts else "Any"),
        base="context" if parts else base or "Any",
        many=many,
        allowed="" if parts else str(limits),
        source=source,
    )
    if depth < DEEPEST:
        for part in parts:
            yield from _field(
                f"{path}.{part.name}",
                f"{within}.{part.name}",
                part.type_ref,
                part,
                items,
                depth + 1,
                source,
            )


def _chain(kind: str, items: Mapping[str, m.ItemDefinition]) -> Iterator[str]:
    seen: set[str] = set()
    while kind in items and kind not in seen:
        seen.add(kind)
        yield kind
        kind = items[kind].type_ref


def columns_of_item(
    definitions: m.Definitions, item: str
) -> list[tuple[str, m.TableExpression, Any]]:
    """List the columns whose values a type limits: (name of the table, table, column)."""
    paths = {field.path for field in fields_of(definitions) if item and field.item == item}

    def limited(clause: m.TableInput | m.TableOutput) -> bool:
        if clause.allowed:
            return False
        if isinstance(clause, m.TableInput):
            return clause.text in paths
        return clause.type_ref == item

    return [
        (name, table, clause)
        for name, table in content.named_tables(definitions)
        for clause in _clauses(table)
        if limited(clause)
    ]


def _clauses(table: m.TableExpression) -> list[m.TableInput | m.TableOutput]:
    return [*table.inputs, *table.outputs]


def uses_of(definitions: m.Definitions, item: str, value: str) -> list[Use]:
    """List the cells that name a value of a type, in columns that the type limits."""
    needle = quoted(value)
    found = []
    for name, table, clause in columns_of_item(definitions, item):
        names = "inputs" if isinstance(clause, m.TableInput) else "outputs"
        at = next(n for n, one in enumerate(getattr(table, names)) if one is clause)
        title = getattr(clause, "title", "") or clause.label or clause.name
        found += [
            Use(table.id, name, rule.id, number, clause.id, title, str(getattr(rule, names)[at]))
            for number, rule in enumerate(table.rules, 1)
            if at < len(getattr(rule, names)) and needle in getattr(rule, names)[at]
        ]
    return found


def quoted(text: str) -> str:
    """Write a text as FEEL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
