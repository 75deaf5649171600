"""The form of a rule test: its facts by the model's inputs, and the outputs it expects."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from decisions.enums import Outcome
from decisions.errors import Invalid
from decisions.fact_fields import PREFIX, FactField, fact_fields, facts_from, initial_of
from decisions.faults import words_of
from decisions.forms import LaterField, ReasonForm

MOST_FILE = 5 * 1024 * 1024
MOST_EXPECTED = 100
OUTCOMES = [("", "any"), *((value, value) for value in Outcome.values)]


@dataclass(frozen=True)
class Group:
    """Fields that stand together: those of one record, or those that are left out."""

    title: str
    fields: list[forms.BoundField]


class CaseForm(forms.Form):
    """A case: a name, a moment, and the facts."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        help_text="What the test shows: “US cider just under the limit”.",
        error_messages={"required": "Give the test a name that says what it shows."},
    )
    at = LaterField(label="As of", help_text="The moment that rules read as today.")
    reason = forms.CharField(label="Your reason", required=False, max_length=100)

    def __init__(self, schema: Mapping[str, Any], data: QueryDict | None = None, **given: Any):
        facts, initial = given.pop("facts", {}), given.pop("initial", {})
        made = dict(fact_fields(schema))
        super().__init__(data, initial={**initial, **initial_of(made, facts)}, **given)
        self.titles = {
            name: str(part.get("title") or name) for name, part in schema["properties"].items()
        }
        self.fields.update(made)

    def facts(self) -> dict[str, Any]:
        return facts_from(self.fields, self.cleaned_data)

    def groups(self) -> list[Group]:
        """Arrange the facts by record: those given and needed first, then all that are left out."""
        found: dict[str, list[forms.BoundField]] = {}
        rest: list[forms.BoundField] = []
        for field in self:
            if isinstance(field.field, FactField):
                shown = field.value() not in (None, "", []) or field.errors or field.field.needed
                steps = field.field.path.split("/")[1:]
                title = self.titles.get(steps[0], "") if len(steps) > 1 else ""
                (found.setdefault(title, []) if shown else rest).append(field)
        groups = [Group(title, fields) for title, fields in found.items()]
        return [*sorted(groups, key=lambda group: group.title != ""), Group("rest", rest)]

    def add_refusal(self, refusal: Invalid) -> None:
        """Show each fault at its fact, and what belongs to none of them above the form."""
        for fault in refusal.faults:
            name = f"{PREFIX}{fault.get('where', '')}"
            self.add_error(name if name in self.fields else None, words_of(fault))
        if not refusal.faults:
            self.add_error(None, str(refusal))


@dataclass(frozen=True)
class Expectation:
    """One output: whether it is expected, what, and what the rules say now, if they were asked."""

    path: str
    wanted: bool
    text: str
    plain: bool
    said: Any = None
    asked: bool = False

    @property
    def choices(self) -> list[tuple[str, str]]:
        return OUTCOMES if self.path == "outcome" else []


def expectations(
    expected: Mapping[str, Any], said: Mapping[str, Any] | None, *, all_wanted: bool = False
) -> list[Expectation]:
    """List what a test expects and what else the rules say; the outcome always leads."""
    paths = dict.fromkeys(["outcome", *expected, *(said or {})])
    found = []
    for path in paths:
        now = (said or {}).get(path)
        value = expected.get(path, now)
        wanted = path in expected or (all_wanted and path == "outcome")
        found.append(
            Expectation(
                path=path,
                wanted=wanted,
                text=as_text(value) if path in expected or path in (said or {}) else "",
                plain=isinstance(value, str) or path == "outcome",
                said=now,
                asked=said is not None,
            )
        )
    return found


def expected_from(data: QueryDict) -> dict[str, Any]:
    """Read the outputs that are ticked, and one more that was named by hand.

    Raises Invalid for a tick without a value.
    """
    found: dict[str, Any] = {}
    for path in data.getlist("expect")[:MOST_EXPECTED]:
        text = data.get(f"value/{path}", "")
        if path == "outcome" and not text:
            continue
        found[path] = text if f"plain/{path}" in data else as_value(text)
    if path := data.get("more_path", "").strip():
        found[path] = as_value(data.get("more_value", ""))
    return found


def as_text(value: Any) -> str:
    """Write an output as people type it: texts bare, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_value(text: str) -> Any:
    """Read what was typed: numbers, true, false, null, lists; anything else is text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


class TestFileForm(ReasonForm):
    """Tests from a file."""

    __test__ = False
    file = forms.FileField(label="File", help_text="JSON or CSV, as this page exports them.")
    field_order = ("file", "reason")

    def clean_file(self) -> str:
        given = self.cleaned_data["file"]
        if given.size > MOST_FILE:
            raise ValidationError("The file is larger than 5 MB. Split it.")
        try:
            return str(given.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise ValidationError("The file is not UTF-8 text. Save it as UTF-8.") from error
