"""The bench replays real rules: the row that asked for a person, beside the values it saw."""

import pytest
from django.utils import timezone

from decisions import events
from decisions.events import SYSTEM
from decisions.models import Action, AuditEvent, Decision
from decisions.services import intake
from reviews import tasks
from reviews.models import ReviewItem
from reviews.queries.items import item_with_record
from reviews.services import claiming, verdicts
from reviews.services.bench import bench_for
from tests.reviews.work import make_queue, opened
from tests.rules import FACTS, NOW, person, small_model

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deliver_here(monkeypatch):
    """Hand each message to its task at once, as a worker would."""
    at_hand = {"reviews.tasks.open_item": tasks.open_item}

    def send(name, ids):
        if name in at_hand:
            at_hand[name]([str(key) for key in ids])

    monkeypatch.setattr(events, "send", send)


def decide(**changes):
    return intake.submit_and_decide(
        "spending",
        {**FACTS, **changes},
        evidence={},
        source="test",
        actor=SYSTEM,
        now=timezone.now(),
    )


def test_rule_in_doubt_ends_with_a_verdict_and_an_action(deliver_here):
    rae = person("Rae", "reviewer")
    make_queue("finance", members=[rae])
    small_model()
    decision = decide(amount=700)
    item = claiming.claim_next(rae, now=timezone.now())
    assert item.decision_id == decision.pk
    verdicts.record_verdict(
        item.pk,
        reviewer=rae,
        lease_number=1,
        outcome="approve",
        reasons=["IN_CONTEXT"],
        now=timezone.now(),
    )
    assert Decision.objects.get().outcome == "approve"
    assert list(Action.objects.values_list("topic", flat=True)) == ["spending.decided"]
    said = AuditEvent.objects.exclude(submission_id=None).order_by("id")
    assert list(said.values_list("kind", flat=True)) == [
        "submission.received",
        "decision.evaluated",
        "decision.needs_review",
        "review.opened",
        "review.claimed",
        "review.verdict_recorded",
        "decision.settled",
    ]


def test_matched_row_stands_beside_the_values_it_saw(deliver_here):
    rae = person("Rae", "reviewer")
    make_queue("finance", members=[rae])
    small_model()
    decide(amount=700)
    bench = bench_for(item_with_record(ReviewItem.objects.get().pk), rae, now=NOW)
    assert bench.explained
    (table,) = bench.decisive
    (row,) = table.rows
    assert (table.name, row.number) == ("Spend rules", 2)
    assert [(test.label, test.value) for test in row.tests] == [("Amount", 700), ("Country", "GB")]
    assert [test.text for test in row.tests] == ["> 600", "-"]
    assert [(a.label, a.outcome) for a in row.answers] == [("outcome", "review"), ("queue", "")]


def test_item_whose_rules_cannot_be_replayed_is_shown_all_the_same():
    rae = person("Rae", "reviewer")
    make_queue(members=[rae])
    bench = bench_for(item_with_record(opened().pk), rae, now=NOW)
    assert not bench.explained
    assert bench.decisive == bench.others == []
