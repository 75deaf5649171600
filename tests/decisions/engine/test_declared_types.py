"""Values fit their declared types or become null with a problem (DMN 1.5 §7.3.3, §10.3.2.9)."""

from __future__ import annotations

from typing import Any

import pytest

from decisions.engine import load_model
from tests.decisions.engine import dmn

COLLECTION = ' isCollection="true"'
CONSTRAINT = "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint>"
FUNCTION = (
    '<itemDefinition name="tF"><functionItem outputTypeRef="number">'
    '<parameters name="x" typeRef="number"/></functionItem></itemDefinition>'
)
ITEMS = (
    dmn.item("tSmall", "number", allowed="< 10", more=COLLECTION),
    dmn.item("tShort", "number", parts=CONSTRAINT, more=COLLECTION),
    dmn.item("tBoth", "number", allowed="< 10", parts=CONSTRAINT, more=COLLECTION),
    dmn.item("tWord", "string", parts=CONSTRAINT.replace("count(?) &lt; 3", '"a", "b"')),
    dmn.item("tPair", parts=dmn.part("a", "number") + dmn.part("b", "string")),
    FUNCTION,
)


@pytest.mark.parametrize(
    ("type_ref", "text", "expected"),
    [
        ("tSmall", "[1, 2, 3]", [1, 2, 3]),
        ("tSmall", "[1, 20]", None),
        ("tSmall", "1", [1]),
        ("tShort", "[1, 2]", [1, 2]),
        ("tShort", "[1, 2, 3]", None),
        ("tShort", "[100]", [100]),
        ("tBoth", "[1, 2]", [1, 2]),
        ("tBoth", "[1, 20]", None),
        ("tBoth", "[1, 2, 3]", None),
        ("tWord", '"a"', "a"),
        ("tWord", '"c"', None),
        ("tPair", '{a: 1, b: "x", c: 3}', {"a": 1, "b": "x", "c": 3}),
        ("tPair", '[{a: 1, b: "x"}]', {"a": 1, "b": "x"}),
        ("tPair", "{a: 1}", None),
        ("tPair", "{a: 1, b: 2}", None),
        ("number", "[1]", 1),
        ("number", "[1, 2]", None),
        ("string", "1", None),
        ("tF", "5", None),
        ("tF", "function(a, b) a", None),
    ],
)
def test_value_of_a_decision_fits_its_type_or_is_null(
    type_ref: str, text: str, expected: Any
) -> None:
    model = load_model(dmn.file(*ITEMS, dmn.decision("D", text, type_ref=type_ref)))
    result = model.decision("D")({})
    assert (result.value, result.failed) == (expected, expected is None)


@pytest.mark.parametrize(
    ("type_ref", "fact", "codes"),
    [
        ("tShort", [1, 2], []),
        ("tShort", [1, 2, 3], ["input.allowed"]),
        ("tSmall", [1, 20], ["input.range"]),
        ("tBoth", [1, 2, 3], ["input.allowed"]),
        ("tBoth", [1, 20], ["input.range"]),
    ],
)
def test_facts_are_held_against_constraints(
    type_ref: str, fact: list[int], codes: list[str]
) -> None:
    model = load_model(
        dmn.file(*ITEMS, dmn.input_data("x", type_ref), dmn.decision("D", "x", inputs=["x"]))
    )
    assert [problem.code for problem in model.check({"x": fact})] == codes
    assert [problem.code for problem in model.decision("D")({"x": fact}).problems] == codes


def test_unknown_type_with_allowed_texts_takes_any_fact_without_an_exception() -> None:
    model = load_model(
        dmn.file(
            dmn.item("tX", allowed='"a", "b"'),
            dmn.input_data("x", "tX"),
            dmn.decision("D", "x", inputs=["x"]),
        )
    )
    decide = model.decision("D")
    assert decide({"x": "a"}).value == "a"
    assert [decide({"x": fact}).failed for fact in ([], {}, 1)] == [True, True, True]


SERVICE = (
    '<decisionService id="s" name="S"><variable name="S" typeRef="{}"/>'
    '<outputDecision href="#id_A"/><inputData href="#id_x"/></decisionService>'
)


@pytest.mark.parametrize(("type_ref", "expected"), [("number", 10), ("string", None), ("tF", 10)])
def test_result_of_a_service_fits_its_type(type_ref: str, expected: Any) -> None:
    needs = '<knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>'
    caller = dmn.decision("D", "S(5)").replace("<literal", f"{needs}<literal")
    model = load_model(
        dmn.file(
            *ITEMS,
            dmn.input_data("x", "number"),
            dmn.decision("A", "x * 2", inputs=["x"]),
            SERVICE.format(type_ref),
            caller,
        )
    )
    assert model.decision("D")({}).value == expected
    assert model.service("S")({"x": 5}).value == expected


def test_knowledge_model_may_be_declared_by_its_function_type() -> None:
    square = dmn.knowledge("f", {"x": "number"}, "x * x")
    typed = square.replace('<variable name="f"/>', '<variable name="f" typeRef="tF"/>')
    model = load_model(dmn.file(*ITEMS, typed, dmn.decision("D", "f(4)", knowledge=["f"])))
    assert model.decision("D")({}).value == 16


def test_knowledge_models_may_call_one_another() -> None:
    model = load_model(
        dmn.file(
            dmn.knowledge("even n", {"n": ""}, "n = 0 or odd n(n - 1)", needs=["odd n"]),
            dmn.knowledge("odd n", {"n": ""}, "n != 0 and even n(n - 1)", needs=["even n"]),
            dmn.decision("D", "even n(10)", knowledge=["even n"]),
        )
    )
    assert model.decision("D")({}).value is True


@pytest.mark.parametrize(
    ("policy", "cell", "expected"),
    [
        ("UNIQUE", "1", 1),
        ("UNIQUE", "[1]", 1),
        ("FIRST", '"a"', None),
        ("UNIQUE", "string(1)", None),
        ("COLLECT", "[1]", [1]),
    ],
)
def test_output_of_a_row_fits_the_type_of_its_column(policy: str, cell: str, expected: Any) -> None:
    body = dmn.table(policy, [], [("r", "number")], [(cell,)])
    result = load_model(dmn.file(dmn.decision("D", body))).decision("D")({})
    assert (result.value, result.failed) == (expected, expected is None)
