"""Texts as Java writes them: String.format, and numbers of its types."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import MAX_EMAX, ROUND_HALF_UP, Context, Decimal
from typing import Any

from decisions.engine import numbers
from decisions.engine.builtins.external import JavaError
from decisions.engine.limits import check_string_size
from decisions.engine.values import Function, Range, plain

_SPECIFIER = re.compile(r"%(?:(\d{1,3})\$)?([-#+ 0,(<]*)(\d{1,7})?(?:\.(\d{1,7}))?([a-zA-Z%])")
_MOST_DIGITS = 1000


def format_text(pattern: str, arguments: Sequence[Any]) -> str:
    """Write arguments into a pattern such as "%s has %,.2f" (java.util.Formatter)."""
    written = _Formatter(arguments)
    pieces: list[str] = []
    at = 0
    while (sign := pattern.find("%", at)) >= 0:
        match = _SPECIFIER.match(pattern, sign)
        if match is None:
            raise JavaError(f'"{pattern[sign : sign + 8]}" is no format.')
        pieces += [pattern[at:sign], written.specifier(match)]
        check_string_size(sum(map(len, pieces)))
        at = match.end()
    return "".join([*pieces, pattern[at:]])


class _Formatter:
    def __init__(self, arguments: Sequence[Any]) -> None:
        self.arguments = arguments
        self.next = 0
        self.last = -1

    def specifier(self, match: re.Match[str]) -> str:
        """Write one specifier."""
        index, flags, width, precision, conversion = match.groups()
        check_string_size(int(width or 0))
        if conversion in "n%":
            return "\n" if conversion == "n" else _padded("%", flags, width)
        value = self._argument(index, flags)
        write = _CONVERSIONS.get(conversion.lower())
        if write is None or (conversion.isupper() and conversion not in "SBXC"):
            raise JavaError(f'"{match[0]}" is no format that is known here.')
        text = write(value, flags, width, None if precision is None else int(precision))
        return _padded(text.upper() if conversion.isupper() else text, flags, width)

    def _argument(self, index: str | None, flags: str) -> Any:
        if "<" in flags:
            place = self.last
        elif index:
            place = int(index) - 1
        else:
            place, self.next = self.next, self.next + 1
        if not 0 <= place < len(self.arguments):
            raise JavaError(f"The format asks for argument {place + 1}, which is not there.")
        self.last = place
        return self.arguments[place]


def _padded(text: str, flags: str, width: str | None) -> str:
    size = int(width or 0)
    return text.ljust(size) if "-" in flags else text.rjust(size)


def _string(value: Any, _: str, __: str | None, precision: int | None) -> str:
    return text_of(value)[:precision]


def _boolean(value: Any, _: str, __: str | None, precision: int | None) -> str:
    truth = value if type(value) is bool else value is not None
    return ("true" if truth else "false")[:precision]


def _character(value: Any, *_: Any) -> str:
    if value is None:
        return "null"
    if type(value) is not str or len(value) != 1:
        raise JavaError("%c takes one character.")
    return value


def _decimal(value: Any, flags: str, width: str | None, precision: int | None) -> str:
    if value is None:
        return "null"
    whole = numbers.as_integer(value)
    if whole is None or precision is not None:
        raise JavaError("%d takes a whole number and no precision.")
    return _signed(str(abs(whole)), whole < 0, flags, width)


def _hexadecimal(value: Any, *_: Any) -> str:
    if value is None:
        return "null"
    whole = numbers.as_integer(value)
    if whole is None:
        raise JavaError("%x takes a whole number.")
    return f"{whole:x}"


def _fixed(value: Any, flags: str, width: str | None, precision: int | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise JavaError("%f takes a number.")
    digits = 6 if precision is None else precision
    if digits > _MOST_DIGITS:
        raise JavaError(f"%f takes {_MOST_DIGITS} digits at most.")
    return _signed(_digits(Decimal(value).copy_abs(), digits), value < 0, flags, width)


def _digits(exact: Decimal, digits: int) -> str:
    """Write a number with a fixed number of digits after the point, halves rounded up."""
    size = max(exact.adjusted(), 0) + digits + 2
    wide = Context(prec=size, rounding=ROUND_HALF_UP, Emin=-MAX_EMAX, Emax=MAX_EMAX)
    return f"{exact.quantize(Decimal((0, (1,), -digits)), context=wide):f}"


def _signed(text: str, negative: bool, flags: str, width: str | None) -> str:
    """Group, pad with zeros and sign the digits of a number."""
    if "," in flags:
        whole, point, rest = text.partition(".")
        text = f"{int(whole):,}{point}{rest}"
    before, after = ("(", ")") if negative and "(" in flags else ("-" if negative else "", "")
    if not negative:
        before = "+" if "+" in flags else " " if " " in flags else ""
    if "0" in flags:
        text = text.rjust(int(width or 0) - len(before) - len(after), "0")
    return before + text + after


_CONVERSIONS: dict[str, Callable[..., str]] = {
    "s": _string, "b": _boolean, "c": _character, "d": _decimal, "x": _hexadecimal, "f": _fixed,
}  # fmt: skip


def text_of(value: Any) -> str:
    """Write a value as String.valueOf does; numbers as java.math.BigDecimal, lists as List."""
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return str(value)
    if type(value) is list:
        return f"[{', '.join(map(text_of, value))}]"
    if type(value) is dict:
        return f"{{{', '.join(f'{name}={text_of(part)}' for name, part in value.items())}}}"
    return str(plain(value)) if isinstance(value, Range | Function) else str(value)


def double_text(value: int | Decimal) -> str:
    """Write a number as Double.toString does: 10 as 10.0, 12345678 as 1.2345678E7."""
    double = float(value)
    size = abs(double)
    if size == 0 or 1e-3 <= size < 1e7:
        return repr(double)
    if math.isinf(double):
        return "Infinity" if double > 0 else "-Infinity"
    digits, _, exponent = f"{Decimal(repr(double)).normalize():E}".partition("E")
    return f"{digits if '.' in digits else f'{digits}.0'}E{int(exponent)}"
