"""The types of FEEL and of item definitions (DMN 1.5 §10.3.2.9), as frozen values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Type:
    """A FEEL type; the simple ones are the constants of this module."""

    name: str

    def __str__(self) -> str:
        return self.name

    def __hash__(self) -> int:
        # That of one text is at hand; large tables ask for it often.
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class ListType(Type):
    """list<item>"""

    item: Type


@dataclass(frozen=True, slots=True)
class RangeType(Type):
    """range<of>"""

    of: Type


@dataclass(frozen=True, slots=True)
class FunctionType(Type):
    """function<params> -> result; `proven` when the result is that of code, not of a promise."""

    params: tuple[Type, ...]
    result: Type
    proven: bool = True


@dataclass(frozen=True, slots=True)
class ContextType(Type):
    """context<name: type, ...>; `components` keeps the declared order."""

    components: Mapping[str, Type] = field(hash=False)


@dataclass(frozen=True, slots=True)
class ItemType(Type):
    """A named item definition: a base type, perhaps with allowed values.

    `allows(run, value)` is the compiled allowed-values test; None when every value is allowed.
    It is asked for each item of a list, unless it is about the list as a `whole` (§7.3.3).
    """

    base: Type
    allowed_text: str = ""
    allows: Callable[[Any, Any], bool | None] | None = field(default=None, compare=False)
    whole: bool = False


ANY = Type("Any")
NULL = Type("Null")
NUMBER = Type("number")
STRING = Type("string")
BOOLEAN = Type("boolean")
DATE = Type("date")
TIME = Type("time")
DATETIME = Type("date and time")
DAYS = Type("days and time duration")
MONTHS = Type("years and months duration")
CONTEXT = Type("context")
LIST = Type("list")
FUNCTION = Type("function")
RANGE = Type("range")

SIMPLE: dict[str, Type] = {
    kind.name: kind
    for kind in (ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATETIME, DAYS, MONTHS)
} | {
    "dateTime": DATETIME,
    "dayTimeDuration": DAYS,
    "yearMonthDuration": MONTHS,
    "days and time duration": DAYS,
    "years and months duration": MONTHS,
    "context": CONTEXT,
    "list": LIST,
    "function": FUNCTION,
    "range": RANGE,
}

SCALARS = frozenset({NUMBER, STRING, BOOLEAN, DATE, DAYS, MONTHS})
ORDERED = frozenset({NUMBER, STRING, DATE, DAYS, MONTHS})
TESTABLE = SCALARS | {TIME, DATETIME}
"""The types of which a value is never of another: a mix-up is a fault."""


def list_of(item: Type) -> ListType:
    """Build the type of lists of `item`."""
    return ListType(f"list<{item}>", item)


def range_of(item: Type) -> RangeType:
    """Build the type of ranges of `item`."""
    return RangeType(f"range<{item}>", item)


def context_of(components: Mapping[str, Type]) -> ContextType:
    """Build a context type from its components."""
    text = ", ".join(f"{name}: {kind}" for name, kind in components.items())
    return ContextType(f"context<{text}>", dict(components))


def function_of(params: tuple[Type, ...], result: Type, *, proven: bool = True) -> FunctionType:
    """Build a function type."""
    text = ", ".join(str(param) for param in params)
    return FunctionType(f"function<{text}> -> {result}", params, result, proven)


def base_of(kind: Type) -> Type:
    """Strip item definitions down to the FEEL type beneath."""
    while isinstance(kind, ItemType):
        kind = kind.base
    return kind


def components_of(kind: Type) -> Mapping[str, Type] | None:
    """Give the components of a context type, or None when it has none declared."""
    base = base_of(kind)
    return base.components if isinstance(base, ContextType) else None


def item_of(kind: Type) -> Type:
    """Give the item type of a list type; any other type counts as its own item."""
    base = base_of(kind)
    if isinstance(base, ListType):
        return base.item
    return ANY if base in (LIST, RANGE, ANY) else kind


def may_be(left: Type, right: Type) -> bool:
    """Tell whether a value of one type can be of another; what is not known can be anything.

    Parameters of functions go the other way: who takes more may stand for who takes less.
    """
    left, right = base_of(left), base_of(right)
    if ANY in (left, right) or left in (right, NULL):
        return True
    if isinstance(left, ListType) and isinstance(right, ListType):
        return may_be(left.item, right.item)
    if isinstance(left, RangeType) and isinstance(right, RangeType):
        return may_be(left.of, right.of)
    if isinstance(left, ContextType) and isinstance(right, ContextType):
        return all(
            name in left.components and may_be(left.components[name], part)
            for name, part in right.components.items()
        )
    if isinstance(left, FunctionType) and isinstance(right, FunctionType):
        return (
            len(left.params) == len(right.params)
            and all(map(may_be, right.params, left.params))
            and may_be(left.result, right.result)
        )
    return left.name.partition("<")[0] == right.name or right.name.partition("<")[0] == left.name


def join(left: Type, right: Type) -> Type:
    """Give the narrowest type that holds both."""
    if left is right or left == right or right == NULL:
        return left
    if left == NULL:
        return right
    if base_of(left) == base_of(right):
        return base_of(left)
    return ANY
