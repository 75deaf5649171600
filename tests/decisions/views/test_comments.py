"""Pages of comments on rows, and the answers while a cell is typed."""

import pytest
from django.test import Client
from django.urls import reverse

from decisions.models import ModelVersion, RowComment
from decisions.services import drafting
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
PLACE = ["spending", 2, "spend_table", "rule2"]
PAGE = reverse("decisions:row_comments", args=PLACE)
CELL = reverse("decisions:draft_cell", args=PLACE[:2])
OFFERS = reverse("decisions:draft_completions", args=PLACE[:2])


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def client():
    model = small_model()
    model.refresh_from_db()
    ines = person("Ines Carvalho", "rule_author")
    drafting.start_draft(model, based_on=model.live_version, author=ines, note="", now=NOW)
    return signed_in(ines)


def resolve(comment):
    return reverse("decisions:row_comment_resolve", args=[*PLACE, comment.pk])


def test_a_comment_is_added_shown_and_resolved_without_script(client):
    answer = client.post(PAGE, {"text": "Why <600>?"})
    assert (answer.status_code, answer.url) == (302, PAGE)
    page = client.get(PAGE).text
    assert "Why &lt;600&gt;?" in page
    assert "Comments on row 2" in page
    (comment,) = RowComment.objects.all()
    assert client.post(resolve(comment)).url == PAGE
    assert "Resolved by Ines Carvalho" in client.get(PAGE).text
    assert resolve(comment) not in client.get(PAGE).text


def test_a_partial_answer_is_the_comments_alone(client):
    answer = client.post(PAGE, {"text": "Why?"}, headers={"HX-Request": "true"})
    assert (answer.status_code, "<html" in answer.text, "Why?" in answer.text) == (200, False, True)


def test_an_empty_comment_is_refused_at_the_field(client):
    answer = client.post(PAGE, {"text": " "})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert RowComment.objects.count() == 0


def test_a_comment_resolved_twice_says_so(client):
    client.post(PAGE, {"text": "Why?"})
    (comment,) = RowComment.objects.all()
    client.post(resolve(comment))
    answer = client.post(resolve(comment), headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "Somebody has resolved this comment already." in answer.text
    assert "resolved this comment already" in client.post(resolve(comment), follow=True).text


def test_readers_read_and_do_not_write(client):
    client.post(PAGE, {"text": "Why?"})
    reader = signed_in(person("Rita", "reviewer"))
    page = reader.get(PAGE)
    assert ("Why?" in page.text, "<textarea" in page.text) == (True, False)
    assert reader.post(PAGE, {"text": "Me too"}).status_code == 403


def test_counts_are_of_the_table(client):
    client.post(PAGE, {"text": "Why?"})
    address = reverse("decisions:table_comments", args=PLACE[:3])
    assert client.get(address).json() == {"rule2": 1}


def test_a_row_that_is_not_there_is_not_found(client):
    missing = reverse("decisions:row_comments", args=[*PLACE[:3], "nope"])
    assert client.get(missing).status_code == 404


def test_a_cell_is_checked_and_nothing_kept(client):
    asked = {"table": "spend_table", "column": "c2", "text": "GB, FR"}
    answer = client.post(CELL, asked, content_type="application/json")
    assert answer.json() == {
        "text": "GB, FR",
        "feel": '"GB", "FR"',
        "meaning": "Country is GB or FR.",
        "problems": [],
    }
    assert ModelVersion.objects.get(number=2).revision == 0


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", "5", "[" * 9999, '{"table": "spend_table"}', '{"table":1,"column":2,"text":3}'],
)
def test_a_cell_that_makes_no_sense_is_refused(client, body):
    answer = client.post(CELL, body, content_type="application/json")
    assert (answer.status_code, "message" in answer.json()) == (422, True)


def test_completions_are_of_a_column_that_is_there(client):
    offers = client.get(OFFERS, {"table": "spend_table", "column": "c2"}).json()
    assert offers[0]["text"] == "GB"
    assert client.get(OFFERS, {"table": "spend_table", "column": "x"}).status_code == 404
    assert client.get(OFFERS).status_code == 404
