"""Generated code and the interpreter agree: on value, rows, and each problem with its place."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.engine import Decide, evaluate_expression, evaluate_unary_tests, load_model
from decisions.engine.builtins import BUILTINS
from decisions.engine.codegen.program import compile_expression
from decisions.engine.coercion import conforms
from decisions.engine.feel import nodes as n
from decisions.engine.feel.names import Names
from decisions.engine.feel.parser import parse_expression, parse_unary_tests
from decisions.engine.feel.tokens import PROPERTIES, Surroundings
from decisions.engine.interpreter import walk
from decisions.engine.interpreter.parts import interpret_expression
from decisions.engine.problems import Problem, Refused
from decisions.engine.run import Run
from decisions.engine.types import ANY, CONTEXT, FUNCTION, LIST, RANGE, Type
from decisions.engine.values import Function, Range, kind_of
from decisions.services.conformance import Kit
from tests.decisions.engine import dmn
from tests.decisions.engine.random_feel import (
    KINDS,
    NAMES,
    declared,
    grow,
    texts_of_values,
)
from tests.decisions.engine.random_tables import texts_of_facts, write_model
from tests.decisions.engine.test_expressions import golden, lines
from tests.decisions.engine.test_tck import CASES as TCK
from tests.decisions.library.cases import CASES
from tests.decisions.library.conftest import LIBRARY, Sponsorship, reference_inputs
from tests.decisions.library.ordinary import ORDINARY, changed

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)


def form(value: Any) -> Any:
    """Give a value in a form that tells 1 from true, and compares functions by their looks."""
    if type(value) is int or type(value) is Decimal:
        return "number", value
    if type(value) is list:
        return "list", [form(item) for item in value]
    if type(value) is dict:
        return "context", [(name, form(item)) for name, item in value.items()]
    if type(value) is Range:
        ends = value.low_closed, value.high_closed, value.operator
        return "range", form(value.low), form(value.high), ends
    if type(value) is Function:
        return "function", value.name, value.params
    return type(value).__name__, value


def places(problems: Sequence[Problem]) -> list[tuple[str, str, int | None]]:
    return [(problem.code, problem.where, problem.position) for problem in problems]


# Expressions on their own


def read(text: str, names: Mapping[str, Any], *, tests: bool = False) -> n.Node:
    members = Names(("k", "s", "a", "b", "f", "r", "key", "value"), PROPERTIES)
    around = Surroundings(Names(names, Names(BUILTINS)), members, {}, "expression")
    return (parse_unary_tests if tests else parse_expression)(text, around)


def outcome(make: Callable[..., Any], node: n.Node, types: Mapping[str, Type], *values: Any) -> Any:
    code, found = make(node, types, "expression")
    run = Run(now=NOW)
    try:
        value = form(code(run, *values))
    except Refused as refusal:
        value = refusal.problem
    return value, places([*found, *run.problems])


def same_outcome(node: n.Node, types: Mapping[str, Type], *values: Any) -> bool:
    compiled = outcome(compile_expression, node, types, *values)
    return bool(compiled == outcome(interpret_expression, node, types, *values))


def value_of(text: str) -> Any:
    return interpret_expression(read(text, {}), {}, "value")[0](Run(now=NOW))


def read_texts() -> Iterator[str]:
    """Give the expressions of the case files, without those that cannot be read."""
    for _, line in lines("*.feel"):
        yield line.partition(" => ")[0]
    for text, _ in golden():
        yield text


@pytest.mark.parametrize("text", list(read_texts()))
def test_back_ends_agree_on_the_case(text: str) -> None:
    try:
        node = read(text, {})
    except Refused:
        assert evaluate_expression(text).value is None
    else:
        assert same_outcome(node, {})


@pytest.mark.parametrize("line", [line for _, line in lines("*.cells")])
def test_back_ends_agree_on_the_cell(line: str) -> None:
    value, _, rest = line.partition(" | ")
    text = rest.rpartition(" => ")[0]
    try:
        node = read(text, {}, tests=True)
    except Refused:
        assert evaluate_unary_tests(text, value_of(value)).value is None
    else:
        assert same_outcome(node, {"?": ANY}, value_of(value))


@st.composite
def grown(draw: st.DrawFn) -> tuple[str, dict[str, Type], dict[str, str]]:
    def choose(options: Sequence[Any]) -> Any:
        return draw(st.sampled_from(options))

    types = declared(choose)
    return grow(choose, choose(KINDS), 3, NAMES), types, texts_of_values(choose, types)


@settings(max_examples=150, deadline=None)
@given(grown())
def test_back_ends_agree_on_grown_expressions(
    case: tuple[str, dict[str, Type], dict[str, str]],
) -> None:
    text, types, texts = case
    values = [value_of(text) for text in texts.values()]
    assert same_outcome(read(text, NAMES), types, *values)


def is_of(value: Any, kind: Type) -> bool:
    """Tell whether a value is what the typer said, null always being possible."""
    if kind in (LIST, CONTEXT, FUNCTION, RANGE):
        return value is None or kind_of(value) == kind.name
    return conforms(Run(), value, kind)


@settings(max_examples=100, deadline=None)
@given(grown())
def test_every_node_gives_what_its_type_says(
    case: tuple[str, dict[str, Type], dict[str, str]],
) -> None:
    text, types, texts = case
    broken = []

    def watch(rule: Callable[..., walk.Steps]) -> Callable[..., walk.Steps]:
        def steps(found: walk.Walk, node: n.Node, frame: walk.Frame) -> walk.Steps:
            value = yield from rule(found, node, frame)
            if not is_of(value, found.type_of(node)):
                broken.append((node, found.type_of(node), value))
            return value

        return steps

    with pytest.MonkeyPatch.context() as patch:
        for kind, rule in walk.RULES.items():
            patch.setitem(walk.RULES, kind, watch(rule))
        outcome(interpret_expression, read(text, NAMES), types, *map(value_of, texts.values()))
    assert broken == []


# Models


def decided(decide: Decide, inputs: tuple[Any, ...], *, interpret: bool) -> Any:
    run = Run(NOW)
    value = decide.evaluate(run, inputs, traced=interpret)
    between = {key: form(found) for key, found in run.values.items()}
    return form(value), run.hits, places(run.problems), between


def same_decision(decide: Decide, facts: Mapping[str, Any]) -> bool:
    """Hold the quick way, the full program and the interpreter against each other."""
    quick = decide(facts, now=NOW)
    compiled = decided(decide, quick.inputs, interpret=False)
    value, rows, problems, _ = compiled
    return bool(
        compiled == decided(decide, quick.inputs, interpret=True)
        and (form(quick.value), quick.rows) == (value, rows)
        and set(problems) <= set(places(quick.problems))
    )


@pytest.mark.skipif(not TCK.is_dir(), reason=f"no TCK found at {TCK}")
def test_back_ends_agree_on_the_compatibility_kit() -> None:
    asked, disagreed = 0, []
    for question in Kit(TCK).questions():
        if question.decide is not None:
            asked += 1
            if not same_decision(question.decide, question.facts):
                disagreed.append((question.folder, question.case, question.node))
    assert asked > 2_000
    assert disagreed == []


@pytest.fixture(scope="module")
def library() -> Sponsorship:
    model = load_model(LIBRARY / "podcast_sponsorship.dmn")
    tables = (LIBRARY / "podcast_sponsorship.tables.json").read_text(encoding="utf-8")
    return Sponsorship(model, reference_inputs(json.loads(tables)))


def test_back_ends_agree_on_the_library(library: Sponsorship) -> None:
    decide = library.model.decision("Decision")
    for case in CASES:
        facts = library.filled(changed(ORDINARY, case.changes), feed=case.feed)
        assert same_decision(decide, facts), str(case)


@st.composite
def models(draw: st.DrawFn) -> tuple[str, list[Mapping[str, str]]]:
    def choose(options: Sequence[Any]) -> Any:
        return draw(st.sampled_from(options))

    return write_model(choose), [texts_of_facts(choose) for _ in range(2)]


@settings(max_examples=40, deadline=None)
@given(models())
def test_back_ends_agree_on_random_tables(case: tuple[str, list[Mapping[str, str]]]) -> None:
    source, facts = case
    model = load_model(source)
    for decide in (model.decision("D"), model.decision("E"), model.service("S")):
        for texts in facts:
            assert same_decision(decide, {name: value_of(text) for name, text in texts.items()})


# Where one stands in for the other


def test_tree_too_deep_to_compile_is_interpreted() -> None:
    body = dmn.literal("n + 1")
    for _ in range(40):
        body = f"<context><contextEntry>{body}</contextEntry></context>"
    model = load_model(dmn.file(dmn.input_data("n"), dmn.decision("D", body, inputs=["n"])))
    usual = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(len(inspect.stack()) + 60)
        decide = model.decision("D")
    finally:
        sys.setrecursionlimit(usual)
    result = decide({"n": 1})
    assert (result.value, result.problems, decide.program.source) == (2, [], "")
    assert result.values == {"D": 2}


def test_calls_as_deep_as_allowed_are_explained() -> None:
    body = "if n <= 1 then [{x: 1}] else [{x: {y: 1 + sum(f(n - 1)[item.x > 0].x)}.y}]"
    model = load_model(
        dmn.file(
            dmn.knowledge("f", {"n": "number"}, body),
            dmn.decision("D", "f(99)[1].x", knowledge=["f"]),
        )
    )
    result = model.decision("D")({})
    assert result.value == 99
    assert [entry["value"] for entry in result.explain()] == [99]
