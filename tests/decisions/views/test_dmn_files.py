"""DMN files in the browser: a new model, a new draft, and its problems by element."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from decisions.models import DecisionModel, ModelVersion
from tests.decisions.services.test_dmn_files import CAMUNDA
from tests.decisions.services.test_foreign_tables import otdt
from tests.rules import HERE, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = Client()
    client.force_login(person("Ines Carvalho", "rule_author"))
    return client


def sent(content, name="a.dmn"):
    return SimpleUploadedFile(name, content.encode())


def test_file_becomes_a_new_model(client):
    form = {"model_name": "Spend", "fallback_queue": "triage"}
    form["file"] = sent((HERE / "small.dmn").read_text())
    answer = client.post(reverse("decisions:model_from_dmn"), form)
    assert answer.url == reverse("decisions:version_problems", args=["spend", 1])
    assert "No mistakes" in client.get(answer.url).text


def test_problems_of_an_imported_draft_name_their_elements(client):
    small_model()
    address = reverse("decisions:model_import", args=["spending"])
    answer = client.post(address, {"file": sent(CAMUNDA)}, follow=True)
    assert answer.status_code == 200
    assert "“Season” is written in juel" in answer.text
    assert "Decision &quot;Dish&quot;, input &quot;Guests&quot;" in answer.text
    assert ModelVersion.objects.get(number=2).state == "draft"


@pytest.mark.parametrize("content", ["no dmn", "<a/>", '<!DOCTYPE a SYSTEM "x"><a/>'])
def test_what_is_no_dmn_is_refused_on_the_form(client, content):
    form = {"model_name": "Spend", "fallback_queue": "triage", "file": sent(content)}
    answer = client.post(reverse("decisions:model_from_dmn"), form)
    assert (answer.status_code, answer.context["problem"] is not None) == (422, True)
    assert not DecisionModel.objects.exists()


def test_a_draft_can_be_taken_away_as_dmn(client):
    small_model()
    client.post(reverse("decisions:model_import", args=["spending"]), {"file": sent(CAMUNDA)})
    answer = client.get(reverse("decisions:model_version_dmn", args=["spending", 2]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="spending-v2.dmn"'
    assert "Ribs" in answer.text


def test_a_table_of_opentext_is_uploaded_with_what_is_to_be_settled(client):
    content = otdt((">", "1000", "==", "ca_contract", "${upper(contract_type)}")).decode()
    form = {"model_name": "Approvals", "fallback_queue": "triage"}
    form["file"] = sent(content, "required_approvals.otdt")
    answer = client.post(reverse("decisions:model_from_dmn"), form, follow=True)
    assert "To be settled: Row 1, required_approval: ${upper(contract_type)}" in answer.text
    version = ModelVersion.objects.get(model__key="approvals")
    assert (version.state, version.model.decision_name) == ("draft", "Required Approvals")


def test_a_version_is_taken_away_as_otdt_or_it_is_said_why_not(client):
    small_model()
    address = reverse("decisions:model_version_otdt", args=["spending", 1])
    assert "holds one decision table" in client.get(address, follow=True).text
    form = {"file": sent(otdt((">", "1000", "-- NA --", "-", "line_managers")).decode(), "a.otdt")}
    client.post(reverse("decisions:model_import", args=["spending"]), form)
    answer = client.get(reverse("decisions:model_version_otdt", args=["spending", 2]))
    assert answer["Content-Disposition"] == 'attachment; filename="spending-v2.otdt"'
    assert answer.json()["data"]["hitIndicator"] == "RULE ORDER"
