"""The time machine's pages: a case as of a day beside today, a decision again, the rule base."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from decisions.events import SYSTEM
from decisions.models import Decision, ReferenceTable
from decisions.services import authoring, intake
from tests.rules import FACTS, HERE, NOW, person, publish_dmn, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]

HOUR = timedelta(hours=1)
LATER = NOW + 48 * HOUR


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """These pages ask the clock; it stands two days after the rules went live."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)


@pytest.fixture(autouse=True)
def model(today):
    return small_model()


@pytest.fixture
def client(model):
    client = Client()
    client.force_login(person("Leila Haddad", "auditor"))
    return client


def decide(**changes):
    return intake.submit_and_decide(
        "spending", {**FACTS, **changes}, evidence={}, source="CRM", actor=SYSTEM, now=NOW
    )


def change_limits(at):
    rows = [{"key": "most", "value": 5000}, {"key": "doubt", "value": 4000}]
    authoring.change_table(
        ReferenceTable.objects.get(key="limits"),
        rows=rows,
        author=None,
        actor=SYSTEM,
        reason="Budget",
        now=at,
    )


def moment(at):
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def lead(html):
    return re.search(r'<p class="why__lead">(.*?)</p>', html, re.DOTALL)[1]


def lines(html):
    found = re.findall(
        r'rowheader" scope="row">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>',
        html[html.index("differs") :],
    )
    return [tuple(re.sub(r"<svg.*?</svg>|<[^>]+>", "", cell) for cell in line) for line in found]


def again(client, decision, **query):
    answer = client.get(reverse("decisions:decision_again", args=[decision.pk]), query)
    return answer.status_code, answer.content.decode()


def run(client, **asked):
    answer = client.post(reverse("decisions:time_machine"), asked)
    return answer.status_code, answer.content.decode()


def test_decision_that_nothing_has_changed_for_is_the_same_twice(client):
    code, html = again(client, decide())
    assert code == 200
    assert "Bit for bit the record" in html
    assert lead(html) == "Approved both times, down to every value."


def test_decision_stands_beside_todays_rules_with_what_differs(client):
    decision = decide(amount=1001)
    change_limits(NOW + HOUR)
    code, html = again(client, decision)
    assert code == 200
    assert lead(html) == (
        "Rejected as of then, approved today, because in Spend rules row 4 answers in place of "
        "row 1."
    )
    assert lines(html)[:2] == [
        ("Outcome", "Rejected", "Approved"),
        ("Spend rules, row that matched", "Row 1", "Row 4"),
    ]
    assert "1000" in html
    assert "5000" in html


def test_decision_can_be_compared_with_any_day(client):
    decision = decide(amount=1001)
    change_limits(NOW + 5 * HOUR)
    assert lead(again(client, decision, at=moment(NOW + 4 * HOUR))[1]).startswith("Rejected both")
    words = lead(again(client, decision, at=moment(NOW + 6 * HOUR))[1])
    assert words.startswith("Rejected as of then, approved as of 23 November 2026, 16:00")


def test_clock_of_then_can_be_kept(client, model):
    dmn = (HERE / "small.dmn").read_text()
    clocked = dmn.replace(
        "<text>amount</text>",
        '<text>if now() &gt; date and time("2026-11-24T10:00:00Z") then 2000 else amount</text>',
    )
    publish_dmn(model, clocked, now=NOW)
    decision = decide()
    assert lead(again(client, decision)[1]).startswith("Approved as of then, rejected today")
    assert lead(again(client, decision, clock="then")[1]).startswith("Approved both times")


def test_day_to_come_and_nonsense_are_refused(client):
    decision = decide()
    code, html = again(client, decision, at=moment(LATER + HOUR))
    assert (code, "Give a moment that has passed." in html) == (422, True)
    code, html = again(client, decision, at="soon")
    assert (code, "That is not a moment." in html) == (422, True)
    code, html = again(client, decision, at=moment(NOW - HOUR))
    assert (code, "had no live version then" in html) == (422, True)


def test_reference_is_decided_as_of_a_day_and_today(client):
    decide(amount=1001)
    change_limits(NOW + 24 * HOUR)
    code, html = run(client, reference="REQ-1", at=moment(NOW + HOUR))
    assert code == 200
    assert lead(html).startswith("Rejected as of 23 November 2026, 11:00, approved today")
    assert "by the rules" in html


def test_reference_nobody_knows_is_told(client):
    code, html = run(client, reference="REQ-404")
    assert code == 422
    assert "There is no submission “REQ-404”." in html


def test_given_facts_are_decided_and_not_kept(client):
    change_limits(NOW + 24 * HOUR)
    facts = json.dumps({**FACTS, "amount": 1001})
    code, html = run(client, model="spending", facts=facts, at=moment(NOW + HOUR))
    assert code == 200
    assert lead(html).startswith("Rejected as of")
    assert Decision.objects.count() == 0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "Name a submission or a decision, or give facts."),
        ({"facts": "{", "model": "spending"}, "This is not JSON."),
        ({"facts": "[1]", "model": "spending"}, "Give one object of names and values"),
        ({"facts": "{}"}, "Choose the model that the facts are for."),
    ],
)
def test_what_is_missing_is_told_at_its_field(client, asked, told):
    code, html = run(client, **asked)
    assert (code, told in html) == (422, True)


def test_rule_base_of_a_day_is_listed_and_linked(client, model):
    change_limits(NOW + 24 * HOUR)
    url = reverse("decisions:rule_base")
    html = client.get(url, {"at": moment(NOW + HOUR)}).content.decode()
    assert reverse("decisions:model_version", args=["spending", 1]) in html
    assert reverse("decisions:reference_table_version", args=["limits", 1]) in html
    now = client.get(url).content.decode()
    assert reverse("decisions:reference_table_version", args=["limits", 2]) in now
    before = client.get(url, {"at": moment(NOW - HOUR)}).content.decode()
    assert "There was no model yet." in before


def test_rule_base_is_taken_away_as_a_file(client):
    answer = client.get(reverse("decisions:rule_base_zip"), {"at": moment(NOW + HOUR)})
    assert answer["Content-Disposition"] == 'attachment; filename="rule-base-2026-11-23-1100.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
        assert pack.namelist() == [
            "models/spending-v1.dmn",
            "reference-tables/limits-v1.json",
            "manifest.json",
        ]


def test_decision_page_leads_to_the_run_for_those_who_may(client):
    decision = decide()
    page, link = (
        reverse(f"decisions:{name}", args=[decision.pk]) for name in ("decision", "decision_again")
    )
    assert link in client.get(page).content.decode()
    reviewer = Client()
    reviewer.force_login(person("Mateo Ruiz", "reviewer"))
    assert link not in reviewer.get(page).content.decode()
