"""Reads FEEL texts into nodes: a Pratt parser over tokens that depend on the names in scope."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from decisions.engine import numbers, temporal
from decisions.engine.access import PROPERTY_NAMES
from decisions.engine.feel import nodes as n
from decisions.engine.feel.lexer import Token, next_token, skip_space, unescape
from decisions.engine.feel.names import (
    NAME_PART,
    NAME_START,
    NAME_WORD,
    Names,
    name_parts,
    normal_name,
)
from decisions.engine.limits import EXPRESSION_CHARACTERS, NESTING
from decisions.engine.problems import Problem, Refused, did_you_mean
from decisions.engine.types import (
    ANY,
    SIMPLE,
    Type,
    context_of,
    function_of,
    list_of,
    range_of,
)

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
_NAMED_ARGUMENT = re.compile(f"([{NAME_START}][{NAME_PART}\\s]*?)\\s*:")
_AFTER_RANGE = re.compile(
    r"[\s]*(?:$|[),\]}=!<>+*/]|\.(?!\d)|(?:and|or|then|else|return|satisfies|in|between)\b)"
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a text may refer to: names in scope, component names, types, and where it stands."""

    names: Names = field(default_factory=Names)
    members: Names = field(default_factory=Names)
    types: Mapping[str, Type] = field(default_factory=dict)
    where: str = ""


def parse_expression(text: str, around: Surroundings) -> n.Node:
    """Read a FEEL expression; raises Refused with the problem when it is not one."""
    parser = _Parser(text, around)
    node = parser.expression(0)
    parser.finish()
    check_height(node, around.where)
    return node


def parse_unary_tests(text: str, around: Surroundings) -> n.Tests:
    """Read the unary tests of a table cell or of allowed values; raises Refused."""
    inside = Surroundings(Names(("?",), around.names), around.members, around.types, around.where)
    parser = _Parser(text, inside)
    tests = parser.unary_tests()
    parser.finish()
    check_height(tests, around.where)
    return tests


def check_height(root: n.Node, where: str) -> None:
    """Refuse trees that later passes could not walk."""
    level: list[object] = [root]
    height = 0
    while level:
        height += 1
        if height > 2 * NESTING:
            raise Refused(_nesting_problem(where, root.at))
        level = [child for node in level for child in n.children(node)]


def _nesting_problem(where: str, at: int) -> Problem:
    return Problem(
        "limit.nesting",
        f"The expression is nested more than {NESTING} deep.",
        where,
        "Move inner parts into decisions or contexts of their own.",
        position=at,
    )


