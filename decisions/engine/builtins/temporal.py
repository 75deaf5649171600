"""Built-ins on dates and times, and the two that read the time of the evaluation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from decisions.engine import temporal
from decisions.engine.builtins.signatures import builtin
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import Date, DateTime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MOMENT = "Pass now= to the evaluation: a datetime with a time zone."


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


def _day_of_year(day: Date) -> int:
    return temporal.day_number(day) - temporal.day_number(Date(day.year, 1, 1)) + 1


@builtin("day of year", "date: date|date and time", "number")
def day_of_year(run: Run, site: Site, value: Date | DateTime) -> int:
    return _day_of_year(_day(value))


@builtin("day of week", "date: date|date and time", "string")
def day_of_week(run: Run, site: Site, value: Date | DateTime) -> str:
    return _DAYS[temporal.weekday(_day(value)) - 1]


@builtin("month of year", "date: date|date and time", "string")
def month_of_year(run: Run, site: Site, value: Date | DateTime) -> str:
    return _MONTHS[_day(value).month - 1]


@builtin("week of year", "date: date|date and time", "number")
def week_of_year(run: Run, site: Site, value: Date | DateTime) -> int:
    """Give the ISO 8601 week: the one that holds the Thursday."""
    day = _day(value)
    week = (_day_of_year(day) - temporal.weekday(day) + 10) // 7
    if week == 0:
        return _weeks(day.year - 1)
    return 1 if week > _weeks(day.year) else week


def _weeks(year: int) -> int:
    first = temporal.weekday(Date(year, 1, 1))
    return 53 if first == 4 or (first == 3 and temporal.is_leap(year)) else 52


def _now(run: Run, site: Site) -> DateTime | None:
    given: Any = run.now
    if given is None:
        message = "The rules ask for the current time, and none was given."
    elif not isinstance(given, datetime):
        message = f"The rules ask for the current time, and {given!r:.40} is none."
    elif given.utcoffset() is None:
        message = "The rules ask for the current time, and the one given has no time zone."
    else:
        value = temporal.from_python(given)
        return value if isinstance(value, DateTime) else None
    run.report(site, "temporal.now", message, _MOMENT)
    return None


@builtin("now", "", "date and time")
def now(run: Run, site: Site) -> DateTime | None:
    return _now(run, site)


@builtin("today", "", "date")
def today(run: Run, site: Site) -> Date | None:
    moment = _now(run, site)
    return None if moment is None else moment.date
