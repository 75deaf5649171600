"""Decisions that need a person become items in a queue, and items move between queues."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from decisions import events, history
from decisions.enums import EventKind
from decisions.errors import Invalid
from decisions.events import RULES, SYSTEM, Actor, Entry
from decisions.ids import new_id
from decisions.models import AuditEvent, Decision, User
from reviews.enums import ItemState
from reviews.errors import ItemClosed
from reviews.models import ReviewItem, ReviewQueue
from reviews.services import claiming
from reviews.services.promises import due_times

log = structlog.get_logger(__name__)

SUBSCRIBER = "reviews.tasks.open_item"
CATCH_ALL = "triage"


def open_item(event_ids: Sequence[str | UUID], *, now: datetime) -> list[ReviewItem]:
    """Open an item for each decision that needs a person; each event is answered once.

    The clock runs from the event, not from now: a broker that was away costs the submitter
    nothing of what the queue promises.
    """
    with transaction.atomic():
        fresh = {e.subject_id: e for e in events.unanswered(event_ids, subscriber=SUBSCRIBER)}
        waiting = (
            Decision.objects.filter(pk__in=list(fresh), settled_at=None, review_item=None)
            .select_related("model")
            .order_by("pk")
        )
        queues = _Queues(now)
        items, entries = [], []
        for decision in waiting:
            event = fresh[decision.pk]
            queue, wanted = queues.of(event, decision)
            item = _build(decision, queue, opened_at=event.at, now=now)
            items.append(item)
            entries.append(_opened(item, queue, wanted, event))
        ReviewItem.objects.bulk_create(items, batch_size=200)
        events.record_many(entries, now=now)
    return items


def move(
    item_id: UUID,
    *,
    queue: ReviewQueue,
    mover: User,
    now: datetime,
    lease_number: int | None = None,
) -> ReviewItem:
    """Put an item into another queue; it is free there. The promise runs on from its opening.

    Who holds the item moves it with their `lease_number`; a lead moves what nobody holds.
    """
    with transaction.atomic():
        item = claiming.lock(item_id)
        if item.state == ItemState.CLOSED:
            raise ItemClosed("This item is closed. It stays where it is.")
        claiming.check_may_change(item, mover, lease_number=lease_number)
        if item.queue_id == queue.pk:
            raise Invalid(f"This item is in {queue.name} already. Choose another queue.")
        came_from = item.queue
        first, due = due_times(queue, opened_at=item.opened_at)
        ReviewItem.objects.filter(pk=item.pk).update(
            queue=queue,
            first_response_due=first,
            due_at=due,
            **claiming.FREE,
        )
        events.record(
            EventKind.REVIEW_MOVED,
            item,
            actor=Actor.person(mover),
            now=now,
            submission_id=item.submission_id,
            detail={"from": came_from.key, "to": queue.key, "due": due.isoformat()},
        )
    return ReviewItem.objects.select_related("queue").get(pk=item.pk)


class _Queues:
    """Finds the queue for each decision of a chunk, with one query for all queues."""

    def __init__(self, now: datetime) -> None:
        rows = ReviewQueue.objects.select_related("calendar").order_by("position", "name")
        self._by_key = {queue.key: queue for queue in rows}
        self._now = now

    def of(self, event: AuditEvent, decision: Decision) -> tuple[ReviewQueue, str]:
        """Return the queue, and the key the rules wanted when there is no such queue."""
        wanted = str(event.detail.get("queue") or decision.destination)
        for key in (wanted, decision.model.fallback_queue):
            if key in self._by_key:
                return self._by_key[key], "" if key == wanted else wanted
        log.warning("queue_unknown", queue=wanted, decision=str(decision.pk))
        return self._first(), wanted

    def _first(self) -> ReviewQueue:
        if not self._by_key:
            self._by_key[CATCH_ALL] = _catch_all(self._now)
        return next(iter(self._by_key.values()))


def _catch_all(now: datetime) -> ReviewQueue:
    """Return the queue for items that have nowhere else to go; made when first needed."""
    queue = ReviewQueue(
        id=new_id(now),
        key=CATCH_ALL,
        name="Triage",
        description="Items for which no queue was set up.",
        first_response_minutes=4 * 60,
        decision_minutes=24 * 60,
    )
    try:
        with transaction.atomic():
            history.save(queue, by=None, reason="An item had no queue to go to", now=now)
            events.record(EventKind.QUEUE_CHANGED, queue, actor=SYSTEM, now=now)
    except IntegrityError:  # Another worker made it a moment ago.
        return ReviewQueue.objects.get(key=CATCH_ALL)
    return queue


def _build(
    decision: Decision, queue: ReviewQueue, *, opened_at: datetime, now: datetime
) -> ReviewItem:
    first, due = due_times(queue, opened_at=opened_at)
    return ReviewItem(
        id=new_id(now),
        submission_id=decision.submission_id,
        decision=decision,
        queue=queue,
        state=ItemState.OPEN,
        opened_at=opened_at,
        first_response_due=first,
        due_at=due,
    )


def _opened(item: ReviewItem, queue: ReviewQueue, wanted: str, event: AuditEvent) -> Entry:
    detail = {"queue": queue.key, "due": item.due_at.isoformat()}
    if wanted:
        detail["wanted"] = wanted
    return Entry(EventKind.REVIEW_OPENED, item, RULES, item.submission_id, detail, event.pk)
