"""The tree of a FEEL expression; boxed expressions of DMN become the same nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

from decisions.engine.types import Type

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, eq_default=False)
def _node(cls: type[_Class]) -> type[_Class]:
    """Make a frozen dataclass that is known by its identity.

    That it is frozen is for mypy to watch: kept at run time, it makes nodes three times as slow to
    build, and large tables have hundreds of thousands.
    """
    return dataclass(slots=True, eq=False)(cls)


@_node
class Node:
    """Any expression; `at` counts characters from 1 in the text it was read from."""

    at: int


@_node
class Literal(Node):
    """A constant value."""

    value: Any


@_node
class Name(Node):
    """A reference to a variable or function."""

    name: str


@_node
class ListOf(Node):
    """[a, b, c]"""

    items: tuple[Node, ...]


@_node
class Entry:
    """One entry of a context: its key, its value and, in boxed contexts, its declared type."""

    key: str
    value: Node
    type: Type | None = None


@_node
class Context(Node):
    """{a: 1, b: a + 1}; `result` is the unnamed last entry of a boxed context."""

    entries: tuple[Entry, ...]
    result: Node | None = None


@_node
class RangeOf(Node):
    """[a..b], or a one-sided range such as (< 10) when `operator` is set."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool
    operator: str | None = None


@_node
class Negate(Node):
    """-a"""

    operand: Node


@_node
class Arithmetic(Node):
    """a + b, a - b, a * b, a / b, a ** b"""

    operator: str
    left: Node
    right: Node


@_node
class Compare(Node):
    """a = b, a != b, a < b, a <= b, a > b, a >= b"""

    operator: str
    left: Node
    right: Node


@_node
class Logic(Node):
    """a and b and c, or the same with or."""

    operator: str
    operands: tuple[Node, ...]


@_node
class Between(Node):
    """a between b and c"""

    operand: Node
    low: Node
    high: Node


@_node
class In(Node):
    """a in tests"""

    operand: Node
    tests: Tests


@_node
class Test(Node):
    """One unary test: `operator value`, or a bare expression when the operator is empty."""

    operator: str
    value: Node
    uses_input: bool = False


@_node
class Tests(Node):
    """Unary tests joined by or; no tests at all stand for `-` (anything)."""

    tests: tuple[Test, ...]
    negated: bool = False


@_node
class If(Node):
    """if a then b else c"""

    condition: Node
    then: Node
    otherwise: Node


@_node
class Loop:
    """`name in domain`, or `name in domain..last`."""

    name: str
    domain: Node
    last: Node | None = None


@_node
class For(Node):
    """for x in xs, y in ys return body"""

    loops: tuple[Loop, ...]
    body: Node


@_node
class Quantified(Node):
    """some/every x in xs satisfies condition"""

    every: bool
    loops: tuple[Loop, ...]
    condition: Node


@_node
class Param:
    """One parameter of a function; without a declared type it takes anything."""

    name: str
    type: Type | None = None


@_node
class FunctionOf(Node):
    """function(a, b) body; `name` is set for business knowledge models."""

    params: tuple[Param, ...]
    body: Node
    name: str = "function"
    result: Type | None = None


@_node
class Call(Node):
    """f(a, b) or f(x: a, y: b); `names` is empty for positional arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@_node
class Member(Node):
    """a.name"""

    operand: Node
    name: str


@_node
class Filter(Node):
    """a[condition or position]"""

    operand: Node
    condition: Node


@_node
class InstanceOf(Node):
    """a instance of type"""

    operand: Node
    type: Type


@_node
class Placed(Node):
    """A boxed part of a decision: `where` names it in problems, `type` is what it must give."""

    body: Node
    where: str
    text: str = ""
    type: Type | None = None


@_node
class InputClause:
    """One input column: what it reads, its type and the values it may take."""

    label: str
    expression: Placed
    type: Type
    allowed: Tests | None = None
    allowed_text: str = ""


@_node
class OutputClause:
    """One output column; `order` are its values by priority, highest first."""

    name: str
    label: str
    type: Type
    order: tuple[Literal, ...] = ()
    allowed: Tests | None = None
    allowed_text: str = ""
    default: Placed | None = None


@_node
class EntryColumn:
    """The cells of one column of a table, whose place is `table`, from the first row to the last.

    Cells with the same text share a tree: `bodies` are these trees.
    """

    table: str
    label: str
    texts: tuple[str, ...]
    bodies: tuple[Node, ...]

    def cell(self, row: int) -> Placed:
        """Give a cell with its place; rows count from 0."""
        return Placed(1, self.bodies[row], self.where(row), self.texts[row])

    def where(self, row: int) -> str:
        """Name the place of a cell for problems; rows count from 0."""
        return f'{self.table}, row {row + 1}, column "{self.label}"'


@_node
class RowCells:
    """The cells of one row in some columns, each made when it is asked for."""

    columns: tuple[EntryColumn, ...]
    row: int

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, column: int) -> Placed:
        return self.columns[column].cell(self.row)

    def __iter__(self) -> Iterator[Placed]:
        return (column.cell(self.row) for column in self.columns)


@_node
class Rule:
    """One row: a cell for each input clause, an expression for each output clause."""

    cells: RowCells
    outputs: RowCells


@_node
class Rules:
    """The rows of a table. They are kept by column, and a row is made when it is asked for."""

    inputs: tuple[EntryColumn, ...]
    outputs: tuple[EntryColumn, ...]
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, row: int) -> Rule:
        return Rule(RowCells(self.inputs, row), RowCells(self.outputs, row))

    def __iter__(self) -> Iterator[Rule]:
        return map(self.__getitem__, range(self.count))


@_node
class Table(Node):
    """A decision table."""

    id: str
    hit_policy: str
    aggregation: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: Rules
    where: str = ""

    @property
    def has_default(self) -> bool:
        """Tell whether an output has a value for when no row matches."""
        return any(output.default is not None for output in self.outputs)


def children(node: Any) -> Iterator[Any]:
    """Give the nodes and clauses directly beneath one, in the order of the text, each once."""
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, _PARTS):
            yield value
        elif isinstance(value, tuple):
            yield from dict.fromkeys(part for part in value if isinstance(part, _PARTS))


def walk(node: Any) -> Iterator[Any]:
    """Give a node and everything beneath it."""
    yield node
    for child in children(node):
        yield from walk(child)


_PARTS = (Node, Entry, Loop, EntryColumn, Rules, InputClause, OutputClause)
