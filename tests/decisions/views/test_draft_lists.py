"""Drafts of a model with who works on them, discarded drafts, and new models."""

import pytest
from django.test import Client
from django.urls import reverse

from decisions.enums import VersionState
from decisions.models import AuditEvent, DecisionModel, ModelVersion
from decisions.services import drafting
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
LIST = reverse("decisions:draft_start", args=["spending"])
NEW = reverse("decisions:model_new")
DISCARD = reverse("decisions:draft_discard", args=["spending", 2])
LEADS = {"name": "Lead routing", "description": "Who calls back", "fallback_queue": "sales"}


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def model():
    small_model()
    return DecisionModel.objects.get()


@pytest.fixture
def ines():
    return person("Ines Carvalho", "rule_author")


@pytest.fixture
def client(model, ines):
    return signed_in(ines)


def drafted(model, who, *, note=""):
    return drafting.start_draft(model, based_on=model.live_version, author=who, note=note, now=NOW)


def edited(version, who, text):
    cells = [{"op": "cells", "table": "spend_table", "cells": [["rule1", "c1", text]]}]
    return drafting.edit(version, cells, based_on=version.revision, author=who, now=NOW)


def test_list_says_who_works_on_what(client, model, ines, django_assert_max_num_queries):
    version = drafted(model, ines, note="Tighter limits")
    ann = person("Ann Other", "rule_author")
    edited(version, ines, "> 1")
    version.refresh_from_db()
    edited(version, ines, "> 2")
    version.refresh_from_db()
    edited(version, ann, "> 3")
    drafted(model, ann)
    with django_assert_max_num_queries(16):
        page = client.get(LIST).text
    assert "Tighter limits" in page
    assert "Ines Carvalho, 2 edits" in page
    assert "Ann Other, 1 edit<" in page
    assert page.count("Cells changed: 1 in Spend rules") == 2
    assert "Nobody has changed it yet." in page


def test_draft_starts_from_any_version_with_what_it_is_for(client, model, ines):
    drafted(model, ines)
    answer = client.post(LIST, {"from": "2", "note": "Again"})
    assert answer.url == reverse("decisions:draft", args=["spending", 3])
    version = ModelVersion.objects.get(number=3)
    assert (version.based_on.number, version.note) == (2, "Again")
    assert client.post(LIST, {"from": "9"}).status_code == 404


def test_draft_is_discarded_with_a_reason_and_stays_to_be_read(client, model, ines):
    version = drafted(model, ines)
    assert client.post(DISCARD, {"reason": "Not needed"}).url == LIST
    version.refresh_from_db()
    assert version.state == VersionState.DISCARDED
    row = version.history.first()
    assert (row.history_user, row.history_change_reason) == (ines, "Not needed")
    assert AuditEvent.objects.filter(kind="model.discarded", subject_id=version.pk).count() == 1
    page = client.get(reverse("decisions:model_version", args=["spending", 2])).text
    assert "This draft was discarded." in page
    assert "Discard v2" not in client.get(LIST).text
    changed = client.post(
        reverse("decisions:draft_row", args=["spending", 2, "spend_table", "rule1"]),
        {"act": "remove", "revision": 0},
    )
    assert changed.status_code == 409


def test_draft_is_not_discarded_without_a_reason_nor_twice(client, model, ines):
    drafted(model, ines)
    answer = client.post(DISCARD, {"reason": " "})
    assert answer.status_code == 422
    assert "Say why." in answer.text
    client.post(DISCARD, {"reason": "Not needed"})
    assert client.post(DISCARD, {"reason": "Again"}).status_code == 409
    live = reverse("decisions:draft_discard", args=["spending", 1])
    assert client.post(live, {"reason": "No"}).status_code == 409
    assert ModelVersion.objects.get(number=1).state == VersionState.PUBLISHED


def test_new_model_starts_with_a_draft_that_sends_everything_to_a_person(client):
    answer = client.post(NEW, LEADS)
    version = ModelVersion.objects.get(model__key="lead_routing")
    assert answer.url == reverse("decisions:draft", args=["lead_routing", 1])
    assert drafting.loaded_draft(version).problems == []
    decide = drafting.loaded_draft(version).decision(version.model.decision_name)
    given = decide({"reference": "L-1", "amount": 5}, now=NOW).value
    assert (given["outcome"], given["queue"]) == ("review", "sales")
    assert given["reasons"] == [{"code": "NO_RULE_YET"}]
    assert client.get(answer.url, follow=True).status_code == 200
    graph = client.get(reverse("decisions:draft_graph", args=["lead_routing", 1])).text
    assert "Rules" in graph


def test_name_of_a_model_that_is_taken_is_refused_at_the_field(client):
    answer = client.post(NEW, {**LEADS, "name": "Spending"})
    assert answer.status_code == 422
    assert "exists already" in answer.text
    assert DecisionModel.objects.count() == 1


def test_odd_characters_in_a_name_are_kept(client):
    form = {**LEADS, "name": 'A & B <"C">', "description": "{x} & <y>"}
    assert client.post(NEW, form).status_code == 302
    version = ModelVersion.objects.get(model__key="a_b_c")
    loaded = drafting.loaded_draft(version)
    assert (loaded.name, loaded.definitions.description) == ('A & B <"C">', "{x} & <y>")
