"""Integrations subscribe to webhooks, check their key, and speak in flat records."""

import json

import pytest
from django.utils import timezone

from connectors.models import Connector, Delivery
from connectors.services import api_keys, sending
from connectors.services.dispatch import dispatch
from connectors.signing import verify
from decisions.events import SYSTEM
from tests.connectors.records import NOW, settled_decision
from tests.rules import person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]
SCOPES = ["decisions:read", "submissions:read", "submissions:write", "webhooks:write"]


@pytest.fixture
def caller(client):
    """Calls the API with a fresh key: caller("POST", "/webhooks", {...})."""

    def caller_of(name):
        _, key = api_keys.create(
            name=name,
            scopes=SCOPES,
            user=person(name, "integration"),
            creator=None,
            actor=SYSTEM,
            expires_at=None,
            now=timezone.now(),
        )

        def call(method, path, body=None):
            return client.generic(
                method,
                f"/api/v1{path}",
                json.dumps(body) if body is not None else "",
                content_type="application/json",
                headers={"Authorization": f"Bearer {key}"},
            )

        return call

    return caller_of


def test_webhook_is_subscribed_and_hears_flat_signed_messages(caller, receiver):
    call = caller("OneTeg")
    made = call("POST", "/webhooks", {"url": receiver.url("/flow"), "flat": True}).json()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in call("GET", f"/webhooks/{made['id']}").json()
    assert [one["id"] for one in call("GET", "/webhooks").json()["results"]] == [made["id"]]
    _, event = settled_decision()
    dispatch([event.pk], now=NOW)
    sending.send_due(now=NOW)
    (request,) = receiver.requests
    verify(request["content"], request["headers"], keys=[made["secret"]], now=NOW)
    message = json.loads(request["content"])
    assert message["data.outcome"] == "approve"
    assert all(not isinstance(value, dict) for value in message.values())


def test_webhook_of_another_key_is_not_there(caller, receiver):
    made = caller("OneTeg")("POST", "/webhooks", {"url": receiver.url("/flow")}).json()
    other = caller("Zapier")
    assert other("GET", f"/webhooks/{made['id']}").status_code == 404
    assert other("DELETE", f"/webhooks/{made['id']}").status_code == 404
    assert other("GET", "/webhooks").json() == {"results": []}


def test_ended_webhook_hears_nothing_and_stays_on_record(caller, receiver):
    call = caller("OneTeg")
    made = call("POST", "/webhooks", {"url": receiver.url("/flow")}).json()
    assert call("DELETE", f"/webhooks/{made['id']}").status_code == 204
    assert call("DELETE", f"/webhooks/{made['id']}").status_code == 404
    _, event = settled_decision()
    dispatch([event.pk], now=NOW)
    assert Delivery.objects.count() == 0
    assert Connector.objects.get().history.count() == 2


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "/url"),
        ({"url": 5}, "/url"),
        ({"url": "https://a.example", "topics": "all"}, "/topics"),
        ({"url": "https://a.example", "flat": "yes"}, "/flat"),
        ({"url": "https://a.example", "secret": "x"}, "/secret"),
        ({"url": "ftp://a.example"}, "url"),
        ({"url": "https://a.example", "topics": ["Bad Topic"]}, "topics"),
    ],
)
def test_wrong_subscription_says_where(caller, body, where):
    answer = caller("OneTeg")("POST", "/webhooks", body)
    assert answer.status_code == 422
    assert where in [error["field"] for error in answer.json()["errors"]]
    assert Connector.objects.count() == 0


def test_key_is_told_who_it_is(caller):
    answer = caller("OneTeg")("GET", "/me").json()
    assert answer == {
        "name": "OneTeg",
        "integration": "OneTeg",
        "scopes": SCOPES,
        "expires_at": None,
    }


def test_flat_submission_is_decided_and_answered_flat(caller):
    small_model()
    call = caller("OneTeg")
    body = {"model": "spending", "id": "REQ-9", "amount": 100, "country": "GB"}
    answer = call("POST", "/submissions?flat=true", body)
    assert answer.status_code == 202
    assert answer.json()["model"] == "spending"
    rows = call("GET", "/submissions?flat=true").json()["results"]
    assert [row["reference"] for row in rows] == [answer.json()["reference"]]
    clash = call("POST", "/submissions?flat=true", {**body, "amount.x": 1})
    assert clash.status_code == 422
