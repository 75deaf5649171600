"""The board: how much is due where and when, and who is at work."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q

from decisions.ids import id_at
from decisions.models import User
from reviews.calendars import AROUND_THE_CLOCK, hours_from
from reviews.enums import ItemState
from reviews.models import ReviewItem, ReviewQueue, Verdict
from reviews.queries.items import claimed_items
from reviews.queries.queues import hours_of

BOARD_HOURS = 8


@dataclass(frozen=True)
class Cell:
    """How many verdicts are due in one hour of the board, and how hot that is, 0 to 4."""

    count: int
    heat: int


@dataclass
class QueueLine:
    """One queue on the board."""

    queue: ReviewQueue
    open: int = 0
    late: int = 0
    today: int = 0
    claimed: int = 0
    next_due: datetime | None = None
    cells: list[Cell] = field(default_factory=list)
    on_now: list[User] = field(default_factory=list)


@dataclass(frozen=True)
class PersonLine:
    """One person on the board: what they hold and what they did today."""

    person: User
    holding: list[ReviewItem]
    done: int


def board_hours(lines: Sequence[ReviewQueue], *, now: datetime) -> list[datetime]:
    """The hours the board shows: the next ones in which the first queue with a calendar works."""
    hours = next((hours_of(queue) for queue in lines if queue.calendar_id), AROUND_THE_CLOCK)
    return hours_from(now, hours, count=BOARD_HOURS)


def queue_lines(
    queues: Sequence[ReviewQueue], *, hours: Sequence[datetime], now: datetime, today_ends: datetime
) -> list[QueueLine]:
    """Count what is open, late and due in each hour, and who is at work, in two queries.

    Load `queues` with their calendars. The last hour holds what is due within it only.
    """
    lines = {queue.pk: QueueLine(queue) for queue in queues}
    ends = [*hours[1:], hours[-1] + timedelta(hours=1)] if hours else []
    buckets = {
        f"hour_{n}": Count("id", filter=Q(due_at__gte=max(begin, now), due_at__lt=end))
        for n, (begin, end) in enumerate(zip(hours, ends, strict=True))
    }
    rows: Any = (
        ReviewItem.objects.filter(closed_at=None, queue__in=list(lines))
        .values("queue_id")
        .annotate(
            open=Count("id"),
            late=Count("id", filter=Q(due_at__lt=now)),
            today=Count("id", filter=Q(due_at__gte=now, due_at__lt=today_ends)),
            claimed=Count("id", filter=Q(state=ItemState.CLAIMED)),
            next_due=Min("due_at"),
            **buckets,
        )
        .order_by()
    )
    for row in rows:
        line = lines[row["queue_id"]]
        for name in ("open", "late", "today", "claimed", "next_due"):
            setattr(line, name, row[name])
        line.cells = _cells([row[name] for name in buckets])
    for line in lines.values():
        line.cells = line.cells or _cells([0] * len(buckets))
    for item in claimed_items(list(lines)):
        at_work = lines[item.queue_id].on_now
        if item.claimed_by and item.claimed_by not in at_work:
            at_work.append(item.claimed_by)
    return list(lines.values())


def person_lines(queues: Sequence[ReviewQueue], *, today_began: datetime) -> list[PersonLine]:
    """Who works in these queues, what they hold and how many verdicts they gave today."""
    people = (
        User.objects.filter(review_queues__in=list(queues), is_active=True)
        .distinct()
        .order_by("name")
    )
    holding: dict[UUID, list[ReviewItem]] = {}
    for item in claimed_items([queue.pk for queue in queues]):
        if item.claimed_by_id:
            holding.setdefault(item.claimed_by_id, []).append(item)
    done = dict(
        Verdict.objects.filter(pk__gte=id_at(today_began), reviewer__in=people)
        .values_list("reviewer_id")
        .annotate(n=Count("id"))
        .order_by()
    )
    return [PersonLine(p, holding.get(p.pk, []), done.get(p.pk, 0)) for p in people]


def _cells(counts: Sequence[int]) -> list[Cell]:
    most = max([*counts, 4])
    return [Cell(count, -(-count * 4 // most)) for count in counts]
