"""Types found before a decision runs are promises that nothing at run time may break."""

from __future__ import annotations

from typing import Any

import pytest

from decisions.engine import load_model
from tests.decisions.engine import dmn

FUNCTION_TYPE = (
    '<itemDefinition name="tF"><functionItem outputTypeRef="number">'
    '<parameters name="x" typeRef="number"/></functionItem></itemDefinition>'
)


def decide(*elements: str, facts: dict[str, Any] | None = None) -> tuple[Any, list[str]]:
    """Decide D; gives its value and the codes of its problems."""
    result = load_model(dmn.file(*elements)).decision("D")(facts or {})
    assert result.explain()[-1]["value"] == result.value
    return result.value, [problem.code for problem in result.problems]


def table(policy: str, output: tuple[str, str], *made: str, **more: Any) -> str:
    body = dmn.table(policy, [("n", "number")], [output], [("> 0", text) for text in made], **more)
    return dmn.decision("T", body, inputs=["n"])


N = dmn.input_data("n", "number")
LATER = dmn.decision("D", "T > 5", decisions=["T"])


def test_output_that_is_not_of_its_type_is_null_and_an_error() -> None:
    made = table("FIRST", ("o", "number"), 'if n > 0 then "x" else 1')
    assert decide(N, made, LATER, facts={"n": 1}) == (None, ["type.result"])


def test_constant_output_that_is_not_of_its_type_is_null() -> None:
    made = table("FIRST", ("o", "number"), '"x"')
    assert decide(N, made, LATER, facts={"n": 1}) == (None, ["type.output", "type.result"])


def test_output_outside_the_allowed_values_of_its_type_is_null() -> None:
    small = dmn.item("tSmall", "number", allowed="[0..5]")
    made = table("FIRST", ("o", "tSmall"), "n + 5")
    later = dmn.decision("D", "T = null", decisions=["T"])
    assert decide(N, small, made, later, facts={"n": 1}) == (True, ["type.result"])


def test_default_that_is_not_of_its_type_is_null() -> None:
    made = table("FIRST", ("o", "number"), "1", default='if n < 0 then "x" else 1')
    assert decide(N, made, LATER, facts={"n": -1}) == (None, ["type.result"])


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
def test_aggregation_of_durations_is_not_taken_for_a_number(aggregation: str) -> None:
    made = table("COLLECT", ("o", ""), '@"P1D"', '@"P2D"', aggregation=aggregation)
    assert decide(N, made, LATER, facts={"n": 1}) == (None, ["type.comparison"])


@pytest.mark.parametrize("rows", [('"a"', '"b"'), ("1", "null"), ("true",), ('"a"',)])
def test_sum_takes_numbers_or_durations_only(rows: tuple[str, ...]) -> None:
    made = table("COLLECT", ("o", ""), *rows, aggregation="SUM")
    later = dmn.decision("D", "T", decisions=["T"])
    assert decide(N, made, later, facts={"n": 1}) == (None, ["table.aggregation"])


def test_greatest_of_one_value_without_an_order_is_an_error() -> None:
    made = table("COLLECT", ("o", ""), "true", aggregation="MAX")
    later = dmn.decision("D", "T", decisions=["T"])
    assert decide(N, made, later, facts={"n": 1}) == (None, ["table.aggregation"])


def test_rows_of_a_table_are_items_of_its_declared_list() -> None:
    body = dmn.table("COLLECT", [("n", "number")], [("", "")], [("> 0", '"a"'), ("> 1", '"b"')])
    made = dmn.decision(
        "D", body.replace("<decisionTable ", '<decisionTable typeRef="tL" '), inputs=["n"]
    )
    texts = dmn.item("tL", "string", more=' isCollection="true"')
    assert decide(N, texts, made, facts={"n": 2}) == (["a", "b"], [])


@pytest.mark.parametrize(
    "text",
    [
        "F(1) > 5",
        "(function(f: function<number> -> number) f(1) > 5)(F)",
        'sublist(start position: [1], list: ["a", "b"])[1] > 5',
    ],
)
def test_comparison_of_unlike_values_is_null_however_it_was_promised(text: str) -> None:
    made = dmn.decision("F", 'function(x) "a"', type_ref="tF")
    value, _ = decide(FUNCTION_TYPE, made, dmn.decision("D", text, decisions=["F"]))
    assert value is None
