"""Deliveries: sent with a valid signature, tried again, given up, sent again by hand."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from connectors.adapters.webhook import adapter
from connectors.enums import DELIVERY_TRANSITIONS, DeliveryState
from connectors.errors import Answer, DeliveryError
from connectors.http import Limits
from connectors.models import Delivery, DeliveryAttempt, Pulse
from connectors.services import attempts, configuration, sending
from connectors.services.backoff import ATTEMPTS, wait_after
from connectors.services.dispatch import dispatch
from connectors.signing import verify
from decisions.errors import Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent
from tests.connectors.records import NOW, kinds, sandbox, settled_decision, webhook
from tests.rules import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]


@pytest.fixture
def crm(receiver):
    return webhook(receiver.url("/hook"))


def requested(count=1):
    """Deliveries that were just asked for; returns the ids of their events."""
    for number in range(count):
        _, event = settled_decision(reference=f"REQ-{number}")
        dispatch([event.pk], now=NOW)
    return list(AuditEvent.objects.filter(kind="delivery.requested").values_list("pk", flat=True))


def test_delivery_arrives_with_a_valid_signature_and_the_whole_message(crm, receiver):
    (event,) = requested()
    assert sending.send([event], now=NOW) == 1
    delivery = Delivery.objects.get()
    (request,) = receiver.requests
    secret = configuration.secret_of(crm)
    verify(request["content"], request["headers"], keys=[secret], now=NOW)
    assert request["headers"]["webhook-id"] == str(delivery.pk)
    message = json.loads(request["content"])
    decision = delivery.action.decision
    assert message == {
        "type": "spending.decided",
        "timestamp": "2026-11-23T12:00:00.000+00:00",
        "data": {
            "action_id": str(delivery.action_id),
            "decision_id": str(decision.pk),
            "submission_id": str(decision.submission_id),
            "model": "spending",
            "reference": "REQ-0",
            "title": "Spending REQ-0",
            "outcome": "approve",
            "destination": None,
            "reasons": ["WITHIN_LIMIT"],
            "conditions": [],
            "settled_by": "rules",
            "settled_at": "2026-11-23T12:00:00.000+00:00",
            "outputs": {"outcome": "approve", "tier": "B"},
            "link": f"http://127.0.0.1:8000/decisions/{decision.pk}/",
        },
    }
    assert (delivery.state, delivery.attempts, delivery.last_code) == ("succeeded", 1, 200)
    assert delivery.next_attempt_at is None
    assert kinds()[-1] == "delivery.succeeded"
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.number, attempt.succeeded, attempt.code, attempt.answer) == (
        1,
        True,
        200,
        "taken",
    )


def test_message_that_arrives_twice_sends_once(crm, receiver):
    events = requested()
    sending.send(events, now=NOW)
    sending.send(events, now=NOW)
    assert len(receiver.requests) == 1


def test_temporary_failure_is_tried_again_with_the_same_bytes_and_id(crm, receiver):
    receiver.answer(503, b"busy")
    receiver.answer(200, b"taken")
    sending.send(requested(), now=NOW)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_code) == ("failed", 503)
    assert delivery.next_attempt_at == NOW + wait_after(1, seed=delivery.pk)
    assert sending.send_due(now=NOW + timedelta(seconds=1)) == 0
    assert sending.send_due(now=delivery.next_attempt_at) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("succeeded", 2)
    first, second = receiver.requests
    assert first["content"] == second["content"]
    assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
    assert kinds()[-2:] == ["delivery.failed", "delivery.succeeded"]


def test_receiver_says_how_long_to_wait(crm, receiver):
    receiver.answer(429, Retry_After="300")
    sending.send(requested(), now=NOW)
    assert Delivery.objects.get().next_attempt_at == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("code", [301, 400, 401, 404, 410, 422])
def test_final_refusal_is_given_up_at_once(crm, receiver, code):
    receiver.answer(code, b'{"message": "no"}')
    sending.send(requested(), now=NOW)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.last_code) == ("dead", 1, code)
    assert str(code) in delivery.last_problem
    assert delivery.next_attempt_at is None
    assert kinds()[-1] == "delivery.dead"
    assert DeliveryAttempt.objects.get().answer == '{"message": "no"}'


def test_delivery_is_given_up_after_all_attempts(crm, receiver):
    receiver.answer(500)
    sending.send(requested(), now=NOW)
    now = NOW
    for _ in range(ATTEMPTS - 1):
        now += timedelta(hours=8)
        sending.send_due(now=now)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("dead", ATTEMPTS)
    assert sending.send_due(now=now + timedelta(days=1)) == 0
    assert kinds().count("delivery.failed") == ATTEMPTS - 1


def test_dead_delivery_is_sent_again_by_hand_under_the_same_id(crm, receiver, messages):
    receiver.answer(404)
    receiver.answer(200)
    sending.send(requested(), now=NOW)
    delivery = Delivery.objects.get()
    admin = person("Sam Osei", "admin")
    from decisions.events import Actor

    sending.resend(delivery, actor=Actor.person(admin), now=NOW)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts_allowed) == ("pending", 1 + ATTEMPTS)
    assert kinds()[-2:] == ["delivery.resent", "delivery.requested"]
    resent = AuditEvent.objects.get(kind="delivery.resent")
    assert (resent.actor_name, resent.actor_id) == ("Sam Osei", admin.pk)
    again = AuditEvent.objects.filter(kind="delivery.requested").last()
    sending.send([again.pk], now=NOW)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("succeeded", 2)
    assert {request["headers"]["webhook-id"] for request in receiver.requests} == {str(delivery.pk)}


def test_delivery_on_its_way_is_not_sent_again_by_hand(crm):
    requested()
    with pytest.raises(Refused, match="on its way"):
        sending.resend(Delivery.objects.get(), actor=SYSTEM, now=NOW)


def test_row_of_a_dead_worker_is_free_after_its_lease(crm, receiver):
    requested()
    delivery = Delivery.objects.get()
    Delivery.objects.update(
        state=DeliveryState.SENDING, attempts=1, next_attempt_at=NOW + attempts.LEASE
    )
    assert sending.send_due(now=NOW + attempts.LEASE - timedelta(seconds=1)) == 0
    assert sending.send_due(now=NOW + attempts.LEASE) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("succeeded", 2)


def test_worker_that_lost_its_lease_does_not_overwrite_the_next_one(crm, receiver, monkeypatch):
    (event,) = requested()
    late = NOW + attempts.LEASE

    def slow(delivery, line, *, now):
        if delivery.attempts == 1:
            sending.send_due(now=late)
            failure = DeliveryError("The receiver answered 500.", permanent=False)
            return attempts.Tried(b"x", Answer(code=500), failure)
        return tried(delivery, line, now=now)

    tried = attempts.try_once
    monkeypatch.setattr(sending, "AT_ONCE", 1)
    monkeypatch.setattr(sending, "ThreadPoolExecutor", SameThread)
    monkeypatch.setattr(sending, "try_once", slow)
    sending.send([event], now=NOW)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.last_code) == ("succeeded", 2, 200)
    assert list(DeliveryAttempt.objects.values_list("number", "succeeded")) == [
        (1, False),
        (2, True),
    ]


class SameThread:
    """Runs in the calling thread, so that one transaction sees both workers of the test."""

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None

    map = staticmethod(map)


def test_paused_connector_holds_back_and_resumes(crm, receiver):
    admin = person("Sam Osei", "admin")
    configuration.pause(crm, reason="Receiver is moving", author=admin, now=NOW)
    sending.send(requested(), now=NOW)
    assert receiver.requests == []
    assert sending.send_due(now=NOW + timedelta(hours=1)) == 0
    configuration.resume(crm, author=admin, now=NOW + timedelta(hours=2))
    assert sending.send_due(now=NOW + timedelta(hours=2)) == 1
    assert len(receiver.requests) == 1


def test_sandbox_takes_everything_without_a_network(settings):
    settings.OUTBOUND_ALLOW = []
    sandbox()
    sending.send(requested(), now=NOW)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_code) == ("succeeded", 200)
    assert DeliveryAttempt.objects.get().answer.startswith("Kept in the sandbox")


def test_private_receiver_is_refused_and_given_up(settings):
    settings.OUTBOUND_ALLOW = []
    webhook("https://127.0.0.1/hook")
    sending.send(requested(), now=NOW)
    delivery = Delivery.objects.get()
    assert delivery.state == "dead"
    assert "private network" in delivery.last_problem


def test_unreadable_secret_gives_up_and_says_so(crm, settings):
    from cryptography.fernet import Fernet

    settings.SECRET_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    sending.send(requested(), now=NOW)
    delivery = Delivery.objects.get()
    assert delivery.state == "dead"
    assert "CLEARANCE_ENCRYPTION_KEYS" in delivery.last_problem


def test_silent_receiver_does_not_hold_up_the_others(receiver, raw_server, monkeypatch):
    silent = raw_server(lambda connection: time.sleep(3))
    webhook(f"http://{silent}/", key="silent")
    webhook(receiver.url("/live"), key="live")
    events = requested(10)
    monkeypatch.setattr(adapter, "LIMITS", Limits(seconds=0.5))
    started = time.monotonic()
    assert sending.send(events, now=NOW) == 20
    assert time.monotonic() - started < 4  # One by one, the silent one alone would take 5 s.
    states = Delivery.objects.order_by("pk").values_list("connector__key", "state")
    assert set(states) == {("silent", "failed"), ("live", "succeeded")}
    assert "did not answer within 0.5 seconds" in (
        Delivery.objects.filter(connector__key="silent").first().last_problem
    )


def test_due_deliveries_leave_a_sign_of_life():
    sending.send_due(now=NOW)
    assert Pulse.objects.get(part="worker").seen_at == NOW


def test_secret_being_changed_signs_with_both(crm, receiver):
    admin = person("Sam Osei", "admin")
    old = configuration.secret_of(crm)
    new = configuration.change_secret(crm, author=admin, now=NOW)
    sending.send(requested(), now=NOW)
    (request,) = receiver.requests
    for secret in (old, new):
        verify(request["content"], request["headers"], keys=[secret], now=NOW)


def test_every_state_has_its_transitions():
    assert set(DELIVERY_TRANSITIONS) == set(DeliveryState)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_workers_that_race_for_due_deliveries_send_each_once(crm, receiver):
    requested(12)

    def work():
        sending.send_due(now=NOW)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [request["headers"]["webhook-id"] for request in receiver.requests]
    assert sorted(sent) == sorted(map(str, Delivery.objects.values_list("pk", flat=True)))
    assert set(Delivery.objects.values_list("state", "attempts")) == {("succeeded", 1)}
