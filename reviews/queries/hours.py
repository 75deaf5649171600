"""What an impact means for people: hours a week in each queue, against what its members can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Count, Q

from decisions.models import ImpactReport
from reviews.calendars import BusinessHours
from reviews.models import ReviewQueue, Verdict
from reviews.queries.queues import hours_of

DEFAULT_MINUTES = 6.0  # For queues that have too few verdicts to measure.
ENOUGH = 5
NEWEST = 200
FULL_WEEK = 40.0  # Hours of one person where a queue has no calendar.


@dataclass(frozen=True)
class QueueHours:
    """One queue: hours a week before and after, and what its members can do."""

    key: str
    name: str
    minutes: float
    measured: bool
    before: float
    after: float
    capacity: float | None

    @property
    def change(self) -> float:
        return round(self.after - self.before, 1)

    @property
    def fewer(self) -> float:
        return -self.change

    @property
    def over(self) -> bool:
        return self.capacity is not None and self.after > self.capacity

    @property
    def beyond(self) -> float:
        """Hours a week that nobody has time for."""
        return max(0.0, self.after - (self.capacity or 0.0))

    @property
    def late(self) -> int:
        """Verdicts a week that would miss their time."""
        return round(self.beyond * 60 / self.minutes)


def queue_hours(report: ImpactReport) -> list[QueueHours]:
    """Return every queue that gets items before or after, the most loaded first."""
    inflow: Mapping[str, Mapping[str, int]] = report.found.get("queues", {})
    weeks = _weeks(report)
    queues = {
        queue.key: queue
        for queue in ReviewQueue.objects.filter(key__in=list(inflow))
        .select_related("calendar")
        .annotate(active=Count("members", filter=Q(members__is_active=True)))
    }
    lines = [_line(key, counts, queues.get(key), weeks) for key, counts in inflow.items()]
    return sorted(lines, key=lambda line: (-line.beyond, -line.after, line.name))


def _weeks(report: ImpactReport) -> float:
    """How many weeks the replayed submissions stand for; a file stands for one."""
    if report.since is None or report.until is None:
        return 1.0
    share = report.done / report.total if report.total else 1.0
    return max((report.until - report.since) / timedelta(days=7) * share, 1 / 7)


def _line(
    key: str, counts: Mapping[str, int], queue: ReviewQueue | None, weeks: float
) -> QueueHours:
    minutes = _minutes(queue) if queue else None
    each = minutes or DEFAULT_MINUTES
    members = getattr(queue, "active", 0)
    capacity = members * _week(queue) if queue and members else (0.0 if queue else None)
    return QueueHours(
        key=key if queue else "",
        name=queue.name if queue else key or "No queue",
        minutes=each,
        measured=minutes is not None,
        before=round(counts["before"] / weeks * each / 60, 1),
        after=round(counts["after"] / weeks * each / 60, 1),
        capacity=capacity,
    )


def _minutes(queue: ReviewQueue) -> float | None:
    """The median time from the first claim to the verdict, where enough were given."""
    spans = Verdict.objects.filter(item__queue=queue, item__responded_at__isnull=False)
    read = spans.order_by("-pk").values_list("item__responded_at", "recorded_at")[:NEWEST]
    taken = [(end - begin).total_seconds() / 60 for begin, end in read if begin]
    return max(median(taken), 0.1) if len(taken) >= ENOUGH else None


def _week(queue: ReviewQueue) -> float:
    """The hours of one person in a week without holidays."""
    if queue.calendar_id is None:
        return FULL_WEEK
    hours: BusinessHours = hours_of(queue)
    spans = [end - begin for day in hours.week for begin, end in day]
    return sum(spans, timedelta()) / timedelta(hours=1)
