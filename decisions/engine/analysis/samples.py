"""Finds a value of a kind between two bounds, as short as there is one: 13, 5.1, 2026-01-01."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from decisions.engine.numbers import CONTEXT, DIGITS
from decisions.engine.numbers import whole as as_whole
from decisions.engine.temporal import (
    DAY_SECONDS,
    NANOS,
    Date,
    Days,
    Months,
    date_of,
    day_number,
    month_days,
)
from decisions.engine.types import BOOLEAN, DATE, DAYS, MONTHS, NUMBER, STRING, Type

_TODAY = day_number(Date(2026, 1, 1))


def value_between(kind: Type, low: Any, high: Any, *, whole: bool = False) -> Any:
    """Give a value from `low` on and before `high` (None for no end); None where there is none.

    With `whole`, numbers are whole numbers.
    """
    return _BETWEEN[kind](low, high, whole)


def other_values(kind: Type, named: frozenset[Any]) -> Iterator[Any]:
    """Give some values of a kind that are not among those named, simple ones first."""
    for value in _OTHERS[kind](named):
        if value not in named:
            yield value


def _number(low: Any, high: Any, whole: bool) -> Any:
    if low is None:
        return 0 if high is None or high > 0 else _floor(high)
    if high is None and low <= 0:
        return 0
    value = _round(low, 0, ROUND_CEILING)
    if high is None or value < high:
        return as_whole(value)
    if whole:
        return None
    most = DIGITS - Decimal(low).adjusted()
    for digits in range(1, most):
        value = _round(low, digits, ROUND_CEILING)
        if value < high:
            return value.normalize()
    return low


def _floor(high: Any) -> Any:
    """Give the greatest whole number below a bound."""
    value = _round(high, 0, ROUND_FLOOR)
    return as_whole(value - 1 if value == high else value)


def _round(value: Any, digits: int, rounding: str) -> Decimal:
    exact = Decimal(value)
    if exact.adjusted() + digits >= DIGITS:
        return exact
    return exact.quantize(Decimal((0, (1,), -digits)), rounding=rounding, context=CONTEXT)


def _text(low: Any, high: Any, whole: bool) -> Any:
    if low is None:
        return None if high == "" else ""
    base = low.rstrip("\0")
    for value in (base, base + "a", base + " ", base + "\x01"):
        if low <= value and (high is None or value < high):
            return value
    return None


def real_date(bound: Date) -> Date:
    """Give the first real date from a bound on, which may be a 30 February."""
    if bound.day <= month_days(bound.year, bound.month):
        return bound
    over = bound.month == 12
    return Date(bound.year + over, 1 if over else bound.month + 1, 1)


def _date(low: Any, high: Any, whole: bool) -> Any:
    if low is None:
        return date_of(_TODAY if high is None else day_number(real_date(high)) - 1)
    value = real_date(low)
    return value if high is None or value < high else None


_UNITS = [unit * NANOS for unit in (DAY_SECONDS, 3600, 60, 1)]


def _days(low: Any, high: Any, whole: bool) -> Any:
    if low is None:
        return Days(0 if high is None else (high.nanos - 1) // _UNITS[0] * _UNITS[0])
    for unit in _UNITS:
        value = Days(-(-low.nanos // unit) * unit)
        if high is None or value < high:
            return value
    return low


def _months(low: Any, high: Any, whole: bool) -> Any:
    if low is None:
        return Months(0 if high is None else high.months - 1)
    return low


_BETWEEN: dict[Type, Callable[[Any, Any, bool], Any]] = {
    NUMBER: _number, STRING: _text, DATE: _date, DAYS: _days, MONTHS: _months
}  # fmt: skip


def _other_numbers(named: frozenset[Any]) -> Iterator[Any]:
    yield 0
    yield 1
    if named:
        yield _floor(max(named)) + 2


def _other_texts(named: frozenset[Any]) -> Iterator[Any]:
    yield from ("other", "", "x", "0")
    yield from (f"other {number}" for number in range(2, len(named) + 3))


def _other_dates(named: frozenset[Any]) -> Iterator[Any]:
    yield Date(2026, 1, 1)
    if named:
        yield date_of(day_number(max(named)) + 1)


_OTHERS: dict[Type, Callable[[frozenset[Any]], Iterator[Any]]] = {
    NUMBER: _other_numbers,
    STRING: _other_texts,
    DATE: _other_dates,
    BOOLEAN: lambda named: iter((True, False)),
    DAYS: lambda named: iter((Days(0), *(Days(day.nanos + 1) for day in named))),
    MONTHS: lambda named: iter((Months(0), *(Months(item.months + 1) for item in named))),
}
