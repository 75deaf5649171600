"""Reads FEEL texts into nodes: a Pratt parser over tokens that depend on the names in scope."""

from __future__ import annotations

import re
from collections.abc import Callable

from decisions.engine import numbers, temporal
from decisions.engine.feel import nodes as n
from decisions.engine.feel.blocks import Blocks
from decisions.engine.feel.lexer import Token, skip_space, unescape
from decisions.engine.feel.names import (
    NAME_PART,
    NAME_WORD,
    Names,
    normal_name,
)
from decisions.engine.feel.tokens import FIXED, Surroundings, nesting_problem
from decisions.engine.limits import NESTING
from decisions.engine.problems import Refused

_OR, _AND, _COMPARISON, _SUM, _PRODUCT, _POWER, _NEGATION, _INSTANCE, _POSTFIX = range(10, 100, 10)
_BINDING = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "between", "in"), _COMPARISON),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/", _PRODUCT),
    "**": _POWER,
    "instance": _INSTANCE,
    **dict.fromkeys(".[(", _POSTFIX),
}
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_INPUT = Names(("?",))
_NAMED_ARGUMENT = re.compile(rf"({NAME_WORD.pattern}+(?:\s++[{NAME_PART}]++)*+)\s*+:")
_AFTER_RANGE = re.compile(
    r"[\s]*(?:$|[),\]}=!<>+*/]|\.(?!\d)|(?:and|or|then|else|return|satisfies|in|between)\b)"
)


def parse_expression(text: str, around: Surroundings) -> n.Node:
    """Read a FEEL expression; raises Refused with the problem when it is not one."""
    parser = _Parser(text, around)
    node = parser.expression(0)
    parser.finish()
    check_height(node, parser)
    return node


def parse_unary_tests(text: str, around: Surroundings) -> n.Tests:
    """Read the unary tests of a table cell or of allowed values; raises Refused."""
    parser = _Parser(text, around)
    parser.enter(_INPUT.inside(around.names))
    tests = parser.unary_tests()
    parser.finish()
    check_height(tests, parser)
    return tests


def check_height(root: n.Node, parser: _Parser) -> None:
    """Refuse trees that later passes could not walk."""
    if len(parser.text) < NESTING:  # No character adds more than two levels.
        return
    level: list[object] = [root]
    height = 0
    while level:
        height += 1
        if height > 2 * NESTING:
            raise Refused(nesting_problem(parser.where, root.at))
        level = [child for node in level for child in n.children(node)]


