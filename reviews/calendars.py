"""Business time: which minutes count, across weekends, holidays and changes of the clock."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from decisions.errors import Fault, Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON = timedelta(days=3660)
DAY = timedelta(days=1)
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class BusinessHours:
    """A calendar ready to count with; `week` has one tuple of (from, to) a day, Monday first."""

    zone: ZoneInfo
    week: tuple[tuple[tuple[timedelta, timedelta], ...], ...]
    holidays: frozenset[date]


AROUND_THE_CLOCK = BusinessHours(ZoneInfo("UTC"), (((timedelta(0), DAY),),) * 7, frozenset())


def parse_hours(
    time_zone: str, weekly_hours: Mapping[str, Any], holidays: Sequence[Mapping[str, Any]]
) -> BusinessHours:
    """Read a calendar as it is stored. Raises Invalid with every fault found."""
    faults = [
        Fault(where="weekly_hours", message=f"“{name}” is not a day. Write mon to sun.")
        for name in sorted(set(weekly_hours) - set(DAYS))
    ]
    zone = _zone(time_zone, faults)
    week = tuple(_day(name, weekly_hours.get(name) or [], faults) for name in DAYS)
    if not any(week) and not faults:
        faults.append(Fault(where="weekly_hours", message="Give working hours on one day or more."))
    days = frozenset(_holidays(holidays, faults))
    if faults:
        raise Invalid("The calendar was not kept.", faults)
    return BusinessHours(zone, week, days)


def add_business_minutes(start: datetime, minutes: int, hours: BusinessHours) -> datetime:
    """Return when `minutes` of business time have passed since `start`, in UTC.

    Time outside business hours does not count. What fills a span to its last minute ends with
    the span, not at the opening of the next one.
    """
    left = timedelta(minutes=minutes)
    for begin, end in spans_from(start, hours):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise Invalid("This calendar has no working hours in the next ten years.")


def business_time(start: datetime, end: datetime, hours: BusinessHours) -> timedelta:
    """Return how much business time lies between two moments; none if they are the wrong way."""
    total = timedelta(0)
    for begin, stop in spans_from(start, hours):
        if begin >= end:
            break
        total += min(stop, end) - begin
    return total


def hours_from(moment: datetime, hours: BusinessHours, *, count: int) -> list[datetime]:
    """Return the beginnings of the next `count` clock hours with business time, from now on."""
    found: list[datetime] = []
    for begin, end in spans_from(moment, hours):
        hour = begin.astimezone(hours.zone).replace(minute=0, second=0, microsecond=0)
        at = hour.astimezone(UTC)
        while at < end and len(found) < count:
            if not found or at > found[-1]:
                found.append(at)
            at += timedelta(hours=1)
        if len(found) == count:
            break
    return found


def spans_from(start: datetime, hours: BusinessHours) -> Iterator[Span]:
    """Yield the spans of business time after `start` in order, in UTC, for ten years."""
    start = start.astimezone(UTC)
    day = start.astimezone(hours.zone).date()
    last = day + HORIZON
    while day <= last:
        for begin, end in _spans_of(day, hours):
            if end > start:
                yield max(begin, start), end
        day += DAY


@lru_cache(maxsize=4096)
def _spans_of(day: date, hours: BusinessHours) -> tuple[Span, ...]:
    """Cut a day's hours by the offsets in force: an hour the clock repeats counts twice."""
    if day in hours.holidays:
        return ()
    midnight = datetime.combine(day, time(), UTC)  # Of the wall clock, as if it were UTC.
    found = [
        (max(midnight + opens - offset, since), min(midnight + closes - offset, until))
        for since, until, offset in _offsets(midnight - DAY, midnight + 2 * DAY, hours.zone)
        for opens, closes in hours.week[day.weekday()]
    ]
    return tuple(sorted(span for span in found if span[0] < span[1]))


def _offsets(
    since: datetime, until: datetime, zone: ZoneInfo
) -> list[tuple[datetime, datetime, timedelta]]:
    """Return the stretches of one UTC offset between two moments that see one change at most."""
    before, after = _offset(since, zone), _offset(until, zone)
    if before == after:
        return [(since, until, before)]
    early, late = since, until
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return [(since, late, before), (late, until, after)]


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _zone(name: str, faults: list[Fault]) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        message = f"“{name}” is not a time zone. Write it like Europe/London."
        faults.append(Fault(where="time_zone", message=message))
        return ZoneInfo("UTC")


def _day(
    name: str, spans: Iterable[Sequence[str]], faults: list[Fault]
) -> tuple[tuple[timedelta, timedelta], ...]:
    found: list[tuple[timedelta, timedelta]] = []
    for span in spans:
        if len(span) != 2 or not all(isinstance(x, str) and CLOCK.fullmatch(x) for x in span):
            message = f"{name}: write hours like 09:00 to 17:30."
        elif _clock(span[0]) >= _clock(span[1]):
            message = f"{name}: {span[0]} is not before {span[1]}. Swap them."
        elif found and found[-1][1] > _clock(span[0]):
            message = f"{name}: {span[0]} begins before the hours ahead of it end."
        else:
            found.append((_clock(span[0]), _clock(span[1])))
            continue
        faults.append(Fault(where="weekly_hours", message=message))
    return tuple(found)


def _clock(text: str) -> timedelta:
    hour, minute = text.split(":")
    return timedelta(hours=int(hour), minutes=int(minute))


def _holidays(rows: Sequence[Mapping[str, Any]], faults: list[Fault]) -> Iterator[date]:
    for row in rows:
        try:
            yield date.fromisoformat(str(row["date"]))
        except (KeyError, ValueError):
            message = "Write each holiday with its date, like 2026-12-25."
            faults.append(Fault(where="holidays", message=message))
