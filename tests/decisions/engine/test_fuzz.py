"""Broken texts, models and facts give problems, never exceptions."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.engine import Invalid, evaluate_expression, evaluate_unary_tests, load_model
from tests.decisions.engine import dmn
from tests.decisions.engine.test_expressions import lines

TEXTS = [line.partition(" => ")[0] for _, line in lines("*.feel")]
TOKENS = sorted({token for text in TEXTS for token in re.findall(r'"[^"]*"|\w+|\S', text)})
ODD = ["\x00", "\ud800", "\u200b", '"', "\\", "..", "1e999999999", "@", "?", "not("]
BODY = dmn.table(
    "FIRST",
    [("n", "number"), ("s", "tS")],
    [("a", "string"), ("b", "")],
    [("> 1", '"x", "y"', '"a"', "n * 2"), ("-", "not(null)", '"b"', "s"), ("-", "-", "null", "1")],
)
MODEL = dmn.file(
    dmn.item("tS", "string", allowed='"x", "y", "z"'),
    dmn.input_data("n", "number"),
    dmn.input_data("s", "tS"),
    dmn.decision("D", BODY, inputs=["n", "s"]),
    dmn.decision("E", "D.a + string(D.b)", decisions=["D"]),
).encode()
# What once raised an exception instead of giving a problem.
SEEDS = [
    "concatenate(list: [1, 2])",
    "union(list: 1)",
    "0 ** -1",
    f'range("[1..{"9" * 7_000}]")',
    f"some {', '.join(f'v{i} in [1]' for i in range(40))} satisfies true",
    'matches("a", "[a--b]")',
    'matches("a", "((a)\\1)")',
    "[..1]",
    "@",
    "{a: {b: a}}.a.b[item = a]",
]


@pytest.mark.parametrize("text", SEEDS)
def test_seed_gives_a_problem_or_a_value(text: str) -> None:
    answer = evaluate_expression(text)
    assert answer.problems or answer.value is not None


_ATOMS = [
    *"ab.()|*+?^$-,[]{}",
    "\\d",
    "\\w",
    "\\p{L}",
    "[a-z]",
    "[^a]",
    "(?:",
    "{2,9}",
    "*?",
    "\\1",
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(_ATOMS), max_size=14).map("".join),
    st.sampled_from(["", "ab" * 300, "a" * 1_500, "a-" * 99 + "!"]),
    st.sampled_from(["", "i", "s", "m", "x", "q"]),
)
def test_any_pattern_matches_or_is_refused(pattern: str, text: str, flags: str) -> None:
    facts = {"t": text, "p": pattern, "f": flags}
    matched = evaluate_expression("matches(t, p, f)", facts)
    replaced = evaluate_expression('replace(t, p, "<$0>", f)', facts)
    for answer in (matched, replaced):
        assert (answer.value is None) == bool(answer.problems)


@st.composite
def broken_texts(draw: st.DrawFn) -> str:
    tokens = re.findall(r'"[^"]*"|\w+|\s+|\S', draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(tokens)))
        if draw(st.booleans()):
            del tokens[place : place + 1]
        else:
            tokens.insert(place, draw(st.sampled_from(TOKENS + ODD)))
    return "".join(tokens)


@settings(max_examples=400, deadline=None)
@given(broken_texts(), st.sampled_from([1, None, "a", True, [1, {"a": 2}], {"a b": 1}]))
def test_broken_expression_gives_only_problems_that_say_something(text: str, value: Any) -> None:
    for answer in (evaluate_expression(text, {"x": value}), evaluate_unary_tests(text, value)):
        assert all(problem.message for problem in answer.problems)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(MODEL)), st.integers(0, 40), st.binary(max_size=8))))
def test_broken_model_loads_describes_and_decides(
    edits: list[tuple[int, int, bytes]],
) -> None:
    source = bytearray(MODEL)
    for place, length, piece in edits[:4]:
        source[place : place + length] = piece
    model = load_model(bytes(source))
    assert json.dumps([model.describe(), model.inputs])
    for described in model.decisions:
        try:
            result = model.decision(described["name"])({"n": 5, "s": "x"})
        except Invalid:
            assert model.problems
            continue
        assert json.dumps(result.explain())


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(), st.dates()),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["n", "s", "x"]), inner),
        max_leaves=8,
    )
)
def test_any_facts_are_decided_and_checked_alike(facts: Any) -> None:
    model = load_model(MODEL)
    problems = model.check(facts)
    result = model.decision("E")(facts)
    fit = not [problem for problem in problems if problem.code != "input.unknown"]
    assert fit == (
        not [p for p in result.problems if p.code.startswith("input.") and p.severity == "error"]
    )
