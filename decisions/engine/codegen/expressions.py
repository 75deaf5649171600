"""Writes Python statements for FEEL nodes; the value of each node is a variable or a constant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from decisions.engine.builtins import BUILTINS
from decisions.engine.codegen.scaled import Scaled
from decisions.engine.codegen.unit import Body, Unit
from decisions.engine.coercion import conforms
from decisions.engine.feel import nodes as n
from decisions.engine.run import FREE_PARTS, Run
from decisions.engine.tables.cells import condition
from decisions.engine.tables.hit_policy import ONE_ROW
from decisions.engine.tables.index import TableIndex
from decisions.engine.types import (
    ANY,
    BOOLEAN,
    ORDERED,
    SCALARS,
    Type,
    base_of,
    components_of,
)

_ORDER = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}
_MOST_LEVELS = 12
_MOST_LOOPS = 8


@dataclass(slots=True)
class Env:
    """Where names live: variables, and the items of filters that may have them as components."""

    variables: dict[str, str] = field(default_factory=dict)
    parent: Env | None = None
    item: str | None = None
    components: Mapping[str, Type] | None = None
    copied: frozenset[str] = frozenset()


class Writer:
    """Writes the code of one model's expressions into a unit."""

    def __init__(
        self, unit: Unit, types: Mapping[int, Type], indexes: dict[int, TableIndex]
    ) -> None:
        self.unit = unit
        self.types = types
        self.indexes = indexes
        self.where = ""
        # For lean programs: atoms never null, those that are Decimal, how long ints may be, facts
        # taken in as scaled integers, the variables of hits, whether tables leave traces, and the
        # atoms whose guards wait.
        self.sure: set[str] = set()
        self.decimals: set[str] = set()
        self.bits: dict[str, int] = {}
        self.scaled: dict[str, Scaled] = {}
        self.hits: list[str] = []
        self.traced = False
        self.pending: dict[str, str] = {}

    def type_of(self, node: n.Node) -> Type:
        """Give the type the typer found, without item definitions."""
        return base_of(self.types.get(id(node), ANY))

    def site(self, node: n.Node) -> str:
        """Bind the place of a node."""
        return self.unit.site(self.where, node.at)

    def write(self, node: n.Node, env: Env, body: Body) -> str:
        """Write a node; gives the atom that holds its value."""
        if body.level > _MOST_LEVELS or body.loops > _MOST_LOOPS:
            inner = self.lifted(node, env)
            return body.keep(inner.call(body))
        return _WRITERS[type(node)](self, node, env, body)

    def lifted(self, node: n.Node, env: Env, *params: str) -> Body:
        """Write a node as a function of its own."""
        inner = Body(self.unit, "f", params)
        inner.finish(self.write(node, env, inner))
        return inner

    # Leaves

    def literal(self, node: n.Literal, env: Env, body: Body) -> str:
        atom = self.unit.constant(node.value)
        if node.value is not None:
            self.sure.add(atom)
        if type(node.value) is int:
            self.bits[atom] = node.value.bit_length()
        elif type(node.value) is Decimal:
            self.decimals.add(atom)
        return atom

    def name(self, node: n.Name, env: Env, body: Body) -> str:
        return self.look_up(node.name, env, body)

    def look_up(self, name: str, env: Env | None, body: Body) -> str:
        """Give what a name stands for, looking into filter items first."""
        doubtful: list[str] = []
        found = "None"
        while env is not None:
            if name in env.variables:
                found = body.use(env.variables[name])
                if name in env.copied:
                    found = body.keep(f"copy_partial(run, {found})")
                break
            if env.item is not None and env.components is None:
                doubtful.append(env.item)
            elif env.item is not None and env.components and name in env.components:
                item = body.use(env.item)
                found = body.keep(f"member(run, {item}, {self.unit.constant(name)}, None)")
                break
            env = env.parent
        else:
            if name in BUILTINS:
                found = self.unit.constant(BUILTINS[name].as_function())
        for item in reversed(doubtful):
            key = self.unit.constant(name)
            found = body.keep(f"scope_member({body.use(item)}, {key}, {found})")
        return found

    def list_(self, node: n.ListOf, env: Env, body: Body) -> str:
        self.pay(len(node.items), body)
        items = [self.write(item, env, body) for item in node.items]
        return body.keep(f"[{', '.join(items)}]")

    def context(self, node: n.Context, env: Env, body: Body) -> str:
        self.pay(len(node.entries), body)
        inner = Env({}, env)
        pairs = []
        for entry in node.entries:
            atom = self.write(entry.value, inner, body)
            if entry.type is not None:
                atom = self.coerced(atom, entry.type, entry.value, body)
            if not atom.startswith("v") or atom not in body.own:
                atom = body.keep(atom)
            inner.variables[entry.key] = atom
            pairs.append(f"{self.unit.constant(entry.key)}: {atom}")
        if node.result is not None:
            return self.write(node.result, inner, body)
        return body.keep("{" + ", ".join(pairs) + "}")

    def pay(self, parts: int, body: Body) -> None:
        """Write what a list or context costs that is long as it stands; short ones are free."""
        if parts > FREE_PARTS:
            body.line(f"run.spend({parts})")

    def coerced(self, atom: str, kind: Type, node: n.Node, body: Body) -> str:
        """Make a value fit a declared type."""
        if kind == ANY or (kind in SCALARS and self.type_of(node) == kind):
            return atom
        if self.unit.lean and self._always_fits(node, kind):
            return atom
        return body.keep(f"coerce(run, {atom}, {self.unit.constant(kind)}, {self.site(node)})")

    def _always_fits(self, node: n.Node, kind: Type) -> bool:
        """Tell whether all that a table of constants can give is of a declared type."""
        while isinstance(node, n.Placed) and node.type is None:
            node = node.body
        if not isinstance(node, n.Table) or node.hit_policy not in ONE_ROW:
            return False
        index, run = self.indexes[id(node)], Run()
        return index.whole and all(conforms(run, value, kind) for value in index.constants.values())

    def range(self, node: n.RangeOf, env: Env, body: Body) -> str:
        low, high = self.write(node.low, env, body), self.write(node.high, env, body)
        operator = self.unit.constant(node.operator)
        return body.keep(
            f"make_range(run, {low}, {high}, {node.low_closed}, {node.high_closed}, {operator}, "
            f"{self.site(node)})"
        )

    # Operators

    def compare(self, node: n.Compare, env: Env, body: Body) -> str:
        left, right = self.write(node.left, env, body), self.write(node.right, env, body)
        return self.comparison(node.operator, (left, node.left), (right, node.right), node, body)

    def comparison(
        self,
        operator: str,
        left: tuple[str, n.Node],
        right: tuple[str, n.Node],
        node: n.Node,
        body: Body,
    ) -> str:
        """Write a comparison; Python's own where the types are known to be alike."""
        left_kind, right_kind = self.type_of(left[1]), self.type_of(right[1])
        alike = left_kind == right_kind
        if operator in ("=", "!="):
            if alike and left_kind in SCALARS:
                return body.keep(f"{left[0]} {'==' if operator == '=' else '!='} {right[0]}")
            return body.keep(
                f"{'equal' if operator == '=' else 'unequal'}(run, {left[0]}, {right[0]})"
            )
        if alike and left_kind in ORDERED:
            checks = [
                f"{atom} is not None"
                for atom, part in (left, right)
                if not (isinstance(part, n.Literal) and part.value is not None)
                and atom not in self.sure
            ]
            test = f"{left[0]} {operator} {right[0]}"
            if checks:
                test = f"{test} if {' and '.join(checks)} else None"
            return body.keep(test)
        return body.keep(f"{_ORDER[operator]}(run, {left[0]}, {right[0]}, {self.site(node)})")

    def truth(self, node: n.Node, env: Env, body: Body) -> str:
        """Write an operand of and/or."""
        atom = self.write(node, env, body)
        if self.type_of(node) == BOOLEAN:
            return atom
        return body.keep(f"truth(run, {atom}, {self.site(node)})")

    def logic(self, node: n.Logic, env: Env, body: Body) -> str:
        combine, settled = ("both", "False") if node.operator == "and" else ("either", "True")
        result = body.keep(self.truth(node.operands[0], env, body))
        for operand in node.operands[1:]:
            with body.block(f"if {result} is not {settled}:"):
                atom = self.truth(operand, env, body)
                body.line(f"{result} = {combine}({result}, {atom})")
        return result

    def between(self, node: n.Between, env: Env, body: Body) -> str:
        value, low, high = (
            self.write(part, env, body) for part in (node.operand, node.low, node.high)
        )
        return body.keep(f"between(run, {value}, {low}, {high}, {self.site(node)})")

    def in_(self, node: n.In, env: Env, body: Body) -> str:
        atom = self.write(node.operand, env, body)
        return self.tests_on(node.tests, atom, node.operand, env, body)

    def tests_on(
        self, tests: n.Tests, atom: str, subject: n.Node | Type, env: Env, body: Body
    ) -> str:
        """Write unary tests on a value; no tests at all are true."""
        if not tests.tests:
            return "True"
        if atom in self.sure:
            kind = subject if isinstance(subject, Type) else self.type_of(subject)
            quick = condition(tests, atom, kind, self.unit.constant)
            if quick is not None:
                return body.keep(quick)
        inner = Env({"?": atom}, env)
        result = body.keep(self.test(tests.tests[0], atom, subject, inner, body))
        for test in tests.tests[1:]:
            with body.block(f"if {result} is not True:"):
                found = self.test(test, atom, subject, inner, body)
                body.line(f"{result} = either({result}, {found})")
        return body.keep(f"not_({result})") if tests.negated else result

    def test(self, test: n.Test, atom: str, subject: n.Node | Type, env: Env, body: Body) -> str:
        """Write one unary test."""
        value = self.write(test.value, env, body)
        kind = base_of(subject) if isinstance(subject, Type) else self.type_of(subject)
        if test.operator in ("=", "!="):
            return body.keep(
                f"{'equal' if test.operator == '=' else 'unequal'}(run, {atom}, {value})"
            )
        if test.operator:
            call = _ORDER[test.operator]
            return body.keep(f"{call}(run, {atom}, {value}, {self.site(test)})")
        if isinstance(test.value, n.Literal):
            return body.keep(f"equal(run, {atom}, {value})")
        if self.type_of(test.value) == BOOLEAN and (test.uses_input or kind not in (BOOLEAN, ANY)):
            return value
        # On a column of booleans, also an empty one, a boolean is a value to compare with.
        is_value = isinstance(test.value, n.ListOf | n.RangeOf) or kind == BOOLEAN
        if is_value and not test.uses_input:
            return body.keep(f"meets(run, {atom}, {value})")
        return body.keep(f"cell_result(run, {atom}, {value}, {test.uses_input})")

    def instance(self, node: n.InstanceOf, env: Env, body: Body) -> str:
        atom = self.write(node.operand, env, body)
        return body.keep(f"is_instance(run, {atom}, {self.unit.constant(node.type)})")

    # Control

    def conditional(self, node: n.If, env: Env, body: Body) -> str:
        condition = self.truth(node.condition, env, body)
        result = body.variable()
        for opening, branch in ((f"if {condition} is True:", node.then), ("else:", node.otherwise)):
            with body.block(opening):
                body.line(f"{result} = {self.write(branch, env, body)}")
        return result

    # Access

    def member(self, node: n.Member, env: Env, body: Body) -> str:
        atom = self.write(node.operand, env, body)
        name = self.unit.constant(node.name)
        components = components_of(self.types.get(id(node.operand), ANY))
        if self.unit.lean and components is not None and node.name in components:
            # What is null or no context after all has no item of that name, and raises.
            return body.keep(f"{atom}[{name}]")
        return body.keep(f"member(run, {atom}, {name}, {self.site(node)})")

    # Boxed parts

    def placed(self, node: n.Placed, env: Env, body: Body) -> str:
        outer, self.where = self.where, node.where or self.where
        atom = self.write(node.body, env, body)
        if node.type is not None:
            atom = self.coerced(atom, node.type, node.body, body)
        self.where = outer
        return atom


_WRITERS: dict[type, Callable[[Any, Any, Env, Body], str]] = {
    n.Literal: Writer.literal,
    n.ListOf: Writer.list_,
    n.Context: Writer.context,
    n.RangeOf: Writer.range,
    n.Logic: Writer.logic,
    n.Between: Writer.between,
    n.In: Writer.in_,
    n.If: Writer.conditional,
    n.Member: Writer.member,
    n.InstanceOf: Writer.instance,
    n.Placed: Writer.placed,
}


def register(kind: type, writer: Callable[[Any, Any, Env, Body], str]) -> None:
    """Add the writer of a node kind that lives in a file of its own."""
    _WRITERS[kind] = writer
