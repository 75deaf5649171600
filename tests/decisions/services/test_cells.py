"""A cell while it is typed: what it would mean, what is wrong with it, and what may be typed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from decisions.errors import Invalid
from decisions.models import DraftChange, ModelVersion
from decisions.services import cells, drafting, sheets
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    model = small_model()
    model.refresh_from_db()
    return drafting.start_draft(
        model,
        based_on=model.live_version,
        author=person("Ines", "rule_author"),
        note="",
        now=NOW,
    )


def check(draft, column, text):
    return cells.check_cell(draft, table="spend_table", column=column, text=text)


@pytest.mark.parametrize(
    ("column", "text", "shown", "feel"),
    [
        ("c1", " > limits.most ", "> limits.most", "> limits.most"),
        ("c1", "", "-", "-"),
        ("c2", "GB,  FR", "GB, FR", '"GB", "FR"'),
        ("c2", '"GB"', "GB", '"GB"'),
        ("c2", "not(GB)", "not(GB)", 'not("GB")'),
        ("o3", "a, b", "a, b", '"a, b"'),
    ],
)
def test_a_cell_comes_back_as_it_will_be_shown_and_as_feel(draft, column, text, shown, feel):
    answer = check(draft, column, text)
    assert (answer["text"], answer["feel"], answer["problems"]) == (shown, feel, [])


@pytest.mark.parametrize(
    ("column", "text", "meaning"),
    [
        ("c1", "> limits.most", "{} is over limits.most."),
        ("c1", "-", "{} may be anything."),
        ("c2", "GB, FR", "{} is GB or FR."),
        ("o3", "= limits.most", "{} is limits.most."),
        ("o3", "", "{} stays empty."),
    ],
)
def test_a_cell_is_said_in_words_under_the_name_of_its_column(draft, column, text, meaning):
    table = sheets.shown_table(draft, "spend_table")
    clauses = [*table["inputs"], *table["outputs"]]
    label = next(clause["label"] for clause in clauses if clause["id"] == column)
    assert check(draft, column, text)["meaning"] == meaning.format(label)


def test_what_is_wrong_is_said_at_the_word(draft):
    (problem,) = check(draft, "c1", "> limits.mosst")["problems"]
    assert problem["message"] == 'There is no "mosst" in "tLimits".'
    assert problem["hint"] == 'Did you mean "most"?'
    assert "> limits.mosst"[slice(*problem["at"])] == "mosst"


def test_the_place_counts_in_the_text_that_people_see(draft):
    answer = check(draft, "c2", "= countri")
    (problem,) = answer["problems"]
    assert answer["text"][slice(*problem["at"])] == "countri"


@pytest.mark.parametrize("text", ["foo(", "> 5 >", ")", '"', "1 +", "]..["])
def test_a_text_that_cannot_be_read_is_a_problem_and_no_failure(draft, text):
    (problem,) = check(draft, "c1", text)["problems"]
    assert problem["severity"] == "error"


def test_nothing_is_kept(draft):
    check(draft, "c1", "> 5")
    assert (DraftChange.objects.count(), draft.revision) == (0, 0)


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [("nope", "c1", "1"), ("spend_table", "nope", "1"), ("spend_table", "c1", "\x00")],
)
def test_a_cell_that_is_not_there_is_refused(draft, table, column, text):
    with pytest.raises(Invalid):
        cells.check_cell(draft, table=table, column=column, text=text)


def test_allowed_values_come_first_then_what_the_decision_requires_then_functions(draft):
    offers = cells.completions(draft, table="spend_table", column="c2")
    assert [(one["text"], one["kind"]) for one in offers[:8]] == [
        ("GB", "value"),
        ("DE", "value"),
        ("FR", "value"),
        ("amount", "input"),
        ("country", "input"),
        ("limits", "reference"),
        ("limits.most", "reference"),
        ("limits.doubt", "reference"),
    ]
    assert {one["kind"] for one in offers[8:]} == {"function"}
    assert "starts with()" in {one["text"] for one in offers}
    assert next(one["type"] for one in offers if one["text"] == "limits.most") == "number"


def edited(draft, operation):
    draft.refresh_from_db()
    author = draft.created_by
    operations = [{"table": "spend_table", **operation}]
    drafting.edit(draft, operations, based_on=draft.revision, author=author, now=NOW)


def asked(draft, column, text):
    """Check a cell as a request does; also tell whether it read the rules again."""
    with CaptureQueriesContext(connection) as queries:
        found = ModelVersion.objects.defer("dmn").get(pk=draft.pk)
        answer = check(found, column, text)
    return answer["problems"], any('"dmn"' in query["sql"] for query in queries)


def test_rows_of_others_do_not_make_the_next_check_read_the_rules_again(draft):
    assert asked(draft, "c1", "> 5") == ([], True)
    edited(draft, {"op": "cells", "cells": [["rule1", "c1", "> 7"]]})
    edited(draft, {"op": "remove_rows", "rows": ["rule2"]})
    assert asked(draft, "c1", "> 5") == ([], False)


def test_a_changed_column_counts_from_the_next_check_on(draft):
    assert asked(draft, "c2", "GB") == ([], True)
    edited(draft, {"op": "change_column", "column": "c2", "expression": "amount", "type": "number"})
    problems, read = asked(draft, "c1", "> limits.most")
    assert (problems, read) == ([], True)
    problems, _ = asked(draft, "c2", '"GB"')
    assert len(problems) == 1
