"""Reads cells that hold nothing but constants: most cells of large tables, and quickly.

What it reads is what the parser would read, node for node; anything else it leaves to the parser.
"""

from __future__ import annotations

import re

from decisions.engine import numbers
from decisions.engine.feel import nodes as n
from decisions.engine.limits import EXPRESSION_CHARACTERS

_WORDS = {"true": True, "false": False, "null": None}
_CONSTANT = r'(?:"[^"\\]*"|-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)'
_TEXTS = re.compile(r'\s*"[^"\\]*"\s*(?:,\s*"[^"\\]*"\s*)*', re.ASCII)
_VALUE = re.compile(rf"\s*({_CONSTANT})\s*", re.ASCII)
_END = r"\s*(?:,|\Z)"
_TEST = re.compile(rf"\s*(?:(<=|>=|!=|[<>=])\s*)?({_CONSTANT}){_END}", re.ASCII)
_RANGE = re.compile(
    rf"\s*([\[\](])\s*({_CONSTANT})\s*\.\.\s*({_CONSTANT})\s*([\[\])]){_END}", re.ASCII
)


class Constants:
    """Reads constants; equal ones at the same place of their texts are the same node."""

    def __init__(self) -> None:
        self._literals: dict[tuple[int, str], n.Literal] = {}
        self._tests: dict[tuple[int, str], n.Test] = {}

    def value(self, text: str) -> n.Literal | None:
        """Read an expression that is a text, a number, true, false or null; None for others."""
        if text in _WORDS:
            return n.Literal(1, _WORDS[text])
        match = _VALUE.fullmatch(text)
        if match is None or len(text) > EXPRESSION_CHARACTERS:
            return None
        try:
            return n.Literal(match.start(1) + 1, _constant(match[1]))
        except numbers.NumberError:
            return None

    def tests(self, text: str) -> n.Tests | None:
        """Read unary tests that are constants, comparisons with them or ranges; None for others."""
        if text in _WORDS:
            return n.Tests(1, (n.Test(1, "", n.Literal(1, _WORDS[text])),))
        if len(text) > EXPRESSION_CHARACTERS:
            return None
        try:
            tests = self._texts(text) if _TEXTS.fullmatch(text) else self._mixed(text)
        except numbers.NumberError:
            return None
        return n.Tests(tests[0].at, tuple(tests)) if tests else None

    def _texts(self, text: str) -> list[n.Test]:
        """Cut a list of texts at its quotes: what is between two of them is a text or a comma."""
        tests = []
        at = 1
        cut = text.split('"')
        for comma, content in zip(cut[::2], cut[1::2], strict=False):
            at += len(comma)
            known = self._tests.get((at, content))
            if known is None:
                known = n.Test(at, "", n.Literal(at, content))
                self._tests[at, content] = known
            tests.append(known)
            at += len(content) + 2
        return tests

    def _mixed(self, text: str) -> list[n.Test]:
        """Read tests of any kind one by one; nothing where one holds more than constants."""
        tests = []
        position = 0
        while True:
            match = _RANGE.match(text, position)
            if match is not None:
                tests.append(self._range(match))
            else:
                match = _TEST.match(text, position)
                if match is None:
                    return []
                tests.append(self._test(match))
            position = match.end()
            if text[position - 1] != ",":
                return tests

    def _test(self, match: re.Match[str]) -> n.Test:
        operator, constant = match.groups()
        literal = self._literal(match.start(2) + 1, constant)
        return n.Test(match.start(1) + 1 if operator else literal.at, operator or "", literal)

    def _range(self, match: re.Match[str]) -> n.Test:
        at, (left, low_text, high_text, right) = match.start(1) + 1, match.groups()
        low = self._literal(match.start(2) + 1, low_text)
        high = self._literal(match.start(3) + 1, high_text)
        return n.Test(at, "", n.RangeOf(at, low, high, left == "[", right == "]"))

    def _literal(self, at: int, text: str) -> n.Literal:
        """Give the constant at a place; raises NumberError for a number that is too large."""
        known = self._literals.get((at, text))
        if known is None:
            known = self._literals[at, text] = n.Literal(at, _constant(text))
        return known


def _constant(text: str) -> str | numbers.Number:
    if text[0] == '"':
        return text[1:-1]
    if text[0] == "-":
        return numbers.negate(numbers.from_text(text[1:]))
    return numbers.from_text(text)
