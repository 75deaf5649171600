"""The methods of java.lang.Integer, Long, Double, Boolean and Character, and of BigDecimal."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import Any

from decisions.engine import numbers
from decisions.engine.builtins.external import JavaError, java
from decisions.engine.builtins.java_format import double_text
from decisions.engine.numbers import CONTEXT, Number

INTEGER, LONG, DOUBLE = "java.lang.Integer", "java.lang.Long", "java.lang.Double"
BOOLEAN, CHARACTER, BIG = "java.lang.Boolean", "java.lang.Character", "java.math.BigDecimal"
_TEXT = "java.lang.String"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_DOUBLE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?[dDfF]?", re.ASCII)


# Whole numbers


@java(INTEGER, f"parseInt({_TEXT})", f"valueOf({_TEXT})")
def read_int(text: str) -> int:
    return _whole(text, 10, 32)


@java(INTEGER, f"parseInt({_TEXT}, int)", f"valueOf({_TEXT}, int)")
def read_int_by(text: str, radix: int) -> int:
    return _whole(text, radix, 32)


@java(LONG, f"parseLong({_TEXT})", f"valueOf({_TEXT})")
def read_long(text: str) -> int:
    return _whole(text, 10, 64)


@java(LONG, f"parseLong({_TEXT}, int)", f"valueOf({_TEXT}, int)")
def read_long_by(text: str, radix: int) -> int:
    return _whole(text, radix, 64)


def _whole(text: str, radix: int, bits: int) -> int:
    if not 2 <= radix <= 36:
        raise JavaError(f"{radix} is no radix; give 2 to 36.")
    digits = text[1:] if text[:1] in ("+", "-") else text
    known = digits and len(digits) <= bits and set(digits.lower()) <= set(_DIGITS[:radix])
    value = int(text, radix) if known else None
    if value is None or not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise JavaError(f'"{text[:40]}" is no whole number of {bits} bits.')
    return value


@java(INTEGER, "valueOf(int)")
@java(LONG, "valueOf(long)")
@java(DOUBLE, "valueOf(double)")
@java(BOOLEAN, "valueOf(boolean)")
@java(CHARACTER, "valueOf(char)")
@java(BIG, "valueOf(long)", "valueOf(double)")
def same(value: Any) -> Any:
    return value


@java(INTEGER, "toString(int)")
@java(LONG, "toString(long)")
def whole_text(value: int) -> str:
    return str(value)


@java(INTEGER, "toString(int, int)")
@java(LONG, "toString(long, int)")
def whole_text_by(value: int, radix: int) -> str:
    radix = radix if 2 <= radix <= 36 else 10
    digits, rest = "", abs(value)
    while rest or not digits:
        rest, digit = divmod(rest, radix)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if value < 0 else digits


for _name, _form in (("toBinaryString", "b"), ("toOctalString", "o"), ("toHexString", "x")):
    java(INTEGER, f"{_name}(int)")(partial(lambda form, value: f"{value % 2**32:{form}}", _form))
    java(LONG, f"{_name}(long)")(partial(lambda form, value: f"{value % 2**64:{form}}", _form))


@java(INTEGER, "max(int, int)")
@java(LONG, "max(long, long)")
@java(DOUBLE, "max(double, double)")
def greater(left: Number, right: Number) -> Number:
    return max(left, right)


@java(INTEGER, "min(int, int)")
@java(LONG, "min(long, long)")
@java(DOUBLE, "min(double, double)")
def less(left: Number, right: Number) -> Number:
    return min(left, right)


@java(INTEGER, "compare(int, int)")
@java(LONG, "compare(long, long)")
@java(DOUBLE, "compare(double, double)")
@java(BIG, f".compareTo({BIG})")
def compared(left: Number, right: Number) -> int:
    return (left > right) - (left < right)


@java(INTEGER, "sum(int, int)")
def sum_of_ints(left: int, right: int) -> int:
    return _wrapped(left + right, 32)


@java(LONG, "sum(long, long)")
def sum_of_longs(left: int, right: int) -> int:
    return _wrapped(left + right, 64)


def _wrapped(value: int, bits: int) -> int:
    """Keep the lowest bits, as Java does with a sum that is too large."""
    half = 1 << (bits - 1)
    return (value + half) % (2 * half) - half


@java(INTEGER, "signum(int)")
@java(LONG, "signum(long)")
@java(BIG, ".signum()")
def sign(value: Number) -> int:
    return (value > 0) - (value < 0)


# Other numbers


@java(DOUBLE, f"parseDouble({_TEXT})", f"valueOf({_TEXT})")
def read_double(text: str) -> Number:
    if not _DOUBLE.fullmatch(text.strip()):
        raise JavaError(f'"{text[:40]}" is no number.')
    return CONTEXT.create_decimal(text.strip().rstrip("dDfF"))


java(DOUBLE, "toString(double)")(double_text)


@java(DOUBLE, "sum(double, double)")
@java(BIG, f".add({BIG})")
def plus(left: Number, right: Number) -> Number:
    return numbers.add(left, right)


@java(BIG, f".subtract({BIG})")
def minus(left: Number, right: Number) -> Number:
    return numbers.subtract(left, right)


@java(BIG, f".multiply({BIG})")
def times(left: Number, right: Number) -> Number:
    return numbers.multiply(left, right)


@java(BIG, f".divide({BIG})")
def divided(left: Number, right: Number) -> Number:
    """Divide; a quotient without an end is rounded to 34 digits, where Java throws."""
    if right == 0:
        raise JavaError("A division by zero has no result.")
    return numbers.divide(left, right)


@java(BIG, f".remainder({BIG})")
def remainder(left: Number, right: Number) -> Number:
    if right == 0:
        raise JavaError("A division by zero has no result.")
    return CONTEXT.remainder(Decimal(left), Decimal(right))


@java(BIG, f".max({BIG})")
def greater_big(left: Number, right: Number) -> Number:
    return max(left, right)


@java(BIG, f".min({BIG})")
def less_big(left: Number, right: Number) -> Number:
    return min(left, right)


@java(BIG, ".abs()")
def absolute(value: Number) -> Number:
    return numbers.negate(value) if value < 0 else value


@java(BIG, ".negate()")
def negated(value: Number) -> Number:
    return numbers.negate(value)


@java(BIG, ".pow(int)")
def power(base: Number, exponent: int) -> Number:
    if not 0 <= exponent <= 999_999_999:
        raise JavaError("The exponent must be 0 to 999,999,999.")
    return numbers.power(base, exponent)


@java(BIG, ".toPlainString()")
def plain_text(value: Number) -> str:
    return f"{Decimal(value):f}"


# Truth values and characters


@java(BOOLEAN, f"parseBoolean({_TEXT})", f"valueOf({_TEXT})")
def read_boolean(text: str) -> bool:
    return text.lower() == "true"


@java(BOOLEAN, "toString(boolean)")
def boolean_text(value: bool) -> str:
    return "true" if value else "false"


@java(BOOLEAN, "logicalAnd(boolean, boolean)")
def both(left: bool, right: bool) -> bool:
    return left and right


@java(BOOLEAN, "logicalOr(boolean, boolean)")
def either(left: bool, right: bool) -> bool:
    return left or right


@java(BOOLEAN, "logicalXor(boolean, boolean)")
def one_of_two(left: bool, right: bool) -> bool:
    return left != right


@java(CHARACTER, "toString(char)")
def character_text(value: str) -> str:
    return value


@java(CHARACTER, "isDigit(char)")
def is_digit(value: str) -> bool:
    return value.isdecimal()


@java(CHARACTER, "isLetter(char)", "isAlphabetic(char)")
def is_letter(value: str) -> bool:
    return value.isalpha()


@java(CHARACTER, "isLetterOrDigit(char)")
def is_letter_or_digit(value: str) -> bool:
    return value.isalpha() or value.isdecimal()


@java(CHARACTER, "isUpperCase(char)")
def is_upper(value: str) -> bool:
    return value.isupper()


@java(CHARACTER, "isLowerCase(char)")
def is_lower(value: str) -> bool:
    return value.islower()


@java(CHARACTER, "isWhitespace(char)")
def is_space(value: str) -> bool:
    return value.isspace() and value not in "\u00a0\u2007\u202f"


@java(CHARACTER, "toUpperCase(char)")
def upper(value: str) -> str:
    return value.upper() if len(value.upper()) == 1 else value


@java(CHARACTER, "toLowerCase(char)")
def lower(value: str) -> str:
    return value.lower() if len(value.lower()) == 1 else value


@java(CHARACTER, "getNumericValue(char)")
def numeric_value(value: str) -> int:
    folded = value.lower()
    return _DIGITS.index(folded) if folded in _DIGITS and len(folded) == 1 else -1
