"""Items that wait, page by page, and the whole record of one."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from decisions.models import Decision, User
from decisions.queries.paging import Page, pack, unpack
from reviews.calendars import BusinessHours
from reviews.meters import meter_of
from reviews.models import ReviewItem, ReviewQueue, Verdict
from reviews.queries.queues import hours_of

SIZE = 50
EARLIER = 10


def open_items(
    *,
    now: datetime,
    queues: Iterable[ReviewQueue] | None = None,
    user: User | None = None,
    who: str = "",
    due: str = "",
    today_ends: datetime | None = None,
) -> QuerySet[ReviewItem]:
    """Items that wait, soonest due first. `who`: free, mine, taken; `due`: late, today."""
    rows = ReviewItem.objects.filter(closed_at=None)
    if queues is not None:
        rows = rows.filter(queue__in=list(queues))
    if who == "free":
        rows = rows.filter(claimed_by=None)
    elif who == "mine":
        rows = rows.filter(claimed_by=user)
    elif who == "taken":
        rows = rows.filter(claimed_by__isnull=False)
    if due == "late":
        rows = rows.filter(due_at__lt=now)
    elif due == "today" and today_ends:
        rows = rows.filter(due_at__gte=now, due_at__lt=today_ends)
    return (
        rows.select_related("queue__calendar", "claimed_by", "submission", "decision")
        .defer("submission__facts")
        .order_by("due_at", "pk")
    )


def claimed_items(queue_ids: Iterable[UUID]) -> QuerySet[ReviewItem]:
    """What people hold now, in these queues."""
    return (
        ReviewItem.objects.filter(closed_at=None, claimed_by__isnull=False)
        .filter(queue_id__in=list(queue_ids))
        .select_related("claimed_by", "submission", "queue")
        .defer("submission__facts")
        .order_by("due_at", "pk")
    )


def page_by_due(
    rows: QuerySet[ReviewItem], *, before: str = "", after: str = "", size: int = SIZE
) -> Page[ReviewItem]:
    """Return a page of items by due time: `newer` leads to sooner due ones, `older` to later.

    Walked by (due time, id) without OFFSET and COUNT. A cursor that is not ours gives the start.
    """
    if (place := _read_cursor(after)) is not None:
        at, key = place
        sooner = rows.filter(Q(due_at__lt=at) | Q(due_at=at, pk__lt=key))
        found = list(sooner.order_by("-due_at", "-pk")[: size + 1])
        if len(found) > size:
            items = found[:size][::-1]
            return Page(items, newer=_cursor(items[0]), older=_cursor(items[-1]))
    place = None if after else _read_cursor(before)
    if place is not None:
        at, key = place
        rows = rows.filter(due_at__gte=at).filter(Q(due_at__gt=at) | Q(pk__gt=key))
    found = list(rows[: size + 1])
    items = found[:size]
    return Page(
        items,
        newer=_cursor(items[0]) if items and place is not None else "",
        older=_cursor(items[-1]) if len(found) > size else "",
    )


def with_meters(items: Iterable[ReviewItem], *, now: datetime) -> list[ReviewItem]:
    """Give each item its `meter`. Load them with `queue__calendar`."""
    hours: dict[UUID, BusinessHours] = {}
    metered = []
    for item in items:
        if item.queue_id not in hours:
            hours[item.queue_id] = hours_of(item.queue)
        item.meter = meter_of(  # type: ignore[attr-defined]
            opened_at=item.opened_at, due_at=item.due_at, hours=hours[item.queue_id], now=now
        )
        metered.append(item)
    return metered


def item_with_record(item_id: UUID) -> ReviewItem | None:
    """One item with everything the bench shows of its record, in three queries."""
    return (
        ReviewItem.objects.select_related(
            "queue__calendar",
            "claimed_by",
            "submission",
            "decision__model",
            "decision__ruleset__version",
            "verdict__reviewer",
        )
        .defer("decision__ruleset__version__dmn")
        .prefetch_related("submission__evidence", "queue__reason_codes")
        .filter(pk=item_id)
        .first()
    )


def earlier_decisions(decision: Decision) -> list[Decision]:
    """Other decisions about the same reference, newest first."""
    reference = decision.submission.reference
    if not reference:
        return []
    return list(
        Decision.objects.filter(submission__reference=reference)
        .exclude(pk=decision.pk)
        .select_related("submission", "model")
        .defer("submission__facts", "outputs")
        .order_by("-pk")[:EARLIER]
    )


def recent_verdicts(user: User, *, count: int = 20) -> list[Verdict]:
    """The last verdicts of a person, newest first."""
    return list(
        Verdict.objects.filter(reviewer=user)
        .select_related("item__submission", "item__queue")
        .defer("item__submission__facts")
        .order_by("-pk")[:count]
    )


def _cursor(item: ReviewItem) -> str:
    return pack(f"{item.due_at.isoformat()}|{item.pk}".encode())


def _read_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    try:
        at, key = unpack(cursor).decode("ascii").split("|")
        place = datetime.fromisoformat(at), UUID(key)
    except ValueError:
        return None
    return place if place[0].tzinfo else None
