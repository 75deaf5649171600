"""The problems of a table: beside the grid, as a page of its own, and mended without script."""

import pytest
from django.urls import reverse

from decisions.events import SYSTEM
from decisions.services import checking, drafting, intake
from tests.rules import FACTS, NOW, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    checking._known.clear()


@pytest.fixture
def draft(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    ines = person("Ines", "rule_author")
    client.force_login(ines)
    model = small_model()
    model.refresh_from_db()
    intake.submit_and_decide(model.key, FACTS, evidence={}, source="t", actor=SYSTEM, now=NOW)
    draft = drafting.start_draft(
        model, based_on=model.live_version, author=ines, note="Try", now=NOW
    )
    remove = {"op": "remove_rows", "table": "spend_table", "rows": ["rule4"]}
    return drafting.edit(draft, [remove], based_on=0, author=ines, now=NOW).version


def address(draft, name="draft_problems", **more):
    kwargs = {"slug": draft.model.key, "number": draft.number, "table_id": "spend_table", **more}
    return reverse(f"decisions:{name}", kwargs=kwargs)


BESIDE = {"HX-Request": "true"}


def test_the_page_of_its_own_stands_in_the_frame_and_counts_at_once(client, draft):
    text = client.get(address(draft)).content.decode()
    assert "<html" in text
    assert "Back to the table" in text
    assert "Gap: 1 real submission gets no answer" in text
    assert "1 stops the proposal" in text


def test_beside_the_grid_the_first_answer_does_not_wait_for_counts(client, draft):
    quick = client.get(address(draft) + "?quick", headers=BESIDE).content.decode()
    assert "<html" not in quick
    assert "data-uncounted" in quick
    assert "Gap: no row answers this" in quick
    whole = client.get(address(draft), headers=BESIDE).content.decode()
    assert "data-uncounted" not in whole
    assert "Gap: 1 real submission gets no answer" in whole


def test_a_problem_has_a_case_the_submissions_and_its_cures(client, draft):
    text = client.get(address(draft)).content.decode()
    assert "<code>Country = DE</code>" in text
    assert "Add row</button>" in text
    assert "insert_rows" in text
    assert "Make test</a>" in text
    assert "Spending REQ-1" in text


def test_who_may_not_edit_sees_problems_without_cures(client, draft):
    client.force_login(person("Ari", "approver", email="ari@example.com"))
    text = client.get(address(draft)).content.decode()
    assert "Gap: 1 real submission" in text
    assert "Add row</button>" not in text
    assert "Make test" not in text


def test_a_cure_without_script_mends_the_draft_and_comes_back(client, draft):
    (problem,) = checking.problems_of(draft, "spend_table", NOW).problems[:1]
    url = address(draft, "draft_cure", key=problem.key)
    text = client.post(url, {"cure": "Add row"}, follow=True).content.decode()
    assert "Rows added: 1 in Spend rules." in text
    assert "Gap" not in text
    again = client.post(url, {"cure": "Add row"}, follow=True).content.decode()
    assert "This problem is no longer there" in again


def test_a_test_made_of_a_gap_starts_from_a_case_that_falls_in_it(client, draft):
    (problem,) = checking.problems_of(draft, "spend_table", NOW).problems[:1]
    new = reverse("decisions:rule_test_new", args=[draft.model.key, draft.number])
    text = client.get(f"{new}?table=spend_table&problem={problem.key}").content.decode()
    assert 'value="500"' in text
    assert "A real submission reaches this case" in text
    assert client.get(f"{new}?table=spend_table&problem=gone").status_code == 404
    text = client.get(f"{new}?table=spend_table&row=3").content.decode()
    assert '<option value="FR" selected>' in text
    assert "Made up so that it reaches row 3" in text


def test_problems_of_no_table_are_not_found(client, draft):
    assert client.get(address(draft, table_id="none")).status_code == 404


def test_the_page_asks_few_questions(client, draft, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        client.get(address(draft))
