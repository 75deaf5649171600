"""What a queue promises: when the first response and the verdict are due."""

from datetime import datetime

from reviews.calendars import add_business_minutes
from reviews.models import ReviewQueue
from reviews.queries.queues import hours_of


def due_times(queue: ReviewQueue, *, opened_at: datetime) -> tuple[datetime, datetime]:
    """Return when the first response and the verdict are due for an item opened then."""
    hours = hours_of(queue)
    return (
        add_business_minutes(opened_at, queue.first_response_minutes, hours),
        add_business_minutes(opened_at, queue.decision_minutes, hours),
    )
