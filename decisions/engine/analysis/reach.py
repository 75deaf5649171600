"""What an expression can give: whether null, and which values, as far as its tree tells.

Null that comes with a problem does not count: such a result is tainted and goes to a person. So
count(...) is never null, a required fact is not, and a comparison is null only where a side is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.analysis.allowed import Limits, type_limits
from decisions.engine.facts import Shape, shape_of_input
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Graph, Part
from decisions.engine.tables.hit_policy import ONE_VALUE
from decisions.engine.tables.sets import CellSet
from decisions.engine.types import ANY, BOOLEAN, SCALARS, SIMPLE, Type, base_of
from decisions.engine.values import kind_of

_COUNTS = frozenset({"count", "string length"})
_NEVER_NULL = _COUNTS | {
    "list contains", "contains", "starts with", "ends with", "matches", "upper case", "lower case",
    "floor", "ceiling", "abs", "round up", "round down", "round half up", "round half down",
    "decimal", "substring", "replace", "string join", "even", "odd", "is defined",
}  # fmt: skip
_FROM_ZERO = CellSet(null=False, spans=((0, None),))
_ANYTHING = Limits()
_SURE = Limits(null=False)
_NULL = Limits(sets=(CellSet(null=True, values=frozenset()),))


@dataclass(frozen=True)
class Bound:
    """What a name stands for: an input's shape, or an expression in its own scope."""

    shape: Shape | None = None
    node: n.Node | None = None
    scope: Mapping[str, Bound] | None = None


Bounds = Mapping[str, Bound]
_UNKNOWN = Bound()


class Reach:
    """Works out limits of expressions; `has_gaps` says whether a table may match no row."""

    def __init__(
        self,
        graph: Graph,
        types: Mapping[int, Type],
        has_gaps: Callable[[n.Table, Bounds], bool],
    ) -> None:
        self.graph = graph
        self.types = types
        self.has_gaps = has_gaps
        self._scopes: dict[str, Bounds] = {}
        self._known: dict[int, Limits] = {}

    def scope_of(self, part: Part) -> Bounds:
        """Give what the names of a part stand for."""
        if part.key not in self._scopes:
            self._scopes[part.key] = {
                name: self._bound(self.graph.parts[key]) for name, key in part.requires.items()
            }
        return self._scopes[part.key]

    def _bound(self, part: Part) -> Bound:
        if isinstance(part.element, m.InputData):
            return Bound(shape=shape_of_input(part.element, part.file.declared))
        if isinstance(part.element, m.Decision):
            return Bound(node=part.node, scope=self.scope_of(part))
        return _UNKNOWN

    def limits(self, node: n.Node, scope: Bounds) -> Limits:
        """Give the limits of an expression."""
        if id(node) not in self._known:
            self._known[id(node)] = self._find(node, scope)
        return self._known[id(node)]

    def _find(self, node: n.Node, scope: Bounds) -> Limits:
        rule = _RULES.get(type(node))
        return _ANYTHING if rule is None else rule(self, node, scope)

    def _placed(self, node: n.Placed, scope: Bounds) -> Limits:
        inner = self.limits(node.body, scope)
        return inner if node.type is None else inner & replace(type_limits(node.type), null=True)

    def _literal(self, node: n.Literal, scope: Bounds) -> Limits:
        if node.value is None:
            return _NULL
        if SIMPLE[kind_of(node.value)] not in SCALARS:
            return _SURE
        return Limits(False, (CellSet(null=False, values=frozenset((node.value,))),))

    def _named(self, node: n.Node, scope: Bounds) -> Limits:
        found = self._resolve(node, scope)
        if found.shape is not None:
            return Limits(null=found.shape.optional)
        if found.node is None or found.scope is None or found.node is node:
            return _ANYTHING
        return self.limits(found.node, found.scope)

    def _resolve(self, node: n.Node, scope: Bounds) -> Bound:
        """Follow names and components to where a value comes from."""
        if isinstance(node, n.Placed):
            return (
                self._resolve(node.body, scope) if node.type is None else Bound(None, node, scope)
            )
        if isinstance(node, n.Name):
            return scope.get(node.name, _UNKNOWN)
        if not isinstance(node, n.Member):
            return Bound(None, node, scope)
        owner = self._resolve(node.operand, scope)
        if owner.shape is not None:
            return _shape_part(owner.shape, node.name)
        if owner.node is None or owner.scope is None or owner.node is node:
            return _UNKNOWN
        return self._component(owner.node, node.name, owner.scope)

    def _component(self, node: n.Node, name: str, scope: Bounds) -> Bound:
        """Find a component of what an expression gives."""
        while isinstance(node, n.Placed):
            node = node.body
        if isinstance(node, n.Name | n.Member):
            owner = self._resolve(node, scope)
            if owner.shape is not None:
                return _shape_part(owner.shape, name)
            if owner.node is None or owner.scope is None or owner.node is node:
                return _UNKNOWN
            return self._component(owner.node, name, owner.scope)
        if not isinstance(node, n.Context) or node.result is not None:
            return _UNKNOWN
        inner = dict(scope)
        for entry in node.entries:
            found = Bound(None, entry.value, dict(inner))
            if entry.key == name:
                return found
            inner[entry.key] = found
        return _UNKNOWN

    def _if(self, node: n.If, scope: Bounds) -> Limits:
        return _either([self.limits(node.then, scope), self.limits(node.otherwise, scope)])

    def _call(self, node: n.Call, scope: Bounds) -> Limits:
        name = node.function.name if isinstance(node.function, n.Name) else ""
        if name in scope:
            return _ANYTHING
        if name in _COUNTS:
            return Limits(False, (_FROM_ZERO,), whole=True)
        if name == "not" and len(node.arguments) == 1:
            return Limits(null=self.limits(node.arguments[0], scope).null)
        return Limits(null=name not in _NEVER_NULL)

    def _compare(self, node: n.Compare, scope: Bounds) -> Limits:
        sides = node.left, node.right
        with_null = any(isinstance(side, n.Literal) and side.value is None for side in sides)
        if node.operator in ("=", "!=") and (with_null or self._alike(sides)):
            return _SURE
        return self._order(sides, scope)

    def _order(self, sides: tuple[n.Node, ...], scope: Bounds) -> Limits:
        """Say that an order comparison is null only where a side is, and where sides are unlike."""
        if not self._alike(sides):
            return _ANYTHING
        return Limits(null=any(self.limits(side, scope).null for side in sides))

    def _alike(self, nodes: Iterable[n.Node]) -> bool:
        kinds = {base_of(self.types.get(id(node), ANY)) for node in nodes}
        return len(kinds) == 1 and kinds <= SCALARS

    def _logic(self, node: n.Logic, scope: Bounds) -> Limits:
        if any(base_of(self.types.get(id(part), ANY)) != BOOLEAN for part in node.operands):
            return _ANYTHING
        return Limits(null=any(self.limits(part, scope).null for part in node.operands))

    def _arithmetic(self, node: n.Arithmetic, scope: Bounds) -> Limits:
        if self.types.get(id(node), ANY) == ANY:
            return _ANYTHING
        return Limits(null=any(self.limits(part, scope).null for part in (node.left, node.right)))

    def _table(self, node: n.Table, scope: Bounds) -> Limits:
        if node.hit_policy == "COLLECT" and node.aggregation == "COUNT":
            return Limits(False, (_FROM_ZERO,), whole=True)
        if len(node.outputs) != 1 or node.hit_policy not in ONE_VALUE:
            return Limits(null=node.hit_policy in ONE_VALUE)
        clause = node.outputs[0]
        bodies = dict.fromkeys(node.rules.outputs[0].bodies)
        given = [self.limits(body, scope) for body in bodies]
        if clause.default is not None:
            given.append(self.limits(clause.default, scope))
        elif self.has_gaps(node, scope):
            given.append(_NULL)
        return _either(given) & replace(type_limits(clause.type), null=True)


