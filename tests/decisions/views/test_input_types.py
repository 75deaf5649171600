"""Inputs of a draft: their types and allowed values, and the cells that name them."""

import pytest
from django.test import Client
from django.urls import reverse

from decisions.models import DraftChange, ModelVersion
from decisions.services import drafting, outline
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
PLACE = ["spending", 2]
LIST = reverse("decisions:draft_inputs", args=PLACE)
NEW = reverse("decisions:draft_add_input", args=PLACE)


def page_of(path):
    return reverse("decisions:draft_input", args=[*PLACE, path])


@pytest.fixture
def client():
    model = small_model()
    model.refresh_from_db()
    ines = person("Ines Carvalho", "rule_author")
    drafting.start_draft(model, based_on=model.live_version, author=ines, note="", now=NOW)
    client = Client()
    client.force_login(ines)
    return client


def draft():
    return ModelVersion.objects.get(number=2)


def fields():
    return {field.path: field for field in outline.fields_of(draft())}


def country(*values, label="country", **changes):
    """The form of the country with these values in place of GB, DE and FR."""
    known = ["GB", "DE", "FR"]
    form = {
        "label": label,
        "type": "tCountry",
        "required": "on",
        "revision": 0,
        "v-TOTAL_FORMS": len(values),
        "v-INITIAL_FORMS": 3,
    }
    for at, value in enumerate(values):
        form[f"v-{at}-old"] = known[at] if at < 3 else ""
        form[f"v-{at}-value"] = value
    return form | changes


def amount(**changes):
    return {"label": "amount", "type": "tAmount", "required": "on", "revision": 0} | changes


def cells():
    table = drafting.loaded_draft(draft()).decisions[0]["table"]
    return [row["inputs"] for row in table["rules"]]


def test_every_input_is_listed_with_what_it_may_be(client, django_assert_max_num_queries):
    client.get(LIST)
    with django_assert_max_num_queries(14):
        page = client.get(LIST).text
    assert "GB, DE, FR" in page
    assert "0 to 1000000" in page
    assert reverse("decisions:reference_table", args=["limits"]) in page


def test_values_are_added_and_removed(client):
    answer = client.post(page_of("country"), country("GB", "", "FR", "ES", ""))
    assert answer.url == LIST
    assert fields()["country"].values == ["GB", "FR", "ES"]
    assert DraftChange.objects.get().summary == "Input changed: country"


def test_value_that_cells_name_is_not_taken_from_them(client):
    answer = client.post(page_of("country"), country("GB", "DE", ""))
    assert answer.status_code == 422
    assert "1 cell still names what would be gone." in answer.text
    assert "Spend rules, row 3, Country: asks for “FR”." in answer.text
    assert DraftChange.objects.count() == 0


def test_value_is_renamed_with_its_cells_and_both_come_back(client):
    before = cells()
    answer = client.post(page_of("country"), country("GB", "DE", "ES", in_cells="on"))
    assert answer.url == LIST
    assert fields()["country"].values == ["GB", "DE", "ES"]
    assert cells()[2] == ["-", '"ES"']
    drafting.undo(draft(), based_on=1, author=draft().created_by, now=NOW)
    assert (cells(), fields()["country"].values) == (before, ["GB", "DE", "FR"])


def test_value_is_not_renamed_away_from_its_cells(client):
    answer = client.post(page_of("country"), country("GB", "DE", "ES"))
    assert answer.status_code == 422
    assert DraftChange.objects.count() == 0


def test_two_values_change_their_names_with_each_other(client):
    client.post(page_of("country"), country("FR", "DE", "GB", in_cells="on"))
    assert cells()[2] == ["-", '"GB"']


def test_range_label_and_need_are_changed(client):
    form = amount(low="0", high="500", label="Sum", description="What it costs")
    del form["required"]
    assert client.post(page_of("amount"), form).url == LIST
    field = fields()["amount"]
    assert (field.span, field.label, field.description) == (("0", "500"), "Sum", "What it costs")
    assert field.optional


def test_range_the_wrong_way_round_is_refused_at_its_field(client):
    answer = client.post(page_of("amount"), amount(low="5", high="1"))
    assert answer.status_code == 422
    assert "This is less than the least." in answer.text


def test_type_that_cells_do_not_fit_is_refused_with_their_places(client):
    answer = client.post(page_of("amount"), amount(low="0", high="1000000", type="boolean"))
    assert answer.status_code == 422
    assert "This would break rules that work." in answer.text
    assert "row 1, column &quot;Amount&quot;: A boolean is compared with a number" in answer.text
    assert DraftChange.objects.count() == 0


def test_input_without_a_type_of_its_own_gets_one_for_its_values(client):
    form = {"label": "id", "type": "string", "required": "on", "revision": 0}
    values = {"v-TOTAL_FORMS": 1, "v-INITIAL_FORMS": 0, "v-0-value": "REQ-1"}
    assert client.post(page_of("id"), form | values).url == LIST
    assert (fields()["id"].values, fields()["id"].item) == (["REQ-1"], "tId")


def test_input_is_added_from_a_reference_table_and_removed(client):
    form = {"name": "more_limits", "reference": "limits", "type": "string", "revision": 0}
    assert client.post(NEW, form).url == LIST
    assert fields()["more_limits"].source == {"kind": "reference", "key": "limits"}
    url = reverse("decisions:draft_input_remove", args=[*PLACE, "more_limits"])
    assert client.post(url, {"revision": 1}).url == LIST
    assert "more_limits" not in fields()


def test_input_that_is_read_is_not_removed(client):
    url = reverse("decisions:draft_input_remove", args=[*PLACE, "amount"])
    answer = client.post(url, {"revision": 0})
    assert answer.status_code == 422
    assert "is read by “Spend rules”" in answer.text


def test_name_that_is_taken_is_refused(client):
    answer = client.post(NEW, {"name": "amount", "type": "string", "revision": 0})
    assert answer.status_code == 422
    assert "There is a decision or an input “amount” already." in answer.text
