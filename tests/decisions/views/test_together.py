"""What a page of a draft hears of the others: their rows, and where they are."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from decisions.services import drafting, sheets
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
LOOK = reverse("decisions:draft_look", args=["spending", 2])


@pytest.fixture(autouse=True)
def nobody_there():
    cache.clear()


@pytest.fixture
def ines():
    return person("Ines Carvalho", "rule_author")


@pytest.fixture
def tom():
    return person("Tom Whitfield", "rule_author")


@pytest.fixture
def draft(ines):
    model = small_model()
    model.refresh_from_db()
    return drafting.start_draft(model, based_on=model.live_version, author=ines, note="", now=NOW)


def edit(draft, author, **operation):
    operations = [{**operation, "table": "spend_table"}]
    return drafting.edit(draft, operations, based_on=draft.revision, author=author, now=NOW).version


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


def look(who, seen, row="rule1"):
    body = {"table": "spend_table", "row": row, "seen": seen}
    return signed_in(who).post(LOOK, body, content_type="application/json")


def test_nothing_new_gives_the_revision_and_reads_no_rules(
    draft, ines, django_assert_max_num_queries
):
    client = signed_in(ines)
    body = {"table": "spend_table", "row": "rule1", "seen": draft.revision}
    client.post(LOOK, body, content_type="application/json")
    with django_assert_max_num_queries(6) as queries:
        answer = client.post(LOOK, body, content_type="application/json")
    assert answer.json() == {"revision": draft.revision, "people": []}
    assert [one["sql"] for one in queries.captured_queries if '"dmn"' in one["sql"]] == []


def test_rows_that_others_changed_are_given_with_their_names(draft, ines, tom):
    column = sheets.shown_table(draft, "spend_table")["inputs"][0]["id"]
    now = edit(draft, tom, op="cells", cells=[["rule2", column, "> 9"]])
    news = look(ines, draft.revision).json()
    (row,) = news["rows"]
    assert (news["revision"], news["by"]) == (now.revision, ["Tom Whitfield"])
    assert (row[0], row[1][0], "order" in news) == ("rule2", "> 9", False)


def test_the_order_is_given_where_rows_went(draft, ines, tom):
    edit(draft, tom, op="remove_rows", rows=["rule1"])
    news = look(ines, draft.revision).json()
    assert ("rule1" in news["order"], "rule2" in news["order"], news["rows"]) == (False, True, [])


def test_people_see_where_the_others_are(draft, ines, tom):
    look(tom, draft.revision, row="rule2")
    (place,) = look(ines, draft.revision).json()["people"]
    name = sheets.tables_of(draft)[0].name
    assert place == {
        "name": "Tom Whitfield",
        "table": "spend_table",
        "row": "rule2",
        "in": name,
    }


def test_somebody_who_only_reads_is_not_shown(draft, ines):
    assert look(person("Leila Haddad", "auditor"), draft.revision).status_code == 200
    assert look(ines, draft.revision).json()["people"] == []


@pytest.mark.parametrize("body", [[], {}, {"table": 1, "row": "", "seen": 0}, {"seen": True}])
def test_a_look_of_another_shape_is_refused(draft, ines, body):
    answer = signed_in(ines).post(LOOK, body, content_type="application/json")
    assert answer.status_code == 422


def pasted(draft, who, size):
    cells = [["rule1", "c1", "> 900"]]
    return signed_in(who).post(
        reverse("decisions:draft_operations", args=["spending", 2]),
        {
            "operations": [{"op": "cells", "table": "spend_table", "cells": cells}],
            "room": "x" * size,
        },
        content_type="application/json",
        headers={"If-Match": f'"{draft.revision}"'},
    )


def test_a_paste_may_be_larger_than_a_form(draft, ines, settings):
    answer = pasted(draft, ines, 2 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    assert (answer.status_code, answer["ETag"]) == (200, f'"{draft.revision + 1}"')


def test_a_paste_beyond_the_limit_is_refused_in_words(draft, ines):
    answer = pasted(draft, ines, 8 * 1024 * 1024)
    told = "Too much at once. Paste at most 8 MB."
    assert (answer.status_code, answer.json()["message"]) == (422, told)
