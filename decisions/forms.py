"""What people type into the pages of decisions: its shape, and words for what does not fit."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone

from decisions.enums import (
    ChallengerMode,
    EventKind,
    Outcome,
    Role,
    SettledBy,
    SubmissionState,
)
from decisions.models import DecisionModel, ModelVersion
from decisions.queries.audit import Trail

ROLE_WORDS = {
    Role.RULE_AUTHOR: "writes rules and reference tables, and proposes versions",
    Role.APPROVER: "approves and publishes versions that somebody else wrote",
    Role.REVIEWER: "works on items in review queues",
    Role.LEAD: "a reviewer who also runs the queues",
    Role.AUDITOR: "reads everything, with the audit trail",
    Role.ADMIN: "people, API keys, connectors, queues and reference tables",
    Role.INTEGRATION: "owns API keys, does not work on pages",
}
ROLES = [(role.value, f"{role.label}: {ROLE_WORDS[role]}") for role in Role]


class DayField(forms.DateField):
    """A day that the key of a record can stand for."""

    def __init__(self, **given: Any) -> None:
        bounds = "Give a year from 1970 to 2199."
        super().__init__(
            required=False,
            validators=[
                MinValueValidator(date(1970, 1, 2), bounds),
                MaxValueValidator(date(2199, 12, 31), bounds),
            ],
            error_messages={"invalid": "That is not a day. Write it like 2026-11-23."},
            **given,
        )


class ListForm(forms.Form):
    """The filters every list of records has, from the address: search and days."""

    q = forms.CharField(label="Search", required=False, max_length=200)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["from"] = DayField(label="From")
        self.fields["to"] = DayField(label="To")

    def read(self) -> tuple[dict[str, Any], list[str]]:
        """Return what is asked for by name, and a sentence for each part not understood."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return given, [
            f"{self.fields[name].label}: {' '.join(map(str, texts))} This filter is not applied."
            for name, texts in self.errors.items()
        ]


class TrailForm(ListForm):
    """The filters of the audit trail."""

    kind = forms.ChoiceField(label="Event", required=False, choices=EventKind.choices)
    actor = forms.UUIDField(label="Who", required=False)
    about = forms.UUIDField(label="About", required=False)

    def trail(self) -> tuple[Trail, list[str]]:
        """Return what is asked for, and a sentence for each part that was not understood."""
        given, misread = self.read()
        names = {"q": "text", "from": "first", "to": "last"}
        return Trail(**{names.get(name, name): value for name, value in given.items()}), misread


def model_choices() -> list[tuple[str, str]]:
    return list(DecisionModel.objects.order_by("name").values_list("key", "name"))


class WorkListForm(ListForm):
    """What the lists of submissions and decisions share."""

    model = forms.ChoiceField(label="Model", required=False, choices=model_choices)


class SubmissionListForm(WorkListForm):
    """The filters of the list of submissions."""

    state = forms.ChoiceField(label="State", required=False, choices=SubmissionState.choices)


class DecisionListForm(WorkListForm):
    """The filters of the list of decisions."""

    outcome = forms.ChoiceField(label="Outcome", required=False, choices=Outcome.choices)
    settled_by = forms.ChoiceField(
        label="Settled by", required=False, choices=[c for c in SettledBy.choices if c[0]]
    )
    failed = forms.BooleanField(label="Failed evaluations", required=False)


class RolesForm(forms.Form):
    """What somebody may do, and whether they may sign in."""

    roles = forms.MultipleChoiceField(
        label="Roles", required=False, choices=ROLES, widget=forms.CheckboxSelectMultiple
    )
    active = forms.BooleanField(label="May sign in", required=False)


class InvitationForm(forms.Form):
    """A new account."""

    email = forms.CharField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label="First password",
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave it empty for people who use single sign-on. "
        "Otherwise give at least 8 characters and pass it on; it can be changed after sign-in.",
    )
    roles = forms.MultipleChoiceField(
        label="Roles", required=False, choices=ROLES, widget=forms.CheckboxSelectMultiple
    )


