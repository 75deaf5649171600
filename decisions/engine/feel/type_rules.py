"""Which types operators, properties, built-ins and tables give, as far as it is known before."""

from __future__ import annotations

from collections.abc import Mapping

from decisions.engine.calls import Builtin
from decisions.engine.feel import nodes as n
from decisions.engine.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    DAYS,
    MONTHS,
    NUMBER,
    RANGE,
    SCALARS,
    SIMPLE,
    STRING,
    TIME,
    ListType,
    RangeType,
    Type,
    base_of,
    components_of,
    context_of,
    list_of,
)


def builtin_type(builtin: Builtin, arguments: list[Type]) -> Type:
    found = SIMPLE.get(builtin.result, ANY)
    if builtin.name in ("sublist", "reverse", "distinct values", "sort", "remove") and arguments:
        base = base_of(arguments[0])
        return base if isinstance(base, ListType) else found
    return found


def item_components(kind: Type) -> Mapping[str, Type] | None:
    """Give the components that items of a filtered value have; None where they are not known.

    Items that can have none, such as numbers, have an empty mapping.
    """
    item = getattr(base_of(kind), "item", kind)
    found = components_of(item)
    if found is not None:
        return found
    known = isinstance(base_of(kind), ListType) and base_of(item) in SCALARS
    return {} if known else None


def is_position(condition: n.Node, kind: Type, components: Mapping[str, Type] | None) -> bool:
    """Tell whether a filter's condition of a type is a number that no item has a say in."""
    if kind != NUMBER:
        return False
    names = {part.name for part in n.walk(condition) if isinstance(part, n.Name)}
    return not names or (components is not None and names.isdisjoint({"item", *components}))


def may_be_position(condition: n.Node, kind: Type) -> bool:
    """Tell whether a filter's condition may be a number though items have a say in it."""
    return kind == NUMBER or isinstance(condition, n.Name)


def table_type(node: n.Table) -> Type:
    if node.hit_policy == "COLLECT" and node.aggregation:
        return NUMBER if node.aggregation in ("SUM", "COUNT") and len(node.outputs) == 1 else ANY
    if len(node.outputs) == 1:
        row: Type = node.outputs[0].type
    else:
        row = context_of({output.name: output.type for output in node.outputs})
    return list_of(row) if node.hit_policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") else row


_NUMBER_PROPERTIES = {
    DATE: ("year", "month", "day", "weekday"),
    TIME: ("hour", "minute", "second"),
    DATETIME: ("year", "month", "day", "weekday", "hour", "minute", "second"),
    DAYS: ("days", "hours", "minutes", "seconds"),
    MONTHS: ("years", "months"),
}


def property_type(kind: Type, name: str) -> Type:
    if name in _NUMBER_PROPERTIES.get(kind, ()):
        return NUMBER
    if isinstance(kind, RangeType) and name in ("start", "end"):
        return kind.of
    return BOOLEAN if name.endswith(" included") and kind == RANGE else ANY


def _arithmetic_types() -> dict[tuple[str, Type, Type], Type]:
    table: dict[tuple[str, Type, Type], Type] = {}
    for operator in ("+", "-", "*", "/", "**"):
        table[operator, NUMBER, NUMBER] = NUMBER
    table["+", STRING, STRING] = STRING
    for duration in (DAYS, MONTHS):
        table["+", duration, duration] = duration
        table["-", duration, duration] = duration
        table["*", duration, NUMBER] = table["*", NUMBER, duration] = duration
        table["/", duration, NUMBER] = duration
        table["/", duration, duration] = NUMBER
        for moment in (DATE, DATETIME, TIME):
            if moment != TIME or duration == DAYS:
                table["+", moment, duration] = table["+", duration, moment] = moment
                table["-", moment, duration] = moment
    for left in (DATE, DATETIME):
        for right in (DATE, DATETIME):
            table["-", left, right] = DAYS
    table["-", TIME, TIME] = DAYS
    return table


ARITHMETIC: Mapping[tuple[str, Type, Type], Type] = _arithmetic_types()
