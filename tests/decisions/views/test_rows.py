"""Rows of a draft as forms, and the settings of its tables: all of it without script."""

import pytest
from django.test import Client
from django.urls import reverse

from decisions.models import DraftChange, ModelVersion
from decisions.services import drafting
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
TABLE = ["spending", 2, "spend_table"]
LIST = reverse("decisions:draft_table_rows", args=TABLE)
SETTINGS = reverse("decisions:draft_table_settings", args=TABLE)


def page_of(row):
    return reverse("decisions:draft_row", args=[*TABLE, row])


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


def table():
    version = ModelVersion.objects.get(number=2)
    return drafting.loaded_draft(version).decisions[0]["table"]


def order():
    return [rule["id"] for rule in table()["rules"]]


def rule2(**changes):
    texts = {"c-0": "> limits.doubt", "c-1": "-", "c-2": "review", "c-3": "finance"}
    return {**texts, "c-4": "IN_DOUBT", "act": "save", "revision": 0, **changes}


def test_rows_are_read_and_lead_to_their_forms(client, django_assert_max_num_queries):
    client.get(LIST)
    for url in (LIST, page_of("rule2"), SETTINGS):
        with django_assert_max_num_queries(14):
            page = client.get(url).text
        assert 'name="revision" value="0"' in page
    page = client.get(LIST).text
    assert f'href="{page_of("rule3")}" aria-label="Row 3"' in page
    assert "<td" in page
    assert "> FR<" not in page
    assert ">FR<" in page


def test_page_of_the_grid_leads_on_without_script(client):
    page = client.get(reverse("decisions:draft_table", args=TABLE)).text
    assert f'<noscript><meta http-equiv="refresh" content="0; url={LIST}"></noscript>' in page


def test_row_reads_as_a_sentence_and_offers_values(client):
    page = client.get(page_of("rule3")).text
    assert "If Country is FR, then outcome is review, queue is finance and code is FRANCE." in page
    assert '<option value="DE"></option>' in page


def test_row_is_saved_as_people_write_it(client):
    answer = client.post(page_of("rule2"), rule2(**{"c-1": "GB, DE"}))
    assert answer.url == page_of("rule2")
    assert table()["rules"][1]["inputs"] == ["> limits.doubt", '"GB", "DE"']
    client.post(page_of("rule2"), rule2(**{"c-1": "GB, DE", "revision": 1}))
    assert DraftChange.objects.count() == 1  # Nothing was different the second time.


def test_cell_that_means_nothing_is_refused_at_its_field(client):
    answer = client.post(page_of("rule2"), rule2(**{"c-0": "> limits.mosst", "c-1": "GB"}))
    assert answer.status_code == 422
    assert 'value="&gt; limits.mosst" autocomplete="off" spellcheck="false" aria-invalid' in (
        answer.text
    )
    assert 'value="GB"' in answer.text
    assert DraftChange.objects.count() == 0


def test_rows_are_added_moved_and_removed(client):
    answer = client.post(page_of("rule2"), {"act": "above", "revision": 0})
    new = order()[1]
    assert (order(), answer.url) == (["rule1", new, "rule2", "rule3", "rule4"], page_of(new))
    client.post(page_of(new), {"act": "down", "revision": 1})
    assert order() == ["rule1", "rule2", new, "rule3", "rule4"]
    client.post(page_of("rule4"), {"act": "up", "revision": 2})
    client.post(page_of(new), {"act": "up", "revision": 3})
    assert order() == ["rule1", new, "rule2", "rule4", "rule3"]
    assert client.post(page_of(new), {"act": "remove", "revision": 4}).url == LIST
    client.post(page_of("rule3"), {"act": "below", "revision": 5})
    client.post(reverse("decisions:draft_row_new", args=TABLE), {"revision": 6})
    assert order()[:4] == ["rule1", "rule2", "rule4", "rule3"]
    assert len(order()) == 6


def test_first_row_does_not_move_up(client):
    answer = client.post(page_of("rule1"), {"act": "up", "revision": 0})
    assert answer.status_code == 422
    assert "edge of the table" in answer.text


def test_second_author_of_a_row_is_told_who_changed_it(client):
    ann = signed_in(person("Ann Other", "rule_author"))
    ann.post(page_of("rule2"), rule2(**{"c-1": "GB"}))
    answer = client.post(page_of("rule2"), rule2(**{"c-1": "DE"}))
    assert answer.status_code == 409
    assert "Ann Other changed row 2 while you were editing." in answer.text
    assert "Cells changed: 1 in Spend rules" in answer.text
    assert client.post(page_of("rule3"), {"act": "up", "revision": 0}).status_code == 302


def test_reader_sees_rows_and_cannot_change_them(client):
    reader = signed_in(person("Leila Haddad", "auditor"))
    page = reader.get(page_of("rule2")).text
    assert '<fieldset class="cells" disabled>' in page
    assert reader.post(page_of("rule2"), rule2()).status_code == 403


def test_hit_policy_is_chosen(client):
    form = {"act": "policy", "hit_policy": "UNIQUE", "aggregation": "SUM", "revision": 0}
    answer = client.post(SETTINGS, form)
    assert answer.status_code == 422
    assert "A table that collects may add up by one of" in answer.text
    form["aggregation"] = ""
    assert client.post(SETTINGS, form).url == SETTINGS
    assert table()["hit_policy"] == "UNIQUE"


def test_output_gets_values_and_a_default(client):
    form = {
        "act": "change",
        "column": "o1",
        "label": "Outcome",
        "name": "outcome",
        "type": "string",
        "allowed": "approve, reject, review",
        "default": "review",
        "revision": 0,
    }
    assert client.post(SETTINGS, form).url == SETTINGS
    output = table()["outputs"][0]
    assert (output["label"], output["allowed"], output["default"]) == (
        "Outcome",
        '"approve", "reject", "review"',
        '"review"',
    )
    page = client.get(SETTINGS).text
    assert 'value="approve, reject, review"' in page


def test_output_that_is_read_keeps_its_name(client):
    form = {"act": "change", "column": "o1", "name": "result", "type": "string", "revision": 0}
    answer = client.post(SETTINGS, form)
    assert answer.status_code == 422
    assert "This would break rules that work." in answer.text
    assert table()["outputs"][0]["name"] == "outcome"


def test_columns_are_added_moved_and_removed(client):
    new = {"act": "add", "kind": "input", "label": "Id", "asks": "amount", "type": "number"}
    assert client.post(SETTINGS, {**new, "revision": 0}).url == SETTINGS
    added = drafting.loaded_draft(ModelVersion.objects.get(number=2)).definitions
    column = added.decisions[0].expression.inputs[2].id
    client.post(SETTINGS, {"act": "left", "column": column, "revision": 1})
    assert [one["label"] for one in table()["inputs"]] == ["Amount", "Id", "Country"]
    client.post(SETTINGS, {"act": "remove", "column": column, "revision": 2})
    assert [one["label"] for one in table()["inputs"]] == ["Amount", "Country"]


def test_column_that_asks_about_nothing_is_refused_at_its_field(client):
    answer = client.post(SETTINGS, {"act": "add", "kind": "input", "label": "X", "revision": 0})
    assert answer.status_code == 422
    assert "Say what the column asks about" in answer.text
