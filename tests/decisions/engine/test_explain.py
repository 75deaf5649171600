"""Why a result came out, and why a row did not match."""

from __future__ import annotations

import json
from typing import Any

import pytest

from decisions.engine import Invalid, Result, load_model
from tests.decisions.engine import dmn

TABLE = dmn.table(
    "FIRST",
    [("age", "number"), ("country", "string")],
    [("outcome", "string")],
    [("< 18", "-", '"reject"'), (">= 18", '"DE", "FR"', '"approve"'), ("-", "-", '"review"')],
    notes=["minors", "home", "rest"],
)


def result(**facts: Any) -> Result:
    model = load_model(
        dmn.file(
            dmn.input_data("age", "number"),
            dmn.input_data("country", "string"),
            dmn.decision("Screening", TABLE, inputs=["age", "country"], type_ref="string"),
            dmn.decision("Final", 'upper case(Screening) + "!"', decisions=["Screening"]),
        )
    )
    assert model.problems == []
    return model.decision("Final")(facts)


def test_explanation_shows_every_decision_cell_and_value() -> None:
    explained = result(age=20, country="US").explain(every_row=True)
    assert [(entry["name"], entry["kind"], entry["value"]) for entry in explained] == [
        ("Screening", "table", "review"),
        ("Final", "expression", "REVIEW!"),
    ]
    table = explained[0]
    assert table["inputs"] == [
        {"label": "age", "text": "age", "value": 20},
        {"label": "country", "text": "country", "value": "US"},
    ]
    assert [[cell["matched"] for cell in rule["cells"]] for rule in table["rules"]] == [
        [False, None],
        [True, False],
        [True, True],
    ]
    assert [rule["matched"] for rule in table["rules"]] == [False, False, True]
    assert [rule["annotation"] for rule in table["rules"]] == ["minors", "home", "rest"]
    assert explained[1]["requires"] == ["Screening"]
    assert json.loads(json.dumps(explained)) == explained


def test_explanation_shows_the_rows_that_matched_unless_asked_for_every_row() -> None:
    table = result(age=20, country="US").explain()[0]
    assert table["matched"] == [3]
    assert [(rule["number"], rule["matched"]) for rule in table["rules"]] == [(3, True)]
    assert [cell["matched"] for cell in table["rules"][0]["cells"]] == [True, True]
    assert table["inputs"][1] == {"label": "country", "text": "country", "value": "US"}


def test_rows_after_the_first_hit_are_not_read() -> None:
    rules = result(age=5, country="US").explain(every_row=True)[0]["rules"]
    assert [[cell["matched"] for cell in rule["cells"]] for rule in rules] == [
        [True, True],
        [None, None],
        [None, None],
    ]


def test_why_not_names_the_cell_and_the_value() -> None:
    answer = result(age=20, country="US").why_not(row=2)
    assert (answer["matched"], answer["text"]) == (
        False,
        'Row 2 did not match: country is "US" where the row asks for "DE", "FR".',
    )
    assert [cell["matched"] for cell in answer["cells"]] == [True, False]


def test_why_not_of_a_later_row_says_which_came_first() -> None:
    found = result(age=20, country="DE")
    assert found.why_not(row=3)["text"] == "Row 3 would match, but row 2 comes first."
    assert found.why_not(row=2)["text"] == "Row 2 matched."
    with pytest.raises(Invalid, match="rows 1 to 3"):
        found.why_not(row=9)
    with pytest.raises(Invalid, match="no table"):
        found.why_not(row=1, table="gone")


def test_same_facts_give_the_same_explanation() -> None:
    first, second = (result(age=20, country="DE") for _ in range(2))
    assert first.explain() == second.explain()
    assert (first.value, first.rows) == (second.value, second.rows)


def test_table_of_a_knowledge_model_is_explained_with_its_caller() -> None:
    size = dmn.table(
        "FIRST", [("n", "number")], [("o", "string")], [("> 5", '"big"'), ("-", '"no"')]
    )
    model = load_model(
        dmn.file(
            dmn.knowledge("size", {"n": "number"}, size),
            dmn.decision("D", "size(9)", knowledge=["size"]),
        )
    )
    explained = model.decision("D")({}).explain()
    assert [(entry["name"], entry["kind"], entry["matched"]) for entry in explained] == [
        ("size", "table", [1]),
        ("D", "expression", []),
    ]


def test_result_with_an_error_is_explained_too() -> None:
    explained = result(age="x", country="DE").explain()
    assert explained[0]["inputs"][0]["value"] is None


def test_ragged_row_is_explained_as_far_as_it_goes() -> None:
    ragged = dmn.table("FIRST", [("n", "number")], [("o", "number")], [["> 1"], ["-", "2"]])
    source = dmn.file(dmn.input_data("n", "number"), dmn.decision("D", ragged, inputs=["n"]))
    found = load_model(source.replace("<inputEntry><text>&gt; 1</text></inputEntry>", ""))
    answer = found.decision("D")({"n": 0})
    assert answer.failed
    assert [rule["matched"] for rule in answer.explain(every_row=True)[0]["rules"]] == [True, False]
