"""FEEL values in Python: what each kind is, how values come in and how they go out."""

from __future__ import annotations

import datetime as py
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import NoneType
from typing import Any

from decisions.engine import numbers
from decisions.engine.limits import LIST_ITEMS, STRING_CHARACTERS, VALUE_NESTING
from decisions.engine.problems import NOWHERE, Refused
from decisions.engine.run import Run
from decisions.engine.temporal import Date, DateTime, Days, Months, Time, from_python, to_python
from decisions.engine.types import FUNCTION, Type


@dataclass(frozen=True, slots=True)
class Range:
    """A range of values; `operator` is set for the one-sided forms such as (< 10)."""

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool
    operator: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A callable FEEL value: user-defined, business knowledge model, service or built-in.

    `type` says what it takes and gives as far as that is known.
    """

    name: str
    params: tuple[str, ...]
    required: int
    invoke: Callable[..., Any]
    variadic: bool = False
    type: Type = FUNCTION


KINDS: dict[type, str] = {
    NoneType: "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    Days: "days and time duration",
    Months: "years and months duration",
    Range: "range",
    Function: "function",
}


def kind_of(value: object) -> str:
    """Name the FEEL type of a value."""
    return KINDS[type(value)]


def show(value: Any) -> str:
    """Write a value shortly, for messages."""
    kind = kind_of(value)
    if value is None:
        return "null"
    if kind == "string":
        return f'"{value}"' if len(value) <= 40 else f'"{value[:37]}..."'
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "number":
        return numbers.to_text(value) if abs(value) < 10**40 else "a very large number"
    if kind == "list":
        return f"a list of {len(value)}"
    return f"a {kind}" if kind in ("context", "function", "range") else str(value)


def take_in(value: Any, depth: int = 0) -> Any:
    """Turn a Python or JSON value into a FEEL value; raises Refused for what cannot be one."""
    kind = type(value)
    if kind is str:
        fault = text_fault(value)
        if fault:
            raise _unfit("input.text", fault)
        return value
    if kind is bool or value is None:
        return value
    if kind is int or kind is float or kind is Decimal:
        return _take_number(value)
    if depth > VALUE_NESTING:
        raise _unfit("input.nesting", f"Values may nest {VALUE_NESTING} deep at most.")
    return _take_other(value, depth)


_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def text_fault(value: str) -> str:
    """Say why a text cannot be taken in; an empty answer when it can."""
    if len(value) <= STRING_CHARACTERS and value.isascii() and "\0" not in value:
        return ""
    if len(value) > STRING_CHARACTERS:
        return f"A text may have {STRING_CHARACTERS} characters at most."
    if _NOT_TEXT.search(value):
        return "The text holds a character that is no text: NUL or half of a pair."
    return ""


def _take_number(value: float | Decimal) -> numbers.Number:
    try:
        if isinstance(value, int):
            return numbers.fit(value)
        number = numbers.CONTEXT.create_decimal(repr(value) if type(value) is float else value)
    except InvalidOperation:
        number = Decimal("NaN")
    except numbers.NumberError:
        raise _unfit("input.number", "The number is too large.") from None
    if not number.is_finite():
        raise _unfit("input.number", f"{value} is not a number that rules can use.")
    return number


def _take_other(value: Any, depth: int) -> Any:
    if type(value) in KINDS and not isinstance(value, list | dict):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise _unfit("input.key", "The names inside an object must be texts.")
        return {str(key): take_in(item, depth + 1) for key, item in value.items()}
    if isinstance(value, py.date | py.time | py.timedelta):
        return from_python(value)
    if isinstance(value, str):
        # The text itself, whatever a class of its own would show.
        return take_in(str.__str__(value), depth)
    if isinstance(value, int):
        return _take_number(int(value))
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        if len(value) > LIST_ITEMS:
            raise _unfit("input.size", f"A list may have {LIST_ITEMS} items at most.")
        return [take_in(item, depth + 1) for item in value]
    raise _unfit("input.type", f"A value of type {type(value).__name__} cannot be used in rules.")


def _unfit(code: str, message: str) -> Refused:
    return Refused(NOWHERE.problem(code, message))


def give_out(value: Any, run: Run, depth: int = 0) -> Any:
    """Turn a FEEL value into Python's; dates and durations become datetime's where they fit."""
    kind = type(value)
    if kind is str or kind is bool or value is None or kind is int or kind is Decimal:
        return value
    if kind is list:
        run.spend(1 + len(value))
        _check_depth(depth)
        return [give_out(item, run, depth + 1) for item in value]
    if kind is dict:
        run.spend(1 + len(value))
        _check_depth(depth)
        return {name: give_out(item, run, depth + 1) for name, item in value.items()}
    if kind is Range:
        low, high = give_out(value.low, run, depth + 1), give_out(value.high, run, depth + 1)
        return Range(low, high, value.low_closed, value.high_closed, value.operator)
    return value if kind is Function else to_python(value)


def _check_depth(depth: int) -> None:
    if depth > VALUE_NESTING:
        raise _unfit("limit.nesting", f"A result may nest {VALUE_NESTING} deep at most.")


def plain(value: Any) -> Any:
    """Turn a FEEL or Python value into JSON-able data; exact numbers become texts unless int."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Decimal):
        whole = numbers.whole(value)
        return whole if type(whole) is int else numbers.to_text(value)
    if type(value) is list:
        return [plain(item) for item in value]
    if type(value) is dict:
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, Range):
        return write_range(value)
    if isinstance(value, Function):
        return f"function({', '.join(value.params)})"
    if isinstance(value, py.date | py.time | py.timedelta):
        return str(from_python(value))
    return str(value)


def to_json(value: Any) -> Any:
    """Turn a result into JSON values; a number is a JSON number where a double keeps its text."""
    if isinstance(value, Decimal):
        whole = numbers.whole(value)
        if type(whole) is int:
            return whole
        double = float(value)
        return double if Decimal(repr(double)) == value else numbers.to_text(value)
    if type(value) is list:
        return [to_json(item) for item in value]
    if type(value) is dict:
        return {name: to_json(item) for name, item in value.items()}
    return plain(value)


def write_range(value: Range) -> str:
    """Write a range as FEEL does."""
    if value.operator is not None:
        return f"({value.operator} {show(value.high if value.high is not None else value.low)})"
    low, high = ("[" if value.low_closed else "("), ("]" if value.high_closed else ")")
    return f"{low}{show(value.low)}..{show(value.high)}{high}"
