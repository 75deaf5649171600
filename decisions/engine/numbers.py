"""Exact decimal numbers of 34 digits (DMN 1.5 §10.3.2.3.1): Python int and Decimal, never float."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

Number = int | Decimal

DIGITS = 34
CONTEXT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
WIDE = Context(prec=3 * DIGITS, traps=[InvalidOperation, DivisionByZero, Overflow])
"""For the steps between, where only the result is to be rounded."""

_WIDEST = Context(prec=13_000, traps=[InvalidOperation, DivisionByZero])
_INTEGER_LIMIT = 10**DIGITS
_LEAST_SCALE, _MOST_SCALE = -6111, 6176

ROUNDING = {
    "half even": ROUND_HALF_EVEN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
    "half up": ROUND_HALF_UP,
    "half down": ROUND_HALF_DOWN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
}

NumberError = DecimalException


def fit(value: int) -> Number:
    """Keep an integer of up to 34 digits, round a longer one."""
    if -_INTEGER_LIMIT < value < _INTEGER_LIMIT:
        return value
    return CONTEXT.create_decimal(value)


def from_text(text: str) -> Number:
    """Read a number written in FEEL or JSON form; raises NumberError when it is too large."""
    if text.isdigit() and len(text) <= DIGITS:
        return int(text)
    number = CONTEXT.create_decimal(text)
    if not number.is_finite():
        raise InvalidOperation
    return number


def add(left: Number, right: Number) -> Number:
    """Return left + right."""
    if type(left) is int and type(right) is int:
        return fit(left + right)
    return CONTEXT.add(left, right)


def subtract(left: Number, right: Number) -> Number:
    """Return left - right."""
    if type(left) is int and type(right) is int:
        return fit(left - right)
    return CONTEXT.subtract(left, right)


def multiply(left: Number, right: Number) -> Number:
    """Return left * right."""
    if type(left) is int and type(right) is int:
        return fit(left * right)
    return CONTEXT.multiply(left, right)


def divide(left: Number, right: Number) -> Number:
    """Return left / right; raises NumberError on division by zero."""
    return CONTEXT.divide(left, right)


def power(left: Number, right: Number) -> Number:
    """Return left ** right; raises NumberError where it has no real value or is too large."""
    if right == 0:
        return 1
    if left == 0 and right < 0:
        # The decimal library gives Infinity here without a word.
        raise DivisionByZero
    # A whole power worked out in 34 digits may be off by one in the last of them.
    return CONTEXT.plus(
        WIDE.power(left, right) if type(right) is int else CONTEXT.power(left, right)
    )


def negate(value: Number) -> Number:
    """Return -value."""
    return -value if type(value) is int else CONTEXT.minus(value)


def modulo(dividend: Number, divisor: Number) -> Number:
    """Return dividend - divisor * floor(dividend / divisor): the sign follows the divisor."""
    if type(dividend) is int and type(divisor) is int:
        if divisor == 0:
            raise DivisionByZero
        return dividend % divisor
    # The quotient may have more digits than a number has; the remainder is exact all the same.
    rest = _WIDEST.remainder(dividend, divisor)
    if rest != 0 and (rest < 0) != (divisor < 0):
        rest = _WIDEST.add(rest, divisor)
    return CONTEXT.plus(rest)


def round_to(value: Number, scale: int, rounding: str) -> Number:
    """Round to `scale` digits after the point (negative: before it); raises NumberError."""
    if not _LEAST_SCALE <= scale <= _MOST_SCALE:
        raise InvalidOperation
    if type(value) is int and scale >= 0:
        return value
    exact = Decimal(value)
    if exact.adjusted() + scale >= DIGITS:
        return value
    exponent = Decimal((0, (1,), -scale))
    rounded = exact.quantize(exponent, rounding=ROUNDING[rounding], context=CONTEXT)
    return whole(rounded) if scale <= 0 else rounded


def whole(value: Number) -> Number:
    """Give an integral number as int where it is short enough."""
    if type(value) is Decimal and value == value.to_integral_value() and value.adjusted() < DIGITS:
        return int(value)
    return value


def as_integer(value: object) -> int | None:
    """Give the int that equals `value`, or None when it is no integral number."""
    if type(value) is int:
        return value
    if type(value) is Decimal and value.adjusted() < DIGITS and value == value.to_integral_value():
        return int(value)
    return None


def to_text(value: Number) -> str:
    """Write a number without exponent and without trailing zeros after the point."""
    if type(value) is int:
        return str(value)
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
