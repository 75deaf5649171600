"""Lists over a box of facts: loops, quantified conditions and filters, segment by segment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from decisions.engine.feel import nodes as n
from decisions.engine.proving import calls
from decisions.engine.proving.ranges import (
    ANYTHING,
    NULL,
    OPEN,
    May,
    Segment,
    Tri,
    both,
    either,
    listed,
    merged,
    with_null,
)
from decisions.engine.proving.scope import Bound, Scope

if TYPE_CHECKING:
    from decisions.engine.proving.look import Look

_CONDITIONS = (n.Compare, n.Logic, n.Between, n.In, n.Quantified)
NULL_LIST = listed(())


def loop(look: Look, node: n.For, scope: Scope) -> May:
    if len(node.loops) != 1 or node.loops[0].last is not None:
        return look.opaque(scope)
    domain = look.may(node.loops[0].domain, scope)
    if domain.segments is None:
        return listed([Segment(0, None, look.opaque(scope))], null=True)
    name, given = node.loops[0].name, []
    for part in domain.segments:
        made = look.may(node.body, scope.looped({name: Bound(may=part.item)}))
        given.append(Segment(0 if domain.null else part.low, part.high, made))
    return listed(given, null=domain.null)


def quantify(look: Look, node: n.Quantified, scope: Scope) -> Tri:
    if len(node.loops) != 1 or node.loops[0].last is not None:
        look.opaque(scope)
        return OPEN
    domain = look.may(node.loops[0].domain, scope)
    if domain.segments is None:
        look.opaque(scope)
        return OPEN
    name, parts = node.loops[0].name, []
    for part in domain.segments:
        one = look.tri(node.condition, scope.looped({name: Bound(may=part.item)}))
        parts.append(one if part.low else one | {node.every})
    found = both(parts) if node.every else either(parts)
    return found | {None} if domain.null else found


def kept(look: Look, node: n.Filter, scope: Scope) -> May:
    owner = look.may(node.operand, scope)
    if isinstance(node.condition, n.Literal) and isinstance(node.condition.value, int):
        return _picked(look, owner, scope)
    if not isinstance(node.condition, _CONDITIONS) and not _asks(node.condition):
        return look.opaque(scope)  # It may be a position.
    if owner.segments is None:
        return NULL_LIST if owner.only_null else _anything_listed(look)
    left = [_left(look, part, node.condition, scope) for part in owner.segments]
    if owner.null:
        left = [replace(part, low=0) for part in left]
    return listed(left)


def _anything_listed(look: Look) -> May:
    look.blind.setdefault(look.where)
    return listed([Segment(0, None, ANYTHING)])


def _picked(look: Look, owner: May, scope: Scope) -> May:
    if owner.segments is None:
        return look.opaque(scope)
    item = merged(owner.segments).item if owner.segments else NULL
    return with_null(item, True) if item.kind or item.only_null else ANYTHING


def _left(look: Look, part: Segment, condition: n.Node, scope: Scope) -> Segment:
    """Give what a filter leaves of some items."""
    item = part.item
    unknown = not item.kind and not item.only_null
    if unknown or (item.kind == "context" and item.parts is None):
        return Segment(0, part.high, item)
    names = {}
    for name, may in (item.parts or {}).items():
        outside = item.null and name in scope.names
        names[name] = Bound(may=ANYTHING if outside else may)
    names["item"] = Bound(may=item)
    found = look.tri(condition, scope.looped(names))
    if _is_not_null(condition):
        item = with_null(item, False)
    if True not in found or item.impossible:
        return Segment(0, 0, part.item)
    sure = found == {True}
    return Segment(part.low if sure else 0, part.high, item, part.source if sure else None)


def _is_not_null(condition: n.Node) -> bool:
    """Recognise item != null."""
    return (
        isinstance(condition, n.Compare)
        and condition.operator == "!="
        and isinstance(condition.left, n.Name)
        and condition.left.name == "item"
        and isinstance(condition.right, n.Literal)
        and condition.right.value is None
    )


def _asks(node: n.Node) -> bool:
    """Recognise calls that give a boolean."""
    return (
        isinstance(node, n.Call)
        and isinstance(node.function, n.Name)
        and node.function.name in calls.BOOLEANS
    )
