"""A claim is a lease: one holder at a time, free again when it runs out."""

from datetime import timedelta

import pytest

from decisions.models import AuditEvent
from reviews.errors import ItemClosed, ItemTaken, LeaseLost, NotMember
from reviews.models import ReviewItem
from reviews.services import claiming, queues, verdicts
from tests.reviews.work import NOW, kinds_of, later, make_queue, opened

pytestmark = pytest.mark.django_db


def test_next_item_is_the_one_due_first_in_my_queues(queue, rae):
    make_queue("legal_ads")
    opened(queue="legal_ads", at=NOW - timedelta(hours=3))
    opened(at=NOW)
    first = opened(at=NOW - timedelta(hours=1))
    item = claiming.claim_next(rae, now=NOW)
    assert item.pk == first.pk
    assert (item.claimed_by, item.lease_number) == (rae, 1)
    assert item.lease_until == NOW + timedelta(minutes=15)
    assert item.responded_at == NOW


def test_everybody_gets_another_item_until_none_is_left(queue, rae, sam):
    opened(reference="A")
    opened(reference="B")
    one, two = claiming.claim_next(rae, now=NOW), claiming.claim_next(sam, now=NOW)
    assert one.pk != two.pk
    assert claiming.claim_next(rae, now=NOW) is None


def test_paused_queue_gives_nothing_and_a_claim_in_hand_stays(queue, rae, lee):
    opened()
    held = claiming.claim_next(rae, now=NOW)
    opened(reference="B")
    queues.pause(queue, reason="Incident", by=lee, now=NOW)
    assert claiming.claim_next(rae, now=NOW) is None
    claiming.renew(held.pk, user=rae, lease_number=1, now=NOW)


def test_item_of_another_queue_is_refused_but_not_to_leads(rae, lee):
    make_queue("legal_ads")
    item = opened(queue="legal_ads")
    with pytest.raises(NotMember, match="not a member of Legal ads"):
        claiming.claim(item.pk, user=rae, now=NOW)
    assert claiming.claim(item.pk, user=lee, now=NOW).claimed_by == lee


def test_held_item_is_refused_by_the_name_of_its_holder(queue, rae, sam):
    item = opened()
    claiming.claim(item.pk, user=rae, now=NOW)
    with pytest.raises(ItemTaken, match="Rae holds this item"):
        claiming.claim(item.pk, user=sam, now=NOW)


def test_claiming_my_own_item_again_renews_the_lease_under_its_number(queue, rae):
    item = opened()
    claiming.claim(item.pk, user=rae, now=NOW)
    again = claiming.claim(item.pk, user=rae, now=later(minutes=10))
    assert (again.lease_number, again.lease_until) == (1, later(minutes=25))
    assert kinds_of(item) == ["review.opened", "review.claimed"]


def test_expired_lease_passes_to_who_asks_and_both_are_on_the_log(queue, rae, sam):
    item = opened()
    claiming.claim(item.pk, user=rae, now=NOW)
    taken = claiming.claim(item.pk, user=sam, now=later(minutes=16))
    assert (taken.claimed_by, taken.lease_number) == (sam, 2)
    assert kinds_of(item)[1:] == ["review.claimed", "review.lease_expired", "review.claimed"]
    with pytest.raises(LeaseLost):
        claiming.renew(item.pk, user=rae, lease_number=1, now=later(minutes=17))


def test_timetable_frees_what_ran_out_and_nothing_else(queue, rae, sam):
    out, kept = opened(reference="A"), opened(reference="B")
    claiming.claim(out.pk, user=rae, now=NOW)
    claiming.claim(kept.pk, user=sam, now=later(minutes=5))
    assert claiming.free_expired(now=later(minutes=16)) == 1
    assert claiming.free_expired(now=later(minutes=16)) == 0
    assert dict(ReviewItem.objects.values_list("pk", "state")) == {
        out.pk: "open",
        kept.pk: "claimed",
    }
    assert AuditEvent.objects.get(kind="review.lease_expired").actor_kind == "timetable"


def test_first_response_is_the_first_claim(queue, rae, sam):
    item = opened()
    claiming.claim(item.pk, user=rae, now=NOW)
    claiming.release(item.pk, user=rae, lease_number=1, now=later(minutes=1))
    claiming.claim(item.pk, user=sam, now=later(minutes=30))
    item.refresh_from_db()
    assert item.responded_at == NOW


def test_handed_back_item_is_free_for_others(queue, rae, sam):
    item = opened()
    claiming.claim(item.pk, user=rae, now=NOW)
    claiming.release(item.pk, user=rae, lease_number=1, now=NOW)
    assert claiming.claim_next(sam, now=NOW).pk == item.pk
    assert kinds_of(item)[1:] == ["review.claimed", "review.released", "review.claimed"]


def test_others_cannot_hand_back_but_a_lead_can(queue, rae, sam, lee):
    item = opened()
    claiming.claim(item.pk, user=rae, now=NOW)
    with pytest.raises(LeaseLost):
        claiming.release(item.pk, user=sam, lease_number=1, now=NOW)
    with pytest.raises(LeaseLost):
        claiming.release(item.pk, user=rae, lease_number=0, now=NOW)
    claiming.release(item.pk, user=lee, now=NOW)
    with pytest.raises(LeaseLost, match="Nobody holds"):
        claiming.release(item.pk, user=lee, now=NOW)


def test_closed_item_cannot_be_claimed(queue, rae, sam):
    item = opened()
    claiming.claim(item.pk, user=rae, now=NOW)
    verdicts.record_verdict(
        item.pk, reviewer=rae, lease_number=1, outcome="reject", reasons=["UNSUITABLE"], now=NOW
    )
    with pytest.raises(ItemClosed):
        claiming.claim(item.pk, user=sam, now=NOW)
    assert claiming.claim_next(sam, now=NOW) is None


def test_next_item_takes_the_same_queries_however_many_wait(queue, rae, django_assert_num_queries):
    for count in (1, 30):
        for n in range(count):
            opened(reference=f"{count}-{n}")
        # queues, savepoint, item, claim, load, events, release
        with django_assert_num_queries(7):
            claiming.claim_next(rae, now=NOW)
