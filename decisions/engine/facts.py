"""Reads facts by their declared types, says what is wrong, and gives the JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from decisions.engine import model as m
from decisions.engine import temporal
from decisions.engine.coercion import conforms
from decisions.engine.constraints import Constraint
from decisions.engine.declared import WHOLE, Declared
from decisions.engine.limits import LIST_ITEMS, STRING_CHARACTERS
from decisions.engine.problems import Problem, Refused, Severity, did_you_mean
from decisions.engine.run import Run
from decisions.engine.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    DAYS,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    ItemType,
    ListType,
    Type,
    base_of,
)
from decisions.engine.values import kind_of, take_in


@dataclass(frozen=True, slots=True)
class Shape:
    """The declared form of one fact or of a part of it."""

    type: Type
    optional: bool = False
    parts: Mapping[str, Shape] | None = None
    item: Shape | None = None
    constraint: Constraint | None = None
    description: str = ""
    display: Mapping[str, str] = field(default_factory=dict)


def shape_of_input(item: m.InputData, declared: Declared) -> Shape:
    """Build the shape of an input from its declared type."""
    shape = _shape_of_reference(item.type_ref, declared, ())
    return _with_hints(shape, item.hints, item.description)


def _with_hints(shape: Shape, hints: m.Hints, description: str) -> Shape:
    return Shape(
        shape.type,
        hints.optional or shape.optional,
        shape.parts,
        shape.item,
        shape.constraint,
        description or shape.description,
        hints.display or shape.display,
    )


def _shape_of_reference(reference: str, declared: Declared, path: tuple[str, ...]) -> Shape:
    item = declared.items.get(reference)
    if item is None or reference in path:
        return _shape_of_type(declared.resolve(reference, "inputs") if reference else ANY)
    return _shape_of_item(item, item.name, declared, (*path, reference))


def _shape_of_type(kind: Type) -> Shape:
    """Give the shape of a type known by itself, such as one of an imported model."""
    base = base_of(kind)
    if isinstance(base, ListType):
        return Shape(kind, item=_shape_of_type(base.item))
    return Shape(kind)


def _shape_of_item(
    item: m.ItemDefinition, title: str, declared: Declared, path: tuple[str, ...]
) -> Shape:
    if item.components:
        parts = {
            part.name: _shape_of_item(part, f"{title}.{part.name}", declared, path)
            for part in item.components
        }
        shape = Shape(ANY, parts=parts)
    else:
        shape = _shape_of_reference(item.type_ref, declared, path)
    tests = declared.tests.get(title)
    if tests is not None:
        allows = _allows_of(declared, title, item)
        constraint = replace(
            Constraint.of(tests, item.limits, allows), inherits=shape.constraint is not None
        )
        shape = Shape(
            shape.type, shape.optional, shape.parts, shape.item, constraint, shape.description
        )
    shape = _with_hints(shape, item.hints, item.description)
    if item.is_collection:
        inner = Shape(
            shape.type,
            False,
            shape.parts,
            shape.item,
            shape.constraint,
            description=shape.description,
        )
        return Shape(
            ANY,
            shape.optional,
            item=inner,
            constraint=_constraint_on_whole(item, title, declared),
            description=shape.description,
            display=shape.display,
        )
    return shape


def _constraint_on_whole(
    item: m.ItemDefinition, title: str, declared: Declared
) -> Constraint | None:
    """Give what is asked of a list as a whole, such as count(?) < 5."""
    tests = declared.tests.get(f"{title}{WHOLE}")
    kind = _type_titled(declared, title)
    if tests is None or not isinstance(kind, ItemType):
        return None
    return Constraint.of(tests, item.limits_of_whole, kind.allows)


def _allows_of(declared: Declared, title: str, item: m.ItemDefinition) -> Any:
    """Find the compiled test of a definition by its dotted title."""
    kind = _type_titled(declared, title)
    if isinstance(kind, ItemType) and kind.whole:
        kind = kind.base
    if not isinstance(kind, ItemType):
        return None
    if item.is_collection:
        return kind.allows
    # Through the whole chain of types, so that a type built on another keeps both constraints.
    return lambda run, value: conforms(run, value, kind)


def _type_titled(declared: Declared, title: str) -> Type | None:
    head, *rest = title.split(".")
    kind: Any = declared.types.get(head)
    for name in rest:
        base = base_of(kind)
        while isinstance(base, ListType):
            base = base_of(base.item)
        kind = base.components[name] if hasattr(base, "components") else None
    return kind if isinstance(kind, Type) else None


class Reader:
    """Reads facts into FEEL values and collects what is wrong with them."""

    def __init__(self, run: Run, *, strict: bool) -> None:
        self.run = run
        self.strict = strict
        self.problems: list[Problem] = []

    def report(
        self, path: str, code: str, message: str, hint: str = "", severity: Severity = "error"
    ) -> None:
        """Keep a problem at a path such as /show/explicit."""
        self.problems.append(Problem(code, message, path, hint, severity))

    def read_all(self, facts: Mapping[str, Any], shapes: Mapping[str, Shape]) -> dict[str, Any]:
        """Read every declared input; the names of facts must be declared."""
        self.unknown_names(facts, shapes, "")
        return {
            name: self.part(facts, name, shape, f"/{escape(name)}")
            for name, shape in shapes.items()
        }

    def unknown_names(
        self, facts: Mapping[str, Any], known: Mapping[str, Shape], path: str
    ) -> None:
        """Report names that are not declared."""
        for name in facts:
            if name not in known:
                hint = (did_you_mean(str(name), known) or "Remove it.") if self.strict else ""
                self.report(
                    f"{path}/{escape(str(name))}",
                    "input.unknown",
                    f'"{name}" is not a field of this model.',
                    hint,
                    "error" if self.strict else "warning",
                )

    def part(self, facts: Mapping[str, Any], name: str, shape: Shape, path: str) -> Any:
        """Read one named fact, which may be absent when it is optional."""
        if name in facts:
            return self.value(facts[name], shape, path)
        if not shape.optional:
            self.report(path, "input.missing", f'"{name}" is missing.', _wanted(shape))
        return None

    def value(self, value: Any, shape: Shape, path: str) -> Any:
        """Read one value."""
        if value is None:
            if not shape.optional:
                self.report(path, "input.null", "This field must not be empty.", _wanted(shape))
            return None
        if shape.parts is not None:
            return self.context(value, shape, path)
        if shape.item is not None:
            found = self.list_(value, shape.item, path)
        else:
            found = self.scalar(value, shape, path)
        if found is not None and shape.constraint is not None:
            return self.constrained(found, shape, shape.constraint, path)
        return found

    def constrained(self, value: Any, shape: Shape, constraint: Constraint, path: str) -> Any:
        """Hold a value against its allowed values."""
        if constraint.allows is None or constraint.allows(self.run, value) is True:
            return value
        code, message = constraint.complaint(value)
        hint = _wanted(shape) if code == "input.range" else shape.description or _wanted(shape)
        self.report(path, code, message, hint)
        return None

    def context(self, value: Any, shape: Shape, path: str) -> Any:
        """Read an object by its declared parts."""
        if not isinstance(value, Mapping):
            self.report(
                path, "input.type", f"{_name(value)} stands here.", "Give an object of fields."
            )
            return None
        parts = shape.parts or {}
        self.unknown_names(value, parts, path)
        found = {
            name: self.part(value, name, part, f"{path}/{escape(name)}")
            for name, part in parts.items()
        }
        if shape.constraint is not None:
            return self.constrained(found, shape, shape.constraint, path)
        return found

    def list_(self, value: Any, item: Shape, path: str) -> Any:
        """Read a list by the shape of its items."""
        if not isinstance(value, list | tuple):
            self.report(path, "input.type", f"{_name(value)} stands here.", "Give a list: [ ... ].")
            return None
        if len(value) > LIST_ITEMS:
            self.report(
                path, "input.size", f"A list may have {LIST_ITEMS} items at most.", "Split it."
            )
            return None
        return [self.value(part, item, f"{path}/{index}") for index, part in enumerate(value)]

    def scalar(self, value: Any, shape: Shape, path: str) -> Any:
        """Read a value of a simple type; texts become dates and durations where declared."""
        base = base_of(shape.type)
        parse = PARSERS.get(base)
        try:
            if parse is not None and isinstance(value, str):
                found = parse(value)
            elif base in _PYTHON and not is_of(value, base):
                found = None
            else:
                found = take_in(value)
        except Refused as refusal:
            self.report(path, refusal.problem.code, refusal.problem.message, _wanted(shape))
            return None
        if found is not None and (
            base == ANY or base not in _PYTHON or kind_of(found) == base.name
        ):
            return found
        code = "input.date" if parse is not None and isinstance(value, str) else "input.type"
        said = (
            f"{_name(value)} stands here"
            if code == "input.type"
            else f'"{value[:40]}" is no {base}'
        )
        self.report(path, code, f"{said}.", _wanted(shape))
        return None


_PYTHON: dict[Type, tuple[type, ...]] = {
    STRING: (str,),
    BOOLEAN: (bool,),
    NUMBER: (int, float, Decimal),
    DATE: (date, temporal.Date),
    TIME: (time, temporal.Time),
    DATETIME: (datetime, temporal.DateTime),
    DAYS: (timedelta, temporal.Days),
    MONTHS: (temporal.Months,),
}
PARSERS = {
    DATE: temporal.parse_date,
    TIME: temporal.parse_time,
    DATETIME: temporal.parse_datetime,
    DAYS: temporal.parse_days,
    MONTHS: temporal.parse_months,
}
_EXAMPLES = {
    DATE: 'Write a date as "2026-01-31".',
    TIME: 'Write a time as "10:30:00".',
    DATETIME: 'Write a date and time as "2026-01-31T10:30:00Z".',
    DAYS: 'Write a duration as "P1DT12H".',
    MONTHS: 'Write a duration as "P1Y6M".',
    STRING: "Give a text.",
    BOOLEAN: "Give true or false.",
    NUMBER: "Give a number.",
}


def is_of(value: Any, base: Type) -> bool:
    """Tell whether a Python value is of a simple declared type."""
    if isinstance(value, bool):
        return base == BOOLEAN
    return isinstance(value, _PYTHON[base])


def _wanted(shape: Shape) -> str:
    """Say what a field takes."""
    if shape.constraint is not None:
        return shape.constraint.wanted(shape.description)
    if shape.parts is not None:
        return "Give an object of fields."
    if shape.item is not None:
        return "Give a list: [ ... ]."
    return _EXAMPLES.get(base_of(shape.type), "Give a value.")


def _name(value: Any) -> str:
    """Name what a value is, as people who write JSON call it."""
    if isinstance(value, bool):
        return f"The value {'true' if value else 'false'}"
    if isinstance(value, str):
        return f'The text "{value[:40]}"'
    if isinstance(value, int | float | Decimal):
        return f"The number {str(value)[:40]}"
    if isinstance(value, Mapping):
        return "An object"
    return "A list" if isinstance(value, list | tuple) else f"A {type(value).__name__}"


def escape(name: str) -> str:
    """Escape a name for a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


