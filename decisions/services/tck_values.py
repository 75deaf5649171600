"""Values as the compatibility kit of DMN writes them: reads and compares them."""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from decisions.engine.facts import Shape
from decisions.engine.numbers import CONTEXT
from decisions.engine.temporal import (
    from_python,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
)
from decisions.engine.types import base_of
from decisions.engine.values import KINDS

TOLERANCE = Decimal("1e-8")
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


class Untyped(str):
    """A value without xsi:type: it means what its place in the model asks for."""

    __slots__ = ()


def children(element: Any, name: str) -> list[Any]:
    """List the children of one name, in whatever namespace."""
    return [child for child in element if _local(child) == name]


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def read_value(element: Any) -> Any:
    """Read the value, list or components in an element; nil and none of them are null."""
    if element.get(_NIL) in ("true", "1"):
        return None
    for child in element:
        kind = _local(child)
        if kind in ("value", "list") and child.get(_NIL) in ("true", "1"):
            return None
        if kind == "value":
            return _scalar(child)
        if kind == "list":
            return [read_value(item) for item in children(child, "item")]
        if kind == "component":
            return {part.get("name"): read_value(part) for part in children(element, kind)}
    return None


def _number(text: str) -> Any:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


_BY_KIND: dict[str, Callable[[str], Any]] = {
    "null": lambda text: text or None,
    "number": _number,
    "boolean": lambda text: {"true": True, "1": True, "false": False, "0": False}.get(text, text),
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_datetime,
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}
_BY_SCHEMA_TYPE = {
    **dict.fromkeys(("decimal", "double", "float", "integer", "int", "long", "short"), "number"),
    **dict.fromkeys(("duration", "dayTimeDuration"), "days and time duration"),
    "yearMonthDuration": "years and months duration",
    "dateTime": "date and time",
    **{kind: kind for kind in ("boolean", "date", "time")},
}


def _scalar(element: Any) -> Any:
    text = "".join(element.itertext())
    declared = element.get(_TYPE)
    if declared is None:
        return Untyped(text)
    kind = _BY_SCHEMA_TYPE.get(declared.rpartition(":")[2])
    return _BY_KIND[kind](text.strip()) if kind else text


def typed(value: Any, shape: Shape | None) -> Any:
    """Give untyped values the type that the model declares for them."""
    if isinstance(value, Untyped):
        return _of_kind(value, base_of(shape.type).name if shape else "")
    if isinstance(value, list):
        return [typed(item, shape and shape.item) for item in value]
    if isinstance(value, dict):
        parts = (shape and shape.parts) or {}
        return {name: typed(part, parts.get(name)) for name, part in value.items()}
    return value


def _of_kind(text: str, kind: str) -> Any:
    read = _BY_KIND.get(kind)
    return read(text.strip()) if read else str(text)


def same(expected: Any, actual: Any) -> bool:
    """Compare as the kit does: numbers within 1e-8, all else exactly."""
    actual = in_engine_terms(actual)
    if isinstance(expected, Untyped):
        expected = _of_kind(expected, KINDS.get(type(actual), ""))
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, Decimal) and isinstance(actual, int | Decimal):
        return abs(CONTEXT.subtract(expected, actual)) <= TOLERANCE
    if type(expected) is list and type(actual) is list:
        return len(expected) == len(actual) and _all_same(zip(expected, actual, strict=True))
    if type(expected) is dict and type(actual) is dict:
        return expected.keys() == actual.keys() and _all_same(
            (part, actual[name]) for name, part in expected.items()
        )
    return type(expected) is type(actual) and bool(expected == actual)


def _all_same(pairs: Iterable[tuple[Any, Any]]) -> bool:
    return all(same(expected, actual) for expected, actual in pairs)


def in_engine_terms(value: Any) -> Any:
    """Turn a date or duration of Python into that of the engine; others stay as they are."""
    try:
        return from_python(value)
    except (AttributeError, TypeError):
        return value


def shown(value: Any) -> str:
    """Write a value for a person, as FEEL would."""
    value = in_engine_terms(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {shown(part)}' for name, part in value.items())}}}"
    return str(value)
