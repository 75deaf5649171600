"""What a model asks for, in words: each fact with its type and the values it may take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_VALUES = 12
# Bounds the engine sets for every model say nothing about this one.
HOUSE_BOUNDS = {"maxLength": 1_000_000, "maxItems": 200_000}
TYPES = {
    "string": "text",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "record",
}
FORMATS = {"date": "date", "date-time": "date and time", "time": "time", "duration": "duration"}


@dataclass(frozen=True)
class Input:
    """One fact of a submission; `depth` says how far inside of others it stands."""

    path: str
    name: str
    label: str
    depth: int
    type: str
    allowed: list[str]
    more: int
    optional: bool
    unit: str
    source: str
    note: str


def inputs_of(schema: Mapping[str, Any], described: Mapping[str, Any]) -> list[Input]:
    """Flatten a model's JSON Schema; labels, units and sources come from its description."""
    return list(_members(schema, described["inputs"], path="", depth=0))


def _members(
    schema: Mapping[str, Any], described: list[Mapping[str, Any]], *, path: str, depth: int
) -> Iterator[Input]:
    hints = {item["name"]: item for item in described}
    required = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        hint: Mapping[str, Any] = hints.get(name, {})
        display = hint.get("field") or {}
        allowed = _allowed(part)
        yield Input(
            path=f"{path}{name}",
            name=name,
            label=display.get("label") or part.get("title") or name,
            depth=depth,
            type=_type(part),
            allowed=allowed[:MOST_VALUES],
            more=max(0, len(allowed) - MOST_VALUES),
            optional=name not in required,
            unit=display.get("unit", ""),
            source=display.get("source", ""),
            note=part.get("description", ""),
        )
        inner = part.get("items", part)
        yield from _members(
            inner, hint.get("components") or [], path=f"{path}{name}.", depth=depth + 1
        )


def _type(part: Mapping[str, Any]) -> str:
    kinds = [kind for kind in _listed(part.get("type")) if kind != "null"]
    if kinds == ["array"]:
        return f"list of {_type(part.get('items', {}))}"
    if "format" in part:
        return FORMATS.get(part["format"], str(part["format"]))
    return " or ".join(TYPES.get(kind, kind) for kind in kinds) or "anything"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value is not None else []


def _allowed(part: Mapping[str, Any]) -> list[str]:
    """Say which values fit: the values themselves, or one sentence for each bound."""
    inner = part.get("items", {}) if "array" in _listed(part.get("type")) else part
    if values := [str(value) for value in inner.get("enum", ()) if value is not None]:
        return values
    words = _bounds(inner)
    for name, text in (("minItems", "{} or more of them"), ("maxItems", "at most {} of them")):
        if name in part and part[name] != HOUSE_BOUNDS.get(name):
            words.append(text.format(part[name]))
    return words


def _bounds(part: Mapping[str, Any]) -> list[str]:
    low, high = part.get("minimum"), part.get("maximum")
    words = [f"{low:,} to {high:,}"] if low is not None and high is not None else []
    if not words:
        words += [f"{low:,} or more"] if low is not None else []
        words += [f"{high:,} or less"] if high is not None else []
    texts = {
        "exclusiveMinimum": "over {:,}",
        "exclusiveMaximum": "under {:,}",
        "minLength": "{:,} or more characters",
        "maxLength": "at most {:,} characters",
        "pattern": "fits {}",
    }
    words += [
        text.format(part[name])
        for name, text in texts.items()
        if name in part and part[name] != HOUSE_BOUNDS.get(name)
    ]
    return words
