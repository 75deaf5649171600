"""Calls over a box of facts: functions of the model, and the built-in ones that tell something."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from decisions.engine.back_ends import expression_code
from decisions.engine.builtins import BUILTINS
from decisions.engine.feel import nodes as n
from decisions.engine.problems import Refused
from decisions.engine.proving.box import LENGTH
from decisions.engine.proving.ranges import (
    ANYTHING,
    NO,
    NULL,
    OPEN,
    YES,
    May,
    Segment,
    Tri,
    either,
    exactly,
    length,
    listed,
    merged,
    negated,
    same,
    tri_of,
    truth,
)
from decisions.engine.proving.scope import Bound, Scope
from decisions.engine.run import Run
from decisions.engine.types import BOOLEAN, NUMBER, STRING, Type

if TYPE_CHECKING:
    from decisions.engine.proving.look import Look

BOOLEANS = frozenset(
    {"not", "list contains", "contains", "starts with", "ends with", "matches", "even", "odd"}
)
# What these give where they know nothing more. None of them fails on values of the types it asks
# for, and the conditions of a guard are checked for those.
_KINDS: Mapping[str, Type] = {
    **dict.fromkeys(BOOLEANS, BOOLEAN),
    **dict.fromkeys(("string length", "abs", "floor", "ceiling", "sum", "min", "max"), NUMBER),
    **dict.fromkeys(("upper case", "lower case", "substring", "string join"), STRING),
}
_NULL_OF_NULL = BOOLEANS | {"count", "string length", "upper case", "lower case", "distinct values"}
_UNFAILING = frozenset({"contains", "starts with", "ends with", "string length", "upper case",
                        "lower case", "floor", "ceiling", "abs"})  # fmt: skip


def call(look: Look, node: n.Call, scope: Scope) -> May:
    """Give what a call may give."""
    name = node.function.name if isinstance(node.function, n.Name) else ""
    bound = scope.names.get(name)
    if bound is not None:
        return _own(look, node, bound, scope)
    if name not in BUILTINS or node.names:
        return look.opaque(scope)
    arguments = [look.may(part, scope) for part in node.arguments]
    if scope.guard and any(not part.kind and not part.only_null for part in arguments):
        look.risky = True
    if arguments and arguments[0].only_null and name in _NULL_OF_NULL:
        return NULL
    known = _KNOWN.get(name)
    found = None if known is None else known(look, arguments)
    if found is None and arguments and all(_plain(part) for part in arguments):
        literals = tuple(n.Literal(1, part.value) for part in arguments)
        found = _worked_out(replace(node, arguments=literals))
    if found is None:
        found = _unknown(look, name, scope)
    if found.kind == "boolean" and not found.single:
        return look.condition(node, scope, tri_of(found))
    return found


def _unknown(look: Look, name: str, scope: Scope) -> May:
    kind = _KINDS.get(name)
    if kind is None or (scope.guard and name not in _UNFAILING):
        return look.opaque(scope)
    look.blind.setdefault(look.where)
    values = frozenset({True, False}) if kind == BOOLEAN else None
    return May(True, kind.name, values)


def _own(look: Look, node: n.Call, bound: Bound, scope: Scope) -> May:
    """Read the body of a function of the model with its arguments."""
    function = bound.node
    while isinstance(function, n.Placed):
        function = function.body
    if not isinstance(function, n.FunctionOf) or bound.scope is None:
        return look.opaque(scope)
    names = [param.name for param in function.params]
    if node.names and set(node.names) != set(names):
        return look.opaque(scope)
    given = dict(zip(node.names or names, node.arguments, strict=False))
    if len(given) != len(names):
        return look.opaque(scope)
    outer = bound.scope
    arguments = {name: Bound(node=part, scope=scope) for name, part in given.items()}
    if scope.fixed and outer.fixed:
        return look.may(function.body, outer.inner((id(node), id(scope)), lambda: arguments))
    return look.may(function.body, outer.looped(arguments))


def _plain(may: May) -> bool:
    return may.single


def calculation(look: Look, node: Any, scope: Scope) -> May:
    """Give what arithmetic may give: its value where both sides have one, else its kind."""
    names = ("operand",) if isinstance(node, n.Negate) else ("left", "right")
    sides = {name: look.may(getattr(node, name), scope) for name in names}
    if all(side.single for side in sides.values()):
        literals = {name: n.Literal(1, side.value) for name, side in sides.items()}
        found = _worked_out(replace(node, **literals))
        if found is not None:
            return found
    if scope.guard:
        return look.opaque(scope)
    look.blind.setdefault(look.where)
    numbers = all(side.kind == "number" for side in sides.values())
    return May(True, "number") if numbers else ANYTHING


def _worked_out(node: n.Node) -> May | None:
    """Work out an expression of constants."""
    run = Run()
    try:
        value = expression_code(node, {}, "")[0](run)
        return None if run.problems else exactly(value)
    except (Refused, KeyError, RecursionError):
        return None


# Built-in functions: None where they know nothing of these arguments


def _count(look: Look, arguments: list[May]) -> May | None:
    (may,) = arguments
    if may.segments is None:
        return May(True, "number", low=0)
    low, high = length(may.segments)
    leaf = (*may.leaf, LENGTH) if may.leaf is not None else None
    if high is not None and low == high:
        return May(may.null, "number", frozenset({low}), leaf=leaf)
    return May(may.null, "number", low=low, high=None if high is None else high + 1, leaf=leaf)


def _not(look: Look, arguments: list[May]) -> May | None:
    return truth(negated(tri_of(arguments[0]))) if len(arguments) == 1 else None


def _list_contains(look: Look, arguments: list[May]) -> May | None:
    owner, wanted = arguments
    if owner.segments is None:
        return None
    found = either([NO, *(_holds(look, part, wanted) for part in owner.segments)])
    return truth(found | {None} if owner.null else found)


def _holds(look: Look, part: Segment, wanted: May) -> Tri:
    """Say whether some items hold a value; whether a list of the facts does can be asked."""
    equal = same(part.item, wanted)
    if True not in equal:
        return NO
    if equal == YES and part.low:
        return YES
    if isinstance(part.source, tuple) and wanted.single and wanted.value is not None:
        key: Hashable = ("contains", part.source, wanted.kind, wanted.value)
        if key in look.box.known:
            return YES if look.box.known[key] == YES else NO
        look.ask("holds", key, note=(part.source, wanted.value))
    return OPEN - {None}


def _concatenate(look: Look, arguments: list[May]) -> May | None:
    if any(part.segments is None for part in arguments):
        return None
    segments = [seg for part in arguments for seg in part.segments or ()]
    return listed(segments, null=any(part.null for part in arguments))


def _distinct(look: Look, arguments: list[May]) -> May | None:
    (owner,) = arguments
    if owner.segments is None:
        return None
    found, first = [], True
    for part in owner.segments:
        # All but one of the items may equal those before them.
        low = 1 if part.low and first else 0
        first = first and not part.low
        found.append(replace(part, low=low))
    return listed(found, null=owner.null)


def _sort(look: Look, arguments: list[May]) -> May | None:
    owner = arguments[0]
    return None if owner.segments is None else owner


def _flatten(look: Look, arguments: list[May]) -> May | None:
    (owner,) = arguments
    if owner.segments is None:
        return None
    found: list[Segment] = []
    for part in owner.segments:
        item = part.item
        if item.kind == "list" and item.segments is not None and part.low == part.high == 1:
            low = 0 if item.null else 1
            found += [replace(seg, low=seg.low * low) for seg in item.segments]
            found += [Segment(0, 1, May(values=frozenset()))] if item.null else []
        elif item.kind == "list" or not (item.kind or item.only_null):
            found.append(Segment(0, None, ANYTHING))
        else:
            found.append(part)
    return listed(found, null=owner.null)


def _extreme(look: Look, arguments: list[May]) -> May | None:
    """Read the largest or smallest number of a list: it is one of the items."""
    if len(arguments) == 1 and arguments[0].segments is not None:
        segments = arguments[0].segments
    else:
        segments = tuple(Segment(1, 1, part) for part in arguments)
    item = merged(segments).item
    if item.kind != "number":
        return None
    return replace(item, null=True, leaf=None)


_KNOWN: Mapping[str, Callable[[Any, list[May]], May | None]] = {
    "count": lambda look, given: _count(look, given) if len(given) == 1 else None,
    "not": _not,
    "list contains": lambda look, given: _list_contains(look, given) if len(given) == 2 else None,
    "concatenate": _concatenate,
    "distinct values": lambda look, given: _distinct(look, given) if len(given) == 1 else None,
    "sort": _sort,
    "flatten": lambda look, given: _flatten(look, given) if len(given) == 1 else None,
    "min": _extreme,
    "max": _extreme,
}
