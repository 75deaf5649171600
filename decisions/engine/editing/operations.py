"""Operations on a decision table: cells, rows, columns, hit policy; each gives its own inverse.

An operation is plain data, such as {"op": "cells", "table": id, "cells": [[row, column, text]]}.
Cells are as people type them (see `shown`), or FEEL where the operation says "as": "feel"; rows
and columns are named by their ids, annotation columns by "annotation:0".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.editing import places
from decisions.engine.editing.columns import COLUMN_OPERATIONS
from decisions.engine.editing.places import RAW, Edit, Operation, Texts
from decisions.engine.problems import Invalid
from decisions.engine.tables.hit_policy import AGGREGATIONS, POLICIES


def edit_table(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    """Carry out an operation; raises Invalid, naming what is wrong with it."""
    name = operation.get("op")
    if not isinstance(name, str) or name not in _OPERATIONS:
        raise Invalid(f"“{name}” is no operation. Use one of {', '.join(sorted(_OPERATIONS))}.")
    return _OPERATIONS[name](table, operation, RAW if operation.get("as") == "feel" else texts)


# Cells and rows


def _cells(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    rows = {rule.id: at for at, rule in enumerate(table.rules)}
    columns = places.columns_of(table)
    changed: dict[str, m.TableRule] = {}
    before: list[list[str]] = []
    for entry in places.list_of(operation, "cells"):
        if not isinstance(entry, list) or len(entry) != 3:
            raise Invalid("A cell is given as row, column and text.")
        row, column, typed = map(places.text_of, entry)
        if row not in rows:
            raise Invalid(f"Row “{row}” is no longer in the table.")
        if column not in columns:
            raise Invalid(f"The table has no column “{column}”.")
        rule = changed.get(row, table.rules[rows[row]])
        before.append([row, column, places.cell_of(table, rule, columns[column])])
        changed[row] = places.with_cell(table, rule, columns[column], typed, texts)
    changed_rules = tuple(changed.get(rule.id, rule) for rule in table.rules)
    inverse = {"op": "cells", "as": "feel", "table": table.id, "cells": before[::-1]}
    return Edit(replace(table, rules=changed_rules), (inverse,), tuple(changed))


def _insert_rows(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    given = places.list_of(operation, "rows")
    if len(table.rules) + len(given) > places.MOST_ROWS:
        raise Invalid(f"A table has at most {places.MOST_ROWS:,} rows. Split it.")
    used = {rule.id for rule in table.rules}
    made = []
    for row in given:
        rule = places.rule_of(table, row, texts)
        if not rule.id or rule.id in used:
            raise Invalid(f"There is a row “{rule.id}” already. Give the new one another id.")
        used.add(rule.id)
        made.append(rule)
    at = places.place_before(table, operation)
    rules = (*table.rules[:at], *made, *table.rules[at:])
    ids = [rule.id for rule in made]
    inverse = {"op": "remove_rows", "table": table.id, "rows": ids}
    return Edit(replace(table, rules=rules), (inverse,), tuple(ids))


def _remove_rows(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    gone = places.known_rows(table, operation)
    kept = tuple(rule for rule in table.rules if rule.id not in gone)
    inverse: list[dict[str, Any]] = []
    # Put back from the last to the first: each finds the row it stood before.
    before: str | None = None
    for rule in reversed(table.rules):
        if rule.id in gone:
            row = places.named_row(table, rule)
            if inverse and inverse[-1]["rows"][0]["id"] == before:
                inverse[-1]["rows"].insert(0, row)
            else:
                inverse.append(
                    {
                        "op": "insert_rows",
                        "as": "feel",
                        "table": table.id,
                        "before": before,
                        "rows": [row],
                    }
                )
        before = rule.id
    return Edit(replace(table, rules=kept), tuple(inverse), tuple(gone))


def _move_rows(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    moved = places.known_rows(table, operation)
    before = operation.get("before")
    if isinstance(before, str) and before in moved:
        raise Invalid("Rows cannot be moved before themselves.")
    at = places.place_before(table, operation)
    target = None if at == len(table.rules) else table.rules[at].id
    staying = [rule for rule in table.rules if rule.id not in moved]
    place = next((n for n, rule in enumerate(staying) if rule.id == target), len(staying))
    going = [rule for rule in table.rules if rule.id in moved]
    rules = (*staying[:place], *going, *staying[place:])
    order = [rule.id for rule in table.rules]
    inverse = {"op": "order_rows", "table": table.id, "rows": order}
    return Edit(replace(table, rules=rules), (inverse,), tuple(moved))


def _order_rows(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    """Put rows into an order; rows that came since stay after the one they follow."""
    named = map(places.text_of, places.list_of(operation, "rows"))
    wanted = {row: place for place, row in enumerate(named)}
    ranks: list[tuple[float, int]] = []
    last = -1.0
    for number, rule in enumerate(table.rules):
        last = wanted.get(rule.id, last)
        ranks.append((last, number))
    rules = tuple(table.rules[number] for _, number in sorted(ranks, key=lambda r: (r[0], r[1])))
    inverse = {"op": "order_rows", "table": table.id, "rows": [r.id for r in table.rules]}
    moved = [a.id for a, b in zip(rules, table.rules, strict=True) if a is not b]
    return Edit(replace(table, rules=rules), (inverse,), tuple(moved))


def _hit_policy(table: m.TableExpression, operation: Operation, texts: Texts) -> Edit:
    policy, aggregation = operation.get("hit_policy"), operation.get("aggregation") or ""
    if policy not in POLICIES:
        raise Invalid(f"“{policy}” is no hit policy. Use one of {', '.join(POLICIES)}.")
    if aggregation and (policy != "COLLECT" or aggregation not in AGGREGATIONS):
        raise Invalid(f"A table that collects may add up by one of {', '.join(AGGREGATIONS)}.")
    inverse = {
        "op": "hit_policy",
        "table": table.id,
        "hit_policy": table.hit_policy,
        "aggregation": table.aggregation,
    }
    changed = replace(table, hit_policy=policy, aggregation=aggregation)
    return Edit(changed, (inverse,), (table.id,))


_OPERATIONS: dict[str, Callable[[m.TableExpression, Operation, Texts], Edit]] = {
    "cells": _cells,
    "insert_rows": _insert_rows,
    "remove_rows": _remove_rows,
    "move_rows": _move_rows,
    "order_rows": _order_rows,
    "hit_policy": _hit_policy,
    **COLUMN_OPERATIONS,
}
