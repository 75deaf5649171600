"""The audit trail: who may read it, what it finds, and what its export holds."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from decisions import events
from decisions.enums import EventKind
from decisions.events import SYSTEM, Actor
from decisions.models import AuditEvent
from decisions.services import sealing
from tests.rules import person

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TRAIL = reverse("decisions:audit")


@pytest.fixture
def leila():
    return person("Leila Haddad", "auditor")


@pytest.fixture
def client(leila):
    client = Client()
    client.force_login(leila)
    return client


@pytest.fixture
def ben():
    return person("Ben Okri", "reviewer")


def happened(subject, *, actor=SYSTEM, at=NOON, kind=EventKind.PERSON_CHANGED, **more):
    more.setdefault("detail", {"roles": ["reviewer"], "active": True})
    with transaction.atomic():
        return events.record(kind, subject, actor=actor, now=at, **more)


def shown(response):
    return [row["event"].pk for row in response.context["rows"]]


def test_auditors_read_the_trail_and_reviewers_are_told_who_may(client, ben):
    event = happened(ben)
    assert event.pk in shown(client.get(TRAIL))
    other = Client()
    other.force_login(ben)
    refused = other.get(TRAIL)
    assert refused.status_code == 403
    assert "This needs the role auditor or admin." in refused.text


@pytest.mark.parametrize("name", ["audit", "audit_export"])
def test_signed_out_visitors_go_to_sign_in(name):
    address = reverse(f"decisions:{name}")
    response = Client().get(address)
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={address}")


def test_filters_narrow_by_kind_person_record_day_and_text(client, leila, ben):
    by_leila = happened(ben, actor=Actor.person(leila))
    by_nobody = happened(leila, at=NOON - timedelta(days=1), kind=EventKind.PERSON_INVITED)
    asked = {
        "kind=person.invited": [by_nobody.pk],
        f"kind=person.changed&actor={leila.pk}": [by_leila.pk],
        f"kind=person.changed&about={ben.pk}": [by_leila.pk],
        "from=2026-11-22&to=2026-11-22": [by_nobody.pk],
        f"kind=person.changed&q={ben.pk}": [by_leila.pk],
        f"q={by_leila.pk}": [by_leila.pk],
        "q=nothing+of+that+name": [],
    }
    assert {query: shown(client.get(f"{TRAIL}?{query}")) for query in asked} == asked


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=yesterday", "That is not a day. Write it like 2026-11-23."),
        ("to=9999-12-31", "Give a year from 1970 to 2199."),
        ("from=0001-01-01", "Give a year from 1970 to 2199."),
        ("actor=me", "Who: "),
        ("kind=party", "Event: "),
        ("q=%00", "Search: "),
    ],
)
def test_filters_that_are_not_understood_are_named_and_not_applied(client, ben, query, words):
    happened(ben)
    response = client.get(f"{TRAIL}?{query}")
    assert response.status_code == 200
    assert len(response.context["misread"]) == 1
    assert words in response.context["misread"][0]
    assert "not applied" in response.text


def test_pages_follow_each_other_without_loss(client, ben):
    made = [happened(ben, at=NOON + timedelta(seconds=n)).pk for n in range(120)]
    first = client.get(f"{TRAIL}?about={ben.pk}")
    second = client.get(f"{TRAIL}?about={ben.pk}&before={first.context['page'].older}")
    third = client.get(f"{TRAIL}?about={ben.pk}&before={second.context['page'].older}")
    assert shown(first) + shown(second) + shown(third) == made[::-1]
    assert third.context["page"].older == ""
    back = client.get(f"{TRAIL}?about={ben.pk}&after={third.context['page'].newer}")
    assert shown(back) == shown(second)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "a" * 500, "ü", "-_-_-_-_-_-_-_-_-_-_-_"])
def test_broken_cursor_gives_an_answer_not_an_error(client, ben, cursor):
    happened(ben)
    for name in ("before", "after"):
        assert client.get(f"{TRAIL}?{name}={cursor}").status_code == 200


def test_event_names_its_cause_what_it_led_to_and_who_answered(client, ben):
    cause = happened(ben, kind=EventKind.PERSON_INVITED)
    event = happened(ben, caused_by=cause.pk, at=NOON + timedelta(seconds=1))
    later = happened(ben, caused_by=event.pk, at=NOON + timedelta(seconds=2))
    response = client.get(reverse("decisions:audit_event", args=[event.pk]))
    chosen = response.context["chosen"]
    assert chosen["cause"] == cause
    assert chosen["following"] == [later]
    assert chosen["sentence"] == "Roles now: reviewer"
    assert chosen["hash"] == sealing.event_hash(event)
    assert chosen["seal"] is None
    assert reverse("decisions:person", args=[ben.pk]) in response.text


def test_event_of_a_kind_with_subscribers_says_who_has_not_answered(client, ben):
    event = happened(ben, kind=EventKind.DECISION_SETTLED, detail={"outcome": "approve"})
    response = client.get(reverse("decisions:audit_event", args=[event.pk]))
    assert response.context["chosen"]["receipts"] == [("connectors.tasks.dispatch", False)]
    assert "waits for an answer" in response.text


def test_event_finds_its_seal_among_many(client, ben):
    made = []
    for minute in range(0, 70, 10):
        made.append(happened(ben, at=NOON + timedelta(minutes=minute)))
        sealing.seal(now=NOON + timedelta(minutes=minute + 6))
    response = client.get(reverse("decisions:audit_event", args=[made[2].pk]))
    seal = response.context["chosen"]["seal"]
    assert seal.first_event <= made[2].pk <= seal.last_event


def test_unknown_event_is_not_found(client):
    assert client.get(f"{TRAIL}0193a1f2-7c10-7000-8000-000000000000/").status_code == 404


def test_check_says_that_the_chain_is_unbroken(client, ben):
    happened(ben)
    sealing.seal(now=NOON + timedelta(hours=1))
    response = client.post(reverse("decisions:audit_check"), follow=True)
    assert "The chain is unbroken: seals 1 to 1 over 1 events" in response.text


def test_check_of_an_unsealed_log_says_so(client):
    response = client.post(reverse("decisions:audit_check"), follow=True)
    assert "Nothing is sealed yet, so there is nothing to check." in response.text


def test_check_names_the_seal_that_broke(client, ben):
    event = happened(ben)
    sealing.seal(now=NOON + timedelta(hours=1))
    AuditEvent.objects.filter(pk=event.pk).update(actor_name="Somebody else")
    response = client.post(reverse("decisions:audit_check"), follow=True)
    assert "The chain is broken at seal 1" in response.text


def test_check_is_not_run_by_a_link(client):
    assert client.get(reverse("decisions:audit_check")).status_code == 405


def exported(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_export_holds_the_filtered_events_with_their_hashes(client, ben):
    wanted = happened(ben)
    happened(ben, kind=EventKind.PERSON_INVITED)
    rows = exported(client.get(reverse("decisions:audit_export") + "?kind=person.changed"))
    assert [(row["id"], row["hash"]) for row in rows] == [
        (str(wanted.pk), sealing.event_hash(wanted))
    ]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_export_cannot_run_a_formula(client, ben, name):
    happened(ben, actor=Actor(SYSTEM.kind, name=name))
    rows = exported(client.get(reverse("decisions:audit_export") + "?kind=person.changed"))
    assert rows[0]["who"] == f"'{name}"


def test_export_says_where_it_was_cut_off(client, ben, monkeypatch):
    monkeypatch.setattr("decisions.views.audit.MOST_EXPORTED", 2)
    for second in range(3):
        happened(ben, at=NOON + timedelta(seconds=second))
    rows = exported(client.get(reverse("decisions:audit_export") + "?kind=person.changed"))
    assert len(rows) == 3
    assert rows[2]["time"].startswith("Cut off here: an export holds at most 2 events.")


def test_partial_answers_hold_no_frame(client, ben):
    event = happened(ben)
    response = client.get(
        reverse("decisions:audit_event", args=[event.pk]),
        headers={"HX-Request": "true", "HX-Source": f"a#e-{event.pk}"},
    )
    assert "<html" not in response.text
    assert "data-focus" in response.text
    assert 'id="export"' in response.text
    assert 'hx-swap-oob="true"' in response.text


def test_queries_do_not_grow_with_the_list(client, ben, leila, django_assert_num_queries):
    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            client.get(TRAIL)
        return len(queries)

    happened(ben)
    few = count()
    for second in range(40):
        happened(leila if second % 2 else ben, at=NOON + timedelta(seconds=second))
    assert count() == few
