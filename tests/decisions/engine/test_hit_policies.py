"""What each hit policy makes of the rows that match, and what it says when they disagree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from decisions.engine import Result, load_model
from tests.decisions.engine import dmn

ROWS = [(">= 1", "10"), (">= 2", "30"), (">= 3", "20"), ("> 90", '"x"')]


def decide(policy: str, n: Any, rows: list[tuple[str, str]] = ROWS[:3], **more: Any) -> Result:
    body = dmn.table(policy, [("n", "number")], [("out", "number")], rows, **more)
    model = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", body, inputs=["n"]))
    )
    return model.decision("D")({"n": n})


@pytest.mark.parametrize(
    ("policy", "aggregation", "n", "expected"),
    [
        ("UNIQUE", "", 1, 10),
        ("UNIQUE", "", 0, None),
        ("FIRST", "", 3, 10),
        ("ANY", "", 1, 10),
        ("COLLECT", "", 3, [10, 30, 20]),
        ("COLLECT", "", 0, []),
        ("COLLECT", "SUM", 3, 60),
        ("COLLECT", "MIN", 3, 10),
        ("COLLECT", "MAX", 3, 30),
        ("COLLECT", "COUNT", 3, 3),
        ("COLLECT", "COUNT", 0, 0),
        ("COLLECT", "SUM", 0, None),
        ("RULE ORDER", "", 3, [10, 30, 20]),
    ],
)
def test_policy_gives(policy: str, aggregation: str, n: int, expected: Any) -> None:
    result = decide(policy, n, aggregation=aggregation)
    assert result.value == expected
    assert result.problems == []


def test_priority_takes_the_value_listed_first() -> None:
    result = decide("PRIORITY", 3, order={"out": "30, 20, 10"})
    assert (result.value, result.rows) == (30, [("t", 1), ("t", 2), ("t", 3)])


def test_output_order_sorts_by_the_listed_values() -> None:
    assert decide("OUTPUT ORDER", 3, order={"out": "30, 20, 10"}).value == [30, 20, 10]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('date("2024-03-01")', '@"2024-02-29"'),
        ('duration("P1M")', 'duration("P1Y")'),
        ('time("10:00:00Z")', 'time("09:00:00Z")'),
        (
            'date and time("2024-03-01T00:00:00Z")',
            'date and time(date("2024-02-01"), time("10:00:00"))',
        ),
    ],
)
def test_priorities_may_be_constants_that_are_written_as_calls(first: str, second: str) -> None:
    body = dmn.table(
        "OUTPUT ORDER",
        [("n", "number")],
        [("out", "")],
        [("> 0", second), ("> 0", first)],
        order={"out": f"{first}, {second}"},
    )
    model = load_model(
        dmn.file(
            dmn.input_data("n", "number"),
            dmn.decision("T", body, inputs=["n"]),
            dmn.decision("D", f"T = [{first}, {second}]", decisions=["T"]),
        )
    )
    assert model.problems == []
    assert model.decision("D")({"n": 1}).value is True


def test_output_values_that_are_no_list_give_no_order_and_refuse_nothing() -> None:
    assert decide("FIRST", 1, order={"out": ">= 10"}).problems == []
    assert [p.code for p in decide("PRIORITY", 1, order={"out": ">= 10"}).problems] == [
        "table.order"
    ]


def test_priority_without_listed_values_is_a_problem() -> None:
    assert [p.code for p in decide("PRIORITY", 1).problems] == ["table.order"]


def test_priorities_of_several_outputs_count_from_the_left() -> None:
    body = dmn.table(
        "OUTPUT ORDER",
        [("n", "number")],
        [("a", "string"), ("b", "number")],
        [("> 0", '"low"', "1"), ("> 0", '"high"', "1"), ("> 0", '"high"', "2")],
        order={"a": '"high", "low"', "b": "2, 1"},
    )
    model = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", body, inputs=["n"]))
    )
    assert model.decision("D")({"n": 1}).value == [
        {"a": "high", "b": 2},
        {"a": "high", "b": 1},
        {"a": "low", "b": 1},
    ]


def test_unique_with_two_hits_is_an_error_and_names_the_rows() -> None:
    result = decide("UNIQUE", 2)
    assert (result.value, result.rows, result.failed) == (None, [("t", 1), ("t", 2)], True)
    assert [str(problem) for problem in result.problems] == [
        'decision "D": Rows 1 and 2 match at once, but the hit policy UNIQUE allows one. '
        "Make the rows exclude one another, or choose the hit policy FIRST or PRIORITY."
    ]


def test_any_takes_agreement_only() -> None:
    agreeing = [("> 1", "7"), ("> 2", "7.0")]
    assert (decide("ANY", 3, agreeing).value, decide("ANY", 3).value) == (7, None)
    assert [p.code for p in decide("ANY", 3).problems] == ["table.any"]


def test_sum_of_texts_is_an_error() -> None:
    result = decide("COLLECT", 99, [*ROWS], aggregation="SUM")
    assert result.value is None
    assert result.failed


def test_default_output_stands_in_when_nothing_matches() -> None:
    assert decide("UNIQUE", 0, default="5").value == 5


def test_rows_are_reported_in_order_of_evaluation_from_one() -> None:
    assert decide("COLLECT", 2).rows == [("t", 1), ("t", 2)]


def test_null_input_matches_only_cells_that_ask_for_it() -> None:
    rows = [("-", "1"), ("null", "2"), ("> 0", "3"), ("not(5)", "4"), ("<= 0", "5")]
    result = decide("COLLECT", None, rows)
    assert result.value == [1, 2, 4]
    assert [p.code for p in result.problems] == ["input.null"]


def test_null_is_unequal_to_a_constant_also_beside_an_order_comparison() -> None:
    rows = [("< 1, != 5", "1"), ("[1..3], 5", "2"), ("not(< 1, != 5)", "3")]
    assert decide("COLLECT", None, rows).value == [1]


@pytest.mark.parametrize(("flag", "expected"), [(None, []), (True, [1]), (False, [])])
def test_boolean_input_is_compared_with_another_also_when_it_is_null(
    flag: bool | None, expected: list[int]
) -> None:
    body = dmn.table("COLLECT", [("flag", "boolean")], [("out", "number")], [("other", "1")])
    inputs = ["flag", "other"]
    model = load_model(
        dmn.file(
            *(dmn.input_data(name, "boolean") for name in inputs),
            dmn.decision("D", body, inputs=inputs),
        )
    )
    assert model.decision("D")({"flag": flag, "other": True}).value == expected


def test_output_expressions_see_the_inputs() -> None:
    assert decide("FIRST", Decimal("1.5"), [("> 1", "n * 2")]).value == 3


def test_cell_of_an_unlike_type_is_reported_when_the_model_is_loaded() -> None:
    body = dmn.table("FIRST", [("n", "number")], [("out", "number")], [('"one"', "1")])
    model = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", body, inputs=["n"]))
    )
    assert [(p.code, p.where) for p in model.problems] == [
        ("type.comparison", 'decision "D", row 1, column "n"')
    ]
