"""What names stand for while a model is read over many facts at once, and keys of expressions."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.facts import Shape, shape_of_input
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Graph, Part
from decisions.engine.proving.ranges import May, Path, exactly
from decisions.engine.values import kind_of


@dataclass(frozen=True, slots=True)
class Bound:
    """What a name stands for: a fact, a known value, an expression or a function.

    `only` are the values that count, where others do not.
    """

    path: Path | None = None
    shape: Shape | None = None
    may: May | None = None
    node: n.Node | None = None
    scope: Scope | None = None
    given: str = ""
    only: frozenset[str] | None = None


@dataclass(eq=False, slots=True)
class Scope:
    """Names in force at a place; `fixed` unless some are items of a list that is looped over.

    In the scope of a `guard`, what cannot be judged counts against the model.
    """

    names: Mapping[str, Bound]
    fixed: bool = True
    guard: bool = False
    places: dict[Any, Scope] = field(default_factory=dict)
    keys: dict[int, Hashable] = field(default_factory=dict)

    def inner(self, place: Any, names: Callable[[], Mapping[str, Bound]]) -> Scope:
        """Give the scope of a place within, which is made once."""
        if place not in self.places:
            self.places[place] = Scope({**self.names, **names()}, self.fixed, self.guard)
        return self.places[place]

    def looped(self, names: Mapping[str, Bound]) -> Scope:
        """Give a scope with names that change from item to item."""
        return Scope({**self.names, **names}, False, self.guard)


class Scopes:
    """The scopes of the parts of a graph; `given` are inputs whose values are known."""

    def __init__(self, graph: Graph, main: Part, given: Mapping[str, Any]) -> None:
        self.graph = graph
        self.main = main
        self.given = {name: Bound(may=exactly(value), given=name) for name, value in given.items()}
        self._known: dict[str, Scope] = {}

    def of(self, part: Part) -> Scope:
        """Give what the names of a part stand for."""
        if part.key not in self._known:
            names: dict[str, Bound] = {}
            self._known[part.key] = Scope(names)
            for name, key in part.requires.items():
                names[name] = self.bound(self.graph.parts[key])
        return self._known[part.key]

    def bound(self, part: Part) -> Bound:
        """Give what a part stands for where it is named."""
        if isinstance(part.element, m.InputData):
            name = self.graph.visible_name(self.main.file, part.key)
            if name in self.given:
                return self.given[name]
            shape = shape_of_input(part.element, part.file.declared)
            if shape.parts is None and shape.item is None:
                shape = replace(shape, type=part.type)  # With all types that it is built on.
            return Bound(path=(name,), shape=shape)
        if part.node is None:
            return Bound()
        return Bound(node=part.node, scope=self.of(part))


class NoKey(Exception):
    """Says that an expression depends on items of a list that is looped over outside it."""


def key_of(node: n.Node, scope: Scope) -> Hashable:
    """Give what an expression and all others with the same value on all facts have in common.

    Raises NoKey.
    """
    if not scope.fixed:
        return _key(node, scope, frozenset())
    if id(node) not in scope.keys:
        scope.keys[id(node)] = _key(node, scope, frozenset())
    return scope.keys[id(node)]


def key_of_test(operator: str, limit: n.Node, scope: Scope) -> Hashable:
    """Give the key of a test of ?, which is that of the comparison it stands for. Raises NoKey."""
    asked = key_of(_INPUT, scope)
    return "Compare", operator, asked, key_of(limit, scope)


_INPUT = n.Name(1, "?")


def _key(node: Any, scope: Scope, inner: frozenset[str]) -> Hashable:
    if isinstance(node, n.Name):
        return _key_of_name(node.name, scope, inner)
    if isinstance(node, n.Placed):
        body = _key(node.body, scope, inner)
        return body if node.type is None else ("typed", str(node.type), body)
    if isinstance(node, n.Literal):
        return kind_of(node.value), node.value
    if isinstance(node, n.Table | n.FunctionOf | n.Context):
        if inner or not scope.fixed:
            raise NoKey
        return "node", id(node), id(scope)
    if isinstance(node, n.For | n.Quantified):
        return _key_of_loops(node, scope, inner)
    if isinstance(node, n.Filter):
        held = _key(node.condition, scope, inner | {"item", _ANY_NAME})
        return "Filter", _key(node.operand, scope, inner), held
    return (type(node).__name__, *_fields(node, scope, inner))


def _key_of_loops(node: n.For | n.Quantified, scope: Scope, inner: frozenset[str]) -> Hashable:
    found: list[Hashable] = [type(node).__name__, isinstance(node, n.Quantified) and node.every]
    for loop in node.loops:
        found.append((loop.name, *_fields(loop, scope, inner)))
        inner = inner | {loop.name}
    body = node.body if isinstance(node, n.For) else node.condition
    return (*found, _key(body, scope, inner | {"partial"}))


def _fields(node: Any, scope: Scope, inner: frozenset[str]) -> Iterator[Hashable]:
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if name == "at":
            continue
        if isinstance(value, tuple):
            yield tuple(_key_of_field(part, scope, inner) for part in value)
        else:
            yield _key_of_field(value, scope, inner)


def _key_of_field(value: Any, scope: Scope, inner: frozenset[str]) -> Hashable:
    return _key(value, scope, inner) if hasattr(value, "__dataclass_fields__") else str(value)


_ANY_NAME = "*"


def _key_of_name(name: str, scope: Scope, inner: frozenset[str]) -> Hashable:
    if name in inner:
        return "local", name
    bound = scope.names.get(name)
    own = "maybe" if _ANY_NAME in inner else "name"
    if bound is None:
        return own, name
    return own, _key_of_bound(name, bound)


def _key_of_bound(name: str, bound: Bound) -> Hashable:
    if bound.path is not None:
        return "fact", bound.path
    if bound.given:
        return "given", bound.given
    if bound.node is None or bound.scope is None:
        raise NoKey
    return key_of(bound.node, bound.scope)
