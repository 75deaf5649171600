"""Reading into values: properties, components, list items, and what a loop runs over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from decisions.engine import numbers, temporal
from decisions.engine.limits import LIST_ITEMS, check_list_size
from decisions.engine.operators import NUMERIC
from decisions.engine.problems import Site, did_you_mean
from decisions.engine.run import Run
from decisions.engine.temporal import DAY_SECONDS, NANOS, Date, DateTime, Days, Months, Time
from decisions.engine.values import Range, show

_DATE_PROPERTIES: dict[str, Callable[[Date], Any]] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "weekday": temporal.weekday,
}
_TIME_PROPERTIES: dict[str, Callable[[Time], Any]] = {
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": lambda value: value.second,
}


def _zone_name(time: Time) -> str | None:
    return time.zone


def _sign(value: int) -> int:
    return -1 if value < 0 else 1


_DAYS_PROPERTIES: dict[str, int] = {"days": 0, "hours": 1, "minutes": 2, "seconds": 3}


def _days_part(value: Days, name: str) -> numbers.Number:
    total, nano = divmod(abs(value.nanos), NANOS)
    days, rest = divmod(total, DAY_SECONDS)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    part: numbers.Number = (days, hours, minutes, seconds)[_DAYS_PROPERTIES[name]]
    if name == "seconds" and nano:
        part = numbers.add(part, numbers.divide(nano, NANOS))
    return part * _sign(value.nanos)


def _months_part(value: Months, name: str) -> int:
    years, months = divmod(abs(value.months), 12)
    return (years if name == "years" else months) * _sign(value.months)


_RANGE_PROPERTIES: dict[str, Callable[[Range], Any]] = {
    "start": lambda value: value.low,
    "end": lambda value: value.high,
    "start included": lambda value: value.low_closed,
    "end included": lambda value: value.high_closed,
}

PROPERTY_NAMES = frozenset(
    {*_DATE_PROPERTIES, *_TIME_PROPERTIES, *_DAYS_PROPERTIES, *_RANGE_PROPERTIES}
    | {"years", "months", "timezone", "time offset", "value"}
)
_UNKNOWN = object()


def member(run: Run, value: Any, name: str, site: Site) -> Any:
    """Return `value.name`: a component, a property, or the list of them over a list."""
    kind = type(value)
    if kind is dict:
        return value.get(name)
    if value is None:
        return None
    if kind is list:
        run.spend(len(value))
        return [member(run, item, name, site) for item in value]
    found = _property(value, name)
    if found is _UNKNOWN:
        run.report(
            site,
            "name.property",
            f'{show(value)} has no property "{name}".',
            did_you_mean(name, PROPERTY_NAMES),
        )
        return None
    return found


def _property(value: Any, name: str) -> Any:
    kind = type(value)
    if kind is Range:
        return _RANGE_PROPERTIES[name](value) if name in _RANGE_PROPERTIES else _UNKNOWN
    if kind is Days:
        return _days_part(value, name) if name in _DAYS_PROPERTIES else _UNKNOWN
    if kind is Months:
        return _months_part(value, name) if name in ("years", "months") else _UNKNOWN
    day = value if kind is Date else value.date if kind is DateTime else None
    time = value if kind is Time else value.time if kind is DateTime else None
    if day is not None and name in _DATE_PROPERTIES:
        return _DATE_PROPERTIES[name](day)
    if time is not None and name in _TIME_PROPERTIES:
        return _TIME_PROPERTIES[name](time)
    if time is not None and name == "timezone":
        return _zone_name(time)
    if time is not None and name == "time offset":
        offset = temporal.offset_seconds(day or Date(1970, 1, 1), time)
        return None if offset is None else Days(offset * NANOS)
    return _UNKNOWN


def scope_member(item: Any, name: str, outer: Any) -> Any:
    """Resolve a name inside a filter: the item's own component before the name outside."""
    if type(item) is dict and name in item:
        return item[name]
    return outer


def at_index(run: Run, value: Any, index: Any, site: Site) -> Any:
    """Return the item at a 1-based position, from the end when negative; null outside."""
    items = value if type(value) is list else [] if value is None else [value]
    position = numbers.as_integer(index)
    if position is None or position == 0:
        if index is not None:
            run.report(
                site, "list.index", f"{show(index)} is no position in a list.", "Count from 1."
            )
        return None
    if not -len(items) <= position <= len(items):
        run.report(
            site,
            "list.index",
            f"There is no item {position} in a list of {len(items)}.",
            "Check the length by count(...).",
            "warning",
        )
        return None
    return items[position - 1 if position > 0 else position]


def select(run: Run, value: Any, keep: Callable[[Any], Any], site: Site, ask: bool = False) -> Any:
    """Return the items for which `keep` is true; a number given by it is a position instead.

    Where there are no items, `ask` makes it ask for a position all the same (§10.3.2.5).
    """
    items = value if type(value) is list else [] if value is None else [value]
    run.spend(len(items))
    if ask and not items:
        position = keep(None)
        return at_index(run, items, position, site) if type(position) in NUMERIC else []
    kept = []
    for item in items:
        answer = keep(item)
        if answer is True:
            kept.append(item)
        elif type(answer) in NUMERIC:
            return at_index(run, items, answer, site)
        elif answer is not None and answer is not False:
            run.report(
                site,
                "type.boolean",
                f"The filter gives {show(answer)} where true, false or a position is needed.",
                "Compare it with something, for example by = or >.",
            )
            return None
    return kept


def iterate(run: Run, value: Any, site: Site) -> Iterator[Any] | None:
    """Give the values a loop runs over, in order; null where there are none to go through."""
    if type(value) is Range:
        found = span(run, value.low, value.high, site)
        return found and _without_ends(found, value)
    if type(value) is list:
        run.spend(len(value))
        return iter(value)
    if value is None:
        run.report(site, "null.list", "The list to go through is empty (null).", severity="warning")
        return None
    return iter((value,))


def _without_ends(values: Iterator[Any], box: Range) -> Iterator[Any]:
    """Leave out the ends that an open range leaves out."""
    return (
        value
        for value in values
        if (box.low_closed or value != box.low) and (box.high_closed or value != box.high)
    )


def span(run: Run, low: Any, high: Any, site: Site) -> Iterator[Any] | None:
    """Give low..high of a for expression, upward or downward; null when nobody can count so."""
    first, last = numbers.as_integer(low), numbers.as_integer(high)
    make: Callable[[int], Any] = int
    if type(low) is Date and type(high) is Date:
        first, last = temporal.day_number(low), temporal.day_number(high)
        make = temporal.date_of
    if first is None or last is None:
        run.report(
            site,
            "type.range",
            f"Nobody can count from {show(low)} to {show(high)}.",
            "Use two whole numbers or two dates.",
        )
        return None
    step = 1 if first <= last else -1
    check_list_size(min(abs(last - first) + 1, LIST_ITEMS + 1))
    run.spend(abs(last - first) + 1)
    return (make(number) for number in range(first, last + step, step))
