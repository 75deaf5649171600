"""The shape of what admins type: connectors, pauses, API keys."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms

from connectors.adapters.kinds import Input, Kind, SetUpField
from connectors.enums import ConnectorKind, Scope
from connectors.models import Connector
from connectors.models.connectors import EVERY_TOPIC
from decisions.enums import Role
from decisions.models import DecisionModel, User

NAME_HINT = "What people call it, like CRM webhook."


class ConnectorForm(forms.Form):
    """A connector: its name, what its kind asks for, and the topics it hears."""

    name = forms.CharField(max_length=120, help_text=NAME_HINT)
    key = forms.SlugField(
        max_length=80, help_text="Short name in addresses and logs, like crm-webhook."
    )

    def __init__(self, *args: Any, kind: Kind, connector: Connector | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.kind = kind
        if connector is not None:
            del self.fields["key"]
        for one in kind.fields:
            self.fields[one.name] = _field(one, is_set_up=connector is not None)
        if kind.sends:
            self.fields["topics"] = forms.CharField(
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text="One on each line, like sponsorship.decided. An asterisk (*) means all.",
            )
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "input")

    @classmethod
    def initial_of(cls, connector: Connector) -> dict[str, Any]:
        return {
            "name": connector.name,
            "topics": "\n".join(connector.topics),
            **connector.settings,
        }

    @property
    def settings_given(self) -> dict[str, Any]:
        """What is not secret, by name."""
        return self._given(secret=False)

    @property
    def credentials_given(self) -> dict[str, Any]:
        """What is secret, by name."""
        return self._given(secret=True)

    @property
    def topics_given(self) -> list[str]:
        words = self.cleaned_data.get("topics", "").replace(",", " ").split()
        return [EVERY_TOPIC] if EVERY_TOPIC in words else words

    def _given(self, *, secret: bool) -> dict[str, Any]:
        names = [one.name for one in self.kind.fields if (one.kind == Input.SECRET) == secret]
        return {n: self.cleaned_data[n].strip() for n in names if self.cleaned_data.get(n)}


def _field(one: SetUpField, *, is_set_up: bool) -> forms.Field:
    kept = is_set_up and one.kind == Input.SECRET
    hint = f"{one.hint} Left empty, it stays as it is.".strip() if kept else one.hint
    shared: dict[str, Any] = {
        "label": one.label,
        "help_text": hint,
        "required": one.required and not kept,
        "initial": one.default or None,
    }
    if one.kind == Input.CHOICE:
        return forms.ChoiceField(choices=one.choices, **shared)
    if one.kind == Input.LINES:
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **shared)
    if one.kind == Input.SECRET:
        # Typed secrets are neither shown again nor kept by the browser.
        attrs = {"autocomplete": "off", "spellcheck": "false"}
        return forms.CharField(max_length=4000, widget=forms.PasswordInput(attrs=attrs), **shared)
    return forms.CharField(max_length=2000, **shared)


class PauseForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input"}),
        help_text="For the people who wait for it.",
    )


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        widget=forms.TextInput(attrs={"class": "input"}),
        help_text="What it is for, like CRM, live.",
    )
    user = forms.ModelChoiceField(
        label="Integration",
        empty_label="Choose an integration",
        queryset=User.objects.none(),
        widget=forms.Select(attrs={"class": "input"}),
        help_text="The account in whose name it calls.",
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do", choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    last_day = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}),
        help_text="Left empty, it works until it is taken back.",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        integrations = User.objects.filter(groups__name=Role.INTEGRATION, is_active=True)
        self.fields["user"].queryset = integrations.order_by("name")  # type: ignore[attr-defined]

    @property
    def expires_at(self) -> datetime | None:
        day = self.cleaned_data.get("last_day")
        return datetime.combine(day, time.max, tzinfo=UTC) if day else None


class UploadForm(forms.Form):
    """A file, the model that decides its rows, and where it comes from where that is a choice."""

    file = forms.FileField(
        help_text="CSV, NDJSON or XLSX, up to 512 MiB. The first row names the columns.",
        widget=forms.ClearableFileInput(
            attrs={"class": "input", "accept": ".csv,.tsv,.txt,.ndjson,.jsonl,.xlsx"}
        ),
    )
    model = forms.ModelChoiceField(
        label="Decided by",
        queryset=DecisionModel.objects.none(),
        empty_label="Choose a model",
        widget=forms.Select(attrs={"class": "input"}),
    )
    source = forms.ModelChoiceField(
        label="Comes from",
        queryset=Connector.objects.none(),
        required=False,
        empty_label=None,
        widget=forms.Select(attrs={"class": "input"}),
        help_text="The columns chosen last time are kept for each place.",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        live = DecisionModel.objects.exclude(live_version=None).order_by("name")
        self.fields["model"].queryset = live  # type: ignore[attr-defined]
        places = Connector.objects.filter(kind=ConnectorKind.FILES).order_by("created_at")
        self.fields["source"].queryset = places  # type: ignore[attr-defined]
        if len(places) < 2:
            self.fields["source"].widget = forms.HiddenInput()


class ComparisonForm(forms.Form):
    """What to compare at a decision service."""

    model = forms.ModelChoiceField(
        DecisionModel.objects.exclude(live_version=None).order_by("name"),
        empty_label=None,
        help_text="Its newest cases are asked there and here.",
    )
    remote_key = forms.CharField(
        label="Its key there",
        max_length=200,
        required=False,
        help_text="Empty: the same key as here.",
    )
    most = forms.IntegerField(
        label="Cases", min_value=1, max_value=2000, initial=200, help_text="At most 2,000."
    )