# JSON Schema

_SCHEMAS: dict[Type, dict[str, Any]] = {
    STRING: {"type": "string"},
    BOOLEAN: {"type": "boolean"},
    NUMBER: {"type": "number"},
    DATE: {"type": "string", "format": "date"},
    TIME: {"type": "string", "format": "time"},
    DATETIME: {"type": "string", "format": "date-time"},
    DAYS: {"type": "string", "format": "duration"},
    MONTHS: {"type": "string", "format": "duration"},
}


def schema_of(shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """Write the JSON Schema (2020-12) of all inputs together."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_object_schema(shapes)}


def _object_schema(parts: Mapping[str, Shape]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _schema(part) for name, part in parts.items()},
        "required": [name for name, part in parts.items() if not part.optional],
        "additionalProperties": False,
    }


def _schema(shape: Shape) -> dict[str, Any]:
    if shape.parts is not None:
        schema = _object_schema(shape.parts)
    elif shape.item is not None:
        schema = {"type": "array", "items": _schema(shape.item), "maxItems": LIST_ITEMS}
    else:
        schema = dict(_SCHEMAS.get(base_of(shape.type), {}))
        if shape.constraint is not None:
            schema |= shape.constraint.schema()
        if base_of(shape.type) == STRING and not schema.keys() & {"enum", "maxLength"}:
            schema["maxLength"] = STRING_CHARACTERS
    if shape.optional and "type" in schema:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    if shape.display.get("label"):
        schema["title"] = shape.display["label"]
    if shape.description:
        schema["description"] = shape.description
    return schema
