"""How many verdicts would come too late: each day's inflow worked off in the order it came.

Pure arithmetic on business minutes. The people of a queue are taken as one who is as quick as all
of them, and the queue as empty at the start.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from reviews.calendars import BusinessHours

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def late_verdicts(
    arrivals: Mapping[date, int],
    *,
    hours: BusinessHours,
    people: float,
    minutes: float,
    promised: int,
) -> int:
    """Count the items whose verdict takes more than the `promised` business minutes.

    `people` work on them full time, each needs `minutes` for one. The items of a day come evenly
    spread over its business hours, or, where it has none, when the next ones begin.
    """
    if not people:
        return sum(arrivals.values())
    each = minutes / people
    free, late = 0.0, 0
    for arrived in _moments(arrivals, hours):
        free = max(free, arrived) + each
        late += free - arrived > promised
    return late


def _moments(arrivals: Mapping[date, int], hours: BusinessHours) -> Iterator[float]:
    """Yield when each item comes, in business minutes since the first day began."""
    if not arrivals:
        return
    passed, day = 0.0, min(arrivals)
    while day <= max(arrivals):
        count, opened = arrivals.get(day, 0), _opened(day, hours)
        yield from (passed + opened * (number + 0.5) / count for number in range(count))
        passed += opened
        day += DAY


def _opened(day: date, hours: BusinessHours) -> float:
    if day in hours.holidays:
        return 0.0
    spans = (end - begin for begin, end in hours.week[day.weekday()])
    return sum(spans, timedelta()) / MINUTE
