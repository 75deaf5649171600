"""Built-ins that turn values of one type into another."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from decisions.engine import numbers, temporal
from decisions.engine.builtins.signatures import builtin
from decisions.engine.feel.lexer import unescape
from decisions.engine.feel.names import NAME_WORD
from decisions.engine.limits import VALUE_NESTING, check_string_size, too_much
from decisions.engine.numbers import Number, NumberError
from decisions.engine.operators import ordering
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import NANOS, Date, DateTime, Days, Months, Time
from decisions.engine.values import Range, show

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_END = r'((?:[^".]|"(?:[^"\\]|\\.)*"|\.(?!\.))*)'
_RANGE = re.compile(rf"\s*([\[(\]]){_END}\.\.{_END}([\])\[])\s*", re.DOTALL)
_MOST_RANGE_TEXT = 1_000
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def _unreadable(run: Run, site: Site, value: Any, wanted: str) -> None:
    run.report(
        site,
        "conversion",
        f"{show(value)} is no {wanted}.",
        "Check how it is written.",
        "warning",
    )


def _read(run: Run, site: Site, text: str, value: Any, wanted: str) -> Any:
    run.spend_text(len(text))
    if value is None:
        _unreadable(run, site, text, wanted)
    return value


@builtin("date", "from: string", "date")
def date_from_text(run: Run, site: Site, text: str) -> Any:
    return _read(run, site, text, temporal.parse_date(text), "date")


@builtin("date", "from: date|date and time", "date")
def date_from_date(run: Run, site: Site, value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@builtin("date", "year: number, month: number, day: number", "date")
def date_from_parts(run: Run, site: Site, year: Number, month: Number, day: Number) -> Any:
    parts = [numbers.as_integer(part) for part in (year, month, day)]
    found = None if None in parts else temporal.make_date(*(part or 0 for part in parts))
    text = f"{show(year)}-{show(month)}-{show(day)}"
    return _read(run, site, text, found, "date")


@builtin("time", "from: string", "time")
def time_from_text(run: Run, site: Site, text: str) -> Any:
    return _read(run, site, text, temporal.parse_time(text), "time")


@builtin("time", "from: time|date|date and time", "time")
def time_from_time(run: Run, site: Site, value: Time | Date | DateTime) -> Time:
    if isinstance(value, DateTime):
        return value.time
    return Time(0, 0, 0, 0, 0) if isinstance(value, Date) else value


@builtin(
    "time",
    "hour: number, minute: number, second: number, offset: days and time duration|null?",
    "time",
)
def time_from_parts(
    run: Run, site: Site, hour: Number, minute: Number, second: Number, offset: Days | None = None
) -> Any:
    whole_second = int(second)
    nano = int(numbers.multiply(numbers.subtract(second, whole_second), NANOS))
    east = None if offset is None else offset.nanos // NANOS
    whole = (numbers.as_integer(hour), numbers.as_integer(minute))
    found = None
    if whole[0] is not None and whole[1] is not None and second >= 0:
        found = temporal.make_time(whole[0], whole[1], whole_second, nano, east)
    text = f"{show(hour)}:{show(minute)}:{show(second)}"
    return _read(run, site, text, found, "time")


@builtin("date and time", "from: string", "date and time")
def moment_from_text(run: Run, site: Site, text: str) -> Any:
    return _read(run, site, text, temporal.parse_datetime(text), "date and time")


@builtin("date and time", "from: date|date and time", "date and time")
def moment_from_moment(run: Run, site: Site, value: Date | DateTime) -> DateTime:
    return value if isinstance(value, DateTime) else DateTime(value, Time(0, 0, 0))


@builtin("date and time", "date: date|date and time, time: time", "date and time")
def moment_from_parts(run: Run, site: Site, day: Date | DateTime, time: Time) -> DateTime:
    return DateTime(day.date if isinstance(day, DateTime) else day, time)


@builtin("date and time", "date and time: date and time, timezone: string", "date and time")
def moment_in_zone(run: Run, site: Site, moment: DateTime, zone: str) -> Any:
    at = temporal.parse_time(f"00:00:00{zone}" if zone[:1] in "+-Z" else f"00:00:00@{zone}")
    zoned, nanos = temporal.instant(moment)
    if at is None or not zoned:
        return _read(run, site, zone, None, "time zone for this date and time")
    start = DateTime(Date(1970, 1, 1), Time(0, 0, 0, 0, 0))
    utc = temporal.shift_moment(start, nanos)
    if utc is None:
        return None
    offset = temporal.offset_seconds(utc.date, utc.time._replace(offset=at.offset, zone=at.zone))
    local = temporal.shift_moment(start, nanos + (offset or 0) * NANOS)
    if local is None:
        return None
    return DateTime(local.date, local.time._replace(offset=at.offset, zone=at.zone))


@builtin("duration", "from: string")
def duration_from_text(run: Run, site: Site, text: str) -> Any:
    return _read(run, site, text, temporal.parse_duration(text), "duration")


@builtin("duration", "from: days and time duration|years and months duration")
def duration_from_duration(run: Run, site: Site, value: Days | Months) -> Days | Months:
    return value


@builtin(
    "years and months duration",
    "from: date|date and time, to: date|date and time",
    "years and months duration",
)
def months_between(run: Run, site: Site, start: Date | DateTime, end: Date | DateTime) -> Months:
    first = start.date if isinstance(start, DateTime) else start
    last = end.date if isinstance(end, DateTime) else end
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return Months(months)


@builtin(
    "number",
    "from: string, grouping separator: string|null, decimal separator: string|null",
    "number",
)
def number_from_text(
    run: Run, site: Site, text: str, grouping: str | None = None, point: str | None = None
) -> Number | None:
    plain = text
    if (
        grouping not in (None, " ", ",", ".")
        or point not in (None, ",", ".")
        or (grouping is not None and grouping == point)
    ):
        run.report(
            site,
            "call.argument",
            "number(...): the separators are not usable.",
            'The grouping separator is " ", "," or "."; the decimal separator the other of , and .',
        )
        return None
    if grouping is not None:
        plain = plain.replace(grouping, "")
    if point == ",":
        plain = "x" if "." in plain else plain.replace(",", ".")
    return _read(run, site, text, _number(plain), "number")  # type: ignore[no-any-return]


def _number(text: str) -> Number | None:
    try:
        return numbers.from_text(text) if _NUMBER.fullmatch(text) else None
    except NumberError:
        return None


@builtin("number", "from: string", "number")
def number_from_plain_text(run: Run, site: Site, text: str) -> Number | None:
    return number_from_text(run, site, text)


@builtin("number", "from: number", "number")
def number_from_number(run: Run, site: Site, value: Number) -> Number:
    return value


@builtin("string", "from: any|null", "string")
def string(run: Run, site: Site, value: Any) -> str | None:
    if value is None:
        return None
    text = write(run, value, top=True)
    check_string_size(len(text))
    return text


def write(run: Run, value: Any, *, top: bool = False, depth: int = 0) -> str:
    """Write any value as FEEL would; a text on its own stands without quotes."""
    run.spend(1)
    if depth > VALUE_NESTING:
        raise too_much(
            "limit.nesting", "A value is nested too deep to be written.", "Nest it less."
        )
    kind = type(value)
    if kind is str:
        run.spend_text(len(value))
        return value if top else _quoted(value)
    if kind is int or kind is Decimal:
        text = numbers.to_text(value)
        run.spend_text(len(text))
        return text
    if value is None or kind is bool:
        return "null" if value is None else "true" if value else "false"
    if kind is list:
        return "[" + ", ".join(write(run, item, depth=depth + 1) for item in value) + "]"
    if kind is dict:
        parts = (f"{_key(key)}: {write(run, item, depth=depth + 1)}" for key, item in value.items())
        return "{" + ", ".join(parts) + "}"
    if kind is Range:
        return _write_range(run, value, depth)
    return str(value) if isinstance(value, tuple) else show(value)


def _key(name: str) -> str:
    """Write the key of an entry, quoted when it is no name."""
    words = name.split(" ")
    if name and all(NAME_WORD.fullmatch(word) for word in words):
        return name
    return _quoted(name)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write_range(run: Run, value: Range, depth: int) -> str:
    low, high = write(run, value.low, depth=depth + 1), write(run, value.high, depth=depth + 1)
    if value.operator is not None:
        return f"({value.operator} {low if value.low is not None else high})"
    open_, close = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
    return f"{open_}{low}..{high}{close}"


@builtin("range", "from: string", "range")
def range_from_text(run: Run, site: Site, text: str) -> Range | None:
    match = _RANGE.fullmatch(text) if len(text) <= _MOST_RANGE_TEXT else None
    ends = [_read_end(part.strip()) for part in (match[2], match[3])] if match else []
    if match is None or None in ends or not _ordered(ends):
        return _read(run, site, text, None, "range")  # type: ignore[no-any-return]
    low, high = (None if end is _EMPTY else end for end in ends)
    low_closed, high_closed = match[1] == "[", match[4] == "]"
    if (low is None and low_closed) or (high is None and high_closed) or low is high is None:
        return _read(run, site, text, None, "range")  # type: ignore[no-any-return]
    return Range(low, high, low_closed, high_closed)


_EMPTY = object()
_CALL = re.compile(r'(date|time|date and time|duration)\s*\(\s*("(?:[^"\\]|\\.)*")\s*\)')
_READERS = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "date and time": temporal.parse_datetime,
    "duration": temporal.parse_duration,
}


def _read_end(text: str) -> Any:
    if not text:
        return _EMPTY
    if _NUMBER.fullmatch(text):
        return _number(text)
    if _QUOTED.fullmatch(text):
        return unescape(text)
    if text[0] == "@" and _QUOTED.fullmatch(text[1:].strip()):
        return temporal.parse_at(unescape(text[1:].strip()))
    match = _CALL.fullmatch(text)
    return _READERS[match[1]](unescape(match[2])) if match else None


def _ordered(ends: list[Any]) -> bool:
    if _EMPTY in ends:
        return True
    order = ordering(*ends)
    return order is not None and order <= 0
