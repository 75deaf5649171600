"""Nothing is lost when the broker is emptied, and nobody touches the log unseen."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from decisions import events
from decisions.enums import EventKind
from decisions.models import AuditEvent, SweepMark
from decisions.services import sealing, sweeping
from tests.rules import NOW, person

pytestmark = pytest.mark.django_db(transaction=True)
SUBSCRIBER = "decisions.tasks.evaluate"
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(events, "send", lambda name, ids: messages.extend(ids))
    return messages


def record(count, *, now=NOW, kind=EventKind.SUBMISSION_RECEIVED):
    somebody = person(f"Ann {now:%H%M%S} {kind}")
    with transaction.atomic():
        return events.record_many([events.Entry(kind, somebody, events.SYSTEM)] * count, now=now)


def test_sweep_sends_what_nobody_answered(sent):
    first, second, third = record(3)
    sent.clear()
    with transaction.atomic():
        events.unanswered([second.pk], subscriber=SUBSCRIBER)
    assert sweeping.sweep(now=LATER) == 2
    assert sent == [first.pk, third.pk]


def test_sweep_leaves_young_events_to_their_message(sent):
    record(1)
    assert sweeping.sweep(now=NOW + timedelta(seconds=5)) == 0


def test_mark_stays_before_the_oldest_unanswered_event_and_then_moves_on(sent):
    (event,) = record(1)
    sweeping.sweep(now=LATER)
    assert SweepMark.objects.get().reached < event.pk
    with transaction.atomic():
        events.unanswered([event.pk], subscriber=SUBSCRIBER)
    sweeping.sweep(now=LATER)
    assert SweepMark.objects.get().reached > event.pk


def test_mark_waits_for_transactions_that_commit_late(sent):
    sweeping.sweep(now=LATER)
    (late,) = record(1, now=LATER - timedelta(minutes=4))
    assert sweeping.sweep(now=LATER) == 1
    assert late.pk in sent


def test_sweep_after_an_outage_of_days_loses_nothing(sent):
    old = record(2, now=NOW - timedelta(days=9))
    sent.clear()
    assert sweeping.sweep(now=NOW) == 2
    assert sent == [event.pk for event in old]


def sealed(count=5):
    made = record(count, kind=EventKind.PERSON_INVITED)
    assert sealing.seal(now=LATER) == count
    return made


def test_untouched_log_has_an_unbroken_chain():
    sealed()
    record(2, now=NOW + timedelta(minutes=1), kind=EventKind.PERSON_CHANGED)
    sealing.seal(now=LATER)
    assert sealing.check_chain() == sealing.ChainReport(seals=2, events=7)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions_auditevent SET actor_name = 'Nobody' WHERE id = %s",
        "DELETE FROM decisions_auditevent WHERE id = %s",
    ],
)
def test_touched_log_breaks_the_chain(statement):
    event = sealed()[2]
    key = event.pk if connection.vendor == "postgresql" else event.pk.hex
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
    assert sealing.check_chain().broken_at == 1


def test_removed_seal_breaks_the_chain():
    sealed()
    record(1, now=NOW + timedelta(minutes=1), kind=EventKind.PERSON_CHANGED)
    sealing.seal(now=LATER)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM decisions_auditseal WHERE number = 1")
    assert sealing.check_chain().broken_at == 1


def test_seal_waits_until_no_transaction_can_add_to_its_stretch():
    record(1, kind=EventKind.PERSON_INVITED)
    assert sealing.seal(now=NOW + timedelta(minutes=4)) == 0
    assert AuditEvent.objects.count() == 1
