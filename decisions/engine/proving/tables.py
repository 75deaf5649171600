"""Tables over a box of facts: which rows may match, and what they may give together."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from decisions.engine.feel import nodes as n
from decisions.engine.proving.ranges import (
    NO,
    NOTHING,
    NULL,
    OPEN,
    YES,
    May,
    Segment,
    Tri,
    both,
    either,
    join,
    listed,
    negated,
    typed,
)
from decisions.engine.proving.scope import Bound, Scope
from decisions.engine.tables.hit_policy import LISTS
from decisions.engine.types import base_of

if TYPE_CHECKING:
    from decisions.engine.proving.look import Look


def table(look: Look, node: n.Table, scope: Scope) -> May:
    """Give what a table may give."""
    rows = _rows(look, node, scope)
    if node.hit_policy in LISTS:
        return _collected(look, node, rows, scope)
    given = [_output(look, node, row, scope) for row, _ in rows]
    if not any(sure for _, sure in rows):
        given.append(_default(look, node, scope))
    return reduce(join, given, NOTHING)


def _rows(look: Look, node: n.Table, scope: Scope) -> list[tuple[int, bool]]:
    """List the rows that may match, and whether each must."""
    found = []
    clauses = [_column(clause, scope) for clause in node.inputs]
    for row in range(len(node.rules)):
        held = _row(look, node, row, clauses)
        if True not in held:
            continue
        found.append((row, held == YES))
        if held == YES and node.hit_policy == "FIRST":
            break
    return found


def _column(clause: n.InputClause, scope: Scope) -> Scope:
    """Give the scope of the cells of a column, where ? is what the column reads."""
    if not scope.fixed:
        return scope.looped({"?": Bound(node=clause.expression, scope=scope)})
    return scope.inner(id(clause), lambda: {"?": Bound(node=clause.expression, scope=scope)})


def _row(look: Look, node: n.Table, row: int, clauses: list[Scope]) -> Tri:
    found: Tri = YES
    for column, scope in zip(node.rules.inputs, clauses, strict=True):
        body = column.bodies[row]
        if isinstance(body, n.Tests) and not body.tests:
            continue
        where, look.where = look.where, column.where(row)
        held = tests_tri(look, body, scope) if isinstance(body, n.Tests) else OPEN
        look.where = where
        found = both([found, frozenset(part is True for part in held)])
        if True not in found:
            return NO
    return found


def tests_tri(look: Look, tests: n.Tests, scope: Scope) -> Tri:
    """Say whether a value passes unary tests; ? in the scope is the value."""
    if not tests.tests:
        return YES
    found = either([_test(look, test, scope) for test in tests.tests])
    return negated(found) if tests.negated else found


def _test(look: Look, test: n.Test, scope: Scope) -> Tri:
    if test.uses_input and not test.operator:
        return look.tri(test.value, scope)
    value = look.may(_INPUT, scope)
    if isinstance(test.value, n.RangeOf) and not test.operator:
        return _in_range(look, value, test.value, scope)
    limit = look.may(test.value, scope)
    if not test.operator and not (limit.kind not in ("list", "") or limit.only_null):
        look.opaque(scope)
        return OPEN
    if not test.operator and limit.kind == "boolean" and not isinstance(test.value, n.Literal):
        look.opaque(scope)
        return OPEN
    operator = test.operator or "="
    found = look.compared(operator, value, limit, scope)
    if look.about_a_fact(value, limit):
        return found
    return look.tested(operator, test.value, scope, found)


_INPUT = n.Name(1, "?")


def _in_range(look: Look, value: May, held: n.RangeOf, scope: Scope) -> Tri:
    if held.operator:
        limit = look.may(held.low if held.operator in (">", ">=") else held.high, scope)
        return look.compared(held.operator, value, limit, scope)
    low, high = look.may(held.low, scope), look.may(held.high, scope)
    return both(
        [
            look.compared(">=" if held.low_closed else ">", value, low, scope),
            look.compared("<=" if held.high_closed else "<", value, high, scope),
        ]
    )


def _output(look: Look, node: n.Table, row: int, scope: Scope) -> May:
    """Give what a row may give."""
    found: dict[str, May] = {}
    for clause, column in zip(node.outputs, node.rules.outputs, strict=True):
        where, look.where = look.where, column.where(row)
        found[clause.name] = typed(look.may(column.bodies[row], scope), base_of(clause.type))
        look.where = where
    return _record(node, found)


def _default(look: Look, node: n.Table, scope: Scope) -> May:
    if not node.has_default:
        return NULL
    return _record(
        node,
        {
            clause.name: NULL if clause.default is None else look.may(clause.default, scope)
            for clause in node.outputs
        },
    )


def _record(node: n.Table, found: dict[str, May]) -> May:
    if len(node.outputs) == 1:
        return next(iter(found.values()))
    return May(False, "context", parts=found)


def _collected(look: Look, node: n.Table, rows: list[tuple[int, bool]], scope: Scope) -> May:
    sure = sum(must for _, must in rows)
    if node.aggregation == "COUNT":
        return May(False, "number", low=sure, high=len(rows) + 1)
    if node.aggregation:
        return look.opaque(scope)
    given = [Segment(int(must), 1, _output(look, node, row, scope)) for row, must in rows]
    return listed(given, null=node.has_default)
