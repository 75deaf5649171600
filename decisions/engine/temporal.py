"""Dates, times and durations of FEEL: years to ±999,999,999, nanoseconds, offsets and zones."""

from __future__ import annotations

import datetime as py
import re
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NANOS = 1_000_000_000
DAY_SECONDS = 86_400
MOST_YEAR = 999_999_999
_MOST_OFFSET = 18 * 3600
_CYCLE = 400
_CYCLE_DAYS = 146_097

_DATE = re.compile(r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_/+-]{1,64}))?",
    re.ASCII,
)
_MONTHS = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_DAYS = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?", re.ASCII)
_MOST_DURATION_DIGITS = 18


class Date(NamedTuple):
    """A calendar date of the proleptic Gregorian calendar."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{_year_text(self.year)}-{self.month:02}-{self.day:02}"


class Time(NamedTuple):
    """A time of day; `offset` in seconds east of UTC, or a `zone` id, or neither (local)."""

    hour: int
    minute: int
    second: int
    nano: int = 0
    offset: int | None = None
    zone: str | None = None

    def __str__(self) -> str:
        fraction = f".{self.nano:09}".rstrip("0") if self.nano else ""
        clock = f"{self.hour:02}:{self.minute:02}:{self.second:02}{fraction}"
        return clock + _offset_text(self.offset, self.zone)


class DateTime(NamedTuple):
    """A date and a time of day together."""

    date: Date
    time: Time

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


class Days(NamedTuple):
    """A days and time duration, in nanoseconds."""

    nanos: int

    def __str__(self) -> str:
        total, nano = divmod(abs(self.nanos), NANOS)
        days, rest = divmod(total, DAY_SECONDS)
        hours, rest = divmod(rest, 3600)
        minutes, seconds = divmod(rest, 60)
        fraction = f".{nano:09}".rstrip("0") if nano else ""
        clock = f"{hours}H" if hours else ""
        clock += f"{minutes}M" if minutes else ""
        clock += f"{seconds}{fraction}S" if seconds or nano else ""
        text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
        return ("-" if self.nanos < 0 else "") + "P" + (text or "T0S")


class Months(NamedTuple):
    """A years and months duration, in months."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


Temporal = Date | Time | DateTime | Days | Months


def _year_text(year: int) -> str:
    return f"-{-year:04}" if year < 0 else f"{year:04}"


def _offset_text(offset: int | None, zone: str | None) -> str:
    if zone is not None:
        return f"@{zone}"
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    hours, rest = divmod(abs(offset), 3600)
    minutes, seconds = divmod(rest, 60)
    tail = f":{seconds:02}" if seconds else ""
    return f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}{tail}"


def is_leap(year: int) -> bool:
    """Tell whether a year of the proleptic Gregorian calendar has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_days(year: int, month: int) -> int:
    """Count the days of a month."""
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def make_date(year: int, month: int, day: int) -> Date | None:
    """Build a date, or None when there is no such day."""
    if -MOST_YEAR <= year <= MOST_YEAR and 1 <= month <= 12 and 1 <= day <= month_days(year, month):
        return Date(year, month, day)
    return None


def make_time(
    hour: int,
    minute: int,
    second: int,
    nano: int = 0,
    offset: int | None = None,
    zone: str | None = None,
) -> Time | None:
    """Build a time, or None when a part is out of range or the zone is unknown."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    if offset is not None and abs(offset) > _MOST_OFFSET:
        return None
    if zone is not None and _zone(zone) is None:
        return None
    return Time(hour, minute, second, nano, offset, zone)


_ZONES: dict[str, ZoneInfo | None] = {}


def _zone(name: str) -> ZoneInfo | None:
    if name not in _ZONES:
        try:
            found: ZoneInfo | None = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            found = None
        if len(_ZONES) > 2000:
            _ZONES.clear()
        _ZONES[name] = found
    return _ZONES[name]


def day_number(day: Date) -> int:
    """Count days since 1970-01-01."""
    year = day.year - (day.month <= 2)
    era, year_of_era = divmod(year, _CYCLE)
    shifted = (day.month + 9) % 12
    day_of_year = (153 * shifted + 2) // 5 + day.day - 1
    return (
        era * _CYCLE_DAYS
        + year_of_era * 365
        + year_of_era // 4
        - year_of_era // 100
        + day_of_year
        - 719_468
    )


