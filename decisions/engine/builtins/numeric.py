"""Built-ins on numbers."""

from __future__ import annotations

from decimal import Decimal

from decisions.engine import numbers
from decisions.engine.builtins.signatures import builtin
from decisions.engine.limits import LONG_STEPS
from decisions.engine.numbers import Number, NumberError
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import Days, Months
from decisions.engine.values import show


def fault(run: Run, site: Site, message: str) -> None:
    """Report that a function has no result for a number."""
    run.report(site, "number.result", message, "Guard the call with if ... then ... else.")


def _round(run: Run, site: Site, value: Number, scale: Number, rounding: str) -> Number | None:
    places = numbers.as_integer(scale)
    if places is None:
        # A scale with a fraction is cut to its whole part (§10.3.4.5).
        places = int(scale)
    try:
        return numbers.round_to(value, places, rounding)
    except NumberError:
        fault(run, site, f"{show(value)} cannot be rounded to {show(scale)} digits.")
        return None


@builtin("decimal", "n: number, scale: number", "number")
def decimal(run: Run, site: Site, value: Number, scale: Number) -> Number | None:
    return _round(run, site, value, scale, "half even")


@builtin("round up", "n: number, scale: number", "number")
def round_up(run: Run, site: Site, value: Number, scale: Number) -> Number | None:
    return _round(run, site, value, scale, "up")


@builtin("round down", "n: number, scale: number", "number")
def round_down(run: Run, site: Site, value: Number, scale: Number) -> Number | None:
    return _round(run, site, value, scale, "down")


@builtin("round half up", "n: number, scale: number", "number")
def round_half_up(run: Run, site: Site, value: Number, scale: Number) -> Number | None:
    return _round(run, site, value, scale, "half up")


@builtin("round half down", "n: number, scale: number", "number")
def round_half_down(run: Run, site: Site, value: Number, scale: Number) -> Number | None:
    return _round(run, site, value, scale, "half down")


@builtin("floor", "n: number, scale: number?", "number")
def floor(run: Run, site: Site, value: Number, scale: Number = 0) -> Number | None:
    return _round(run, site, value, scale or 0, "floor")


@builtin("ceiling", "n: number, scale: number?", "number")
def ceiling(run: Run, site: Site, value: Number, scale: Number = 0) -> Number | None:
    return _round(run, site, value, scale or 0, "ceiling")


@builtin("abs", "n: number|days and time duration|years and months duration")
def absolute(run: Run, site: Site, value: Number | Days | Months) -> Number | Days | Months:
    if isinstance(value, Days):
        return Days(abs(value.nanos))
    if isinstance(value, Months):
        return Months(abs(value.months))
    return numbers.negate(value) if value < 0 else value


@builtin("modulo", "dividend: number, divisor: number", "number")
def modulo(run: Run, site: Site, dividend: Number, divisor: Number) -> Number | None:
    run.spend(1 if type(dividend) is type(divisor) is int else LONG_STEPS // 2)
    try:
        return numbers.modulo(dividend, divisor)
    except NumberError:
        fault(run, site, f"modulo({show(dividend)}, {show(divisor)}) has no result.")
        return None


@builtin("sqrt", "number: number", "number")
def square_root(run: Run, site: Site, value: Number) -> Number | None:
    if value < 0:
        fault(run, site, f"{show(value)} has no square root.")
        return None
    run.spend(LONG_STEPS // 5)
    return numbers.CONTEXT.sqrt(value)


@builtin("log", "number: number", "number")
def logarithm(run: Run, site: Site, value: Number) -> Number | None:
    if value <= 0:
        fault(run, site, f"{show(value)} has no logarithm.")
        return None
    run.spend(LONG_STEPS)
    return numbers.CONTEXT.ln(value)


@builtin("exp", "number: number", "number")
def exponential(run: Run, site: Site, value: Number) -> Number | None:
    run.spend(LONG_STEPS)
    try:
        return numbers.CONTEXT.exp(value)
    except NumberError:
        fault(run, site, f"exp({show(value)}) is too large.")
        return None


@builtin("odd", "number: number", "boolean")
def odd(run: Run, site: Site, value: Number) -> bool:
    return bool(Decimal(value) == Decimal(value).to_integral_value()) and _remainder(value) == 1


@builtin("even", "number: number", "boolean")
def even(run: Run, site: Site, value: Number) -> bool:
    return bool(Decimal(value) == Decimal(value).to_integral_value()) and _remainder(value) == 0


def _remainder(value: Number) -> int:
    # A number of more than 34 digits ends in zeros, so it is even.
    whole = numbers.as_integer(value)
    return 0 if whole is None else whole % 2
