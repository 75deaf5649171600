"""Parts that die at the worst moment: nothing is lost, nothing is decided twice."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from connectors.models import Delivery
from connectors.services import configuration, sending
from decisions import events
from decisions.events import SYSTEM
from decisions.models import Action, AuditEvent, Decision, Receipt, Submission
from decisions.services import intake, sweeping
from reviews.models import ReviewItem
from tests.reviews.work import make_queue
from tests.rules import FACTS, small_model

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
IN_DOUBT_EVERY = 5  # Every fifth amount is one that a person must look at.


@pytest.fixture
def installation():
    """Rules, the queue they name, and a connector that hears everything."""
    now = timezone.now()
    small_model(now=now)
    for key in ("finance", "triage"):
        make_queue(key)
    configuration.create(
        key="sandbox",
        name="Sandbox",
        kind="sandbox",
        settings={},
        topics=["*"],
        author=None,
        now=now,
    )


def submit(numbers):
    for number in numbers:
        amount = 700 if number % IN_DOUBT_EVERY == 0 else 100
        facts = {**FACTS, "id": f"REQ-{number}", "amount": amount}
        intake.submit("spending", facts, source="test", actor=SYSTEM, now=timezone.now())


def tick():
    """Do what the timetable does, as if a minute had passed for the sweep."""
    sweeping.sweep(now=timezone.now() + timedelta(minutes=1))
    sending.send_due(now=timezone.now())


def everything_is_done(count):
    in_doubt = sum(number % IN_DOUBT_EVERY == 0 for number in range(count))
    settled = count - in_doubt
    return (
        Decision.objects.count() == count
        and ReviewItem.objects.count() == in_doubt
        and Delivery.objects.filter(state="succeeded").count() == settled
    )


def make_good(processes, count):
    """Let time pass: sweeps send again what has no receipt, and leases of the dead run out."""
    ticked_at = 0.0

    def all_but_what_the_dead_hold():
        nonlocal ticked_at
        if time.monotonic() > ticked_at + 2:
            tick()
            ticked_at = time.monotonic()
        settled = AuditEvent.objects.filter(kind="decision.settled").count()
        states = Counter(Delivery.objects.values_list("state", flat=True))
        return (
            Decision.objects.count() == count == settled + ReviewItem.objects.count()
            and settled == states["succeeded"] + states["sending"] == states.total()
        )

    processes.wait(all_but_what_the_dead_hold, what="decisions, items, deliveries", seconds=60)
    # What is still being sent after a while was held by somebody who died.
    time.sleep(1)
    sending.send_due(now=timezone.now() + timedelta(minutes=5))
    processes.wait(lambda: everything_is_done(count), what="everything")


def check_everything_happened_once(count):
    in_doubt = sum(number % IN_DOUBT_EVERY == 0 for number in range(count))
    settled = count - in_doubt
    assert Submission.objects.count() == count
    assert Counter(Submission.objects.values_list("state", flat=True)) == {
        "settled": settled,
        "in_review": in_doubt,
    }
    assert Counter(Decision.objects.values_list("outcome", flat=True)) == {
        "approve": settled,
        "review": in_doubt,
    }
    assert Action.objects.count() == Delivery.objects.count() == settled
    kinds = Counter(AuditEvent.objects.exclude(submission_id=None).values_list("kind", flat=True))
    assert kinds["submission.received"] == kinds["decision.evaluated"] == count
    assert kinds["decision.settled"] == kinds["delivery.requested"] == settled
    assert kinds["delivery.succeeded"] == settled
    assert kinds["decision.needs_review"] == kinds["review.opened"] == in_doubt
    assert Receipt.objects.filter(subscriber="decisions.tasks.evaluate").count() == count


def test_worker_killed_amid_200_submissions_loses_and_repeats_nothing(worker, installation):
    submit(range(100))
    worker.wait(lambda: Decision.objects.count() >= 10, what="the first decisions")
    worker.kill("worker")
    submit(range(100, 200))
    assert 10 <= Decision.objects.count() < 200

    worker.start_worker()
    # Messages that wait in the broker are sent a second time by this.
    make_good(worker, 200)
    check_everything_happened_once(200)


def test_broker_lost_with_all_it_held_is_made_good_by_the_sweep(worker, installation, settings):
    if not settings.CELERY_BROKER_URL.startswith("redis+socket:"):
        pytest.skip("needs the embedded broker: REDIS_URL names one that is not ours to kill")
    submit(range(20))
    worker.kill("broker")
    submit(range(20, 40))
    assert Submission.objects.count() == 40

    worker.start_broker()

    make_good(worker, 40)
    check_everything_happened_once(40)


def test_work_in_hand_when_the_broker_is_lost_is_done_once(
    worker, installation, settings, monkeypatch
):
    """A worker that cannot acknowledge may end over it; its supervisor starts it again."""
    if not settings.CELERY_BROKER_URL.startswith("redis+socket:"):
        pytest.skip("needs the embedded broker: REDIS_URL names one that is not ours to kill")
    kept = []
    with monkeypatch.context() as patch:
        patch.setattr(events, "send", lambda *message: kept.append(message))
        submit(range(5))
    with transaction.atomic():
        # Whoever decides must wait for the end of this transaction.
        list(AuditEvent.objects.select_for_update().filter(kind="submission.received"))
        for message in kept:
            events.send(*message)
        time.sleep(1)
        worker.kill("broker")
    worker.start_broker()

    make_good(worker, 5)
    check_everything_happened_once(5)


def test_timetable_sends_again_what_got_lost_by_itself(live_stack, installation, monkeypatch):
    """Nobody touches the clock here: the sweep of the real timetable finds the events."""
    lost = []
    with monkeypatch.context() as patch:
        patch.setattr(events, "send", lambda name, ids: lost.append(name))
        submit(range(3))
    assert lost == ["decisions.tasks.evaluate"] * 3
    live_stack.wait(lambda: everything_is_done(3), what="the sweep", seconds=60)
    check_everything_happened_once(3)
