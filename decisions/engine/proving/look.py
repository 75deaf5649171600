"""Reads expressions over a box of facts: what each may give, and which question would tell more."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from decisions.engine.facts import Shape
from decisions.engine.feel import nodes as n
from decisions.engine.proving import calls, lists, tables
from decisions.engine.proving.box import LENGTH, Box, Split
from decisions.engine.proving.ranges import (
    ANYTHING,
    NOTHING,
    NULL,
    May,
    Path,
    Segment,
    Tri,
    both,
    either,
    exactly,
    join,
    listed,
    may_be,
    ordered,
    part_of,
    same,
    tri_of,
    truth,
    typed,
)
from decisions.engine.proving.scope import Bound, NoKey, Scope, key_of, key_of_test
from decisions.engine.tables.sets import after
from decisions.engine.types import SIMPLE, base_of

_DEEPEST = 120


class Look:
    """One reading over a box. `splits` are the questions that came up, `blind` what is not told.

    `risky` says that a condition of a guard met something that may fail.
    """

    def __init__(self, box: Box) -> None:
        self.box = box
        self.shapes: dict[Path, Shape] = {}
        self.splits: dict[tuple[str, Hashable, Any], Split] = {}
        self.blind: dict[str, None] = {}
        self.risky = False
        self.steps = 0
        self.where = ""
        self._depth = 0
        self._known: dict[tuple[int, int], May] = {}

    def may(self, node: n.Node, scope: Scope) -> May:
        """Give what an expression may be."""
        key = id(node), id(scope)
        if scope.fixed and key in self._known:
            return self._known[key]
        self.steps += 1
        if self._depth > _DEEPEST:
            return self.opaque(scope)
        self._depth += 1
        found: May = _RULES.get(type(node), Look._opaque)(self, node, scope)
        self._depth -= 1
        if scope.fixed:
            self._known[key] = found
        return found

    def tri(self, node: n.Node, scope: Scope) -> Tri:
        """Give what a condition may be."""
        may = self.may(node, scope)
        if scope.guard and not may.only_null and may.kind != "boolean":
            self.risky = True
        if may.leaf is not None and may.kind == "boolean" and not may.single:
            self.ask("equal", may.leaf, True)
        return tri_of(may)

    def opaque(self, scope: Scope) -> May:
        """Give up on an expression: it may be anything, and its place is kept."""
        self.blind.setdefault(self.where)
        if scope.guard:
            self.risky = True
        return ANYTHING

    def _opaque(self, node: n.Node, scope: Scope) -> May:
        return self.opaque(scope)

    # Questions

    def ask(self, asks: str, about: Hashable, value: Any = None, note: Any = None) -> None:
        """Keep a question that would tell more."""
        self.splits.setdefault((asks, about, value), Split(asks, about, value, note))

    def condition(self, node: n.Node, scope: Scope, found: Tri) -> May:
        """Give what a condition may be, where it is open asked as a question by itself."""
        return truth(self._asked(found, lambda: key_of(node, scope)))

    def tested(self, operator: str, limit: n.Node, scope: Scope, found: Tri) -> Tri:
        """Give the same for a test of a cell."""
        return self._asked(found, lambda: key_of_test(operator, limit, scope))

    def _asked(self, found: Tri, key_of_it: Callable[[], Hashable]) -> Tri:
        if len(found) < 2:
            return found
        try:
            key = key_of_it()
        except NoKey:
            return found
        if key in self.box.known:
            return self.box.known[key] & found or found
        self.ask("holds", key)
        return found

    def compared(self, operator: str, left: May, right: May, scope: Scope) -> Tri:
        """Compare two values, and ask about the fact where that is open."""
        if operator in ("=", "!="):
            found = same(left, right)
            if operator == "!=":
                found = frozenset(None if part is None else not part for part in found)
        else:
            found = ordered(operator, left, right)
            if scope.guard and not left.only_null and not right.only_null:
                self.risky |= not left.kind or left.kind != right.kind
        if len(found) > 1:
            self._ask_about(operator, left, right)
            self._ask_about(_TURNED.get(operator, operator), right, left)
        return found

    def about_a_fact(self, left: May, right: May) -> bool:
        """Tell whether what two values have to do with one another is asked of a fact."""
        return (left.leaf is not None and right.single) or (right.leaf is not None and left.single)

    def _ask_about(self, operator: str, fact: May, limit: May) -> None:
        if fact.leaf is None or not limit.single:
            return
        if limit.value is None:
            if operator in ("=", "!=") and fact.leaf[-1] != LENGTH:
                self.ask("null", fact.leaf)
        elif operator in ("=", "!="):
            if may_be(fact, limit.value):
                self.ask("equal", fact.leaf, limit.value)
        else:
            self.ask("below", fact.leaf, _bound(operator, limit))

    # Names and values

    def of(self, bound: Bound | None, scope: Scope) -> May:
        """Give what a name stands for."""
        if bound is None:
            return self.opaque(scope)
        if bound.may is not None:
            return bound.may
        if bound.path is not None and bound.shape is not None:
            self.shapes.setdefault(bound.path, bound.shape)
            return self.box.fact(bound.path, bound.shape)
        if bound.node is None or bound.scope is None:
            return self.opaque(scope)
        where, self.where = self.where, _place(bound.node) or self.where
        found = self.may(bound.node, bound.scope)
        self.where = where
        return found if bound.only is None else _within(found, bound.only)

    def _name(self, node: n.Name, scope: Scope) -> May:
        return self.of(scope.names.get(node.name), scope)

    def _literal(self, node: n.Literal, scope: Scope) -> May:
        return exactly(node.value)

    def _placed(self, node: n.Placed, scope: Scope) -> May:
        outer, self.where = self.where, node.where or self.where
        found = self.may(node.body, scope)
        self.where = outer
        return found if node.type is None else typed(found, base_of(node.type))

    def _member(self, node: n.Member, scope: Scope) -> May:
        bound = self.resolve(node, scope)
        if bound is not None:
            return self.of(bound, scope)
        return self.component(self.may(node.operand, scope), node.name)

    def component(self, owner: May, name: str) -> May:
        """Give a component of a value, or of every item of a list."""
        if owner.kind == "list" and owner.segments is not None:
            inner = [
                Segment(part.low, part.high, self.component(part.item, name))
                for part in owner.segments
            ]
            return listed(inner, null=owner.null)
        return part_of(owner, name)

    def resolve(self, node: n.Node, scope: Scope) -> Bound | None:
        """Follow names and components to the fact or expression that they stand for."""
        while isinstance(node, n.Placed) and node.type is None:
            node = node.body
        if isinstance(node, n.Name):
            bound = scope.names.get(node.name)
            if bound is None or bound.only is not None:
                return bound
            if bound.node is not None and bound.scope is not None:
                return self.resolve(bound.node, bound.scope) or bound
            return bound
        if isinstance(node, n.Member):
            owner = self.resolve(node.operand, scope)
            return None if owner is None else self._inside(owner, node.name)
        return Bound(node=node, scope=scope)

    def _inside(self, owner: Bound, name: str) -> Bound | None:
        if owner.path is not None and owner.shape is not None:
            part = (owner.shape.parts or {}).get(name)
            if part is None:
                return None
            whole = self.box.fact(owner.path, replace(owner.shape, parts=None))
            if whole.only_null:
                return Bound(may=NULL)
            inner = replace(part, optional=part.optional or whole.null)
            return Bound((*owner.path, name), inner)
        node = owner.node
        while isinstance(node, n.Placed):
            node = node.body
        if not isinstance(node, n.Context) or node.result is not None or owner.scope is None:
            return None
        scope = owner.scope
        for entry in node.entries:
            if entry.key == name and entry.type is None:
                return Bound(node=entry.value, scope=scope)
            scope = _after(scope, entry)
        return None

    def _context(self, node: n.Context, scope: Scope) -> May:
        parts: dict[str, May] = {}
        for entry in node.entries:
            if node.result is None:
                found = self.may(entry.value, scope)
                parts[entry.key] = (
                    found if entry.type is None else typed(found, base_of(entry.type))
                )
            scope = _after(scope, entry)
        if node.result is not None:
            return self.may(node.result, scope)
        return May(False, "context", parts=parts)

    def _list(self, node: n.ListOf, scope: Scope) -> May:
        return listed([Segment(1, 1, self.may(item, scope)) for item in node.items])

    # Conditions

    def _compare(self, node: n.Compare, scope: Scope) -> May:
        left, right = self.may(node.left, scope), self.may(node.right, scope)
        found = self.compared(node.operator, left, right, scope)
        if self.about_a_fact(left, right):
            return truth(found)
        return self.condition(node, scope, found)

    def _between(self, node: n.Between, scope: Scope) -> May:
        operand = self.may(node.operand, scope)
        found = both(
            [
                self.compared(">=", operand, self.may(node.low, scope), scope),
                self.compared("<=", operand, self.may(node.high, scope), scope),
            ]
        )
        return self.condition(node, scope, found)

    def _logic(self, node: n.Logic, scope: Scope) -> May:
        joined = both if node.operator == "and" else either
        return truth(joined([self.tri(part, scope) for part in node.operands]))

    def _in(self, node: n.In, scope: Scope) -> May:
        held = scope.inner(id(node), lambda: {"?": Bound(node=node.operand, scope=scope)})
        found = tables.tests_tri(self, node.tests, held)
        return self.condition(node, scope, found)

    def _if(self, node: n.If, scope: Scope) -> May:
        found = self.tri(node.condition, scope)
        branches = []
        if True in found:
            branches.append(self.may(node.then, scope))
        if found - {True}:
            branches.append(self.may(node.otherwise, scope))
        return reduce(join, branches, NOTHING)

    def _for(self, node: n.For, scope: Scope) -> May:
        return lists.loop(self, node, scope)

    def _quantified(self, node: n.Quantified, scope: Scope) -> May:
        return self.condition(node, scope, lists.quantify(self, node, scope))

    def _filter(self, node: n.Filter, scope: Scope) -> May:
        return lists.kept(self, node, scope)

    def _calculation(self, node: n.Node, scope: Scope) -> May:
        return calls.calculation(self, node, scope)

    def _call(self, node: n.Call, scope: Scope) -> May:
        return calls.call(self, node, scope)

    def _table(self, node: n.Table, scope: Scope) -> May:
        return tables.table(self, node, scope)


def _within(may: May, only: frozenset[str]) -> May:
    """Give what is left of a text of which some values count."""
    if may.values is not None:
        return replace(may, null=False, values=may.values & only)
    return May(False, "string", frozenset(only))


def _after(scope: Scope, entry: n.Entry) -> Scope:
    """Give the scope behind an entry of a context."""
    outer = scope
    if not scope.fixed:
        return scope.looped({entry.key: Bound(node=entry.value, scope=outer)})
    return scope.inner(id(entry), lambda: {entry.key: Bound(node=entry.value, scope=outer)})


def _place(node: n.Node) -> str:
    return node.where if isinstance(node, n.Placed) else ""


def _bound(operator: str, limit: May) -> Any:
    return limit.value if operator in ("<", ">=") else after(limit.value, SIMPLE[limit.kind])


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}

_RULES: Mapping[type, Any] = {
    n.Literal: Look._literal,
    n.Name: Look._name,
    n.Placed: Look._placed,
    n.Member: Look._member,
    n.Context: Look._context,
    n.ListOf: Look._list,
    n.Compare: Look._compare,
    n.Between: Look._between,
    n.Logic: Look._logic,
    n.In: Look._in,
    n.If: Look._if,
    n.For: Look._for,
    n.Quantified: Look._quantified,
    n.Filter: Look._filter,
    n.Call: Look._call,
    n.Arithmetic: Look._calculation,
    n.Negate: Look._calculation,
    n.Table: Look._table,
}
