"""The tree of a FEEL expression; boxed expressions of DMN become the same nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from decisions.engine.types import Type


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Any expression; `at` counts characters from 1 in the text it was read from."""

    at: int


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A constant value."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Name(Node):
    """A reference to a variable or function."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class ListOf(Node):
    """[a, b, c]"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One entry of a context: its key, its value and, in boxed contexts, its declared type."""

    key: str
    value: Node
    type: Type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Context(Node):
    """{a: 1, b: a + 1}; `result` is the unnamed last entry of a boxed context."""

    entries: tuple[Entry, ...]
    result: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RangeOf(Node):
    """[a..b], or a one-sided range such as (< 10) when `operator` is set."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool
    operator: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Negate(Node):
    """-a"""

    operand: Node


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic(Node):
    """a + b, a - b, a * b, a / b, a ** b"""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Compare(Node):
    """a = b, a != b, a < b, a <= b, a > b, a >= b"""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False)
class Logic(Node):
    """a and b and c, or the same with or."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Between(Node):
    """a between b and c"""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True, eq=False)
class In(Node):
    """a in tests"""

    operand: Node
    tests: Tests


@dataclass(frozen=True, slots=True, eq=False)
class Test(Node):
    """One unary test: `operator value`, or a bare expression when the operator is empty."""

    operator: str
    value: Node
    uses_input: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Tests(Node):
    """Unary tests joined by or; no tests at all stand for `-` (anything)."""

    tests: tuple[Test, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class If(Node):
    """if a then b else c"""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """`name in domain`, or `name in domain..last`."""

    name: str
    domain: Node
    last: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class For(Node):
    """for x in xs, y in ys return body"""

    loops: tuple[Loop, ...]
    body: Node


@dataclass(frozen=True, slots=True, eq=False)
class Quantified(Node):
    """some/every x in xs satisfies condition"""

    every: bool
    loops: tuple[Loop, ...]
    condition: Node


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """One parameter of a function; without a declared type it takes anything."""

    name: str
    type: Type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FunctionOf(Node):
    """function(a, b) body; `name` is set for business knowledge models."""

    params: tuple[Param, ...]
    body: Node
    name: str = "function"
    result: Type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Call(Node):
    """f(a, b) or f(x: a, y: b); `names` is empty for positional arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Member(Node):
    """a.name"""

    operand: Node
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Filter(Node):
    """a[condition or position]"""

    operand: Node
    condition: Node


@dataclass(frozen=True, slots=True, eq=False)
class InstanceOf(Node):
    """a instance of type"""

    operand: Node
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Placed(Node):
    """A boxed part of a decision: `where` names it in problems, `type` is what it must give."""

    body: Node
    where: str
    text: str = ""
    type: Type | None = None


@dataclass(frozen=True, slots=True, eq=False)
class InputClause:
    """One input column: what it reads, its type and the values it may take."""

    label: str
    expression: Placed
    type: Type
    allowed: Tests | None = None
    allowed_text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class OutputClause:
    """One output column; `order` are its values by priority, highest first."""

    name: str
    label: str
    type: Type
    order: tuple[Literal, ...] = ()
    allowed: Tests | None = None
    allowed_text: str = ""
    default: Placed | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One row: a cell for each input clause, an expression for each output clause."""

    cells: tuple[Placed, ...]
    outputs: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table(Node):
    """A decision table."""

    id: str
    hit_policy: str
    aggregation: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    where: str = ""


def children(node: Any) -> Iterator[Any]:
    """Give the nodes and clauses directly beneath one, in the order of the text."""
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, Node | Entry | Loop | Rule | InputClause | OutputClause):
            yield value
        elif isinstance(value, tuple):
            yield from (
                part
                for part in value
                if isinstance(part, Node | Entry | Loop | Rule | InputClause | OutputClause)
            )


def walk(node: Any) -> Iterator[Any]:
    """Give a node and everything beneath it."""
    yield node
    for child in children(node):
        yield from walk(child)
