"""The pages of rule tests: what each says, what they reach, the form, files, past decisions."""

import csv
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from decisions.events import SYSTEM
from decisions.models import RuleTest
from decisions.services import drafting, intake, test_runs, testing
from tests.rules import FACTS, NOW, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(client):
    ines = person("Ines", "rule_author")
    client.force_login(ines)
    return ines


@pytest.fixture
def draft(ines):
    model = small_model()
    model.refresh_from_db()
    return drafting.start_draft(
        model, based_on=model.live_version, author=ines, note="Try", now=NOW
    )


def add(draft, ines, name="Small ones pass", expected=None, **facts):
    return testing.create(
        draft,
        name=name,
        facts={**FACTS, **facts},
        expected=expected or {"outcome": "approve"},
        author=ines,
        reason="",
        now=NOW,
    )


def page(name, draft, **more):
    return reverse(
        f"decisions:{name}", kwargs={"slug": draft.model.key, "number": draft.number, **more}
    )


def typed(name="Typed", expect=("outcome",), act="save", **more):
    """What the form sends."""
    return {
        "name": name,
        "act": act,
        "expect": list(expect),
        "plain/outcome": "1",
        "value/outcome": "approve",
        **{f"facts/{key}": value for key, value in FACTS.items()},
        **more,
    }


def test_the_list_says_red_and_green_in_words_with_the_row_that_answered(client, draft, ines):
    add(draft, ines)
    add(draft, ines, name="Wrong", expected={"outcome": "reject"})
    text = client.get(page("version_tests", draft)).content.decode()
    assert "1 red" in text
    assert "1 green" in text
    assert "expected <strong>reject</strong>, got <strong>approve</strong>" in text
    assert "Spend rules 4</a>" in text
    assert text.index(">Wrong<") < text.index(">Small ones pass<")


def test_the_list_of_a_published_version_is_to_read_only(client, draft, ines):
    owner = draft.model
    text = client.get(page("version_tests", owner.live_version)).content.decode()
    assert "No test yet" in text
    assert "New test" not in text


def test_many_tests_run_a_few_at_a_time_and_the_page_asks_for_the_rest(
    client, draft, ines, monkeypatch
):
    monkeypatch.setattr(test_runs.run_some, "__kwdefaults__", {"most": 2, "again": False})
    for number in range(5):
        add(draft, ines, name=f"Case {number}", amount=number)
    first = client.get(page("version_tests", draft)).content.decode()
    assert "2 of 5 run" in first
    assert 'hx-trigger="load' in first
    client.get(page("version_tests", draft), headers={"HX-Request": "true"})
    last = client.get(page("version_tests", draft), headers={"HX-Request": "true"})
    assert "5 green" in last.content.decode()
    assert "hx-trigger" not in last.content.decode()


def test_the_list_asks_the_database_no_more_for_more_tests(
    client, draft, ines, django_assert_max_num_queries
):
    for number in range(12):
        add(draft, ines, name=f"Case {number}", amount=number)
    with django_assert_max_num_queries(20):
        client.get(page("version_tests", draft))


def test_the_list_shows_which_rows_no_test_reaches(client, draft, ines):
    add(draft, ines)
    text = client.get(page("version_tests", draft)).content.decode()
    assert "Row 4: 1 test" in text
    assert "Row 1: no tests" in text
    assert "1 of 4" in text


def test_the_page_of_a_table_tells_what_tests_saw_of_its_cells(client, draft, ines):
    add(draft, ines)
    text = client.get(page("table_coverage", draft, table_id="spend_table")).content.decode()
    assert "only a no seen" in text  # The amount was too small for row 1.
    assert "both answers seen" not in text.split("<tbody>")[1]
    assert "?table=spend_table&amp;row=1" in text
    assert client.get(page("table_coverage", draft, table_id="none")).status_code == 404


def test_the_form_offers_the_values_an_input_may_have(client, draft):
    text = client.get(page("rule_test_new", draft)).content.decode()
    assert 'name="facts/country"' in text
    assert '<option value="DE">DE</option>' in text


