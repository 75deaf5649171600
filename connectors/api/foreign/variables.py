"""Named and typed variables, as OpenText and Flowable write them, from and to values of ours."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from connectors.services.variables import INT, LONG, rows_of, variable_type
from decisions.errors import Fault, Invalid
from decisions.services.executing import Answered

SHORT = 2**15
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_variables(given: Any, shape: Answered) -> dict[str, Any]:
    """Facts of the variables a caller sends; raises Invalid with every variable that is no such.

    Flowable's callers send all that their case knows; what the rules do not read is left out.
    """
    if given is None:
        given = []
    if not isinstance(given, list):
        raise Invalid("inputVariables is not a list of variables.")
    known, facts, faults = dict(shape.inputs), {}, []
    for place, variable in enumerate(given):
        name = variable.get("name") if isinstance(variable, dict) else None
        if not isinstance(name, str):
            faults.append(_fault(f"/inputVariables/{place}", "Variable name is required."))
            continue
        try:
            value = _read(variable.get("type"), variable.get("value"))
        except (ValueError, TypeError) as error:
            faults.append(_fault(name[:80], str(error)))
            continue
        if name in known:
            facts[name] = _fitted(value, known[name])
    if faults:
        raise Invalid("Some variables cannot be read. Nothing was executed.", faults)
    return facts


def result_rows(value: Any, shape: Answered) -> list[list[dict[str, Any]]]:
    """The answer as a list of rows, each a list of {name, type, value}."""
    types = dict(shape.outputs)
    return [
        [_write(name, part, types.get(name, "")) for name, part in row.items()]
        for row in rows_of(value, shape)
    ]


def _write(name: str, value: Any, declared: str) -> dict[str, Any]:
    return {"name": name, "type": variable_type(value, declared), "value": value}


def _fitted(value: Any, base: str) -> Any:
    """Their `date` is a moment; rules that compare days read its day."""
    if base == "date" and isinstance(value, str) and DAY.match(value):
        return value[:10]
    return value


def _read(kind: Any, value: Any) -> Any:
    if value is None or kind is None:
        return value
    reader = READERS.get(str(kind).lower())
    if reader is None:
        raise ValueError(f"The type {str(kind)[:40]} is not known.")
    return reader(value)


def _fault(where: str, message: str) -> Fault:
    return Fault(code="variable", where=where, message=message)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("Converter can only convert strings.")
    return value


def _whole(least: int, word: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        fits = isinstance(value, int | Decimal | float) and not isinstance(value, bool)
        if not fits or value != int(value) or not -least <= value < least:
            raise ValueError(f"Converter can only convert {word}.")
        return int(value)

    return read


def _number(value: Any) -> Any:
    if isinstance(value, str):  # A big number may come as a text, so that nobody rounds it.
        return (
            _plain(Decimal(value))
            if re.fullmatch(r"-?\d{1,34}(\.\d{1,34})?", value)
            else _number(None)
        )
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError("Converter can only convert numbers.")
    return value


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("Converter can only convert booleans.")
    return value


def _moment(value: Any) -> str:
    datetime.fromisoformat(_text(value))
    return str(value)


def _day(value: Any) -> str:
    return date.fromisoformat(_text(value)).isoformat()


def _uuid(value: Any) -> str:
    return str(UUID(_text(value)))


READERS: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "short": _whole(SHORT, "shorts"),
    "integer": _whole(INT, "integers"),
    "long": _whole(LONG, "longs"),
    "biginteger": _number,
    "bigdecimal": _number,
    "double": _number,
    "boolean": _boolean,
    "date": _moment,
    "instant": _moment,
    "localdatetime": _moment,
    "localdate": _day,
    "uuid": _uuid,
    "json": lambda value: value,
}
