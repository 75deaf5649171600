"""Actions become deliveries, once, for the connectors that hear of them."""

import pytest

from connectors.models import Delivery
from connectors.services.dispatch import dispatch
from decisions.models import Receipt
from tests.connectors.records import NOW, kinds, sandbox, settled_decision, webhook

pytestmark = pytest.mark.django_db


def test_action_becomes_one_delivery_for_each_connector_that_hears_it():
    everything = sandbox()
    some = webhook("https://hooks.example.com/", topics=["spending.decided"])
    webhook("https://other.example.com/", key="other", topics=["lead.routed"])
    decision, event = settled_decision()
    dispatch([event.pk], now=NOW)
    found = Delivery.objects.values_list("connector_id", "state", "attempts", "next_attempt_at")
    assert sorted(found) == sorted(
        [(everything.pk, "pending", 0, NOW), (some.pk, "pending", 0, NOW)]
    )
    assert kinds(decision.submission_id) == [
        "decision.settled",
        "delivery.requested",
        "delivery.requested",
    ]


def test_event_that_arrives_twice_changes_nothing():
    sandbox()
    _, event = settled_decision()
    dispatch([event.pk], now=NOW)
    dispatch([event.pk], now=NOW)
    assert Delivery.objects.count() == 1
    assert Receipt.objects.filter(event=event).count() == 1


def test_events_of_a_chunk_are_answered_together():
    sandbox()
    events = [settled_decision(reference=f"REQ-{n}")[1].pk for n in range(5)]
    assert len(dispatch(events, now=NOW)) == 5


def test_event_without_a_listening_connector_is_answered_with_nothing():
    _, event = settled_decision()
    assert dispatch([event.pk], now=NOW) == []
    assert Receipt.objects.filter(event=event).count() == 1


def test_dispatch_asks_as_often_for_many_actions_as_for_few(django_assert_num_queries):
    sandbox()
    events = [settled_decision(reference=f"REQ-{n}")[1].pk for n in range(20)]
    with django_assert_num_queries(9):
        dispatch(events, now=NOW)
