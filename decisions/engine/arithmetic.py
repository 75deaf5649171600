"""Arithmetic of FEEL on any two values (DMN 1.5 §10.3.2.3.6): what does not fit gives null."""

from __future__ import annotations

from typing import Any

from decisions.engine import numbers, temporal
from decisions.engine.limits import LONG_STEPS, check_string_size
from decisions.engine.numbers import NumberError
from decisions.engine.operators import NUMERIC
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import NANOS, Date, DateTime, Days, Months, Time
from decisions.engine.values import kind_of, show

_MOST_NANOS = 10**30
_MOST_MONTHS = 10**14
_SMALL_POWER = 100


def _mismatch(run: Run, left: Any, right: Any, verb: str, site: Site) -> None:
    if left is None or right is None:
        run.report(
            site,
            "null.operand",
            f"One side of {verb} is empty (null), so the result is null.",
            "Guard it: if x = null then ... else ...",
            "warning",
        )
        return
    run.report(
        site,
        "type.operand",
        f"{verb.capitalize()} does not work on {show(left)} and {show(right)} "
        f"({kind_of(left)} and {kind_of(right)}).",
        "Convert one side, for example by number(...) or string(...).",
    )


def _number_fault(run: Run, message: str, site: Site) -> None:
    run.report(site, "number.result", message, "Guard the expression with if ... then ... else.")


def checked(run: Run, value: Any, site: Site) -> Any:
    """Refuse durations and dates beyond the range the engine keeps."""
    if value is None:
        out = True
    elif type(value) is Days:
        out = abs(value.nanos) > _MOST_NANOS
    elif type(value) is Months:
        out = abs(value.months) > _MOST_MONTHS
    else:
        out = False
    if out:
        run.report(site, "temporal.range", "The date or duration is beyond the years allowed.")
        return None
    return value


def add(run: Run, left: Any, right: Any, site: Site) -> Any:
    """Return left + right for numbers, texts, dates and durations."""
    left_kind, right_kind = type(left), type(right)
    if left_kind in NUMERIC and right_kind in NUMERIC:
        try:
            return numbers.add(left, right)
        except NumberError:
            _number_fault(run, "The sum is too large.", site)
            return None
    if left_kind is str and right_kind is str:
        check_string_size(len(left) + len(right))
        run.spend_text(len(left) + len(right))
        return left + right
    if left_kind is Days and right_kind is Days:
        return checked(run, Days(left.nanos + right.nanos), site)
    if left_kind is Months and right_kind is Months:
        return checked(run, Months(left.months + right.months), site)
    if right_kind in (Days, Months) and left_kind in (Date, Time, DateTime):
        return _shift(run, left, right, 1, site)
    if left_kind in (Days, Months) and right_kind in (Date, Time, DateTime):
        return _shift(run, right, left, 1, site)
    _mismatch(run, left, right, "addition (+)", site)
    return None


def _shift(run: Run, moment: Any, by: Any, sign: int, site: Site) -> Any:
    if type(by) is Months and type(moment) is not Time:
        if type(moment) is Date:
            return checked(run, temporal.shift_months(moment, sign * by.months), site)
        day = temporal.shift_months(moment.date, sign * by.months)
        return checked(run, day and DateTime(day, moment.time), site)
    if type(by) is Days:
        nanos = sign * by.nanos
        if type(moment) is Time:
            return temporal.time_of(temporal.time_nanos(moment) + nanos, moment)
        if type(moment) is DateTime:
            return checked(run, temporal.shift_moment(moment, nanos), site)
        number = temporal.day_number(moment) + nanos // (temporal.DAY_SECONDS * NANOS)
        return checked(run, temporal.date_of(number), site)
    _mismatch(run, moment, by, "addition (+)" if sign > 0 else "subtraction (-)", site)
    return None


