"""Days on the clock of this installation, and the keys that were made in them."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from decisions.ids import id_at


def day_of(moment: datetime) -> tuple[datetime, datetime]:
    """Return when the day of `moment` began and when it ends."""
    began = timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    return began, began + timedelta(days=1)


def keys_of(first: date | None, last: date | None) -> dict[str, UUID]:
    """Return the filter for records of a span of days; `last` is included, None is no bound.

    Keys are ordered by time, so a span of days is a range of keys.
    """
    span: dict[str, UUID] = {}
    if first:
        span["pk__gte"] = id_at(_midnight(first))
    if last:
        span["pk__lt"] = id_at(_midnight(last) + timedelta(days=1))
    return span


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