def test_a_test_typed_into_the_form_is_kept(client, draft):
    answer = client.post(page("rule_test_new", draft), typed())
    assert answer.status_code == 302
    test = RuleTest.objects.get()
    assert (test.name, test.facts, test.expected) == ("Typed", FACTS, {"outcome": "approve"})


def test_trying_shows_what_the_rules_say_and_keeps_nothing(client, draft):
    answer = client.post(page("rule_test_new", draft), typed(act="try", name=""))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "reasons.0.code" in text
    assert "The rules say SMALL" in text
    assert RuleTest.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Give the test a name"),
        ({"facts/amount": "much"}, "Write a number"),
        ({"facts/amount": "-3"}, "Use a value of at least 0"),
        ({"facts/country": "XX"}, "Choose one of the values listed"),
        ({"facts/country": ""}, "The rules need this fact"),
        ({"expect": []}, "Say what you expect"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(client, draft, change, words):
    answer = client.post(page("rule_test_new", draft), typed(**change))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert RuleTest.objects.count() == 0


def test_any_output_can_be_expected_by_its_path(client, draft):
    more = {"more_path": "reasons.0.code", "more_value": "SMALL"}
    client.post(page("rule_test_new", draft), typed(**more))
    test = RuleTest.objects.get()
    assert test.expected == {"outcome": "approve", "reasons.0.code": "SMALL"}
    assert all(tested.passed for tested in testing.run_all(draft, now=timezone.now()))


def test_a_test_is_changed_accepted_and_removed(client, draft, ines):
    test = add(draft, ines, expected={"outcome": "reject"})
    form = client.get(reverse("decisions:rule_test_edit", args=[test.pk])).content.decode()
    assert 'value="500"' in form
    client.post(reverse("decisions:rule_test_edit", args=[test.pk]), typed(name="Renamed", **{
        "value/outcome": "reject"}))  # fmt: skip
    test.refresh_from_db()
    assert (test.name, test.expected) == ("Renamed", {"outcome": "reject"})
    accepted = reverse("decisions:rule_test_accept", args=[test.pk])
    assert client.post(accepted).status_code == 422
    client.post(accepted, {"accept-reason": "The limit was raised"})
    test.refresh_from_db()
    assert test.expected == {"outcome": "approve"}
    assert test.history.first().history_change_reason == "The limit was raised"
    gone = reverse("decisions:rule_test_remove", args=[test.pk])
    assert client.post(gone).status_code == 422
    client.post(gone, {"reason": "Told twice"})
    assert RuleTest.objects.count() == 0


def test_another_expectation_needs_a_reason(client, draft, ines):
    test = add(draft, ines, expected={"outcome": "reject"})
    edit = reverse("decisions:rule_test_edit", args=[test.pk])
    answer = client.post(edit, typed())
    assert answer.status_code == 422
    assert "Say why the test expects something else now" in answer.content.decode()
    client.post(edit, typed(reason="Written the wrong way round"))
    test.refresh_from_db()
    assert test.expected == {"outcome": "approve"}


def test_tests_of_a_published_version_cannot_be_written(client, draft):
    published = draft.model.live_version
    answer = client.post(page("rule_test_new", published), typed(), follow=True)
    assert "frozen" in answer.content.decode()
    assert RuleTest.objects.count() == 0


@pytest.fixture
def decision(draft):
    return intake.submit_and_decide(
        "spending", {**FACTS, "amount": 700}, evidence={}, source="t", actor=SYSTEM, now=NOW
    )


def test_a_past_decision_becomes_a_test_of_the_only_draft(client, draft, decision):
    start = client.get(reverse("decisions:decision_test", args=[decision.pk]))
    assert start.url == f"{page('rule_test_new', draft)}?decision={decision.pk}"
    text = client.get(start.url).content.decode()
    assert 'value="700"' in text
    assert 'name="expect" value="outcome" checked' in text
    given = typed(name="The 700", **{"facts/amount": "700", "value/outcome": "review"})
    client.post(start.url, given)
    test = RuleTest.objects.get()
    assert (test.from_decision_id, test.facts["amount"]) == (decision.pk, 700)


def test_a_decision_without_a_draft_says_how_to_get_one(client, draft, decision, ines):
    draft.model.versions.filter(pk=draft.pk).update(state="retired")
    text = client.get(reverse("decisions:decision_test", args=[decision.pk])).content.decode()
    assert "has no draft" in text


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_tests_survive_the_way_through_a_file(client, draft, ines, kind):
    add(draft, ines, expected={"outcome": "approve", "reasons.0.code": "SMALL"}, id="007")
    add(draft, ines, name="Wrong", expected={"queue": None})
    given = client.get(page("version_tests_file", draft, kind=kind)).content
    before = list(RuleTest.objects.values("name", "facts", "expected"))
    RuleTest.objects.all().delete()
    file = SimpleUploadedFile(f"tests.{kind}", given)
    client.post(page("version_tests_import", draft), {"file": file, "reason": "Back"})
    assert list(RuleTest.objects.values("name", "facts", "expected")) == before


def test_a_spreadsheet_runs_no_cell_of_the_tests(client, draft, ines):
    add(draft, ines, name="=1+1", expected={"outcome": "@SUM(1)"}, id="=cmd|' /C calc'!A0")
    given = client.get(page("version_tests_file", draft, kind="csv")).content.decode()
    cells = next(csv.reader(given.splitlines()[1:]))
    assert [cell for cell in cells if cell.startswith(("=", "@"))] == []
    RuleTest.objects.all().delete()
    file = SimpleUploadedFile("tests.csv", given.encode())
    client.post(page("version_tests_import", draft), {"file": file, "reason": "Back"})
    test = RuleTest.objects.get()
    assert (test.name, test.expected) == ("=1+1", {"outcome": "@SUM(1)"})
    assert test.facts["id"] == "=cmd|' /C calc'!A0"


def test_rules_that_read_a_table_that_is_gone_say_so_on_every_page_of_tests(client, draft, ines):
    drafting.edit(
        draft,
        [
            {
                "op": "add_input",
                "id": "i_gone",
                "input": "gone",
                "source": {"kind": "reference", "key": "nowhere"},
            }
        ],
        based_on=0,
        author=ines,
        now=NOW,
    )
    good = [{"name": "Good", "facts": FACTS, "expected": {"outcome": "approve"}}]
    file = SimpleUploadedFile("tests.json", json.dumps(good).encode())
    answer = client.post(page("version_tests_import", draft), {"file": file, "reason": "Try"})
    assert answer.status_code == 422
    assert "nowhere" in answer.content.decode()
    answer = client.get(page("rule_test_new", draft), {"table": "spend_table", "row": "1"})
    assert answer.status_code == 404


def test_a_file_with_one_bad_test_is_refused_whole_with_its_place(client, draft):
    good = {"name": "Good", "facts": FACTS, "expected": {"outcome": "approve"}}
    bad = {"name": "Bad", "facts": {**FACTS, "amount": "x"}, "expected": {"outcome": "approve"}}
    file = SimpleUploadedFile("tests.json", json.dumps([good, bad]).encode())
    answer = client.post(page("version_tests_import", draft), {"file": file, "reason": "Try"})
    assert answer.status_code == 422
    assert "Test 2: /amount" in answer.content.decode()
    assert RuleTest.objects.count() == 0


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[1]", b"{}", b"colour\nred\n", b'[{"name":"x"}]', b"name\n\n"]
)
def test_files_that_are_none_are_refused_in_words(client, draft, content):
    file = SimpleUploadedFile("tests.csv", content)
    answer = client.post(page("version_tests_import", draft), {"file": file, "reason": "Try"})
    assert answer.status_code == 422
