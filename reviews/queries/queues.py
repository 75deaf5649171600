"""Queues: when their team works, who may judge in them, for which reasons."""

from django.db.models import QuerySet

from decisions.models import User
from reviews.calendars import AROUND_THE_CLOCK, BusinessHours, parse_hours
from reviews.models import ReasonCode, ReviewQueue


def hours_of(queue: ReviewQueue) -> BusinessHours:
    """Return when the queue's team works. Load the queue with its `calendar`."""
    calendar = queue.calendar
    if calendar is None:
        return AROUND_THE_CLOCK
    return parse_hours(calendar.time_zone, calendar.weekly_hours, calendar.holidays)


def queues_of(user: User) -> QuerySet[ReviewQueue]:
    """The queues a person is a member of."""
    return ReviewQueue.objects.filter(members=user)


def may_work(user: User, queue: ReviewQueue) -> bool:
    """Say whether `user` may judge items of `queue`: its members do, and leads everywhere."""
    return user.has_perm("reviews.assign") or queue.members.filter(pk=user.pk).exists()


def active_codes(queue: ReviewQueue) -> list[ReasonCode]:
    """The reason codes verdicts may give now. Prefetch `reason_codes`."""
    return [code for code in queue.reason_codes.all() if code.active]
