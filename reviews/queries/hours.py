"""What an impact means for people: hours a week in each queue, against what its members can do."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from decisions.models import ImpactReport, User
from reviews.calendars import BusinessHours
from reviews.models import ReviewQueue, Verdict
from reviews.queries.lateness import late_verdicts
from reviews.queries.queues import hours_of

DEFAULT_MINUTES = 6.0  # For queues that have too few verdicts to measure.
ENOUGH = 5
NEWEST = 200
FULL_WEEK = 40.0  # Hours of one person where a queue has no calendar.
MOST_NAMED = 3


@dataclass(frozen=True)
class QueueHours:
    """One queue: hours a week before and after, what its members can do, and who comes too late.

    `late_before` and `late` are verdicts a week; None where the arrivals have no days.
    """

    key: str
    name: str
    minutes: float
    measured: bool
    before: float
    after: float
    capacity: float | None
    promised: int = 0
    late_before: float | None = None
    late: float | None = None
    members: frozenset[UUID] = frozenset()

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
    def more_late(self) -> float:
        return max(0.0, (self.late or 0.0) - (self.late_before or 0.0))

    @property
    def troubled(self) -> bool:
        """Tell whether the people of the queue should know before the version is live."""
        return self.over or self.more_late >= 1


@dataclass(frozen=True)
class Relief:
    """People of a queue who also sit in one that would have less to do."""

    names: tuple[str, ...]
    others: int
    queue: str
    hours: float


def queue_hours(report: ImpactReport) -> list[QueueHours]:
    """Return every queue that gets items before or after, the most loaded first."""
    inflow: Mapping[str, Mapping[str, int]] = report.found.get("queues", {})
    days: Mapping[str, Mapping[str, Any]] = report.found.get("days", {})
    weeks = _weeks(report)
    queues = {
        queue.key: queue
        for queue in ReviewQueue.objects.filter(key__in=list(inflow)).select_related("calendar")
    }
    members = _members()
    parts = Counter(person for people in members.values() for person in people)
    lines = []
    for key, counts in inflow.items():
        queue = queues.get(key)
        if queue is None:
            lines.append(_stray(key, counts, weeks))
            continue
        people = members.get(queue.pk, frozenset())
        # A person in several queues has one week: an equal part of it goes to each.
        whole = sum(1 / parts[person] for person in people)
        arrivals = {} if report.source else days.get(key, {})
        lines.append(_line(queue, counts, arrivals, people, whole, weeks))
    return sorted(lines, key=lambda line: (-line.beyond, -line.more_late, -line.after, line.name))


def relief_for(line: QueueHours, lines: Iterable[QueueHours]) -> Relief | None:
    """Find the queue that frees most hours of people who also work in `line`."""
    freed = [
        other
        for other in lines
        if other.change < 0 and not other.over and other.members & line.members
    ]
    if not freed:
        return None
    best = min(freed, key=lambda other: other.change)
    queue = ReviewQueue.objects.get(key=best.key)
    shared = sorted(str(person) for person in queue.members.filter(pk__in=line.members))
    names = tuple(shared[:MOST_NAMED])
    return Relief(names, len(shared) - len(names), best.name, best.fewer)


def _members() -> dict[UUID, frozenset[UUID]]:
    """Return the active members of every queue."""
    people = User.objects.filter(is_active=True, review_queues__isnull=False)
    found: dict[UUID, set[UUID]] = {}
    for queue, person in people.values_list("review_queues", "pk"):
        found.setdefault(queue, set()).add(person)
    return {queue: frozenset(members) for queue, members in found.items()}


def _weeks(report: ImpactReport) -> float:
    """How many weeks the replayed submissions stand for; a file stands for one."""
    if report.since is None or report.until is None:
        return 1.0
    share = report.done / report.total if report.total else 1.0
    return max((report.until - report.since) / timedelta(days=7) * share, 1 / 7)


def _stray(key: str, counts: Mapping[str, int], weeks: float) -> QueueHours:
    """Return the line of items that go to a queue which does not exist."""
    before, after = (counts[s] / weeks * DEFAULT_MINUTES / 60 for s in ("before", "after"))
    name = key or "No queue"
    return QueueHours("", name, DEFAULT_MINUTES, False, round(before, 1), round(after, 1), None)


def _line(
    queue: ReviewQueue,
    counts: Mapping[str, int],
    arrivals: Mapping[str, Mapping[str, int]],
    people: frozenset[UUID],
    whole: float,
    weeks: float,
) -> QueueHours:
    minutes = _minutes(queue)
    each = minutes or DEFAULT_MINUTES
    hours = hours_of(queue)
    # Around the clock is when items come, not when one person works.
    at_work = whole if queue.calendar_id else whole * FULL_WEEK / (7 * 24)

    def late(side: str) -> float | None:
        days = {date.fromisoformat(day): n[side] for day, n in arrivals.items() if n.get(side)}
        if not arrivals:
            return None
        found = late_verdicts(
            days, hours=hours, people=at_work, minutes=each, promised=queue.decision_minutes
        )
        return round(found / weeks, 1)

    return QueueHours(
        key=queue.key,
        name=queue.name,
        minutes=each,
        measured=minutes is not None,
        before=round(counts["before"] / weeks * each / 60, 1),
        after=round(counts["after"] / weeks * each / 60, 1),
        capacity=round(whole * _week(queue, hours), 1),
        promised=queue.decision_minutes,
        late_before=late("before"),
        late=late("after"),
        members=people,
    )


def _minutes(queue: ReviewQueue) -> float | None:
    """The median time from the first claim to the verdict, where enough were given."""
    spans = Verdict.objects.filter(item__queue=queue, item__responded_at__isnull=False)
    read = spans.order_by("-pk").values_list("item__responded_at", "recorded_at")[:NEWEST]
    taken = [(end - begin).total_seconds() / 60 for begin, end in read if begin]
    return max(median(taken), 0.1) if len(taken) >= ENOUGH else None


def _week(queue: ReviewQueue, hours: BusinessHours) -> float:
    """The hours of one person in a week without holidays."""
    if queue.calendar_id is None:
        return FULL_WEEK
    spans = [end - begin for day in hours.week for begin, end in day]
    return sum(spans, timedelta()) / timedelta(hours=1)
