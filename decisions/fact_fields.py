"""Form fields for the facts of a model, made from its JSON Schema, and facts made from them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

PREFIX = "facts"
MOST_BOXES = 24
LEFT_OUT = "not given"


class FactField(forms.Field):
    """One fact; `path` is its pointer, such as /show/explicit. An empty field leaves it out."""

    def __init__(self, path: str, part: Mapping[str, Any], *, needed: bool, label: str) -> None:
        self.path = path
        self.needed = needed
        super().__init__(
            label=label,
            required=needed,
            error_messages={"required": "The rules need this fact."},
            help_text=str(part.get("description", "")),
            widget=self.made(part),
        )

    def made(self, part: Mapping[str, Any]) -> forms.Widget:
        return forms.TextInput()

    def validate(self, value: Any) -> None:
        if self.required and value is None:  # An empty list is an answer.
            raise ValidationError(self.error_messages["required"], code="required")


class ChoiceFact(FactField):
    """A fact with listed values, or true and false."""

    def made(self, part: Mapping[str, Any]) -> forms.Widget:
        self.values = {_text(value): value for value in part.get("enum", (True, False))}
        self.values.pop(_text(None), None)
        texts = [(text, {"true": "yes", "false": "no"}.get(text, text)) for text in self.values]
        return forms.Select(choices=[("", LEFT_OUT), *texts])

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else _text(value)

    def to_python(self, value: Any) -> Any:
        if value in (None, ""):
            return None
        if value not in self.values:
            raise ValidationError("Choose one of the values listed.")
        return self.values[value]


class NumberFact(FactField):
    def made(self, part: Mapping[str, Any]) -> forms.Widget:
        low, high = part.get("minimum"), part.get("maximum")
        self.bounds = f"{low:,} to {high:,}" if low is not None and high is not None else ""
        return forms.TextInput(attrs={"inputmode": "decimal", "placeholder": self.bounds})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else _text(value)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().replace("\u00a0", "")
        if not text:
            return None
        try:
            found = json.loads(text)
        except ValueError:
            found = text
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise ValidationError("Write a number, such as 0.25 or 1200.")
        return found


class TextFact(FactField):
    def made(self, part: Mapping[str, Any]) -> forms.Widget:
        if part.get("format") == "date":
            return forms.DateInput(attrs={"type": "date"})
        return forms.TextInput()

    def to_python(self, value: Any) -> Any:
        return value or None


class ListFact(FactField):
    """Several values: boxes to tick where few are allowed, else words with commas."""

    def made(self, part: Mapping[str, Any]) -> forms.Widget:
        item = part.get("items", {})
        self.numbers = "number" in _kinds(item)
        self.allowed = {_text(value): value for value in item.get("enum", ())}
        self.boxes = 0 < len(self.allowed) <= MOST_BOXES
        if self.boxes:
            return forms.CheckboxSelectMultiple(choices=[(text, text) for text in self.allowed])
        return forms.TextInput(attrs={"placeholder": "with commas between"})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        texts = [item if isinstance(item, str) else _text(item) for item in value]
        if self.boxes:
            return texts
        return "[]" if not texts else ", ".join(texts)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            if value.strip() == "[]":
                return []
            value = [piece.strip() for piece in value.split(",") if piece.strip()]
        found = [self._item(text) for text in value or ()]
        return found or ([] if self.needed and self.boxes else None)

    def _item(self, text: str) -> Any:
        if self.allowed:
            if text not in self.allowed:
                raise ValidationError(f"“{text}” is not one of the values this may have.")
            return self.allowed[text]
        if not self.numbers:
            return text
        try:
            return json.loads(text)
        except ValueError as error:
            raise ValidationError(f"“{text}” is not a number.") from error


class JsonFact(FactField):
    """What is too deep for single fields: a list of records, or what a source said."""

    def made(self, part: Mapping[str, Any]) -> forms.Widget:
        return forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono"})

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, indent=1, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        if not str(value or "").strip():
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError("This is not JSON. Mind the commas and quotes.") from error


def fact_fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, FactField]]:
    """Give a field for every fact of a schema, those of records one by one, named by pointer."""
    for name, part in schema["properties"].items():
        needed = name in schema["required"]
        if name in schema.get("evidence", ()):
            yield _named(JsonFact(f"/{name}", part, needed=False, label=_label(name, part)))
        else:
            yield from _fields(f"/{_pointer(name)}", name, part, needed)


def _fields(
    path: str, name: str, part: Mapping[str, Any], needed: bool
) -> Iterator[tuple[str, FactField]]:
    if _kinds(part) == ["object"] and part.get("properties"):
        for inner, piece in part["properties"].items():
            wanted = needed and inner in part.get("required", ())
            yield from _fields(f"{path}/{_pointer(inner)}", inner, piece, wanted)
        return
    kind = _field_for(part)
    yield _named(kind(path, part, needed=needed, label=_label(name, part)))


def _field_for(part: Mapping[str, Any]) -> type[FactField]:
    kinds = _kinds(part)
    if "enum" in part or kinds == ["boolean"]:
        return ChoiceFact
    if kinds == ["number"]:
        return NumberFact
    if kinds == ["string"]:
        return TextFact
    plain = _kinds(part.get("items", {}))
    if kinds == ["array"] and plain in (["string"], ["number"]):
        return ListFact
    return JsonFact


def _named(field: FactField) -> tuple[str, FactField]:
    return f"{PREFIX}{field.path}", field


def facts_from(fields: Mapping[str, forms.Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Put what was typed back together as facts; what is empty is left out."""
    facts: dict[str, Any] = {}
    for name, field in fields.items():
        value = values.get(name)
        if isinstance(field, FactField) and value is not None:
            place = facts
            *outer, last = [_name(step) for step in field.path.split("/")[1:]]
            for step in outer:
                place = place.setdefault(step, {})
            place[last] = value
    return facts


def initial_of(fields: Mapping[str, forms.Field], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Take facts apart into what the fields show."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        if isinstance(field, FactField):
            value: Any = facts
            for step in field.path.split("/")[1:]:
                value = value.get(_name(step)) if isinstance(value, Mapping) else None
            found[name] = value
    return found


def _kinds(part: Mapping[str, Any]) -> list[Any]:
    kinds = part.get("type")
    listed = kinds if isinstance(kinds, list) else [kinds] if kinds else []
    return [kind for kind in listed if kind != "null"]


def _label(name: str, part: Mapping[str, Any]) -> str:
    return str(part.get("title") or name.replace("_", " ").capitalize())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _name(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
