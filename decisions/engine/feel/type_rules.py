"""Which types operators, properties, built-ins and tables give, as far as it is known before."""

from __future__ import annotations

from collections.abc import Mapping

from decisions.engine.calls import Builtin
from decisions.engine.feel import nodes as n
from decisions.engine.tables.hit_policy import LISTS
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
    join,
    list_of,
)

_LIST_KEPT = ("sublist", "reverse", "distinct values", "sort", "remove")


def builtin_type(builtin: Builtin, arguments: list[Type], names: tuple[str, ...]) -> Type:
    """Give the type of a call's result; some give the items of the list they take."""
    position = names.index("list") if "list" in names else 0
    if builtin.name in _LIST_KEPT and position < len(arguments):
        base = base_of(arguments[position])
        if isinstance(base, ListType):
            return base
    return SIMPLE.get(builtin.result, ANY)


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


def input_type(clause: n.InputClause, types: Mapping[int, Type]) -> Type:
    """Give the type of an input column: declared, or else the one found for its expression."""
    return types.get(id(clause.expression), ANY) if clause.type == ANY else clause.type


def table_type(node: n.Table) -> Type:
    """Give the type of what a table gives: of its rows, of their list, or of an aggregation.

    A default is what a row gives, so that it may be of another type than what rows make together.
    """
    if len(node.outputs) == 1:
        row: Type = node.outputs[0].type
    else:
        row = context_of({output.name: output.type for output in node.outputs})
    if node.hit_policy not in LISTS:
        return row
    if node.hit_policy != "COLLECT" or not node.aggregation:
        found: Type = list_of(row)
    elif len(node.outputs) > 1:
        return ANY
    else:
        found = NUMBER if node.aggregation == "COUNT" else base_of(row)
    return join(found, row) if node.has_default else found


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
