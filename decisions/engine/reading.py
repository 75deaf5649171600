"""Quick readers of facts: one closure for each declared form, taken as long as everything fits.

What does not fit is read again by `facts.Reader`, which is slower and says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from decisions.engine import numbers
from decisions.engine.facts import PARSERS, Shape, is_of
from decisions.engine.limits import LIST_ITEMS
from decisions.engine.problems import Refused
from decisions.engine.run import Run
from decisions.engine.types import ANY, BOOLEAN, NUMBER, STRING, Type, base_of
from decisions.engine.values import kind_of, take_in, text_fault

_SHORT = 10**numbers.DIGITS

Read = Callable[[Run, Any], Any]


class Unfit(Exception):
    """Says that a value does not fit; the slow reader finds out why."""


def quick_reader(shape: Shape) -> Read:
    """Build the reader of one declared form."""
    if shape.parts is not None:
        read = _context_reader(shape.parts)
    elif shape.item is not None:
        read = _list_reader(quick_reader(shape.item))
    else:
        read = _scalar_reader(base_of(shape.type))
    constraint = shape.constraint
    if constraint is not None and constraint.allows is not None:
        read = _constrained(read, constraint.allows, constraint.texts)
    return _nullable(read) if shape.optional else read


def _nullable(read: Read) -> Read:
    def nullable(run: Run, value: Any) -> Any:
        return None if value is None else read(run, value)

    return nullable


def _constrained(
    read: Read, allows: Callable[[Any, Any], Any], texts: frozenset[str] | None
) -> Read:
    def one_of(run: Run, value: Any) -> Any:
        found = read(run, value)
        if found not in texts:  # type: ignore[operator]
            raise Unfit
        return found

    def allowed(run: Run, value: Any) -> Any:
        found = read(run, value)
        if allows(run, found) is not True:
            raise Unfit
        return found

    return allowed if texts is None else one_of


def _context_reader(parts: Mapping[str, Shape]) -> Read:
    readers = [(name, quick_reader(part), part.optional) for name, part in parts.items()]

    def read(run: Run, value: Any) -> Any:
        if type(value) is not dict:
            raise Unfit
        absent = 0
        found = {}
        for name, read_part, optional in readers:
            if name in value:
                found[name] = read_part(run, value[name])
            elif optional:
                found[name] = None
                absent += 1
            else:
                raise Unfit
        if len(value) + absent != len(found):
            raise Unfit
        return found

    return read


def _list_reader(read_item: Read) -> Read:
    def read(run: Run, value: Any) -> Any:
        if type(value) is not list or len(value) > LIST_ITEMS:
            raise Unfit
        return [read_item(run, item) for item in value]

    return read


def _read_text(run: Run, value: Any) -> Any:
    if type(value) is str and not text_fault(value):
        return value
    raise Unfit


def _read_boolean(run: Run, value: Any) -> Any:
    if value is True or value is False:
        return value
    raise Unfit


def _read_number(run: Run, value: Any) -> Any:
    kind = type(value)
    if kind is int and -_SHORT < value < _SHORT:
        return value
    if kind is int or kind is float or kind is Decimal:
        return _read_any(run, value)
    raise Unfit


def _read_any(run: Run, value: Any) -> Any:
    try:
        found = take_in(value)
    except Refused:
        raise Unfit from None
    if found is None:
        raise Unfit
    return found


def _scalar_reader(base: Type) -> Read:
    if base == STRING:
        return _read_text
    if base == BOOLEAN:
        return _read_boolean
    if base == NUMBER:
        return _read_number
    parse = PARSERS.get(base)
    if parse is None:
        return _read_any if base == ANY else _unfit
    parse_text = parse

    def read(run: Run, value: Any) -> Any:
        if type(value) is str:
            found: Any = parse_text(value)
        else:
            found = _read_any(run, value) if is_of(value, base) else None
        if found is None or kind_of(found) != base.name:
            raise Unfit
        return found

    return read


def _unfit(run: Run, value: Any) -> Any:
    raise Unfit
