"""The records of reviews: how queues run, what waits in them, and how people judged."""

from reviews.models.items import ReviewItem, Verdict
from reviews.models.queues import BusinessCalendar, ReasonCode, ReviewQueue

__all__ = ["BusinessCalendar", "ReasonCode", "ReviewItem", "ReviewQueue", "Verdict"]
