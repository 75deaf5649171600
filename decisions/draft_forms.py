"""Forms of the pages around a table: decisions, their columns, and what comes in."""

from collections.abc import Sequence
from typing import Any

from django import forms

TYPES = [
    ("string", "text"),
    ("number", "number"),
    ("boolean", "true or false"),
    ("date", "date"),
    ("date and time", "date and time"),
    ("Any", "anything"),
]
Choices = Sequence[tuple[str, str]]


class DecisionForm(forms.Form):
    """What a decision is called, answers and reads."""

    name = forms.CharField(label="Name", max_length=200)
    question = forms.CharField(
        label="What it answers",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    inputs = forms.MultipleChoiceField(
        label="Inputs it reads", required=False, widget=forms.CheckboxSelectMultiple
    )
    decisions = forms.MultipleChoiceField(
        label="Decisions it reads", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *given: Any, inputs: Choices, decisions: Choices, **named: Any) -> None:
        super().__init__(*given, **named)
        for name, choices in (("inputs", inputs), ("decisions", decisions)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = choices
            if not choices:
                del self.fields[name]

    @property
    def reads(self) -> list[str]:
        return [
            *self.cleaned_data.get("inputs", ()),
            *self.cleaned_data.get("decisions", ()),
        ]


class ExpressionForm(DecisionForm):
    """A decision that is one expression."""

    text = forms.CharField(
        label="Expression, in FEEL",
        max_length=20_000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "code"}),
    )


class TableForm(DecisionForm):
    """A new decision with a table."""

    hit_policy = forms.ChoiceField(label="When several rows match", initial="FIRST")

    def __init__(self, *given: Any, policies: Choices, **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["hit_policy"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = policies


class OutputForm(forms.Form):
    """One output of a new table."""

    name = forms.CharField(label="Output", required=False, max_length=200)
    type = forms.ChoiceField(label="Holds", choices=TYPES, required=False, initial="string")


OutputLines = forms.formset_factory(OutputForm, extra=4, max_num=12, absolute_max=12)
