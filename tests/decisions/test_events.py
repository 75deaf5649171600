"""The audit log is the outbox: only what was committed is sent, and it is answered once."""

import pytest
from django.db import transaction
from django.test import override_settings

from decisions import events
from decisions.enums import EventKind
from decisions.models import AuditEvent, Receipt
from tests.rules import NOW, person

SUBSCRIBER = "decisions.tasks.evaluate"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(
        "decisions.tasks.evaluate.delay", lambda ids: messages.append(ids), raising=True
    )
    return messages


def record(somebody, count=1):
    entry = events.Entry(EventKind.SUBMISSION_RECEIVED, somebody, events.SYSTEM, somebody.pk)
    return events.record_many([entry] * count, now=NOW)


def test_event_is_sent_after_the_commit_and_not_before(sent):
    somebody = person("Ann")
    with transaction.atomic():
        (event,) = record(somebody)
        assert sent == []
    assert sent == [[str(event.pk)]]


def test_event_of_a_rolled_back_transaction_never_happened(sent):
    somebody = person("Ann")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(somebody)
        raise ZeroDivisionError
    assert sent == []
    assert AuditEvent.objects.count() == 0


def test_recording_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        record(person("Ann"))


def test_many_events_travel_in_chunks_of_ids(sent):
    somebody = person("Ann")
    with transaction.atomic():
        made = record(somebody, events.CHUNK + 1)
    assert [len(ids) for ids in sent] == [events.CHUNK, 1]
    assert [key for ids in sent for key in ids] == [str(event.pk) for event in made]


def test_event_answered_in_its_own_transaction_is_not_sent(sent):
    somebody = person("Ann")
    entry = events.Entry(
        EventKind.SUBMISSION_RECEIVED, somebody, events.SYSTEM, answered=(SUBSCRIBER,)
    )
    with transaction.atomic():
        events.record_many([entry], now=NOW)
    assert sent == []
    assert Receipt.objects.count() == 1


def test_second_arrival_of_an_event_finds_nothing_to_do(sent):
    somebody = person("Ann")
    with transaction.atomic():
        (event,) = record(somebody)
    for expected in ([event], []):
        with transaction.atomic():
            assert events.unanswered([event.pk], subscriber=SUBSCRIBER) == expected


def test_receipt_is_rolled_back_with_the_work(sent):
    somebody = person("Ann")
    with transaction.atomic():
        (event,) = record(somebody)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.unanswered([event.pk], subscriber=SUBSCRIBER)
        raise ZeroDivisionError
    assert Receipt.objects.count() == 0


@override_settings(CELERY_BROKER_URL="redis+socket:///nowhere/broker.sock")
def test_broker_that_is_away_does_not_fail_the_work(monkeypatch):
    from decisions.tasks import evaluate

    def away(_ids):
        raise evaluate.OperationalError("away")

    monkeypatch.setattr(evaluate, "delay", away)
    somebody = person("Ann")
    with transaction.atomic():
        record(somebody)
    assert AuditEvent.objects.count() == 1


def test_events_are_neither_changed_nor_deleted():
    somebody = person("Ann")
    with transaction.atomic():
        (event,) = events.record_many(
            [events.Entry(EventKind.PERSON_INVITED, somebody, events.SYSTEM)], now=NOW
        )
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
