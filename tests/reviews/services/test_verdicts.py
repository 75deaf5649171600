"""A verdict settles a decision once, by who holds the item, for reasons the queue knows."""

import pytest

from decisions.errors import Invalid
from decisions.models import Action, AuditEvent, Decision, Submission
from reviews.errors import ItemClosed, LeaseLost
from reviews.models import ReviewItem, Verdict
from reviews.services import claiming, queues
from reviews.services.verdicts import record_verdict
from tests.reviews.work import CODES, NOW, kinds_of, later, make_queue, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(queue, rae):
    return claiming.claim(opened().pk, user=rae, now=NOW)


def record(item, reviewer, **more):
    given = {"lease_number": 1, "outcome": "approve", "reasons": ["IN_CONTEXT"], "now": NOW}
    return record_verdict(item.pk, reviewer=reviewer, **{**given, **more})


def faults(item, reviewer, **more):
    with pytest.raises(Invalid) as caught:
        record(item, reviewer, **more)
    assert Verdict.objects.count() == 0
    assert ReviewItem.objects.get().state == "claimed"
    return [fault["where"] for fault in caught.value.faults]


def test_verdict_settles_decision_item_submission_and_makes_the_action(item, rae):
    verdict = record(item, rae, note=" Looks fine ", now=later(minutes=9))
    decision = Decision.objects.get()
    assert (decision.outcome, decision.settled_by) == ("approve", "person")
    assert (decision.reasons, decision.settled_at) == (["IN_CONTEXT"], later(minutes=9))
    assert Submission.objects.get().state == "settled"
    assert list(Action.objects.values_list("topic", flat=True)) == ["sponsorship.decided"]
    item.refresh_from_db()
    assert (item.state, item.closed_at, item.claimed_by) == ("closed", later(minutes=9), None)
    assert (verdict.note, verdict.lease_number, verdict.reviewer) == ("Looks fine", 1, rae)


def test_log_tells_who_judged_and_holds_no_words_of_people(item, rae):
    record(item, rae, note="Ring Dana", note_to_submitter="Well done", conditions=[{"text": "x"}])
    assert kinds_of(item) == [
        "review.opened",
        "review.claimed",
        "review.verdict_recorded",
        "decision.settled",
    ]
    said = AuditEvent.objects.filter(kind__in=["review.verdict_recorded", "decision.settled"])
    assert {event.actor_name for event in said} == {"Rae"}
    assert "Dana" not in str([event.detail for event in said])
    assert said.get(kind="decision.settled").detail["verdict"] == str(Verdict.objects.get().pk)


def test_approval_may_carry_conditions(item, rae):
    record(item, rae, conditions=[{"code": "LEAVE_OUT", "text": " Leave out episode 118 "}])
    assert Verdict.objects.get().conditions == [
        {"code": "LEAVE_OUT", "text": "Leave out episode 118"}
    ]


def test_route_names_where_it_goes(item, rae):
    assert faults(item, rae, outcome="route", reasons=["OTHER_TEAM"]) == ["destination"]
    record(item, rae, outcome="route", reasons=["OTHER_TEAM"], destination="partner_sales")
    decision = Decision.objects.get()
    assert (decision.outcome, decision.destination) == ("route", "partner_sales")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"outcome": ""}, ["outcome"]),
        ({"outcome": "review"}, ["outcome"]),
        ({"outcome": "maybe"}, ["outcome"]),
        ({"reasons": []}, ["reasons"]),
        ({"reasons": ["NO_SUCH"]}, ["reasons"]),
        ({"reasons": ["UNSUITABLE"]}, ["reasons"]),
        ({"reasons": ["IN_CONTEXT", "UNSUITABLE"]}, ["reasons"]),
        ({"outcome": "reject", "reasons": ["IN_CONTEXT"]}, ["reasons"]),
        (
            {"outcome": "reject", "reasons": ["UNSUITABLE"], "conditions": [{"text": "x"}]},
            ["conditions"],
        ),
        ({"conditions": [{"text": " "}]}, ["conditions"]),
        ({"conditions": [{"text": "x" * 301}]}, ["conditions"]),
        ({"conditions": [{"text": "x"}] * 31}, ["conditions"]),
        ({"note": "x" * 4001}, ["note"]),
        ({"note_to_submitter": "a\x00b"}, ["note_to_submitter"]),
        ({"reasons": [], "note": "x" * 4001}, ["reasons", "note"]),
    ],
)
def test_verdict_that_does_not_fit_names_each_field_and_changes_nothing(item, rae, changes, where):
    assert faults(item, rae, **changes) == where


def test_reasons_of_another_queue_are_refused(item, rae):
    legal = make_queue("legal_ads")
    codes = [*CODES, {"code": "CLAIM_FINE", "sentence": "Claim is fine", "outcomes": ["approve"]}]
    queues.set_reason_codes(legal, codes, reason="More", by=rae, actor=_system(), now=NOW)
    assert faults(item, rae, reasons=["CLAIM_FINE"]) == ["reasons"]


def test_reason_that_was_switched_off_is_refused(item, rae):
    queues.set_reason_codes(item.queue, CODES[1:], reason="Fewer", by=rae, actor=_system(), now=NOW)
    assert faults(item, rae, reasons=["IN_CONTEXT"]) == ["reasons"]


def test_who_does_not_hold_the_item_is_refused(item, sam):
    with pytest.raises(LeaseLost, match="Rae holds it now"):
        record(item, sam)


def test_stale_lease_is_refused_after_another_took_over(item, rae, sam):
    claiming.claim(item.pk, user=sam, now=later(minutes=16))
    with pytest.raises(LeaseLost, match="Sam holds it now"):
        record(item, rae)
    assert record(item, sam, lease_number=2).reviewer == sam


def test_stale_lease_is_refused_after_it_was_freed_and_says_what_to_do(item, rae):
    claiming.free_expired(now=later(minutes=16))
    with pytest.raises(LeaseLost, match="claim it again and record"):
        record(item, rae)
    again = claiming.claim(item.pk, user=rae, now=later(minutes=17))
    record(item, rae, lease_number=again.lease_number)


def test_number_of_an_earlier_lease_of_mine_is_refused(item, rae):
    claiming.release(item.pk, user=rae, lease_number=1, now=NOW)
    claiming.claim(item.pk, user=rae, now=NOW)
    with pytest.raises(LeaseLost, match="claimed it anew elsewhere"):
        record(item, rae)


def test_late_verdict_counts_while_nobody_else_took_the_item(item, rae):
    assert record(item, rae, now=later(minutes=20)).outcome == "approve"


def test_second_verdict_is_told_who_was_first_and_leaves_no_trace(item, rae, sam):
    record(item, rae)
    with pytest.raises(ItemClosed, match="Rae recorded a verdict for this item first: approved"):
        record(item, sam, outcome="reject", reasons=["UNSUITABLE"])
    assert Verdict.objects.count() == 1
    assert Decision.objects.get().outcome == "approve"
    assert AuditEvent.objects.filter(kind="review.verdict_recorded").count() == 1


def test_member_who_was_removed_can_no_longer_judge(item, rae):
    queues.change_queue(item.queue, changes={}, members=[], reason="Left the team", by=rae, now=NOW)
    with pytest.raises(Exception, match="not a member"):
        record(item, rae)


def _system():
    from decisions.events import SYSTEM

    return SYSTEM
