"""The methods of java.lang.Math, exact where decimals can be; angles as doubles."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from decisions.engine import numbers
from decisions.engine.builtins.external import JavaError, java
from decisions.engine.numbers import CONTEXT, Number

MATH = "java.lang.Math"
_WHOLE = ("int", "long")
_ALL = (*_WHOLE, "float", "double")


def _each(form: str, types: tuple[str, ...] = _ALL) -> list[str]:
    """Write a signature such as "max(T, T)" for several types."""
    return [form.replace("T", name) for name in types]


@java(MATH, *_each("abs(T)"))
def absolute(value: Number) -> Number:
    return numbers.negate(value) if value < 0 else value


@java(MATH, *_each("max(T, T)"))
def greater(left: Number, right: Number) -> Number:
    return max(left, right)


@java(MATH, *_each("min(T, T)"))
def less(left: Number, right: Number) -> Number:
    return min(left, right)


@java(MATH, *_each("signum(T)", ("float", "double")))
def sign(value: Number) -> int:
    return (value > 0) - (value < 0)


@java(MATH, "floor(double)")
def floor(value: Number) -> Number:
    return numbers.round_to(value, 0, "floor")


@java(MATH, "ceil(double)")
def ceiling(value: Number) -> Number:
    return numbers.round_to(value, 0, "ceiling")


@java(MATH, "rint(double)")
def nearest(value: Number) -> Number:
    return numbers.round_to(value, 0, "half even")


@java(MATH, "round(double)", "round(float)")
def rounded(value: Number) -> Number:
    return floor(CONTEXT.add(value, Decimal("0.5")))


@java(MATH, "sqrt(double)")
def square_root(value: Number) -> Number:
    return CONTEXT.sqrt(value)


@java(MATH, "cbrt(double)")
def cube_root(value: Number) -> float:
    root = abs(float(value)) ** (1 / 3)
    nearest_root = round(root)
    root = float(nearest_root) if nearest_root**3 == abs(value) else root
    return math.copysign(root, value)


@java(MATH, "pow(double, double)")
def power(base: Number, exponent: Number) -> Number:
    return numbers.power(base, exponent)


@java(MATH, "exp(double)")
def exponential(value: Number) -> Number:
    return CONTEXT.exp(value)


@java(MATH, "log(double)")
def logarithm(value: Number) -> Number:
    return CONTEXT.ln(value)


@java(MATH, "log10(double)")
def logarithm_10(value: Number) -> Number:
    return CONTEXT.log10(value)


@java(MATH, "hypot(double, double)")
def hypotenuse(left: Number, right: Number) -> Number:
    squares = CONTEXT.add(CONTEXT.multiply(left, left), CONTEXT.multiply(right, right))
    return CONTEXT.sqrt(squares)


@java(MATH, *_each("floorDiv(T, T)", _WHOLE))
def floor_quotient(left: int, right: int) -> int:
    return left // _divisor(right)


@java(MATH, *_each("floorMod(T, T)", _WHOLE))
def floor_remainder(left: int, right: int) -> int:
    return left % _divisor(right)


def _divisor(value: int) -> int:
    if value == 0:
        raise JavaError("A division by zero has no result.")
    return value


def _exact(calculate: Callable[..., int], bits: int, *values: int) -> int:
    """Calculate as the exact methods do, which refuse what their type cannot hold."""
    result = calculate(*values)
    if not -(2 ** (bits - 1)) <= result < 2 ** (bits - 1):
        raise JavaError(f"The result does not fit {bits} bits.")
    return result


for _name, _calculate, _count in (
    ("addExact", lambda left, right: left + right, 2),
    ("subtractExact", lambda left, right: left - right, 2),
    ("multiplyExact", lambda left, right: left * right, 2),
    ("negateExact", lambda value: -value, 1),
    ("incrementExact", lambda value: value + 1, 1),
    ("decrementExact", lambda value: value - 1, 1),
):
    for _type, _bits in (("int", 32), ("long", 64)):
        _signature = f"{_name}({', '.join([_type] * _count)})"
        java(MATH, _signature)(partial(_exact, _calculate, _bits))


def _double(calculate: Callable[..., float], *values: Number) -> float:
    """Calculate with doubles; where Java gives NaN or infinity there is no result."""
    try:
        return calculate(*map(float, values))
    except (ValueError, OverflowError):
        raise JavaError("The result is no number.") from None


for _name, _count in (
    ("sin", 1), ("cos", 1), ("tan", 1), ("asin", 1), ("acos", 1), ("atan", 1), ("atan2", 2),
    ("sinh", 1), ("cosh", 1), ("tanh", 1), ("log1p", 1), ("expm1", 1),
):  # fmt: skip
    _signature = f"{_name}({', '.join(['double'] * _count)})"
    java(MATH, _signature)(partial(_double, getattr(math, _name)))

java(MATH, "toRadians(double)")(partial(_double, math.radians))
java(MATH, "toDegrees(double)")(partial(_double, math.degrees))
