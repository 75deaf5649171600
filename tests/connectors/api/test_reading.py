"""Lists, decisions, deliveries, health and documentation by API; who may call what."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from connectors.models import Delivery, Pulse
from connectors.services.dispatch import dispatch
from decisions.models import AuditEvent, Decision, Submission
from tests.connectors.records import NOW, sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spending")]


def send(caller, count=1, **facts):
    given = {"amount": 500, "country": "GB", **facts}
    return [
        caller.post(
            "submissions",
            {"model": "spending", "facts": {"id": f"REQ-{n}", **given}},
            Prefer="wait=5",
        ).json()
        for n in range(count)
    ]


def test_list_is_walked_by_cursor_without_gap_or_repetition(caller):
    sent = [body["id"] for body in send(caller, 7)]
    seen, cursor = [], ""
    for _ in range(10):
        body = caller.get(f"submissions?limit=3&cursor={cursor}").json()
        seen += [row["id"] for row in body["results"]]
        if not body["more"]:
            break
        cursor = body["next"]
    assert seen == sent[::-1]
    assert body["next"] is None


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("model=spending", 3),
        ("model=other", 0),
        ("state=settled", 2),
        ("state=in_review", 1),
        ("reference=REQ-0", 2),
        ("reference=REQ", 0),
        ("state=settled&reference=REQ-1", 1),
    ],
)
def test_submissions_are_filtered(caller, query, count):
    send(caller, 2)
    send(caller, 1, amount=700)
    assert len(caller.get(f"submissions?{query}").json()["results"]) == count


@pytest.mark.parametrize(
    ("query", "count"),
    [("outcome=approve", 2), ("outcome=review", 1), ("settled_by=rules", 2), ("failed=true", 0)],
)
def test_decisions_are_filtered(caller, query, count):
    send(caller, 2)
    send(caller, 1, amount=700)
    assert len(caller.get(f"decisions?{query}").json()["results"]) == count


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("submissions?colour=red", "colour"),
        ("submissions?state=lost", "state"),
        ("submissions?limit=0", "limit"),
        ("submissions?limit=201", "limit"),
        ("submissions?limit=x", "limit"),
        ("submissions?cursor=%20", "cursor"),
        ("submissions?cursor=e30", "cursor"),
        ("submissions?updated_since=yesterday", "updated_since"),
        ("submissions?updated_since=2026-01-01&cursor=AAAA", "cursor"),
        ("decisions?outcome=maybe", "outcome"),
        ("decisions?failed=no", "failed"),
        ("deliveries?state=lost", "state"),
        ("deliveries?updated_since=2026-01-01", "updated_since"),
    ],
)
def test_wrong_parameter_is_refused_by_name(caller, address, field):
    answer = caller.get(address)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_changes_are_followed_from_call_to_call(caller):
    first = [body["id"] for body in send(caller, 3)]
    start = "2026-01-01T00:00:00Z"
    # What changed in the last seconds may be shown again, so let it be older.
    Submission.objects.update(updated_at=timezone.now() - timedelta(minutes=1))
    body = caller.get(f"submissions?updated_since={start}&limit=2").json()
    assert ([row["id"] for row in body["results"]], body["more"]) == (first[:2], True)
    cursor = body["next"]
    body = caller.get(f"submissions?updated_since={start}&limit=2&cursor={cursor}").json()
    assert ([row["id"] for row in body["results"]], body["more"]) == (first[2:], False)
    cursor = body["next"]
    body = caller.get(f"submissions?updated_since={start}&cursor={cursor}").json()
    assert (body["results"], body["next"]) == ([], cursor)
    (later,) = send(caller, 1, id="REQ-9")
    body = caller.get(f"submissions?updated_since={start}&cursor={cursor}").json()
    assert [row["id"] for row in body["results"]] == [later["id"]]


def test_change_of_the_last_seconds_is_shown_again_rather_than_missed(caller):
    (sent,) = send(caller, 1)
    body = caller.get("submissions?updated_since=2026-01-01").json()
    again = caller.get(f"submissions?updated_since=2026-01-01&cursor={body['next']}").json()
    assert [row["id"] for row in again["results"]] == [sent["id"]]


def test_decision_is_read_with_its_explanation(caller):
    (sent,) = send(caller, 1)
    body = caller.get(f"decisions/{sent['decision']['id']}").json()
    assert (body["outcome"], body["version"], body["model"]) == ("approve", 1, "spending")
    assert body["replayed_same"] is True
    table = next(part for part in body["explanation"] if part["name"] == "Spend rules")
    assert [rule["matched"] for rule in table["rules"]][-1] is True


def test_list_asks_as_often_for_many_as_for_few(caller, django_assert_max_num_queries):
    send(caller, 12)
    with django_assert_max_num_queries(4):
        caller.get("decisions")
    with django_assert_max_num_queries(4):
        caller.get("submissions")


def test_delivery_is_listed_and_sent_again(caller):
    sandbox()
    send(caller, 1)
    event = AuditEvent.objects.get(kind="decision.settled")
    dispatch([event.pk], now=NOW)
    Delivery.objects.update(state="dead", next_attempt_at=None)
    (row,) = caller.get("deliveries?state=dead&connector=sandbox").json()["results"]
    answer = caller.post(f"deliveries/{row['id']}/resend")
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    assert AuditEvent.objects.filter(kind="delivery.resent", actor_name="CRM, live").count() == 1
    again = caller.post(f"deliveries/{row['id']}/resend")
    assert again.status_code == 409
    assert caller.get(f"deliveries/{row['id']}").json()["state"] == "pending"


SCOPES = {
    "submissions:write": [("POST", "submissions"), ("POST", "submissions:batch")],
    "submissions:read": [("GET", "submissions"), ("GET", "submissions/{submission}")],
    "decisions:read": [("GET", "decisions"), ("GET", "decisions/{decision}")],
    "deliveries:write": [("GET", "deliveries")],
}
CALLS = [(scope, *call) for scope, calls in SCOPES.items() for call in calls]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("needed", "method", "path"), CALLS)
def test_call_needs_its_scope(caller, caller_with, scope, needed, method, path):
    send(caller, 1)
    address = path.format(
        submission=Submission.objects.get().pk, decision=Decision.objects.get().pk
    )
    other = caller_with(scope)
    answer = other.post(address, {}) if method == "POST" else other.get(address)
    assert (answer.status_code == 403) is (scope != needed)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer clr_wrong", "Basic dXNlcjpwYXNz", "Token clr_x"]
)
def test_call_without_a_key_is_refused(header):
    answer = Client().get("/api/v1/submissions", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Clearance API"'
    assert answer["Content-Type"] == "application/problem+json"


def test_session_of_a_person_opens_no_call(client, django_user_model):
    person = django_user_model.objects.create_user("ana@example.com", "correct horse", name="Ana")
    client.force_login(person)
    assert client.get("/api/v1/submissions").status_code == 401


def test_other_address_and_method_are_problems_too(caller):
    assert caller.get("nothing/here").json()["status"] == 404
    answer = caller.post("decisions", {})
    assert answer.status_code in {403, 405}
    assert answer["Content-Type"] == "application/problem+json"


def test_health_names_each_part(client):
    Pulse.objects.update_or_create(part="worker", defaults={"seen_at": timezone.now()})
    body = client.get("/api/v1/health").json()
    assert (body["database"], body["worker"]) == (True, True)
    assert set(body) == {"status", "database", "broker", "worker", "worker_seen_at"}


def test_health_says_when_no_worker_was_seen(client):
    answer = client.get("/api/v1/health")
    assert answer.status_code == 503
    assert answer.json()["worker"] is False


def test_document_describes_every_call(client):
    answer = client.get("/api/v1/schema/")
    assert answer.status_code == 200
    document = json.loads(answer.content)
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/api/v1/submissions",
        "/api/v1/submissions:batch",
        "/api/v1/submissions/{submission_id}",
        "/api/v1/decisions",
        "/api/v1/decisions/{decision_id}",
        "/api/v1/deliveries",
        "/api/v1/deliveries/{delivery_id}",
        "/api/v1/deliveries/{delivery_id}/resend",
        "/api/v1/webhooks",
        "/api/v1/webhooks/{webhook_id}",
        "/api/v1/me",
        "/api/v1/health",
    }
    batch = document["paths"]["/api/v1/submissions:batch"]["post"]["requestBody"]["content"]
    assert set(batch) == {"application/json", "application/x-ndjson"}


def test_reference_page_shows_every_call(client):
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    document = json.loads(client.get("/api/v1/schema/").content)
    calls = sum(len(methods) for methods in document["paths"].values())
    assert page.content.decode().count("<details") == calls
