"""Finds a table in a model's content and puts another in its place; gives ids to what has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from decisions.engine import model as m
from decisions.engine.problems import Invalid, did_you_mean

Change = Callable[[m.TableExpression], m.TableExpression]


def named_tables(definitions: m.Definitions) -> list[tuple[str, m.TableExpression]]:
    """List the tables of decisions, then those of functions, each with its owner's name."""
    owners = [(item.name, item.expression) for item in definitions.decisions]
    functions = [(item.name, item.function) for item in definitions.knowledge]
    return [(name, table) for name, owner in [*owners, *functions] for table in m.tables_in(owner)]


def tables_of(definitions: m.Definitions) -> list[m.TableExpression]:
    """List the tables of a model."""
    return [table for _, table in named_tables(definitions)]


def table_called(definitions: m.Definitions, identity: str) -> m.TableExpression:
    """Find a table by its id; raises Invalid when there is none."""
    tables = {table.id: table for table in tables_of(definitions)}
    if identity not in tables:
        hint = did_you_mean(identity, tables)
        raise Invalid(f'The model has no decision table "{identity}". {hint}'.strip())
    return tables[identity]


def with_tables(definitions: m.Definitions, change: Change) -> m.Definitions:
    """Give the content with every table as `change` makes it."""
    decisions = tuple(
        replace(item, expression=_within(item.expression, change)) for item in definitions.decisions
    )
    knowledge = tuple(
        replace(item, function=_within(item.function, change)) for item in definitions.knowledge
    )
    return replace(definitions, decisions=decisions, knowledge=knowledge)


def with_table(definitions: m.Definitions, table: m.TableExpression) -> m.Definitions:
    """Give the content with `table` in place of the one of its id."""
    return with_tables(definitions, lambda other: table if other.id == table.id else other)


def without_rows(definitions: m.Definitions) -> m.Definitions:
    """Give the content without the rows of its tables, but for those that types come from.

    The type of an output that declares none comes from its rows.
    """

    def emptied(table: m.TableExpression) -> m.TableExpression:
        return replace(table, rules=(), marks=None) if is_typed(table) else table

    return with_tables(definitions, emptied)


def is_typed(table: m.TableExpression) -> bool:
    """Tell whether every output declares its type, so that rows say nothing about types."""
    return all(output.type_ref for output in table.outputs)


def _within(value: Any, change: Change) -> Any:
    if isinstance(value, m.TableExpression):
        return change(value)
    if isinstance(value, tuple):
        items = tuple(_within(item, change) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    if isinstance(value, m.Boxed | m.NamedExpression):
        fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
        parts = {name: _within(part, change) for name, part in fields.items()}
        changed = {name: part for name, part in parts.items() if part is not fields[name]}
        return replace(value, **changed) if changed else value
    return value


def with_ids(definitions: m.Definitions) -> m.Definitions:
    """Give every table, column and row an id of its own, so that edits can name them.

    Ids that are there and not used twice stay. Those of rows come from what the row says, so that
    rows moved or put between in another editor keep them; all others come from their place.
    """
    used: set[str] = set()

    def own(identity: str, made: str) -> str:
        name, number = identity or made, 1
        while name in used:
            number += 1
            name = f"{identity or made}_{number}"
        used.add(name)
        return name

    def named(table: m.TableExpression) -> m.TableExpression:
        key = own(table.id, "table")
        inputs = tuple(
            replace(c, id=own(c.id, f"{key}_if_{n}")) for n, c in enumerate(table.inputs, 1)
        )
        outputs = tuple(
            replace(c, id=own(c.id, f"{key}_then_{n}")) for n, c in enumerate(table.outputs, 1)
        )
        rules = tuple(
            replace(rule, id=own(rule.id, "" if rule.id else f"{key}_row_{_mark(rule)}"))
            for rule in table.rules
        )
        return replace(table, id=key, anonymous=False, inputs=inputs, outputs=outputs, rules=rules)

    return with_tables(definitions, named)


def _mark(rule: m.TableRule) -> str:
    said = "\0".join([*rule.inputs, "\1", *rule.outputs])
    return sha256(said.encode()).hexdigest()[:12]