class _Parser(Blocks):
    def expression(self, minimum: int) -> n.Node:
        """Read an expression whose operators bind tighter than `minimum`."""
        self.depth += 1
        if self.depth > NESTING:
            raise Refused(nesting_problem(self.where, self.position + 1))
        left = self.prefix()
        while True:
            token = self._token or self.peek()
            if token.kind not in FIXED:
                break
            binding = _BINDING.get(token.text, 0)
            if binding <= minimum or (token.text == "[" and self.ends_range(token)):
                break
            left = self.infix(left, token, binding)
        self.depth -= 1
        return left

    def ends_range(self, token: Token) -> bool:
        """Tell whether a [ closes a range such as [1..5[ instead of opening a filter."""
        return self.range_end and _AFTER_RANGE.match(self.text, token.end) is not None

    def inner(self, minimum: int = 0) -> n.Node:
        """Read an expression inside brackets, where a [ is a filter again."""
        outer, self.range_end = self.range_end, False
        node = self.expression(minimum)
        self.range_end = outer
        return node

    def infix(self, left: n.Node, token: Token, binding: int) -> n.Node:
        """Continue after `left` with the operator `token`."""
        self.take()
        at, text = token.start + 1, token.text
        if text in ("and", "or"):
            return self.logic(left, text, binding, at)
        if text in _COMPARISONS:
            return n.Compare(at, text, left, self.expression(binding))
        if text == "between":
            low = self.expression(_COMPARISON)
            self.expect("and", "between ...")
            return n.Between(at, left, low, self.expression(_COMPARISON))
        if text == "in":
            return n.In(at, left, self.in_tests(at))
        if text == "instance":
            self.take_word("of", "instance")
            return n.InstanceOf(at, left, self.type())
        if text == ".":
            return n.Member(at, left, self.member_name())
        if text == "[":
            return self.filter(left, at)
        if text == "(":
            return self.call(left, at)
        return n.Arithmetic(at, text, left, self.expression(binding))

    def logic(self, left: n.Node, operator: str, binding: int, at: int) -> n.Node:
        """Gather a chain of and, or of or, into one node."""
        operands = [left, self.expression(binding)]
        while self.accept(operator):
            operands.append(self.expression(binding))
        return n.Logic(at, operator, tuple(operands))

    def prefix(self) -> n.Node:
        """Read what an expression begins with."""
        token = self._token or self.peek()
        at = token.start + 1
        if token.kind == "number":
            self.take()
            return self.number(token)
        if token.kind == "string":
            self.take()
            return n.Literal(at, unescape(token.text))
        if token.kind == "name":
            return self.name(token)
        read = _PREFIXES.get(token.text) if token.kind in FIXED else None
        if read is None:
            raise self.unexpected()
        self.take()
        return read(self, at)

    def number(self, token: Token) -> n.Literal:
        """Read a number constant."""
        try:
            return n.Literal(token.start + 1, numbers.from_text(token.text))
        except numbers.NumberError:
            raise self.fault(
                "number.size", f"The number {token.text[:40]} is too large.", "", token.start + 1
            ) from None

    def name(self, token: Token) -> n.Node:
        """Read a name; a built-in of several words counts only where it is called."""
        known = token.text
        self.take()
        if known in ("date and time", "years and months duration") and not self.sees("("):
            first = known.split()[0]
            if self.names.longest(first, 0) is not None and not self.sees(",", ")"):
                self.move(token.start + len(first))
                known = first
        return n.Name(token.start + 1, known)

    def negation(self, at: int) -> n.Node:
        """Read -a; a negative number is a constant of its own (grammar rule 36)."""
        token = self.peek()
        if token.kind == "number":
            self.take()
            return n.Literal(at, numbers.negate(self.number(token).value))
        return n.Negate(at, self.expression(_NEGATION))

    def parenthesis(self, at: int) -> n.Node:
        """Read (a), (a..b) or (< a)."""
        if self.sees(*_COMPARISONS):
            node = self.one_sided(at)
            self.expect(")", "the end of the range")
            return node
        inner = self.inner()
        if self.accept(".."):
            return self.range(at, inner, low_closed=False)
        self.expect(")", "the expression in parentheses")
        return inner

    def one_sided(self, at: int) -> n.Node:
        """Read < a and its like as a range."""
        operator = self.take().text
        end = self.inner(_COMPARISON)
        nothing = n.Literal(at, None)
        if operator in ("=", "!="):
            closed = operator == "="
            return n.RangeOf(at, end, end, closed, closed, operator)
        if operator in ("<", "<="):
            return n.RangeOf(at, nothing, end, False, operator == "<=", operator)
        return n.RangeOf(at, end, nothing, operator == ">=", False, operator)

    def bracket(self, at: int) -> n.Node:
        """Read [a, b] or [a..b]."""
        if self.accept("]"):
            return n.ListOf(at, ())
        first = self.list_item()
        if self.accept(".."):
            return self.range(at, first, low_closed=True)
        items = [first]
        while self.accept(","):
            items.append(self.list_item())
        self.expect("]", "the last item of the list")
        return n.ListOf(at, tuple(items))

    def list_item(self) -> n.Node:
        """Read one item of a list or one argument; < a stands for a range there."""
        if self.sees(*_COMPARISONS):
            return self.one_sided(self.peek().start + 1)
        return self.inner()

    def open_range(self, at: int) -> n.Node:
        """Read ]a..b]."""
        low = self.inner()
        self.expect("..", "the start of the range")
        return self.range(at, low, low_closed=False)

    def range(self, at: int, low: n.Node, *, low_closed: bool) -> n.Node:
        """Read the end of a range after its two dots."""
        outer, self.range_end = self.range_end, True
        high = self.expression(0)
        self.range_end = outer
        if not self.sees("]", ")", "["):
            raise self.unexpected('The range has no closing "]" or ")"')
        return n.RangeOf(at, low, high, low_closed, self.take().text == "]")

    def at_literal(self, at: int) -> n.Node:
        """Read @"2026-01-31" and its like."""
        token = self.take()
        value = temporal.parse_at(unescape(token.text)) if token.kind == "string" else None
        if value is None:
            raise self.fault(
                "temporal.literal",
                f"@{token.text} is no date, time or duration.",
                'Write @"2026-01-31", @"10:30:00", @"2026-01-31T10:30:00" or @"P1D".',
                at,
            )
        return n.Literal(at, value)

    # After an expression

    def member_name(self) -> str:
        """Read the name after a dot; component names may have several words."""
        start = skip_space(self.text, self.position)
        match = NAME_WORD.match(self.text, start)
        if match is None:
            raise self.unexpected("A name is missing after the dot")
        word = match[0], match.end()
        known = self.members.longest_from(word[0], self.text, word[1])
        known = known or self.names.longest_from(word[0], self.text, word[1])
        name, end = known or word
        if known is None and name.startswith("?") and len(name) > 1:
            raise self.unexpected("A name is missing after the dot")
        self.move(end)
        return name

    def filter(self, left: n.Node, at: int) -> n.Node:
        """Read a[condition]; inside, components of the items are names too."""
        known = Names((), self.names)
        known.root = self.members.root
        declared = Names((), known)
        declared.root = self.members.parent.root if self.members.parent else {}
        outer = self.enter(Names(("item",), declared))
        condition = self.inner()
        self.enter(outer)
        self.expect("]", "the filter")
        return n.Filter(at, left, condition)

    def call(self, left: n.Node, at: int) -> n.Node:
        """Read the arguments of f(...)."""
        arguments: list[n.Node] = []
        names: list[str] = []
        more = not self.sees(")")
        while more:
            match = _NAMED_ARGUMENT.match(self.text, skip_space(self.text, self.position))
            if match is not None:
                names.append(normal_name(match[1]))
                self.move(match.end())
            arguments.append(self.list_item())
            more = self.accept(",")
        self.expect(")", "the last argument")
        if names and len(names) != len(arguments):
            raise self.fault(
                "call.arguments",
                "Some arguments have a name and some have none.",
                "Name all of them or none.",
                at,
            )
        return n.Call(at, left, tuple(arguments), tuple(names))

    # Unary tests

    def in_tests(self, at: int) -> n.Tests:
        """Read what follows `in`: one test, or several in parentheses."""
        if not self.sees("("):
            return n.Tests(at, (self.in_test(),))
        start = self.take().start + 1
        tests = [self.in_test(0)]
        if self.accept(".."):
            low = tests[0].value
            value = self.range(start, low, low_closed=False)
            return n.Tests(at, (n.Test(start, "", value),))
        while self.accept(","):
            tests.append(self.in_test(0))
        self.expect(")", "the tests after in")
        return n.Tests(at, tuple(tests))

    def in_test(self, minimum: int = _COMPARISON) -> n.Test:
        """Read one test after `in`; in parentheses it may be any expression."""
        at = self.peek().start + 1
        if self.sees(*_COMPARISONS):
            operator = self.take().text
            return n.Test(at, operator, self.expression(_COMPARISON))
        return n.Test(at, "", self.expression(minimum) if minimum else self.inner())

    def unary_tests(self) -> n.Tests:
        """Read -, not(tests) or tests separated by commas."""
        if self.text.strip() == "-":
            self.move(len(self.text))
            return n.Tests(1, ())
        token = self.peek()
        if token.kind == "end":
            raise self.fault("syntax", "The cell is empty.", 'Write "-" for "anything".', 1)
        if token.text == "not" and self.text[skip_space(self.text, token.end) :].startswith("("):
            self.take()
            self.take()
            tests = self.test_list()
            self.expect(")", "the tests of not")
            if self.peek().kind == "end":
                return n.Tests(token.start + 1, tests, negated=True)
            # Not the negation of the whole cell after all, as in not(a) = b.
            self.move(token.start)
        return n.Tests(token.start + 1, self.test_list())

    def test_list(self) -> tuple[n.Test, ...]:
        """Read tests separated by commas."""
        tests = [self.unary_test()]
        while self.accept(","):
            tests.append(self.unary_test())
        return tuple(tests)

    def unary_test(self) -> n.Test:
        """Read one unary test."""
        at = self.peek().start + 1
        if self.sees(*_COMPARISONS):
            operator = self.take().text
            return n.Test(at, operator, self.expression(_COMPARISON))
        value = self.expression(0)
        uses_input = any(isinstance(part, n.Name) and part.name == "?" for part in n.walk(value))
        return n.Test(at, "", value, uses_input)


_PREFIXES: dict[str, Callable[[_Parser, int], n.Node]] = {
    "-": _Parser.negation,
    "(": _Parser.parenthesis,
    "[": _Parser.bracket,
    "]": _Parser.open_range,
    "{": _Parser.context,
    "@": _Parser.at_literal,
    "if": _Parser.conditional,
    "for": _Parser.iteration,
    "some": lambda self, at: self.quantified(at, every=False),
    "every": lambda self, at: self.quantified(at, every=True),
    "function": _Parser.function,
    "null": lambda self, at: n.Literal(at, None),
    "true": lambda self, at: n.Literal(at, True),
    "false": lambda self, at: n.Literal(at, False),
}