class _Parser:
    def __init__(self, text: str, around: Surroundings) -> None:
        self.text = text
        self.where = around.where
        self.names = around.names
        self.types = around.types
        self.type_names = Names((*SIMPLE, *around.types))
        self.members = Names(PROPERTY_NAMES, around.members)
        self.position = 0
        self.depth = 0
        self.range_end = False
        self._token: Token | None = None
        if len(text) > EXPRESSION_CHARACTERS:
            raise self.fault(
                "limit.expression",
                f"The expression has {len(text)} characters; {EXPRESSION_CHARACTERS} are allowed.",
                "Split it into several decisions.",
                1,
            )

    # Tokens

    def fault(self, code: str, message: str, hint: str = "", at: int | None = None) -> Refused:
        """Build the refusal for a place in the text."""
        return Refused(Problem(code, message, self.where, hint, position=at))

    def peek(self) -> Token:
        """Look at the next token."""
        if self._token is None:
            self._token = next_token(self.text, self.position, self.names)
        return self._token

    def take(self) -> Token:
        """Move past the next token."""
        token = self.peek()
        self.move(token.end)
        return token

    def move(self, position: int) -> None:
        """Go on reading at a position."""
        self.position = position
        self._token = None

    def enter(self, names: Names) -> Names:
        """Read on in another scope; gives the scope to return to."""
        outer, self.names = self.names, names
        self._token = None
        return outer

    def sees(self, *texts: str) -> bool:
        """Tell whether the next token is one of these symbols or keywords."""
        token = self.peek()
        return token.kind in ("symbol", "keyword") and token.text in texts

    def accept(self, text: str) -> bool:
        """Take the next token when it is this symbol or keyword."""
        if self.sees(text):
            self.take()
            return True
        return False

    def expect(self, text: str, after: str) -> Token:
        """Take this symbol or keyword, or refuse the text."""
        if not self.sees(text):
            raise self.unexpected(f'"{text}" is missing after {after}')
        return self.take()

    def unexpected(self, expected: str = "") -> Refused:
        """Build the refusal of the next token."""
        token = self.peek()
        at = token.start + 1
        if token.kind == "end":
            return self.fault("syntax", f"{expected or 'The expression is not complete'}.", "", at)
        if token.kind == "bad" and token.text == '"':
            return self.fault("syntax", "A text has no closing quote.", 'Add ".', at)
        found = f'"{token.text}" is not expected here'
        message = f"{expected}; {found}." if expected else f"{found}."
        return self.fault("syntax", message, self.hint_for(token), at)

    def hint_for(self, token: Token) -> str:
        """Guess what an unexpected token was meant to be."""
        hints = {"&": "Use and.", "|": "Use or.", "==": "Use =.", "'": 'Texts stand in "...".'}
        if (
            token.kind == "symbol"
            and token.text == "="
            and self.text[token.start - 1 :][:2] == "=="
        ):
            return "Use a single =."
        if token.kind == "name":
            return "An operator or a comma may be missing, or a name is misspelt."
        return hints.get(token.text, "")

    def finish(self) -> None:
        """Refuse anything left over."""
        if self.peek().kind != "end":
            raise self.unexpected()

    # Expressions

    def expression(self, minimum: int) -> n.Node:
        """Read an expression whose operators bind tighter than `minimum`."""
        self.depth += 1
        if self.depth > NESTING:
            raise Refused(_nesting_problem(self.where, self.position + 1))
        left = self.prefix()
        while True:
            token = self.peek()
            if token.kind not in ("symbol", "keyword"):
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
        token = self.peek()
        at = token.start + 1
        if token.kind == "number":
            self.take()
            return self.number(token)
        if token.kind == "string":
            self.take()
            return n.Literal(at, unescape(token.text))
        if token.kind == "name":
            return self.name(token)
        read = _PREFIXES.get(token.text) if token.kind in ("symbol", "keyword") else None
        if read is None:
            raise self.unexpected()
        self.take()
        return read(self, at)

    def number(self, token: Token) -> n.Node:
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
        """Read -a; a negative constant becomes a constant."""
        operand = self.expression(_NEGATION)
        if isinstance(operand, n.Literal) and isinstance(operand.value, numbers.Number):
            return n.Literal(at, numbers.negate(operand.value))
        return n.Negate(at, operand)

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

    def context(self, at: int) -> n.Node:
        """Read {a: 1, b: 2}; later entries see earlier ones."""
        outer = self.enter(Names((), self.names))
        entries: dict[str, n.Entry] = {}
        while not self.sees("}"):
            key_at = self.peek().start + 1
            key = self.key()
            if key in entries:
                raise self.fault(
                    "context.key", f'The entry "{key}" is there twice.', "Rename one.", key_at
                )
            entries[key] = n.Entry(key, self.inner())
            self.names.add(key)
            self.members.add(key)
            self._token = None
            if not self.accept(","):
                break
        self.enter(outer)
        self.expect("}", "the last entry of the context")
        return n.Context(at, tuple(entries.values()))

    def key(self) -> str:
        """Read the key of a context entry and its colon."""
        if self.peek().kind == "string":
            key = unescape(self.take().text)
            self.expect(":", "the name of the entry")
            return key
        return self.new_name(":")

    def new_name(self, *stops: str) -> str:
        """Read a name that is being introduced, up to and past one of the stop words."""
        start = skip_space(self.text, self.position)
        position, parts = start, []
        while True:
            position = skip_space(self.text, position)
            parts = name_parts(self.text[position : position + 200])[:1]
            if not parts or parts[0] in stops or parts[0] in ")]}(":
                break
            position += len(parts[0])
        name = normal_name(self.text[start:position])
        if not parts or parts[0] not in stops or not NAME_WORD.match(name):
            self.move(start)
            raise self.unexpected(f'A name followed by "{stops[0]}" is missing')
        self.move(position)
        if parts[0] not in (",", ")"):
            self.move(position + len(parts[0]))
        return name

    def conditional(self, at: int) -> n.Node:
        """Read if a then b else c."""
        condition = self.inner()
        self.expect("then", "the condition of if")
        then = self.inner()
        self.expect("else", "the then part of if")
        return n.If(at, condition, then, self.expression(0))

    def iteration(self, at: int) -> n.Node:
        """Read for x in xs return body."""
        outer = self.names
        loops = self.loops()
        self.expect("return", "the lists of for")
        self.enter(Names(("partial",), self.names))
        body = self.expression(0)
        self.enter(outer)
        return n.For(at, loops, body)

    def quantified(self, at: int, *, every: bool) -> n.Node:
        """Read some/every x in xs satisfies condition."""
        outer = self.names
        loops = self.loops()
        self.expect("satisfies", "the lists")
        condition = self.expression(0)
        self.enter(outer)
        return n.Quantified(at, every, loops, condition)

    def loops(self) -> tuple[n.Loop, ...]:
        """Read x in xs, y in 1..3; each name is in scope of what follows."""
        loops: list[n.Loop] = []
        while True:
            name = self.new_name("in")
            domain = self.inner()
            last = self.inner() if self.accept("..") else None
            loops.append(n.Loop(name, domain, last))
            self.enter(Names((name,), self.names))
            if not self.accept(","):
                return tuple(loops)

    def function(self, at: int) -> n.Node:
        """Read function(a: type, b) body."""
        self.expect("(", "function")
        params: list[n.Param] = []
        while not self.sees(")"):
            name = self.new_name(",", ")", ":")
            typed = self.text[self.position - 1 : self.position] == ":"
            params.append(n.Param(name, self.type() if typed else None))
            if not self.accept(","):
                break
        self.expect(")", "the parameters of the function")
        if self.sees("external"):
            raise self.fault(
                "function.external",
                "External functions are not available.",
                "Write the function in FEEL.",
                self.peek().start + 1,
            )
        outer = self.enter(Names([param.name for param in params], self.names))
        body = self.expression(0)
        self.enter(outer)
        return n.FunctionOf(at, tuple(params), body)

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
        known = self.members.longest(self.text, start) or self.names.longest(self.text, start)
        word = NAME_WORD.match(self.text, start)
        if word is None:
            raise self.unexpected("A name is missing after the dot")
        name, end = known or (word[0], word.end())
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
        while not self.sees(")"):
            match = _NAMED_ARGUMENT.match(self.text, skip_space(self.text, self.position))
            if match is not None:
                names.append(normal_name(match[1]))
                self.move(match.end())
            arguments.append(self.list_item())
            if not self.accept(","):
                break
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

    # Types

    def take_word(self, word: str, after: str) -> None:
        """Take a word that is no keyword by itself."""
        start = skip_space(self.text, self.position)
        match = NAME_WORD.match(self.text, start)
        if match is None or match[0] != word:
            raise self.unexpected(f'"{word}" is missing after {after}')
        self.move(match.end())

    def type(self) -> Type:
        """Read a type: a name, list<t>, range<t>, context<a: t> or function<t> -> t."""
        self.depth += 1
        start = skip_space(self.text, self.position)
        known = self.type_names.longest(self.text, start)
        word = NAME_WORD.match(self.text, start)
        if word is None or self.depth > NESTING:
            raise self.unexpected("The name of a type is missing")
        name, end = known or (word[0], word.end())
        if word[0] == "function":
            name, end = "function", word.end()
        self.move(end)
        found = self.generic(name) if self.sees("<") else self.named_type(name, start)
        self.depth -= 1
        return found

    def named_type(self, name: str, start: int) -> Type:
        """Look a type up; item definitions of imported models have a dotted name."""
        found = self.types.get(name) or SIMPLE.get(name)
        while found is None and self.accept("."):
            match = NAME_WORD.match(self.text, self.position)
            name = f"{name}.{match[0]}" if match else name
            self.move(match.end() if match else self.position)
            found = self.types.get(name)
        if found is None:
            raise self.fault(
                "type.unknown",
                f'There is no type "{name}".',
                did_you_mean(name, [*SIMPLE, *self.types]),
                start + 1,
            )
        return found

    def generic(self, name: str) -> Type:
        """Read the part of a type in angle brackets."""
        self.take()
        if name in ("list", "range"):
            inner = self.type()
            self.expect(">", "the type in angle brackets")
            return list_of(inner) if name == "list" else range_of(inner)
        if name == "context":
            return self.context_type()
        if name != "function":
            raise self.fault(
                "type.unknown", f'"{name}" takes no type in angle brackets.', "", self.position
            )
        params: list[Type] = []
        while not self.sees(">"):
            params.append(self.type())
            if not self.accept(","):
                break
        self.expect(">", "the types of the parameters")
        return function_of(tuple(params), self.type() if self.accept("->") else ANY)

    def context_type(self) -> Type:
        """Read the components of context<...>."""
        components: dict[str, Type] = {}
        while not self.sees(">"):
            name = self.new_name(":")
            components[name] = self.type()
            if not self.accept(","):
                break
        self.expect(">", "the components of the context")
        return context_of(components)


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
