"""Evaluates constants, names, operators and unary tests by the functions of the run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.engine.access import member, scope_member
from decisions.engine.arithmetic import add, divide, multiply, negate, power, subtract
from decisions.engine.builtins import BUILTINS
from decisions.engine.coercion import coerce, is_instance
from decisions.engine.feel import nodes as n
from decisions.engine.interpreter.walk import LEAVES, RULES, Frame, Steps, Walk, each
from decisions.engine.operators import (
    between,
    both,
    either,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    meets,
    not_,
    truth,
    unequal,
)
from decisions.engine.problems import NOWHERE
from decisions.engine.run import FREE_PARTS
from decisions.engine.runtime import cell_result, copy_partial, make_range
from decisions.engine.types import ANY, BOOLEAN, Type, base_of

_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
_ORDER: dict[str, Callable[..., bool | None]] = {
    "<": less,
    "<=": less_equal,
    ">": greater,
    ">=": greater_equal,
}
_EQUALITY: dict[str, Callable[..., bool | None]] = {"=": equal, "!=": unequal}


def _literal(walk: Walk, node: n.Literal, frame: Frame) -> Any:
    return node.value


def _name(walk: Walk, node: n.Name, frame: Frame) -> Any:
    """Find what a name stands for; items of filters that may have it are asked first."""
    doubtful: list[Any] = []
    found: Any = None
    place: Frame | None = frame
    while place is not None:
        if node.name in place.names:
            found = place.names[node.name]
            if place.grows:
                found = copy_partial(walk.run, found)
            break
        if place.is_item and place.components is None:
            doubtful.append(place.item)
        elif place.is_item and place.components and node.name in place.components:
            found = member(walk.run, place.item, node.name, NOWHERE)
            break
        place = place.parent
    else:
        if node.name in BUILTINS:
            found = BUILTINS[node.name].as_function()
    for item in reversed(doubtful):
        found = scope_member(item, node.name, found)
    return found


def _list(walk: Walk, node: n.ListOf, frame: Frame) -> Steps:
    if len(node.items) > FREE_PARTS:
        walk.run.spend(len(node.items))
    return (yield from each(node.items, frame))


def _context(walk: Walk, node: n.Context, frame: Frame) -> Steps:
    if len(node.entries) > FREE_PARTS:
        walk.run.spend(len(node.entries))
    found: dict[str, Any] = {}
    for entry in node.entries:
        value = yield entry.value, frame
        if entry.type is not None:
            value = coerce(walk.run, value, entry.type, frame.site(entry.value))
        found[entry.key] = value
        frame = frame.naming(entry.key, value)
    return found if node.result is None else (yield node.result, frame)


def _range(walk: Walk, node: n.RangeOf, frame: Frame) -> Steps:
    low = yield node.low, frame
    high = yield node.high, frame
    site = frame.site(node)
    return make_range(walk.run, low, high, node.low_closed, node.high_closed, node.operator, site)


def _negate(walk: Walk, node: n.Negate, frame: Frame) -> Steps:
    return negate(walk.run, (yield node.operand, frame), frame.site(node))


def _arithmetic(walk: Walk, node: n.Arithmetic, frame: Frame) -> Steps:
    left = yield node.left, frame
    right = yield node.right, frame
    return _ARITHMETIC[node.operator](walk.run, left, right, frame.site(node))


def _compare(walk: Walk, node: n.Compare, frame: Frame) -> Steps:
    left = yield node.left, frame
    right = yield node.right, frame
    if node.operator in _EQUALITY:
        return _EQUALITY[node.operator](walk.run, left, right)
    return _ORDER[node.operator](walk.run, left, right, frame.site(node))


def _logic(walk: Walk, node: n.Logic, frame: Frame) -> Steps:
    combine, settled = (both, False) if node.operator == "and" else (either, True)
    result: bool | None = not settled
    for operand in node.operands:
        if result is not settled:
            found = truth(walk.run, (yield operand, frame), frame.site(operand))
            result = combine(result, found)
    return result


def _between(walk: Walk, node: n.Between, frame: Frame) -> Steps:
    value = yield node.operand, frame
    low = yield node.low, frame
    high = yield node.high, frame
    return between(walk.run, value, low, high, frame.site(node))


def _in(walk: Walk, node: n.In, frame: Frame) -> Steps:
    value = yield node.operand, frame
    kind = walk.type_of(node.operand)
    return (yield from hold(walk, node.tests, value, kind, frame))


def hold(walk: Walk, tests: n.Tests, value: Any, kind: Type, frame: Frame) -> Steps:
    """Evaluate unary tests on a value of a type; no tests at all are true (DMN 1.5 §10.3.2.13)."""
    if not tests.tests:
        return True
    inner = frame.naming("?", value)
    result: bool | None = False
    for test in tests.tests:
        if result is not True:
            result = either(result, (yield from _test(walk, test, value, kind, inner)))
    return not_(result) if tests.negated else result


def _test(walk: Walk, test: n.Test, subject: Any, kind: Type, frame: Frame) -> Steps:
    value = yield test.value, frame
    if test.operator in _EQUALITY:
        return _EQUALITY[test.operator](walk.run, subject, value)
    if test.operator:
        return _ORDER[test.operator](walk.run, subject, value, frame.site(test))
    if isinstance(test.value, n.Literal):
        return equal(walk.run, subject, value)
    base = base_of(kind)
    is_condition = test.uses_input or base not in (BOOLEAN, ANY)
    if is_condition and walk.type_of(test.value) == BOOLEAN:
        return value
    # On a column of booleans, also an empty one, a boolean is a value to compare with.
    is_value = isinstance(test.value, n.ListOf | n.RangeOf) or base == BOOLEAN
    if is_value and not test.uses_input:
        return meets(walk.run, subject, value)
    return cell_result(walk.run, subject, value, test.uses_input)


def _instance(walk: Walk, node: n.InstanceOf, frame: Frame) -> Steps:
    return is_instance(walk.run, (yield node.operand, frame), node.type)


def _placed(walk: Walk, node: n.Placed, frame: Frame) -> Steps:
    inner = frame.at(node.where or frame.where)
    value = yield node.body, inner
    if node.type is None:
        return value
    return coerce(walk.run, value, node.type, inner.site(node.body))


LEAVES.update({n.Literal: _literal, n.Name: _name})
RULES.update(
    {
        n.ListOf: _list,
        n.Context: _context,
        n.RangeOf: _range,
        n.Negate: _negate,
        n.Arithmetic: _arithmetic,
        n.Compare: _compare,
        n.Logic: _logic,
        n.Between: _between,
        n.In: _in,
        n.InstanceOf: _instance,
        n.Placed: _placed,
    }
)
