"""Forms of the pages around a table: decisions, their columns, and what comes in."""

from collections.abc import Sequence
from typing import Any

from django import forms

from decisions.models import ModelVersion

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

    field_order = ("name", "question", "text")
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


class InputForm(forms.Form):
    """What an input is called, holds, and must be."""

    label = forms.CharField(label="Name for people", max_length=200)
    description = forms.CharField(
        label="What it is for",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Shown to whoever fills it in.",
    )
    type = forms.ChoiceField(label="Holds")
    required = forms.BooleanField(label="A submission must bring it", required=False)

    def __init__(self, *given: Any, types: Sequence[str], own: str = "", **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        known = [*TYPES, *((name, name) for name in types)]
        if own and own not in dict(known):
            known = [(own, own), *known]
        field.choices = known


class LimitedForm(InputForm):
    """An input whose values can be limited: texts to a list, numbers to a range."""

    low = forms.DecimalField(label="At least", required=False)
    high = forms.DecimalField(label="At most", required=False)
    limits = forms.CharField(
        label="Rule for its values, in FEEL",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="Where ? is the value, such as string length(?) <= 100.",
    )

    def keep(self, *names: str) -> None:
        """Keep only those of its ways to limit values."""
        for name in {"low", "high", "limits"} - set(names):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low > high:
            self.add_error("high", "This is less than the least.")
        return given


class ValueForm(forms.Form):
    """One allowed value; empty takes it away."""

    old = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    value = forms.CharField(label="Value", required=False, max_length=2000)


ValueLines = forms.formset_factory(ValueForm, extra=3, max_num=900, absolute_max=900)


class NewInputForm(InputForm):
    """A new input, from the submitter or from a reference table."""

    field_order = ("name", "label", "description", "reference", "type", "required")
    name = forms.CharField(
        label="Name in rules",
        max_length=100,
        help_text="Such as host_read: cells and expressions use it.",
    )
    reference = forms.ChoiceField(
        label="Comes from",
        required=False,
        help_text="A reference table is filled in by Clearance, not by the submitter.",
    )

    def __init__(self, *given: Any, tables: Choices, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["label"].required = False
        field = self.fields["reference"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "the submission"), *tables]


class PolicyForm(forms.Form):
    """What happens when several rows match."""

    hit_policy = forms.ChoiceField(label="When several rows match")
    aggregation = forms.ChoiceField(
        label="Results are combined",
        required=False,
        choices=[
            ("", "not at all"),
            ("SUM", "sum"),
            ("MIN", "least"),
            ("MAX", "most"),
            ("COUNT", "how many"),
        ],
        help_text="Only where every match counts (collect).",
    )

    def __init__(self, *given: Any, policies: Choices, **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["hit_policy"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = policies


class ColumnForm(forms.Form):
    """A column: what stands over it, and what its cells hold."""

    label = forms.CharField(label="Heading", required=False, max_length=200)
    expression = forms.CharField(
        label="Asks about",
        required=False,
        max_length=2000,
        help_text="An input such as show.name, or FEEL.",
    )
    name = forms.CharField(label="Name in rules", required=False, max_length=200)
    type = forms.ChoiceField(label="Holds", required=False)
    allowed = forms.CharField(
        label="Allowed values",
        required=False,
        max_length=20_000,
        help_text="With commas between them.",
    )
    default = forms.CharField(
        label="Otherwise",
        required=False,
        max_length=2000,
        help_text="What comes out when no row matches.",
    )

    def __init__(self, *given: Any, part: str, types: Sequence[str], **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "not said"), *TYPES, *((name, name) for name in types)]
        unwanted = {
            "inputs": ("name", "default"),
            "outputs": ("expression",),
            "annotations": ("expression", "name", "type", "allowed", "default"),
        }
        for one in unwanted[part]:
            del self.fields[one]
        if part == "inputs":
            self.fields["expression"].required = True
            self.fields["expression"].widget.attrs["list"] = "paths"
        if part == "annotations":
            self.fields["label"].required = True


class NewColumnForm(forms.Form):
    """A column to add."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=[
            ("input", "if: asks about something"),
            ("output", "then: says something"),
            ("annotation", "note"),
        ],
    )
    label = forms.CharField(label="Heading", required=False, max_length=200)
    asks = forms.CharField(
        label="Asks about, or name of the output",
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"list": "paths"}),
    )
    type = forms.ChoiceField(label="Holds", required=False)

    def __init__(self, *given: Any, types: Sequence[str], **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "not said"), *TYPES, *((name, name) for name in types)]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if given.get("kind") != "annotation" and not given.get("asks"):
            self.add_error("asks", "Say what the column asks about, or how its output is called.")
        if given.get("kind") == "annotation" and not given.get("label"):
            self.add_error("label", "Give the notes a heading.")
        return given


class NewDraftForm(forms.Form):
    """From which version a draft starts, and what for."""

    note = forms.CharField(
        label="What for",
        required=False,
        max_length=500,
        help_text="Such as “Tighter alcohol rules”.",
    )

    def __init__(self, *given: Any, versions: Sequence[ModelVersion], **named: Any) -> None:
        super().__init__(*given, **named)
        choices = [(v.number, f"v{v.number}, {v.get_state_display().lower()}") for v in versions]
        self.fields["from"] = forms.ChoiceField(label="Starts from", choices=choices)
        self.order_fields(["from", "note"])


class NewModelForm(forms.Form):
    """A new model: what it decides, and who decides where its rules cannot."""

    name = forms.CharField(label="Name", max_length=80, help_text="Such as Playlist placements.")
    description = forms.CharField(
        label="What it decides",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    fallback_queue = forms.SlugField(
        label="Queue of the people who decide where rules cannot",
        max_length=80,
        widget=forms.TextInput(attrs={"list": "queues"}),
        help_text="The short name of a review queue, such as brand_safety.",
    )