def date_of(number: int) -> Date | None:
    """Give the date `number` days after 1970-01-01, or None beyond the years allowed."""
    era, day_of_era = divmod(number + 719_468, _CYCLE_DAYS)
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return make_date(
        year_of_era + era * _CYCLE + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1
    )


def parse_date(text: str) -> Date | None:
    """Read an ISO date, or None."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    return make_date(int(match[1]), int(match[2]), int(match[3]))


def parse_time(text: str) -> Time | None:
    """Read a time with optional fraction and offset or @zone, or None."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second, fraction, utc, sign, off_h, off_m, off_s, zone = match.groups()
    offset: int | None = 0 if utc else None
    if sign:
        if int(off_m) > 59 or int(off_s or 0) > 59:
            return None
        offset = int(off_h) * 3600 + int(off_m) * 60 + int(off_s or 0)
        offset = -offset if sign == "-" else offset
    nano = int((fraction or "0")[:9].ljust(9, "0"))
    if (hour, minute, second, nano) == ("24", "00", "00", 0):
        hour = "00"
    return make_time(int(hour), int(minute), int(second), nano, offset, zone)


def parse_datetime(text: str) -> DateTime | None:
    """Read a date and time, or a date alone as its midnight, or None."""
    day_text, separator, time_text = text.partition("T")
    day = parse_date(day_text)
    if day is None:
        return None
    if not separator:
        return DateTime(day, Time(0, 0, 0))
    time = parse_time(time_text)
    if time is None:
        return None
    if time_text.startswith("24"):
        next_day = date_of(day_number(day) + 1)
        return None if next_day is None else DateTime(next_day, time)
    return DateTime(day, time)


def parse_duration(text: str) -> Days | Months | None:
    """Read an ISO duration of either kind, or None."""
    return parse_months(text) or parse_days(text)


def parse_months(text: str) -> Months | None:
    """Read a years and months duration such as P1Y6M, or None."""
    match = _MONTHS.fullmatch(text)
    if match is None or not (match[2] or match[3]) or _too_long(match):
        return None
    months = int(match[2] or 0) * 12 + int(match[3] or 0)
    return Months(-months if match[1] else months)


def parse_days(text: str) -> Days | None:
    """Read a days and time duration such as P1DT2H, or None."""
    match = _DAYS.fullmatch(text)
    if match is None or text.endswith(("P", "T")) or _too_long(match):
        return None
    days, hours, minutes, seconds = (int(match[part] or 0) for part in (2, 3, 4, 5))
    nanos = int((match[6] or "0")[:9].ljust(9, "0"))
    total = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * NANOS + nanos
    return Days(-total if match[1] else total)


def _too_long(match: re.Match[str]) -> bool:
    return any(part is not None and len(part) > _MOST_DURATION_DIGITS for part in match.groups())


def parse_at(text: str) -> Temporal | None:
    """Read the text of an @ literal: date, time, date and time or duration (§10.3.2.3.3)."""
    if text.lstrip("-").startswith("P"):
        return parse_duration(text)
    return parse_date(text) or parse_time(text) or parse_datetime(text)


def offset_seconds(day: Date, time: Time) -> int | None:
    """Give the offset of a local time in its zone, or None for a time without zone."""
    if time.zone is None:
        return time.offset
    zone = _zone(time.zone)
    if zone is None:
        return None
    # The calendar repeats every 400 years, so far years are looked up in 2000 to 2399.
    year = day.year if 1 < day.year < 9999 else 2000 + day.year % _CYCLE
    moment = py.datetime(year, day.month, day.day, time.hour, time.minute, time.second, tzinfo=zone)
    offset = moment.utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


_ANY_DAY = Date(1970, 1, 1)


def time_nanos(time: Time) -> int:
    """Count nanoseconds since midnight of the clock time, ignoring its offset."""
    return ((time.hour * 60 + time.minute) * 60 + time.second) * NANOS + time.nano


