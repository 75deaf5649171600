"""The shape of what admins type: connectors, pauses, API keys."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms

from connectors.enums import ConnectorKind, Scope
from connectors.models import Connector
from connectors.models.connectors import EVERY_TOPIC
from decisions.enums import Role
from decisions.models import User

NAME_HINT = "What people call it, like CRM webhook."


class ConnectorForm(forms.Form):
    """A connector; which fields there are depends on its kind."""

    name = forms.CharField(max_length=120, help_text=NAME_HINT)
    key = forms.SlugField(
        max_length=80, help_text="Short name in addresses and logs, like crm-webhook."
    )
    url = forms.CharField(
        label="Address", max_length=2000, help_text="Where it listens, with https://."
    )
    address_field = forms.CharField(
        label="Fact with the feed's address",
        max_length=80,
        required=False,
        help_text="Left empty, rss_url.",
    )
    topics = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One on each line, like sponsorship.decided. An asterisk (*) means all.",
    )

    def __init__(self, *args: Any, kind: str, connector: Connector | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.kind = kind
        if connector is not None:
            del self.fields["key"]
        if kind != ConnectorKind.WEBHOOK:
            del self.fields["url"]
        if kind != ConnectorKind.RSS:
            del self.fields["address_field"]
        else:
            del self.fields["topics"]
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
        names = ("url", "address_field")
        return {n: self.cleaned_data[n].strip() for n in names if self.cleaned_data.get(n)}

    @property
    def topics_given(self) -> list[str]:
        words = self.cleaned_data.get("topics", "").replace(",", " ").split()
        return [EVERY_TOPIC] if EVERY_TOPIC in words else words


class PauseForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input"}),
        help_text="For the people who wait for it.",
    )


class TestFeedForm(forms.Form):
    address = forms.CharField(
        label="Feed to read",
        max_length=2000,
        widget=forms.TextInput(attrs={"class": "input", "placeholder": "https://"}),
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
