"""The lists of submissions and decisions: filters, pages, parts, and a fixed number of queries."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from decisions.enums import Outcome
from decisions.events import SYSTEM, Actor
from decisions.models import Decision
from decisions.services import intake, settlement
from tests.rules import FACTS, NOW, person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]
DECISIONS, SUBMISSIONS = reverse("decisions:decision_list"), reverse("decisions:submission_list")


@pytest.fixture
def mateo():
    return person("Mateo Ruiz", "reviewer")


@pytest.fixture
def client(mateo):
    client = Client()
    client.force_login(mateo)
    return client


@pytest.fixture
def model():
    return small_model()


def decide(number, *, amount=500, at=NOW):
    return intake.submit_and_decide(
        "spending",
        {**FACTS, "id": f"REQ-{number}", "amount": amount},
        evidence={},
        source="test",
        actor=SYSTEM,
        now=at + timedelta(seconds=number),
    )


def shown(answer):
    return re.findall(r"Spending (REQ-\d+)</a>", answer.content.decode())


@pytest.mark.parametrize("url", [DECISIONS, SUBMISSIONS])
def test_lists_are_for_readers_only(url):
    assert Client().get(url).status_code == 302
    outsider = Client()
    outsider.force_login(person("Bot", "integration"))
    assert outsider.get(url).status_code == 403


@pytest.mark.parametrize("url", [DECISIONS, SUBMISSIONS])
def test_empty_list_says_what_to_expect(client, url):
    html = client.get(url).content.decode()
    assert "yet" in html
    assert "<tbody" not in html


def test_first_day_shows_how_to_send_a_submission(client):
    assert (
        "curl -X POST http://testserver/api/v1/submissions"
        in client.get(SUBMISSIONS).content.decode()
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["REQ-4", "REQ-3", "REQ-2", "REQ-1"]),
        ("?outcome=reject", ["REQ-2"]),
        ("?outcome=review", ["REQ-4", "REQ-3"]),
        ("?settled_by=rules", ["REQ-2", "REQ-1"]),
        ("?q=REQ-3", ["REQ-3"]),
        ("?q=spending+req-2", ["REQ-2"]),
        ("?model=spending&outcome=approve", ["REQ-1"]),
        ("?from=2026-11-24", []),
        ("?from=2026-11-23&to=2026-11-23", ["REQ-4", "REQ-3", "REQ-2", "REQ-1"]),
        ("?to=2026-11-22", []),
        ("?failed=on", []),
    ],
)
def test_decisions_are_filtered(client, model, query, expected):
    for number, amount in enumerate([500, 1001, 700, 800], 1):
        decide(number, amount=amount)
    assert shown(client.get(DECISIONS + query)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [("?state=settled", ["REQ-1"]), ("?state=in_review", ["REQ-2"]), ("?q=REQ-1", ["REQ-1"])],
)
def test_submissions_are_filtered(client, model, query, expected):
    decide(1)
    decide(2, amount=700)
    assert shown(client.get(SUBMISSIONS + query)) == expected


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?outcome=maybe", "Outcome:"),
        ("?from=yesterday", "Write it like 2026-11-23."),
        ("?model=unknown", "Model:"),
    ],
)
def test_filter_that_cannot_be_read_is_named_and_left_out(client, model, query, words):
    decide(1)
    answer = client.get(DECISIONS + query)
    assert shown(answer) == ["REQ-1"]
    assert words in answer.content.decode()
    assert "This filter is not applied." in answer.content.decode()


def test_no_match_offers_to_clear_the_filters(client, model):
    decide(1)
    html = client.get(f"{DECISIONS}?q=nobody").content.decode()
    assert "No decision fits these filters" in html
    assert f'href="{DECISIONS}"' in html


@pytest.mark.parametrize("url", [DECISIONS, SUBMISSIONS])
def test_pages_walk_to_the_end_and_back(client, model, url):
    for number in range(1, 121):
        decide(number)
    seen, address = [], url
    while address:
        answer = client.get(address)
        seen.append(shown(answer))
        older = re.search(r'href="(\?before=[^"]+)"', answer.content.decode())
        address = url + older[1] if older else ""
    assert [len(page) for page in seen] == [50, 50, 20]
    assert [n for page in seen for n in page] == [f"REQ-{n}" for n in range(120, 0, -1)]
    newer = re.search(r'href="(\?after=[^"]+)"', answer.content.decode())
    assert shown(client.get(url + newer[1])) == seen[1]


def test_htmx_gets_the_part_and_keeps_its_address_apart(client, model):
    decide(1)
    answer = client.get(DECISIONS, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert html.lstrip().startswith('<div id="results"')
    assert "<html" not in html
    assert "HX-Request" in answer.headers["Vary"]


def test_person_who_settled_stands_in_the_list(client, model, mateo):
    decision = decide(1, amount=700)
    settlement.settle(
        decision,
        outcome=Outcome.APPROVE,
        reasons=["CLEARED"],
        actor=Actor.person(mateo),
        now=NOW + timedelta(hours=1),
    )
    html = client.get(DECISIONS).content.decode()
    assert "Mateo Ruiz</span>" in html
    assert "Cleared" in html


@pytest.mark.parametrize("url", [DECISIONS, SUBMISSIONS])
def test_number_of_queries_does_not_grow_with_the_list(
    client, model, url, django_assert_num_queries, django_assert_max_num_queries
):
    decide(1)
    client.get(url)
    with django_assert_max_num_queries(8) as few:
        client.get(url)
    for number in range(2, 30):
        decide(number, amount=700 if number % 2 else 500)
    with django_assert_num_queries(len(few)):
        client.get(url)


def test_list_never_reads_facts(client, model, django_assert_max_num_queries):
    decide(1)
    with django_assert_max_num_queries(8) as queries:
        client.get(DECISIONS)
    assert [q["sql"] for q in queries if '"facts"' in q["sql"] or '"dmn"' in q["sql"]] == []
    assert Decision.objects.count() == 1
