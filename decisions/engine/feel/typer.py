"""Finds the type of every node and reports unknown names and operations that cannot work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from decisions.engine.calls import Builtin
from decisions.engine.feel import nodes as n
from decisions.engine.feel.hints import NO_ELEMENTS, Elements
from decisions.engine.feel.scope import Scope
from decisions.engine.feel.table_types import check_table
from decisions.engine.feel.type_rules import (
    ARITHMETIC,
    builtin_type,
    is_position,
    item_components,
    property_type,
)
from decisions.engine.problems import Problem, Severity, did_you_mean
from decisions.engine.types import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATETIME,
    DAYS,
    FUNCTION,
    MONTHS,
    NULL,
    NUMBER,
    ORDERED,
    RANGE,
    SIMPLE,
    STRING,
    TESTABLE,
    TIME,
    FunctionType,
    ListType,
    RangeType,
    Type,
    base_of,
    components_of,
    context_of,
    function_of,
    item_of,
    join,
    list_of,
    range_of,
)
from decisions.engine.values import KINDS

_CONSTANTS = {kind: SIMPLE.get(name, NULL) for kind, name in KINDS.items()}
_COMPARABLE = ORDERED | {TIME, DATETIME}
_MOST_TYPE_TEXT = 20_000
_RANGES = {kind: range_of(kind) for kind in _COMPARABLE}


class Typer:
    """Types the nodes of one model; the types are kept by the identity of the node."""

    def __init__(self, builtins: Mapping[str, Builtin], elements: Elements = NO_ELEMENTS) -> None:
        self.builtins = builtins
        self.elements = elements
        self.types: dict[int, Type] = {}
        self.problems: list[Problem] = []
        self.reported: set[Problem] = set()
        self.where = ""
        self.text: n.Node | None = None
        self.called: n.Node | None = None
        # The map above knows nodes by id(); this keeps them alive as long as the map.
        self.kept: list[n.Node] = []

    def check(self, node: n.Node, scope: Scope, where: str = "") -> Type:
        """Type a tree; problems say `where`."""
        outer, self.where = self.where, where or self.where
        self.kept.append(node)
        found = self.infer(node, scope)
        self.where = outer
        return found

    def infer(self, node: n.Node, scope: Scope) -> Type:
        """Type a node and everything beneath it."""
        found = _RULES[type(node)](self, node, scope)
        self.types[id(node)] = found
        return found

    def report(
        self, at: int, code: str, message: str, hint: str = "", severity: Severity = "error"
    ) -> None:
        """Keep a problem."""
        problem = Problem(code, message, self.where, hint, severity, at)
        if problem not in self.reported:
            self.reported.add(problem)
            self.problems.append(problem)

    def expect_text(self, node: n.Node, wanted: Type) -> None:
        """Note that a node stands where a value of a type is wanted: a bare name may be a text."""
        self.text = node if base_of(wanted) == STRING else None

    def forget_problems(self) -> bool:
        """Forget the problems reported so far; tells whether there were any."""
        found = bool(self.problems)
        if found:
            self.problems.clear()
            self.reported.clear()
        return found

    def literal(self, node: n.Literal, scope: Scope) -> Type:
        return _CONSTANTS[type(node.value)]

    def name(self, node: n.Name, scope: Scope) -> Type:
        found = scope.find(node.name)
        if found is not None:
            return found
        if node.name in self.builtins:
            return FUNCTION
        known = {*scope.all_names(), *(self.builtins if self.called is node else ())} - {"?"}
        is_text = self.text is node
        self.report(
            node.at,
            "name.unknown",
            f'The name "{node.name}" is not known here.',
            self.elements.unknown_name(node.name, known, self.where, is_text=is_text),
        )
        return ANY

    def list_(self, node: n.ListOf, scope: Scope) -> Type:
        item: Type = NULL
        for part in node.items:
            item = join(self.infer(part, scope), item) if item != NULL else self.infer(part, scope)
        return list_of(ANY if item == NULL else item)

    def context(self, node: n.Context, scope: Scope) -> Type:
        inner = Scope({}, scope)
        for entry in node.entries:
            found = self.infer(entry.value, inner)
            inner.names[entry.key] = entry.type or found
        if node.result is not None:
            return self.infer(node.result, inner)
        # Contexts within contexts double with every level when they share their parts.
        size = sum(len(kind.name) for kind in inner.names.values())
        return context_of(inner.names) if size < _MOST_TYPE_TEXT else CONTEXT

    def range(self, node: n.RangeOf, scope: Scope) -> Type:
        low, high = self.infer(node.low, scope), self.infer(node.high, scope)
        of = join(low, high)
        return _RANGES.get(of, RANGE)

    def negate(self, node: n.Negate, scope: Scope) -> Type:
        found = base_of(self.infer(node.operand, scope))
        return found if found in (NUMBER, DAYS, MONTHS) else ANY

    def arithmetic(self, node: n.Arithmetic, scope: Scope) -> Type:
        left = base_of(self.infer(node.left, scope))
        right = base_of(self.infer(node.right, scope))
        found = ARITHMETIC.get((node.operator, left, right))
        if found is not None:
            return found
        if left in TESTABLE and right in TESTABLE:
            self.report(
                node.at,
                "type.operand",
                f"{left} {node.operator} {right} has no result.",
                "Convert one side, for example by number(...) or string(...).",
            )
        return ANY

    def compare(self, node: n.Compare, scope: Scope) -> Type:
        left = base_of(self.infer(node.left, scope))
        self.expect_text(node.right, left)
        right = base_of(self.infer(node.right, scope))
        self._check_kinds(node.at, left, right)
        return BOOLEAN

    def _check_kinds(self, at: int, left: Type, right: Type) -> None:
        if left is not right and left != right and left in TESTABLE and right in TESTABLE:
            self.report(
                at,
                "type.comparison",
                f"A {left} is compared with a {right}; that is never true.",
                "Compare values of one type.",
                "warning",
            )

    def logic(self, node: n.Logic, scope: Scope) -> Type:
        for operand in node.operands:
            found = base_of(self.infer(operand, scope))
            if found in TESTABLE and found != BOOLEAN:
                self.report(
                    operand.at,
                    "type.boolean",
                    f"A {found} stands where true or false is needed.",
                    "Compare it with something, for example by = or >.",
                )
        return BOOLEAN

    def between(self, node: n.Between, scope: Scope) -> Type:
        found = base_of(self.infer(node.operand, scope))
        for end in (node.low, node.high):
            self._check_kinds(end.at, found, base_of(self.infer(end, scope)))
        return BOOLEAN

    def in_(self, node: n.In, scope: Scope) -> Type:
        found = self.infer(node.operand, scope)
        self.tests(node.tests, scope, found)
        return BOOLEAN

    def tests(self, node: n.Tests, scope: Scope, subject: Type = ANY) -> Type:
        inner = Scope({"?": subject}, scope)
        for test in node.tests:
            self.test(test, inner, base_of(subject))
        return BOOLEAN

    def test(self, test: n.Test, inner: Scope, subject: Type) -> None:
        self.expect_text(test.value, subject)
        found = base_of(self.infer(test.value, inner))
        if isinstance(found, RangeType):
            found = found.of
        if not test.uses_input and (test.operator or not _is_condition(test.value)):
            self._check_kinds(test.at, subject, found)

    def conditional(self, node: n.If, scope: Scope) -> Type:
        self.infer(node.condition, scope)
        return join(self.infer(node.then, scope), self.infer(node.otherwise, scope))

    def _loops(self, loops: tuple[n.Loop, ...], scope: Scope) -> Scope:
        for loop in loops:
            domain = self.infer(loop.domain, scope)
            base = base_of(domain)
            item = base.of if isinstance(base, RangeType) else item_of(domain)
            if loop.last is not None:
                item = join(domain, self.infer(loop.last, scope))
            scope = Scope({loop.name: ANY if base == NULL else item}, scope)
        return scope

    def for_(self, node: n.For, scope: Scope) -> Type:
        inner = self._loops(node.loops, scope)
        return list_of(self.infer(node.body, Scope({"partial": list_of(ANY)}, inner)))

    def quantified(self, node: n.Quantified, scope: Scope) -> Type:
        self.infer(node.condition, self._loops(node.loops, scope))
        return BOOLEAN

    def function(self, node: n.FunctionOf, scope: Scope) -> Type:
        inner = Scope({param.name: param.type or ANY for param in node.params}, scope)
        result = self.infer(node.body, inner)
        params = tuple(param.type or ANY for param in node.params)
        return function_of(params, node.result or result)

    def call(self, node: n.Call, scope: Scope) -> Type:
        arguments = [self.infer(argument, scope) for argument in node.arguments]
        builtin = self._builtin_called(node, scope)
        if builtin is not None:
            self.types[id(node.function)] = FUNCTION
            self._check_builtin(node, builtin)
            return builtin_type(builtin, arguments, node.names)
        self.called = node.function
        function = base_of(self.infer(node.function, scope))
        if isinstance(function, FunctionType):
            return function.result if function.proven else ANY
        if function in TESTABLE:
            self.report(
                node.at, "call.function", f"A {function} is called as if it were a function."
            )
        return ANY

    def _builtin_called(self, node: n.Call, scope: Scope) -> Builtin | None:
        """Give the built-in that a call names, unless a variable hides it."""
        if not isinstance(node.function, n.Name) or scope.find(node.function.name) is not None:
            return None
        return self.builtins.get(node.function.name)

    def _check_builtin(self, node: n.Call, builtin: Builtin) -> None:
        count = len(node.arguments)
        known = [param.name for form in builtin.forms for param in form.params]
        for name in node.names:
            if name not in known:
                self.report(
                    node.at,
                    "call.argument",
                    f'{builtin.name}(...) has no parameter "{name}".',
                    did_you_mean(name, known),
                )
        if not any(
            form.required <= count and (count <= len(form.params) or form.variadic)
            for form in builtin.forms
        ):
            self.report(
                node.at,
                "call.count",
                f"{builtin.name}(...) does not take {count} arguments.",
                f"Use {builtin.usage()}.",
            )

    def member(self, node: n.Member, scope: Scope) -> Type:
        found = self.infer(node.operand, scope)
        components = components_of(found)
        over_list = isinstance(base_of(found), ListType)
        if over_list:
            components = components_of(item_of(found))
        if components is None:
            return property_type(base_of(found), node.name)
        if node.name not in components:
            self.report(
                node.at,
                "name.component",
                f'There is no "{node.name}" in {_label(found)}.',
                did_you_mean(node.name, components),
            )
            return ANY
        kind = components[node.name]
        return list_of(kind) if over_list else kind

    def filter(self, node: n.Filter, scope: Scope) -> Type:
        found = self.infer(node.operand, scope)
        item = item_of(found)
        components = components_of(item)
        inner = Scope({"item": item, **(components or {})}, scope)
        inner.open_item = components is None and base_of(item) not in TESTABLE
        condition = base_of(self.infer(node.condition, inner))
        if is_position(node.condition, condition, item_components(found)):
            return item
        return list_of(item) if condition == BOOLEAN else ANY

    def instance(self, node: n.InstanceOf, scope: Scope) -> Type:
        self.infer(node.operand, scope)
        return BOOLEAN

    def placed(self, node: n.Placed, scope: Scope) -> Type:
        outer, self.where = self.where, node.where or self.where
        if node.type is not None:
            self.expect_text(node.body, node.type)
        elif self.text is node:
            self.text = node.body
        found = self.infer(node.body, scope)
        self.where = outer
        return node.type or found

    def table(self, node: n.Table, scope: Scope) -> Type:
        return check_table(self, node, scope)


def _label(found: Type) -> str:
    return "the context" if found.name.startswith(("context<", "list<")) else f'"{found.name}"'


def _is_condition(node: n.Node) -> bool:
    """Tell whether a bare expression in a cell may be a condition of its own."""
    return not isinstance(node, n.Literal | n.RangeOf)


_RULES: dict[type, Callable[[Typer, Any, Scope], Type]] = {
    n.Literal: Typer.literal,
    n.Name: Typer.name,
    n.ListOf: Typer.list_,
    n.Context: Typer.context,
    n.RangeOf: Typer.range,
    n.Negate: Typer.negate,
    n.Arithmetic: Typer.arithmetic,
    n.Compare: Typer.compare,
    n.Logic: Typer.logic,
    n.Between: Typer.between,
    n.In: Typer.in_,
    n.Tests: Typer.tests,
    n.If: Typer.conditional,
    n.For: Typer.for_,
    n.Quantified: Typer.quantified,
    n.FunctionOf: Typer.function,
    n.Call: Typer.call,
    n.Member: Typer.member,
    n.Filter: Typer.filter,
    n.InstanceOf: Typer.instance,
    n.Placed: Typer.placed,
    n.Table: Typer.table,
}
