"""Items open in the queue the rules named, with promises in business time; nothing is lost."""

from datetime import timedelta

import pytest

from decisions.errors import Invalid
from decisions.models import AuditEvent, Receipt
from reviews.errors import ItemClosed, LeaseLost
from reviews.models import ReviewItem, ReviewQueue
from reviews.services import claiming, routing, verdicts
from tests.reviews.work import (
    NOW,
    event_of,
    kinds_of,
    later,
    make_calendar,
    make_queue,
    opened,
    sent_to_review,
)
from tests.rules import person

pytestmark = pytest.mark.django_db


def test_needed_review_is_told_to_the_task(messages, django_capture_on_commit_callbacks):
    make_queue()
    with django_capture_on_commit_callbacks(execute=True):
        decision = sent_to_review()
    assert ("reviews.tasks.open_item", [event_of(decision)]) in messages


def test_item_waits_in_the_queue_the_rules_named():
    make_queue("commercial", position=0)
    make_queue("brand_safety", position=1)
    item = opened(queue="brand_safety")
    assert (item.queue.key, item.state, item.lease_number) == ("brand_safety", "open", 0)
    assert item.due_at == later(hours=4)
    assert item.first_response_due == later(hours=1)


def test_promise_counts_business_time_of_the_queue():
    make_queue(calendar=make_calendar(holidays=("2026-11-24",)), decision_minutes=480)
    item = opened()  # Monday at ten, seven and a half hours are left; Tuesday is off.
    assert item.due_at == NOW + timedelta(days=1, hours=23, minutes=30)


def test_clock_runs_from_the_decision_not_from_the_worker():
    make_queue()
    decision = sent_to_review(at=NOW)
    (item,) = routing.open_item([event_of(decision)], now=later(hours=3))
    assert item.due_at == later(hours=4)


def test_event_delivered_twice_opens_one_item():
    make_queue()
    event = event_of(sent_to_review())
    assert len(routing.open_item([event], now=NOW)) == 1
    assert routing.open_item([event, event], now=NOW) == []
    assert ReviewItem.objects.count() == 1
    assert Receipt.objects.filter(subscriber="reviews.tasks.open_item").count() == 1


def test_chunk_of_events_opens_all_items():
    make_queue()
    events = [event_of(sent_to_review(reference=f"SPO-{n}")) for n in range(25)]
    routing.open_item(events, now=NOW)
    assert ReviewItem.objects.count() == 25
    assert AuditEvent.objects.filter(kind="review.opened").count() == 25


def test_chunk_is_opened_with_a_constant_number_of_queries(django_assert_num_queries):
    make_queue()
    for count in (2, 40):
        events = [event_of(sent_to_review(reference=f"{count}-{n}")) for n in range(count)]
        # savepoint, lock, receipts read and written, decisions, queues, items, events, release
        with django_assert_num_queries(9):
            routing.open_item(events, now=NOW)


def test_unknown_queue_falls_back_to_the_model_and_says_so():
    make_queue("commercial", position=0)
    make_queue("brand_safety", position=1)
    item = opened(queue="no_such_queue")
    assert item.queue.key == "brand_safety"
    event = AuditEvent.objects.get(kind="review.opened")
    assert event.detail["wanted"] == "no_such_queue"


def test_without_queue_and_fallback_the_first_queue_takes_it():
    make_queue("legal", position=2)
    make_queue("commercial", position=1)
    assert opened(queue="no_such_queue").queue.key == "commercial"


def test_without_any_queue_triage_is_made_and_nothing_is_lost():
    item = opened(queue="no_such_queue")
    assert item.queue.key == "triage"
    assert ReviewQueue.objects.count() == 1
    assert AuditEvent.objects.filter(kind="queue.changed").count() == 1


def test_moved_item_is_free_in_the_other_queue_and_its_promise_runs_on():
    rae = person("Rae", "reviewer")
    make_queue(members=[rae])
    legal = make_queue("legal_ads", decision_minutes=600)
    item = claiming.claim(opened().pk, user=rae, now=later(hours=1))
    moved = routing.move(
        item.pk, queue=legal, mover=rae, lease_number=item.lease_number, now=later(hours=2)
    )
    assert (moved.queue.key, moved.state, moved.claimed_by) == ("legal_ads", "open", None)
    assert moved.due_at == later(hours=10)
    assert kinds_of(item) == ["review.opened", "review.claimed", "review.moved"]


def test_only_the_holder_or_a_lead_moves():
    rae, lee = person("Rae", "reviewer"), person("Lee", "lead")
    make_queue(members=[rae])
    legal = make_queue("legal_ads")
    item = opened()
    with pytest.raises(LeaseLost):
        routing.move(item.pk, queue=legal, mover=rae, lease_number=0, now=NOW)
    assert routing.move(item.pk, queue=legal, mover=lee, now=NOW).queue == legal


def test_item_cannot_move_to_where_it_is_or_after_it_closed():
    rae = person("Rae", "reviewer", "lead")
    queue = make_queue(members=[rae])
    item = claiming.claim(opened().pk, user=rae, now=NOW)
    with pytest.raises(Invalid, match="in Brand safety already"):
        routing.move(item.pk, queue=queue, mover=rae, now=NOW)
    verdicts.record_verdict(
        item.pk, reviewer=rae, lease_number=1, outcome="approve", reasons=["IN_CONTEXT"], now=NOW
    )
    with pytest.raises(ItemClosed):
        routing.move(item.pk, queue=make_queue("legal_ads"), mover=rae, now=NOW)
