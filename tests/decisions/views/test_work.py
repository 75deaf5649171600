"""One decision and one submission: the reason first, the proof below."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from decisions.enums import Outcome
from decisions.events import SYSTEM, Actor
from decisions.ids import new_id
from decisions.models import Decision, Evidence
from decisions.services import explanation, intake, settlement, stopping
from tests.rules import FACTS, NOW, person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]


@pytest.fixture
def mateo():
    return person("Mateo Ruiz", "reviewer")


@pytest.fixture
def client(mateo):
    client = Client()
    client.force_login(mateo)
    return client


@pytest.fixture(autouse=True)
def model():
    return small_model()


def decide(**changes):
    return intake.submit_and_decide(
        "spending", {**FACTS, **changes}, evidence={}, source="CRM", actor=SYSTEM, now=NOW
    )


def page(client, decision, query=""):
    answer = client.get(reverse("decisions:decision", args=[decision.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def hit_row(html):
    return re.search(r'<tr class="is-hit[^>]*>.*?</tr>', html, re.DOTALL)[0]


def test_page_is_for_readers_only():
    url = reverse("decisions:decision", args=[decide().pk])
    assert Client().get(url).status_code == 302
    outsider = Client()
    outsider.force_login(person("Bot", "integration"))
    assert outsider.get(url).status_code == 403


def test_unknown_decision_is_absent(client):
    assert client.get(reverse("decisions:decision", args=[new_id(NOW)])).status_code == 404


def test_matched_row_shows_its_cells_beside_the_values(client):
    row = hit_row(page(client, decide(amount=1001)))
    assert "is-hit--reject" in row
    assert '<th scope="row" class="xt__no">1<span class="vh"> matched</span>' in row
    assert 'data-label="Amount" data-value="1,001" class="is-yes"' in row
    assert "over 1000" in row  # The value of the reference table, not its name.
    assert 'title="&gt; limits.most"' in row
    assert "TOO_<wbr>MUCH" in row


def test_page_says_that_the_model_was_stopped_and_not_what_the_rules_said(client, model):
    stopping.stop(model, by=person("Ari", "approver"), reason="Wrong limits", now=NOW)
    html = page(client, decide(amount=1001))
    assert "The model was stopped, so a person decides" in html
    assert "Decided by <a" not in html


def test_rows_after_the_first_match_are_one_line(client):
    assert "Rows 3 to 4 were not read: the first match decides." in page(client, decide(amount=700))


def test_value_of_a_reference_table_leads_there(client):
    html = page(client, decide(amount=1001))
    link = reverse("decisions:reference_table", args=["limits"])
    assert f'comes from <a href="{link}">limits, line most</a>' in html


def test_path_to_the_outcome_is_hot_in_the_graph(client):
    html = page(client, decide(amount=1001))
    graph = re.search(r'<div class="graph graph--reject".*?</svg>', html, re.DOTALL)[0]
    hot = re.findall(r'g-node g-node--hot"><title>([^<]+)', graph)
    assert hot == ["Spend rules", "Decision"]
    assert graph.count('g-edge g-edge--hot"') == 1
    assert sorted(re.findall(r'class="g-input"><title>([^<]+)', graph)) == [
        "Amount",
        "Country",
        "Limits",
    ]


def test_facts_the_outcome_hangs_on_come_first(client):
    html = page(client, decide(amount=1001))
    facts = html[html.index('id="h-facts"') :]
    deciding, others = facts.split("Show the other 2 facts")
    assert re.findall(r'<th role="rowheader"[^>]*>([^<]+)', deciding) == ["Amount"]
    assert re.findall(r'<th role="rowheader"[^>]*>([^<]+)', others) == ["Id", "Country"]


def test_replay_that_gives_the_same_bytes_says_so(client):
    assert "Same facts, same rules, same bytes" in page(client, decide())


def test_replay_that_differs_is_told(client):
    decision = decide()
    Decision.objects.filter(pk=decision.pk).update(output_hash="0" * 64)
    assert "The result differs from the record." in page(client, decision)


def test_record_is_readable_when_its_rules_cannot_run(client, monkeypatch):
    decision = decide(amount=1001)

    def broken(*_):
        raise RuntimeError("this engine is too new")

    monkeypatch.setattr("decisions.views.work.explain", broken)
    html = page(client, decision)
    assert "cannot be run any more" in html
    assert "TOO_MUCH" in html


def test_failed_evaluation_shows_its_problem_and_never_an_approval(client):
    decision = decide()
    Decision.objects.filter(pk=decision.pk).update(
        failed=True,
        rules_outcome="review",
        outcome="review",
        settled_by="",
        settled_at=None,
        outputs=None,
        problems=[{"code": "X", "message": "No date.", "where": "/day", "hint": "Write a day."}],
    )
    html = page(client, decision)
    assert "Could not decide: No date." in html
    assert "Failed, in review" in html
    assert "Write a day." in html
    assert "never approved" in html


def test_verdict_of_a_person_stands_above_what_the_rules_said(client, mateo):
    decision = decide(amount=700)
    settlement.settle(
        decision,
        outcome=Outcome.APPROVE,
        reasons=["BUDGET_CONFIRMED"],
        actor=Actor.person(mateo),
        now=NOW + timedelta(hours=1),
    )
    html = page(client, decision)
    lead = re.search(r'<p class="why__lead">(.*?)</p>', html, re.DOTALL)[1]
    assert lead == "Approved by Mateo Ruiz: Budget confirmed."
    assert re.search(r"<dt>Rules said</dt><dd><span class=\"outcome outcome--review\">", html)
    assert "The rules stopped at" in html


def test_story_is_told_in_order(client):
    html = page(client, decide(amount=700))
    timeline = re.search(r'<ol class="timeline">.*?</ol>', html, re.DOTALL)[0]
    titles = re.findall(r"</span><span[^>]*>([^<]+)</span><time", timeline)
    assert titles == ["Submission received", "Rules evaluated", "Sent to a person"]


def test_audit_trail_is_linked_for_those_who_may_read_it(client):
    decision = decide()
    link = reverse("decisions:audit")
    assert link not in page(client, decision)
    auditor = Client()
    auditor.force_login(person("Leila Haddad", "auditor"))
    assert f"{link}?q={decision.submission_id}" in page(auditor, decision)


def test_neighbours_and_earlier_decisions_are_one_click_away(client):
    first, second = decide(), decide(amount=700)
    html = page(client, first)
    newer = reverse("decisions:decision", args=[second.pk])
    assert f'href="{newer}" aria-label="Newer decision"' in html
    assert "Older decision" not in html
    assert "Earlier for the same" in html


def test_page_takes_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    decision = decide(amount=1001)
    page(client, decision)
    with django_assert_max_num_queries(20):
        page(client, decision)


def test_submission_shows_facts_evidence_and_the_way_to_its_decision(client):
    decision = decide()
    Evidence.objects.create(
        id=new_id(NOW),
        submission=decision.submission,
        source="rss",
        facts=None,
        facts_hash="",
        problem="The feed did not answer.",
        read_at=NOW,
    )
    url = reverse("decisions:submission", args=[decision.submission_id])
    html = client.get(url).content.decode()
    assert reverse("decisions:decision", args=[decision.pk]) in html
    assert "The feed did not answer." in html
    assert re.search(r"Country</th><td role=\"cell\">GB</td>", html)
    assert "REQ-1" in html


def test_submission_that_waits_says_for_what(client):
    submission = intake.submit("spending", FACTS, source="CRM", actor=SYSTEM, now=NOW)
    html = client.get(reverse("decisions:submission", args=[submission.pk])).content.decode()
    assert "The rules have not decided yet." in html
    assert "Open decision" not in html


def test_explanation_and_page_agree_on_the_rows(client):
    decision = decide(amount=700)
    told = explanation.explain(Decision.objects.get(pk=decision.pk))
    matched = [entry["matched"] for entry in told.tables if entry["rules"]]
    assert matched == [[2]]
    assert 'class="xt__no">2<span' in hit_row(page(client, decision))


def test_conditions_of_an_approval_are_listed(client):
    decision = decide()
    conditions = [{"code": "LATE_START", "text": "Starts on 1 December.", "rule": "1.9"}]
    Decision.objects.filter(pk=decision.pk).update(conditions=conditions)
    html = page(client, decision)
    assert "On condition" in html
    assert "Starts on 1 December." in html
