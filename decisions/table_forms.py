"""Forms of reference tables and of files: what changes, from when on, and what is read."""

from django import forms

from decisions.enums import ReferenceKind
from decisions.forms import LaterField


class TableChangeForm(forms.Form):
    """Why a reference table changes, and from when on."""

    reason = forms.CharField(
        label="Why you change it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="It stays with the change and on the audit log.",
        error_messages={"required": "Say why you change this table. It stays with the change."},
    )
    effective_from = LaterField(
        label="In force from",
        help_text="Empty: at once. Otherwise decisions read it from that minute on.",
    )


class SheetForm(forms.Form):
    """A spreadsheet to read."""

    file = forms.FileField(
        label="File",
        max_length=200,
        help_text="CSV or XLSX, at most 10 MiB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


class DmnForm(forms.Form):
    """A DMN file to read."""

    file = forms.FileField(
        label="DMN file",
        max_length=200,
        help_text="DMN 1.2 to 1.5 of any tool, Flowable's tables, or OpenText's .otdt; "
        "at most 10 MiB.",
        widget=forms.FileInput(attrs={"accept": ".dmn,.xml,.otdt"}),
    )


class DmnModelForm(DmnForm):
    """A DMN file as a new model."""

    field_order = ("model_name", "description", "file", "decision_name", "fallback_queue")
    model_name = forms.CharField(label="Name", max_length=80)
    description = forms.CharField(label="What it decides", max_length=500, required=False)
    decision_name = forms.CharField(
        label="Decision that gives the outcome",
        max_length=200,
        required=False,
        help_text="Empty: the one decision that no other reads.",
    )
    fallback_queue = forms.SlugField(
        label="Review queue",
        max_length=80,
        help_text="The key of the queue that gets what the rules cannot settle.",
    )


class NewTableForm(forms.Form):
    """A new reference table, with its columns one a line."""

    name = forms.CharField(label="Name", max_length=80)
    description = forms.CharField(label="What it is for", max_length=500, required=False)
    kind = forms.ChoiceField(
        label="What it holds",
        choices=[
            (ReferenceKind.VALUES, "Named values: rules read each by its name"),
            (ReferenceKind.ROWS, "Rows: rules read a list of them"),
        ],
        widget=forms.RadioSelect,
        initial=ReferenceKind.VALUES,
    )
    columns = forms.CharField(
        label="Columns",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="One a line: its name, and its type, such as “country: string”. Types are "
        "number, string, boolean, date and list; “optional” after the type lets cells be empty, "
        "and “of gold, silver” lets them be one of these. "
        "Named values have the columns key and value already.",
    )
    reason = forms.CharField(label="Why", max_length=500)