def subtract(run: Run, left: Any, right: Any, site: Site) -> Any:
    """Return left - right for numbers, dates and durations."""
    left_kind, right_kind = type(left), type(right)
    if left_kind in NUMERIC and right_kind in NUMERIC:
        try:
            return numbers.subtract(left, right)
        except NumberError:
            _number_fault(run, "The difference is too large.", site)
            return None
    if left_kind is Days and right_kind is Days:
        return checked(run, Days(left.nanos - right.nanos), site)
    if left_kind is Months and right_kind is Months:
        return checked(run, Months(left.months - right.months), site)
    if right_kind in (Days, Months) and left_kind in (Date, Time, DateTime):
        return _shift(run, left, right, -1, site)
    if left_kind is Time and right_kind is Time:
        return _gap(run, temporal.time_instant(left), temporal.time_instant(right), site)
    if left_kind in (Date, DateTime) and right_kind in (Date, DateTime):
        if left_kind is Date and right_kind is Date:
            days = temporal.day_number(left) - temporal.day_number(right)
            return Days(days * temporal.DAY_SECONDS * NANOS)
        return _gap(run, temporal.instant(_moment(left)), temporal.instant(_moment(right)), site)
    _mismatch(run, left, right, "subtraction (-)", site)
    return None


def _moment(value: Date | DateTime) -> DateTime:
    """Read a date as its midnight in UTC (§10.3.2.3.6)."""
    return DateTime(value, Time(0, 0, 0, 0, 0)) if isinstance(value, Date) else value


def _gap(run: Run, left: tuple[bool, int], right: tuple[bool, int], site: Site) -> Days | None:
    if left[0] != right[0]:
        run.report(
            site,
            "temporal.zone",
            "A time with an offset and a time without one have no difference.",
            "Give both an offset, or neither.",
        )
        return None
    return Days(left[1] - right[1])


def multiply(run: Run, left: Any, right: Any, site: Site) -> Any:
    """Return left * right for numbers, or a duration by a number."""
    left_kind, right_kind = type(left), type(right)
    try:
        if left_kind in NUMERIC and right_kind in NUMERIC:
            return numbers.multiply(left, right)
        if left_kind in (Days, Months) and right_kind in NUMERIC:
            return checked(run, _scale(left, right), site)
        if left_kind in NUMERIC and right_kind in (Days, Months):
            return checked(run, _scale(right, left), site)
    except NumberError:
        _number_fault(run, "The product is too large.", site)
        return None
    _mismatch(run, left, right, "multiplication (*)", site)
    return None


def _scale(duration: Days | Months, factor: numbers.Number) -> Days | Months:
    if isinstance(duration, Days):
        return Days(int(numbers.CONTEXT.multiply(duration.nanos, factor)))
    return Months(int(numbers.CONTEXT.multiply(duration.months, factor)))


def divide(run: Run, left: Any, right: Any, site: Site) -> Any:
    """Return left / right for numbers, a duration by a number, or two like durations."""
    left_kind, right_kind = type(left), type(right)
    try:
        if left_kind in NUMERIC and right_kind in NUMERIC:
            return numbers.divide(left, right)
        if left_kind is right_kind and left_kind in (Days, Months):
            return numbers.divide(left[0], right[0])
        if left_kind in (Days, Months) and right_kind in NUMERIC:
            return checked(run, left_kind(int(numbers.CONTEXT.divide(left[0], right))), site)
    except NumberError:
        fault = "Division by zero has no result." if _is_zero(right) else "The result is too large."
        _number_fault(run, fault, site)
        return None
    _mismatch(run, left, right, "division (/)", site)
    return None


def _is_zero(value: Any) -> bool:
    return bool((value[0] if type(value) in (Days, Months) else value) == 0)


def power(run: Run, left: Any, right: Any, site: Site) -> Any:
    """Return left ** right for numbers."""
    if type(left) in NUMERIC and type(right) in NUMERIC:
        run.spend(1 if type(right) is int and abs(right) < _SMALL_POWER else LONG_STEPS)
        try:
            return numbers.power(left, right)
        except NumberError:
            _number_fault(
                run, f"{show(left)} ** {show(right)} has no result of a usable size.", site
            )
            return None
    _mismatch(run, left, right, "exponentiation (**)", site)
    return None


def negate(run: Run, value: Any, site: Site) -> Any:
    """Return -value for numbers and durations."""
    kind = type(value)
    if kind in NUMERIC:
        return numbers.negate(value)
    if kind is Days or kind is Months:
        return kind(-value[0])
    if value is not None:
        run.report(site, "type.operand", f"{show(value)} has no negative.", "Use a number.")
    return None
