"""The business hours a queue counts its promises in."""

from datetime import datetime

from reviews.calendars import (
    AROUND_THE_CLOCK,
    BusinessHours,
    add_business_minutes,
    parse_hours,
)
from reviews.models import ReviewQueue


def hours_of(queue: ReviewQueue) -> BusinessHours:
    """Return when the queue's team works. Load the queue with its `calendar`."""
    calendar = queue.calendar
    if calendar is None:
        return AROUND_THE_CLOCK
    return parse_hours(calendar.time_zone, calendar.weekly_hours, calendar.holidays)


def due_times(queue: ReviewQueue, *, opened_at: datetime) -> tuple[datetime, datetime]:
    """Return when the first response and the verdict are due for an item opened then."""
    hours = hours_of(queue)
    return (
        add_business_minutes(opened_at, queue.first_response_minutes, hours),
        add_business_minutes(opened_at, queue.decision_minutes, hours),
    )
