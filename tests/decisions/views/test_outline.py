"""The graph of a draft, its decisions as forms, and what happens when two people are at it."""

import pytest
from django.test import Client
from django.urls import reverse

from decisions.models import DecisionModel, DraftChange, ModelVersion
from decisions.services import drafting
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
PLACE = ["spending", 2]
GRAPH = reverse("decisions:draft_graph", args=PLACE)
NEW = reverse("decisions:draft_add_table", args=PLACE)
RULES = reverse("decisions:draft_decision", args=[*PLACE, "spend_rules"])
ANSWER = reverse("decisions:draft_decision", args=[*PLACE, "decision"])
TEXT = '{outcome: Spend rules.outcome, queue: Spend rules.queue, reasons: [{code: "X"}]}'


@pytest.fixture
def ines():
    return person("Ines Carvalho", "rule_author")


@pytest.fixture
def client(ines):
    model = small_model()
    model.refresh_from_db()
    drafting.start_draft(model, based_on=model.live_version, author=ines, note="", now=NOW)
    return signed_in(ines)


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


def draft():
    return ModelVersion.objects.get(number=2)


def saved(**changes):
    fields = {"name": "Decision", "text": TEXT, "decisions": ["Spend rules"], "revision": 0}
    return {**fields, **changes}


def test_graph_leads_to_tables_and_expressions(client):
    page = client.get(GRAPH).text
    table = reverse("decisions:draft_table", args=[*PLACE, "spend_table"])
    assert f'href="{table}" class="g-node"' in page
    assert f'href="{ANSWER}" class="g-node"' in page
    assert "gives the outcome" in page
    assert 'aria-current="page">Graph' in page


def test_pages_of_a_draft_ask_few_queries(client, django_assert_max_num_queries):
    client.get(GRAPH)
    for url in (GRAPH, ANSWER, NEW):
        with django_assert_max_num_queries(14):
            client.get(url)


def test_author_changes_an_expression_and_what_it_reads(client):
    assert client.post(ANSWER, saved()).url == GRAPH
    (change,) = DraftChange.objects.all()
    assert change.summary == "Decision changed: Decision"
    page = client.get(ANSWER).text
    assert "reasons: [{code: &quot;X&quot;}]" in page


def test_expression_that_does_not_parse_is_refused_at_the_form(client):
    answer = client.post(ANSWER, saved(text="{outcome: "))
    assert answer.status_code == 422
    assert "{outcome: " in answer.text
    assert DraftChange.objects.count() == 0


def test_requirement_that_is_still_used_stays(client):
    answer = client.post(RULES, {"name": "Spend rules", "inputs": ["country", "limits"]})
    assert answer.status_code == 422
    assert "amount" in answer.text
    assert DraftChange.objects.count() == 0


def test_rename_is_followed_by_readers(client):
    inputs = ["amount", "country", "limits"]
    assert client.post(RULES, {"name": "Checks", "inputs": inputs}).url == GRAPH
    assert "Checks.outcome" in client.get(ANSWER).text
    assert DraftChange.objects.get().summary == "Decision renamed: Spend rules is now Checks"


def test_decision_that_gives_the_outcome_keeps_its_name(client):
    answer = client.post(ANSWER, saved(name="Answer"))
    assert answer.status_code == 422
    assert "The outcome comes from “Decision”." in answer.text


def test_decision_that_is_read_cannot_be_removed(client):
    answer = client.post(f"{RULES}remove/")
    assert answer.status_code == 422
    assert "is read by “Decision”" in answer.text


def test_table_is_added_opened_and_removed(client, ines):
    lines = {"out-TOTAL_FORMS": 2, "out-INITIAL_FORMS": 0}
    answer = client.post(
        NEW,
        {
            "name": "Fee",
            "question": "What does it cost?",
            "inputs": ["amount", "limits"],
            "hit_policy": "UNIQUE",
            "revision": 0,
            **lines,
            "out-0-name": "fee",
            "out-0-type": "number",
        },
    )
    model = drafting.loaded_draft(draft())
    (fee,) = [one for one in model.decisions if one["name"] == "Fee"]
    table = fee["table"]
    assert answer.url == reverse("decisions:draft_table", args=[*PLACE, table["id"]])
    assert [column["text"] for column in table["inputs"]] == ["amount"]  # `limits` is a record.
    assert [(o["name"], o["type"]) for o in table["outputs"]] == [("fee", "number")]
    assert table["hit_policy"] == "UNIQUE"
    url = reverse("decisions:draft_decision_remove", args=[*PLACE, fee["id"]])
    assert client.post(url, {"revision": 1}).url == GRAPH
    assert len(drafting.loaded_draft(draft()).decisions) == 2
    drafting.undo(draft(), based_on=2, author=ines, now=NOW)
    assert len(drafting.loaded_draft(draft()).decisions) == 3


def test_second_author_is_told_who_changed_what(client):
    ann = signed_in(person("Ann Other", "rule_author"))
    ann.post(ANSWER, saved())
    answer = client.post(ANSWER, saved(text=TEXT.replace("X", "Y")))
    assert answer.status_code == 409
    assert "Ann Other changed" in answer.text
    assert "Decision changed: Decision" in answer.text
    assert DraftChange.objects.count() == 1


def test_published_version_is_shown_without_forms(client):
    live = ["spending", DecisionModel.objects.get().live_version.number]
    page = client.get(reverse("decisions:draft_decision", args=[*live, "decision"])).text
    assert 'name="text"' not in page
    assert "Spend rules.outcome" in page
    answer = client.post(reverse("decisions:draft_decision", args=[*live, "decision"]), saved())
    assert answer.status_code == 409


def test_change_is_taken_back_and_done_again_from_any_page(client):
    url = reverse("decisions:draft_take_back", args=PLACE)
    assert "Undo my last change" not in client.get(GRAPH).text
    client.post(ANSWER, saved())
    assert f'name="next" value="{GRAPH}"' in client.get(ANSWER).text
    assert client.post(url, {"act": "undo", "revision": 1, "next": GRAPH}).url == GRAPH
    assert "Took back: Decision changed: Decision." in client.get(GRAPH).text
    assert "reasons: [{code: &quot;X&quot;}]" not in client.get(ANSWER).text
    client.post(url, {"act": "redo", "revision": 2, "next": GRAPH})
    assert "reasons: [{code: &quot;X&quot;}]" in client.get(ANSWER).text


def test_taking_back_nothing_says_so_and_leads_nowhere_else(client):
    url = reverse("decisions:draft_take_back", args=PLACE)
    answer = client.post(url, {"act": "undo", "next": "https://elsewhere.example/"})
    assert answer.url == GRAPH
    assert "Nothing of yours is left to undo." in client.get(GRAPH).text