def _shape_part(shape: Shape, name: str) -> Bound:
    part = None if shape.parts is None else shape.parts.get(name)
    if part is None:
        return _UNKNOWN
    return Bound(shape=replace(part, optional=part.optional or shape.optional))


def _either(given: list[Limits]) -> Limits:
    """Join the limits of alternatives: single values stay known, all else is dropped."""
    values: set[object] = set()
    for limits in given:
        single = [part for part in limits.sets if part.values is not None and not part.inverted]
        if not single:
            return Limits(null=any(limits.null for limits in given))
        values.update(single[0].values or ())
    null = any(limits.null for limits in given)
    return Limits(null, (CellSet(null, values=frozenset(values)),))


_RULES: dict[type, Callable[[Reach, Any, Bounds], Limits]] = {
    n.Placed: Reach._placed,
    n.Literal: Reach._literal,
    n.Name: Reach._named,
    n.Member: Reach._named,
    n.If: Reach._if,
    n.Call: Reach._call,
    n.Compare: Reach._compare,
    n.Logic: Reach._logic,
    n.Between: lambda reach, node, scope: reach._order((node.operand, node.low, node.high), scope),
    n.InstanceOf: lambda reach, node, scope: _SURE,
    n.Arithmetic: Reach._arithmetic,
    n.Table: Reach._table,
}


def tables_of(part: Part, reach: Reach) -> Iterator[tuple[n.Table, Bounds]]:
    """Give the tables of a part, each with what its names stand for."""
    if part.node is not None:
        yield from _tables(part.node, reach.scope_of(part))


def _tables(node: n.Node, scope: Bounds) -> Iterator[tuple[n.Table, Bounds]]:
    if isinstance(node, n.Table):
        yield node, scope
        return
    if isinstance(node, n.Context):
        inner = dict(scope)
        for entry in node.entries:
            yield from _tables(entry.value, dict(inner))
            inner[entry.key] = Bound(None, entry.value, dict(inner))
        if node.result is not None:
            yield from _tables(node.result, inner)
        return
    hidden: dict[str, Bound] = {}
    if isinstance(node, n.FunctionOf):
        hidden = {param.name: _UNKNOWN for param in node.params}
    elif isinstance(node, n.For | n.Quantified):
        hidden = {loop.name: _UNKNOWN for loop in node.loops} | {"partial": _UNKNOWN}
    elif isinstance(node, n.Filter):
        # Any name may be a component of the item.
        hidden = dict.fromkeys((*scope, "item"), _UNKNOWN)
    for child in n.children(node):
        yield from _tables(child, {**scope, **hidden} if hidden else scope)
