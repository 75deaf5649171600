"""Many people at once, each in a thread with its own connection: nobody shares, nothing is lost."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from decisions.errors import Refused
from decisions.models import AuditEvent, Decision
from reviews.models import ReviewItem, Verdict
from reviews.services import claiming, routing, verdicts
from tests.reviews.work import NOW, event_of, later, make_queue, opened, sent_to_review
from tests.rules import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; a refusal is an answer too."""
    start = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            answers[place] = call()
        except Refused as refusal:
            answers[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def test_twelve_people_empty_a_queue_and_no_item_goes_to_two():
    people = [person(f"Rae {n}", "reviewer") for n in range(12)]
    make_queue(members=people)
    for n in range(40):
        opened(reference=f"SPO-{n}")

    def take_all(user):
        taken = []
        while (item := claiming.claim_next(user, now=NOW)) is not None:
            taken.append(item.pk)
        return taken

    answers = at_once([lambda user=user: take_all(user) for user in people])
    taken = Counter(pk for answer in answers for pk in answer)
    assert len(taken) == 40
    assert set(taken.values()) == {1}
    assert AuditEvent.objects.filter(kind="review.claimed").count() == 40


def test_one_item_wanted_by_eight_goes_to_one():
    people = [person(f"Rae {n}", "reviewer") for n in range(8)]
    make_queue(members=people)
    item = opened()
    answers = at_once(
        [lambda user=user: claiming.claim(item.pk, user=user, now=NOW) for user in people]
    )
    assert Counter(isinstance(answer, ReviewItem) for answer in answers) == {True: 1, False: 7}
    item.refresh_from_db()
    assert item.lease_number == 1


def test_expired_item_wanted_by_eight_passes_once():
    people = [person(f"Rae {n}", "reviewer") for n in range(9)]
    make_queue(members=people)
    item = opened()
    claiming.claim(item.pk, user=people[0], now=NOW)
    now = NOW + timedelta(minutes=16)
    answers = at_once(
        [lambda user=user: claiming.claim(item.pk, user=user, now=now) for user in people[1:]]
        + [lambda: claiming.free_expired(now=now)]
    )
    assert sum(isinstance(answer, ReviewItem) for answer in answers) == 1
    assert AuditEvent.objects.filter(kind="review.lease_expired").count() == 1


def test_two_verdicts_at_once_one_stands_and_the_other_is_told():
    rae = person("Rae", "reviewer")
    make_queue(members=[rae])
    for n in range(10):
        item = claiming.claim(opened(reference=f"SPO-{n}").pk, user=rae, now=NOW)
        answers = at_once(
            [
                lambda key=item.pk, outcome=outcome, code=code: verdicts.record_verdict(
                    key, reviewer=rae, lease_number=1, outcome=outcome, reasons=[code], now=NOW
                )
                for outcome, code in (("approve", "IN_CONTEXT"), ("reject", "UNSUITABLE"))
            ]
        )
        (stands,) = [answer for answer in answers if isinstance(answer, Verdict)]
        (told,) = [answer for answer in answers if isinstance(answer, Refused)]
        assert "recorded a verdict for this item first" in str(told)
        assert Decision.objects.get(review_item=item).outcome == stands.outcome
    assert AuditEvent.objects.filter(kind="review.verdict_recorded").count() == 10
    assert AuditEvent.objects.filter(kind="decision.settled").count() == 10


def test_verdict_against_a_take_over_leaves_one_of_the_two():
    rae, sam = person("Rae", "reviewer"), person("Sam", "reviewer")
    make_queue(members=[rae, sam])
    now = later(minutes=16)
    for n in range(10):
        item = claiming.claim(opened(reference=f"SPO-{n}").pk, user=rae, now=NOW)
        answers = at_once(
            [
                lambda key=item.pk: verdicts.record_verdict(
                    key,
                    reviewer=rae,
                    lease_number=1,
                    outcome="approve",
                    reasons=["IN_CONTEXT"],
                    now=now,
                ),
                lambda key=item.pk: claiming.claim(key, user=sam, now=now),
            ]
        )
        assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
        item.refresh_from_db()
        assert (item.state, item.claimed_by) in {("closed", None), ("claimed", sam)}


def test_event_delivered_to_four_workers_at_once_opens_one_item():
    make_queue()
    event = event_of(sent_to_review())
    at_once([lambda: routing.open_item([event], now=NOW) for _ in range(4)])
    assert ReviewItem.objects.count() == 1
    assert AuditEvent.objects.filter(kind="review.opened").count() == 1


def test_workers_without_any_queue_make_one_triage():
    events = [event_of(sent_to_review(reference=f"SPO-{n}")) for n in range(4)]
    at_once([lambda event=event: routing.open_item([event], now=NOW) for event in events])
    assert list(ReviewItem.objects.values_list("queue__key", flat=True)) == ["triage"] * 4