def time_instant(time: Time) -> tuple[bool, int]:
    """Give a comparable pair: whether the time has an offset, and its nanoseconds in UTC."""
    offset = offset_seconds(_ANY_DAY, time)
    return offset is not None, time_nanos(time) - (offset or 0) * NANOS


def instant(moment: DateTime) -> tuple[bool, int]:
    """Give a comparable pair: whether the moment has an offset, and its nanoseconds in UTC."""
    offset = offset_seconds(moment.date, moment.time)
    seconds = day_number(moment.date) * DAY_SECONDS - (offset or 0)
    return offset is not None, seconds * NANOS + time_nanos(moment.time)


def shift_months(day: Date, months: int) -> Date | None:
    """Add months; a day that the month does not have becomes its last day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not -MOST_YEAR <= year <= MOST_YEAR:
        return None
    return Date(year, month0 + 1, min(day.day, month_days(year, month0 + 1)))


def shift_moment(moment: DateTime, nanos: int) -> DateTime | None:
    """Add nanoseconds to a moment; with a zone the shift is along the real time line."""
    before = offset_seconds(moment.date, moment.time)
    local = day_number(moment.date) * DAY_SECONDS * NANOS + time_nanos(moment.time) + nanos
    shifted = _local_moment(local, moment.time)
    if shifted is None or moment.time.zone is None or before is None:
        return shifted
    after = offset_seconds(shifted.date, shifted.time)
    if after is None or after == before:
        return shifted
    return _local_moment(local + (after - before) * NANOS, moment.time)


def _local_moment(local: int, like: Time) -> DateTime | None:
    number, nanos = divmod(local, DAY_SECONDS * NANOS)
    day = date_of(number)
    if day is None:
        return None
    return DateTime(day, time_of(nanos, like))


def time_of(nanos: int, like: Time) -> Time:
    """Give the time `nanos` after midnight, wrapped to one day, in the zone of `like`."""
    seconds, nano = divmod(nanos % (DAY_SECONDS * NANOS), NANOS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Time(hour, minute, second, nano, like.offset, like.zone)


def weekday(day: Date) -> int:
    """Give 1 for Monday to 7 for Sunday."""
    return (day_number(day) + 3) % 7 + 1


def from_python(value: py.date | py.time | py.timedelta) -> Temporal:
    """Take a value of the datetime module."""
    if isinstance(value, py.datetime):
        return DateTime(Date(value.year, value.month, value.day), _from_time(value.timetz(), value))
    if isinstance(value, py.date):
        return Date(value.year, value.month, value.day)
    if isinstance(value, py.time):
        return _from_time(value, value)
    micros = (value.days * DAY_SECONDS + value.seconds) * 1_000_000 + value.microseconds
    return Days(micros * 1000)


def _from_time(value: py.time, owner: py.time | py.datetime) -> Time:
    zone = getattr(value.tzinfo, "key", None)
    offset = None if zone else owner.utcoffset()
    seconds = None if offset is None else round(offset.total_seconds())
    return Time(value.hour, value.minute, value.second, value.microsecond * 1000, seconds, zone)


def to_python(value: Temporal) -> py.date | py.time | py.timedelta | Temporal:
    """Give a value of the datetime module where it can hold the value exactly."""
    if isinstance(value, Date):
        return py.date(*value) if 1 <= value.year <= 9999 else value
    if isinstance(value, Time):
        return _to_time(value) if value.nano % 1000 == 0 else value
    if isinstance(value, DateTime):
        if 1 <= value.date.year <= 9999 and value.time.nano % 1000 == 0:
            return py.datetime.combine(py.date(*value.date), _to_time(value.time))
        return value
    if isinstance(value, Days) and value.nanos % 1000 == 0 and abs(value.nanos) < 10**22:
        return py.timedelta(microseconds=value.nanos // 1000)
    return value


def _to_time(value: Time) -> py.time:
    zone: ZoneInfo | py.timezone | None = None
    if value.zone is not None:
        zone = _zone(value.zone)
    elif value.offset is not None:
        zone = py.timezone(py.timedelta(seconds=value.offset))
    return py.time(value.hour, value.minute, value.second, value.nano // 1000, zone)