class ImpactForm(forms.Form):
    """What a preview is worked out for: days, or a file of facts in their place."""

    first = DayField(label="First day", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = DayField(label="Last day", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    file = forms.FileField(
        label="Or a file",
        required=False,
        help_text="JSON lines or CSV, one submission a line. It takes the place of the days.",
    )


class MomentField(forms.DateTimeField):
    """A moment that has passed, to the minute."""

    def __init__(self, **given: Any) -> None:
        bounds = "Give a year from 1970 on."
        super().__init__(
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            validators=[MinValueValidator(datetime(1970, 1, 2, tzinfo=UTC), bounds)],
            error_messages={"invalid": "That is not a moment. Write it like 2026-03-03 10:00."},
            **given,
        )


class MomentForm(forms.Form):
    """A moment of the past; an address that names none asks for now."""

    at = MomentField(label="As of")

    def __init__(self, given: QueryDict | None, *, now: datetime) -> None:
        asked = None if given is None else given.copy()
        if asked is not None and "at" not in asked:
            asked["at"] = f"{timezone.localtime(now):%Y-%m-%dT%H:%M}"
        super().__init__(asked, initial={"at": now})
        self.now = now

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > self.now:
            raise forms.ValidationError("Give a moment that has passed.")
        # Fields hold whole minutes: the one that runs means now.
        return self.now if self.now - at < timedelta(minutes=1) else at


class TimeMachineForm(MomentForm):
    """What is decided as of a moment: a record by its name, or facts for a model."""

    field_order = ("reference", "at", "model", "facts")
    reference = forms.CharField(
        label="Submission or decision",
        required=False,
        max_length=200,
        help_text="A reference like SPO-2026-004182, or an id.",
    )
    model = forms.ChoiceField(label="Model", required=False, choices=model_choices)
    facts = forms.JSONField(
        label="Or facts",
        required=False,
        help_text="JSON, as they would come in through the API. They are not kept.",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        error_messages={"invalid": "This is not JSON. Check quotes, commas and brackets."},
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        facts = given.get("facts")
        if facts is not None and not isinstance(facts, dict):
            self.add_error("facts", 'Give one object of names and values, like {"amount": 500}.')
        elif facts is not None and not given.get("model"):
            self.add_error("model", "Choose the model that the facts are for.")
        elif facts is None and not given.get("reference") and not self.errors:
            self.add_error("reference", "Name a submission or a decision, or give facts.")
        return given


class ShareForm(forms.Form):
    """Another share of the traffic for a roll-out, with the reason."""

    percent = forms.IntegerField(label="Share of the traffic, per cent", min_value=1, max_value=100)
    reason = forms.CharField(label="Why", max_length=100)


class EndForm(forms.Form):
    """Why a challenger ends."""

    reason = forms.CharField(label="Why", max_length=100)


class ChallengerForm(forms.Form):
    """A version to run beside the live one."""

    version = forms.TypedChoiceField(label="Version", coerce=int)
    mode = forms.ChoiceField(
        label="How",
        choices=[
            (ChallengerMode.SHADOW, "Shadow: answers after each decision, without any effect"),
            (ChallengerMode.ROLLOUT, "Roll-out: decides a share of the submissions"),
        ],
        widget=forms.RadioSelect,
        initial=ChallengerMode.SHADOW,
    )
    percent = forms.IntegerField(
        label="Share of the traffic, per cent",
        required=False,
        min_value=1,
        max_value=100,
        help_text="For a roll-out. A tenth is a good beginning.",
    )
    key = forms.CharField(
        label="Chosen by",
        required=False,
        max_length=200,
        help_text="FEEL over the facts, such as brand: all submissions of one brand then meet the "
        "same rules. Empty: each submission by itself.",
    )
    reason = forms.CharField(label="Why", max_length=100)

    def __init__(self, *given: Any, versions: Sequence[ModelVersion], **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["version"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            (v.number, f"v{v.number}, {v.get_state_display().lower()}") for v in versions
        ]


class LaterField(forms.DateTimeField):
    """A moment to come, to the minute."""

    def __init__(self, **given: Any) -> None:
        bounds = "Give a year up to 2199."
        super().__init__(
            required=False,
            validators=[MaxValueValidator(datetime(2199, 12, 31, tzinfo=UTC), bounds)],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            error_messages={"invalid": "That is not a moment. Write it like 2026-12-01 06:00."},
            **given,
        )


class ReasonForm(forms.Form):
    """Why something is done to rules."""

    reason = forms.CharField(
        label="Your reason",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why. The reason stays with the version."},
    )


class ProposalForm(ReasonForm):
    """What an author asks for with a draft."""

    publish_at = LaterField(label="Live from", help_text="Empty: once it is approved.")
    retire_at = LaterField(
        label="Live until", help_text="Empty: no end. Then the version before comes back."
    )


class ApprovalForm(ReasonForm):
    """A yes, and when the version goes live."""

    WHEN = (("now", "Now, after approval"), ("at", "At this time"))
    when = forms.ChoiceField(
        label="When it goes live", choices=WHEN, widget=forms.RadioSelect, initial="now"
    )
    publish_at = LaterField(label="Time")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if given.get("when") == "at" and not given.get("publish_at") and not self.errors:
            self.add_error("publish_at", "Give the day and the time.")
        return given

    @property
    def moment(self) -> datetime | None:
        """The time to go live; None is at once."""
        at: datetime | None = self.cleaned_data["publish_at"]
        return at if self.cleaned_data["when"] == "at" else None


class ApprovalStepForm(forms.Form):
    """From what share of changed decisions on a change needs how many approvers."""

    percent = forms.DecimalField(
        label="From", required=False, min_value=0, max_value=100, decimal_places=2
    )
    approvers = forms.IntegerField(label="Approvers", required=False, min_value=1, max_value=9)


ApprovalSteps = forms.formset_factory(ApprovalStepForm, extra=0, max_num=10, absolute_max=10)
