"""People take items: a claim is a lease that renews while they work and frees itself after."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from decisions import events
from decisions.enums import EventKind, states_before
from decisions.events import TIMETABLE, Actor, Entry
from decisions.models import User
from reviews.enums import ITEM_TRANSITIONS, ItemState
from reviews.errors import ItemClosed, ItemTaken, LeaseLost, NotMember
from reviews.models import ReviewItem, ReviewQueue
from reviews.queries.queues import may_work, queues_of

LEASE = timedelta(minutes=15)
CHUNK = 500

# What an item looks like that nobody holds.
FREE: dict[str, Any] = {
    "state": ItemState.OPEN,
    "claimed_by": None,
    "claimed_at": None,
    "lease_until": None,
}


def claim_next(user: User, *, now: datetime, queue: ReviewQueue | None = None) -> ReviewItem | None:
    """Claim the open item that is due first in the queues of `user`, or in the one given.

    Two people who ask at once get different items: PostgreSQL skips rows that others lock, and
    SQLite lets one transaction write at a time. Returns None when nothing waits.
    """
    if queue is not None:
        check_member(user, queue)
    mine = ReviewQueue.objects.filter(pk=queue.pk) if queue else queues_of(user)
    open_queues = list(mine.filter(paused_at=None))
    with transaction.atomic():
        item = (
            ReviewItem.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(queue__in=open_queues, state=ItemState.OPEN, closed_at=None)
            .order_by("due_at", "pk")
            .first()
        )
        return None if item is None else _hold(item.pk, user, now=now)


def claim(item_id: UUID, *, user: User, now: datetime) -> ReviewItem:
    """Claim one item by name; what is mine already stays mine, with a fresh lease.

    Raises ItemTaken when somebody else was faster.
    """
    with transaction.atomic():
        item = lock(item_id)
        check_member(user, item.queue)
        if item.state == ItemState.CLOSED:
            raise ItemClosed("This item is closed: a verdict was recorded. Take the next one.")
        if item.state == ItemState.CLAIMED:
            if item.lease_until and item.lease_until < now:
                _expire([item], now=now)
            elif item.claimed_by_id == user.pk:
                return renew(item.pk, user=user, lease_number=item.lease_number, now=now)
            else:
                raise ItemTaken(f"{item.claimed_by} holds this item. Take the next one.")
        return _hold(item.pk, user, now=now)


def renew(item_id: UUID, *, user: User, lease_number: int, now: datetime) -> ReviewItem:
    """Keep working: the lease runs anew from now. It leaves no event, being no step."""
    kept = _held(item_id, user, lease_number).update(lease_until=now + LEASE)
    if not kept:
        raise LeaseLost("You no longer hold this item. Claim it again, or take the next one.")
    return _loaded(item_id)


def release(item_id: UUID, *, user: User, now: datetime, lease_number: int | None = None) -> None:
    """Hand an item back to its queue: one's own with its lease, a lead anybody's."""
    with transaction.atomic():
        item = lock(item_id)
        if item.state != ItemState.CLAIMED:
            raise LeaseLost("Nobody holds this item, so it need not be handed back.")
        check_may_change(item, user, lease_number=lease_number)
        ReviewItem.objects.filter(pk=item.pk).update(**FREE)
        _record(EventKind.REVIEW_RELEASED, item, user, now=now)


def free_expired(*, now: datetime) -> int:
    """Free every item whose lease ran out; return how many."""
    freed = 0
    while True:
        with transaction.atomic():
            late = list(
                ReviewItem.objects.select_for_update(of=("self",), skip_locked=True)
                .filter(lease_until__lt=now)
                .select_related("queue")
                .order_by("lease_until")[:CHUNK]
            )
            _expire(late, now=now)
        freed += len(late)
        if len(late) < CHUNK:
            return freed


def check_member(user: User, queue: ReviewQueue) -> None:
    if not may_work(user, queue):
        raise NotMember(f"You are not a member of {queue.name}. Ask a lead to add you.")


def check_may_change(item: ReviewItem, user: User, *, lease_number: int | None) -> None:
    """Refuse those who neither hold `item` under this lease nor lead."""
    if item.claimed_by_id == user.pk and item.lease_number == lease_number:
        return
    if not user.has_perm("reviews.assign"):
        raise LeaseLost("You do not hold this item. Claim it first, or ask a lead.")


def lock(item_id: UUID) -> ReviewItem:
    """Return an item that nobody else changes before the end of the transaction."""
    return (
        ReviewItem.objects.select_for_update(of=("self",))
        .select_related("queue__calendar", "claimed_by", "decision")
        .get(pk=item_id)
    )


def _hold(item_id: UUID, user: User, *, now: datetime) -> ReviewItem:
    free = states_before(ITEM_TRANSITIONS, ItemState.CLAIMED)
    won = ReviewItem.objects.filter(pk=item_id, state__in=free).update(
        state=ItemState.CLAIMED,
        claimed_by=user,
        claimed_at=now,
        lease_until=now + LEASE,
        lease_number=F("lease_number") + 1,
        responded_at=Coalesce("responded_at", Value(now)),
    )
    if not won:
        raise ItemTaken("Somebody took this item a moment ago. Take the next one.")
    item = _loaded(item_id)
    _record(EventKind.REVIEW_CLAIMED, item, user, now=now)
    return item


def _expire(items: list[ReviewItem], *, now: datetime) -> None:
    ReviewItem.objects.filter(pk__in=[item.pk for item in items]).update(**FREE)
    events.record_many(
        [
            Entry(
                EventKind.REVIEW_LEASE_EXPIRED,
                item,
                TIMETABLE,
                item.submission_id,
                {"queue": item.queue.key, "lease": item.lease_number},
            )
            for item in items
        ],
        now=now,
    )


def _held(item_id: UUID, user: User, lease_number: int) -> Any:
    return ReviewItem.objects.filter(
        Q(pk=item_id, state=ItemState.CLAIMED, claimed_by=user, lease_number=lease_number)
    )


def _loaded(item_id: UUID) -> ReviewItem:
    return ReviewItem.objects.select_related("queue", "claimed_by").get(pk=item_id)


def _record(kind: EventKind, item: ReviewItem, user: User, *, now: datetime) -> None:
    events.record(
        kind,
        item,
        actor=Actor.person(user),
        now=now,
        submission_id=item.submission_id,
        detail={"queue": item.queue.key, "lease": item.lease_number},
    )
