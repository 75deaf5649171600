"""Cells of constants, which are read without the parser, against what the parser reads."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from decisions.engine.builtins import BUILTINS
from decisions.engine.feel import nodes as n
from decisions.engine.feel.names import Names
from decisions.engine.feel.parser import parse_expression, parse_unary_tests
from decisions.engine.feel.plain import Constants
from decisions.engine.feel.tokens import PROPERTIES, Surroundings

AROUND = Surroundings(
    Names(("true value", "a", "null and void", "e5"), Names(BUILTINS)), Names((), PROPERTIES)
)
PIECES = [
    '"DE"', '"a, b"', '""', '"ä🐎"', '"\\n"', '"', "0", "18", "007", "1.50", ".5", "-3", "- 3",
    "-0", "1e3", "2E-7", "1e9999", "9" * 40, "1.", "٣", "true", "false", "null", "true value", "a",
    "-", "<", "<=", ">", ">=", "=", "!=", "not(", "(", ")", "[", "]", "..", ",", ", ", " ", "\n",
    "\t", "\u00a0", "// c\n", "/* c */", "@\"2026-01-31\"", "?", "+",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)
VALUES = st.sampled_from(['"DE"', '"a, b"', '""', "18", "-3", "1.50", ".5", "1e3", "2E-7"])
SPACES = st.sampled_from(["", "", "", " ", "\n "])


OPERATORS = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
RANGES = st.tuples(
    st.sampled_from("[]("), SPACES, VALUES, SPACES, st.just(".."), SPACES, VALUES, SPACES,
    st.sampled_from("[])"),
).map("".join)  # fmt: skip
ONE = st.one_of(VALUES, st.tuples(OPERATORS, SPACES, VALUES).map("".join), RANGES)
CELLS = st.lists(st.tuples(SPACES, ONE, SPACES).map("".join), min_size=1, max_size=4).map(",".join)


def plain(node: Any) -> Any:
    """Write a tree as plain values, types of constants included."""
    if isinstance(node, tuple):
        return [plain(part) for part in node]
    if isinstance(node, n.Node):
        return type(node).__name__, [plain(getattr(node, part.name)) for part in fields(node)]
    return type(node).__name__, node


@given(st.one_of(TEXTS, CELLS))
@example('"a"\n')
@example('"a" "b"')
@example("[1...5]")
@example("[1..5[ , 6")
@example("]1..5[")
@example("(1..5)")
@example('"a", 5, > 3,')
def test_constants_are_read_as_the_parser_reads_them(text: str) -> None:
    tests, value = Constants().tests(text), Constants().value(text)
    assert tests is None or plain(tests) == plain(parse_unary_tests(text, AROUND))
    assert value is None or plain(value) == plain(parse_expression(text, AROUND))


@given(CELLS)
def test_constants_are_read_without_the_parser(text: str) -> None:
    assert Constants().tests(text) is not None


@given(st.lists(CELLS, max_size=5))
def test_sharing_between_cells_changes_no_cell(texts: list[str]) -> None:
    shared = Constants()
    for text in texts:
        assert plain(shared.tests(text)) == plain(Constants().tests(text))


@pytest.mark.parametrize("text", ["", "-", "a", "1 + 1", "9" * 40 + "e9999", '"\\n"', "not(1)"])
def test_other_cells_are_left_to_the_parser(text: str) -> None:
    assert (Constants().tests(text), Constants().value(text)) == (None, None)
