"""Makes values fit declared types, as DMN 1.5 §10.3.2.9.4 says; what does not fit becomes null."""

from __future__ import annotations

from typing import Any

from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import Date, DateTime, Time
from decisions.engine.types import (
    ANY,
    CONTEXT,
    DATETIME,
    FUNCTION,
    LIST,
    NULL,
    RANGE,
    ContextType,
    FunctionType,
    ItemType,
    ListType,
    RangeType,
    Type,
    base_of,
    context_of,
    list_of,
    may_be,
)
from decisions.engine.values import Function, Range, kind_of, show


def conforms(run: Run, value: Any, kind: Type, *, nullable: bool = True) -> bool:
    """Tell whether a value is of a type; null is of every type unless `nullable` is off."""
    if value is None:
        return nullable or kind in (ANY, NULL)
    if kind == ANY:
        return True
    if isinstance(kind, ItemType):
        return conforms(run, value, kind.base) and is_allowed(run, value, kind)
    if isinstance(kind, ListType):
        run.spend(len(value) if type(value) is list else 0)
        return type(value) is list and all(conforms(run, item, kind.item) for item in value)
    if isinstance(kind, ContextType):
        return type(value) is dict and all(
            name in value and conforms(run, value[name], part)
            for name, part in kind.components.items()
        )
    if isinstance(kind, RangeType):
        return type(value) is Range and all(
            conforms(run, end, kind.of) for end in (value.low, value.high)
        )
    if isinstance(kind, FunctionType):
        return (
            type(value) is Function
            and len(value.params) == len(kind.params)
            and may_be(value.type, kind)
        )
    return kind_of(value) == kind.name


def is_allowed(run: Run, value: Any, kind: ItemType) -> bool:
    """Tell whether the allowed values of an item definition take a value."""
    if kind.allows is None:
        return True
    if type(value) is list and not kind.whole and isinstance(base_of(kind.base), ListType):
        return all(kind.allows(run, item) is True for item in value)
    return kind.allows(run, value) is True


def is_instance(run: Run, value: Any, kind: Type) -> bool:
    """Evaluate `value instance of type`."""
    if value is None:
        return kind == NULL
    if kind in (LIST, CONTEXT, FUNCTION, RANGE):
        return kind_of(value) == kind.name
    return conforms(run, value, _unconstrained(kind))


def _unconstrained(kind: Type) -> Type:
    """Drop allowed values: `instance of` asks for the form of a value only."""
    base = base_of(kind)
    if isinstance(base, ListType):
        return list_of(_unconstrained(base.item))
    if isinstance(base, ContextType):
        return context_of({name: _unconstrained(part) for name, part in base.components.items()})
    return base


_MISFIT = object()


def _fit(run: Run, value: Any, kind: Type) -> Any:
    if conforms(run, value, kind):
        return value
    base = base_of(kind)
    if type(value) is list and len(value) == 1 and conforms(run, value[0], kind):
        return value[0]
    if isinstance(base, ListType) and type(value) is not list and conforms(run, [value], kind):
        return [value]
    if type(value) is Date and base == DATETIME:
        return DateTime(value, Time(0, 0, 0, 0, 0))
    return _MISFIT


def coerce(run: Run, value: Any, kind: Type, site: Site) -> Any:
    """Give the value in the declared type, or null with a problem."""
    if value is None or kind == ANY:
        return value
    fitted = _fit(run, value, kind)
    if fitted is not _MISFIT:
        return fitted
    allowed = f" Allowed: {kind.allowed_text}." if isinstance(kind, ItemType) else ""
    run.report(
        site,
        "type.result",
        f"{show(value)} is not what the type {kind.name} takes.",
        f"Check the declared type.{allowed}",
    )
    return None
