"""The shape of what reviewers and leads send; whether it may be done is for the services."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict

from decisions.enums import FINAL_OUTCOMES, Outcome, Role
from decisions.models import User
from reviews.calendars import DAYS
from reviews.models import BusinessCalendar, ReviewItem, ReviewQueue
from reviews.queries.queues import active_codes
from reviews.services.bench import proposed_conditions

WITH_CONDITIONS = "conditions"
# What the person chooses: outcome, mark, words, key.
CHOICES = (
    (Outcome.APPROVE, Outcome.APPROVE, "Approve", "a"),
    (WITH_CONDITIONS, Outcome.APPROVE, "Approve with conditions", "c"),
    (Outcome.REJECT, Outcome.REJECT, "Reject", "r"),
    (Outcome.ROUTE, Outcome.ROUTE, "Route elsewhere", "e"),
)


class VerdictForm(forms.Form):
    """A verdict as the bench sends it; choices depend on the item."""

    lease_number = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(error_messages={"required": "Choose a verdict."})
    reasons = forms.MultipleChoiceField(error_messages={"required": "Choose one reason or more."})
    conditions = forms.MultipleChoiceField(required=False)
    more_conditions = forms.CharField(required=False, max_length=4000)
    destination = forms.CharField(required=False, max_length=80)
    note_to_submitter = forms.CharField(required=False, max_length=4000)
    note = forms.CharField(required=False, max_length=4000)

    def __init__(self, *args: Any, item: ReviewItem, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["lease_number"] = item.lease_number
        super().__init__(*args, **kwargs)
        self.item = item
        self.codes = active_codes(item.queue)
        self.proposed = proposed_conditions(item.decision)
        served = {outcome for code in self.codes for outcome in code.outcomes}
        offered = [row for row in CHOICES if row[1] in served or row[1] != Outcome.ROUTE]
        outcomes, reasons = self.fields["outcome"], self.fields["reasons"]
        conditions = self.fields["conditions"]
        assert isinstance(outcomes, forms.ChoiceField)
        assert isinstance(reasons, forms.MultipleChoiceField)
        assert isinstance(conditions, forms.MultipleChoiceField)
        self.offered = offered
        outcomes.choices = [(value, words) for value, _, words, _ in offered]
        reasons.choices = [(code.code, code.sentence) for code in self.codes]
        conditions.choices = [(str(n), row["text"]) for n, row in enumerate(self.proposed)]

    def choices(self) -> Iterable[dict[str, Any]]:
        """The radio rows; the one that was chosen stays so after a refusal."""
        chosen = self["outcome"].value()
        for value, mark, words, key in self.offered:
            yield {
                "value": value,
                "mark": mark,
                "words": words,
                "key": key,
                "checked": value == chosen,
            }

    @property
    def may_route(self) -> bool:
        return any(value == Outcome.ROUTE for value, *_ in self.offered)

    def reason_rows(self) -> Iterable[dict[str, Any]]:
        chosen = self["reasons"].value() or []
        wanted = next((row[1] for row in CHOICES if row[0] == self["outcome"].value()), "")
        fitting = [code.code for code in self.codes if wanted in code.outcomes]
        for place, code in enumerate(self.codes, start=1):
            serves = [o.value for o in Outcome if o in FINAL_OUTCOMES and o in code.outcomes]
            yield {
                "code": code,
                "serves": " ".join(serves),
                "words": ", ".join(serves),
                "key": str(place) if place <= 9 else "",
                "checked": code.code in chosen,
                "fits_first": code.code in fitting[:1],
            }

    def condition_rows(self) -> Iterable[dict[str, Any]]:
        chosen = self["conditions"].value()
        for place, row in enumerate(self.proposed):
            # What the rules propose holds until the reviewer says otherwise.
            checked = chosen is None or str(place) in chosen
            yield {"value": place, "text": row["text"], "checked": checked}

    def arguments(self) -> dict[str, Any]:
        """What `record_verdict` takes."""
        given = self.cleaned_data
        conditional = given["outcome"] == WITH_CONDITIONS
        return {
            "lease_number": given["lease_number"],
            "outcome": Outcome.APPROVE.value if conditional else given["outcome"],
            "reasons": given["reasons"],
            "conditions": self._conditions() if conditional else [],
            "destination": given["destination"],
            "note": given["note"],
            "note_to_submitter": given["note_to_submitter"],
        }

    def _conditions(self) -> list[dict[str, str]]:
        kept = [self.proposed[int(place)] for place in self.cleaned_data["conditions"]]
        lines = self.cleaned_data["more_conditions"].splitlines()
        return kept + [{"code": "", "text": line.strip()} for line in lines if line.strip()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("outcome") == WITH_CONDITIONS and not (
            given.get("conditions") or given.get("more_conditions", "").strip()
        ):
            self.add_error("conditions", "Give one condition or more, or approve without.")
        return given


def written(sent: QueryDict) -> dict[str, Any]:
    """What somebody wrote into a verdict that was not recorded, to show it again."""
    many = ("reasons", "conditions")
    one = ("outcome", "more_conditions", "destination", "note_to_submitter", "note")
    return {
        **{name: sent.getlist(name) for name in many},
        **{name: sent.get(name, "") for name in one},
    }


class MoveForm(forms.Form):
    """To which queue an item goes."""

    queue = forms.ModelChoiceField(
        ReviewQueue.objects.none(), error_messages={"required": "Choose a queue."}
    )
    lease_number = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, item: ReviewItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["queue"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = ReviewQueue.objects.exclude(pk=item.queue_id)


class QueueForm(forms.Form):
    """How a queue runs, with the reason for the change."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(max_length=300, required=False)
    calendar = forms.ModelChoiceField(
        BusinessCalendar.objects.all(),
        required=False,
        empty_label="Around the clock",
        help_text="The minutes below count in its business hours.",
    )
    first_response_minutes = forms.IntegerField(
        label="First response, minutes", min_value=1, max_value=527_040
    )
    decision_minutes = forms.IntegerField(label="Verdict, minutes", min_value=1, max_value=527_040)
    members = forms.ModelMultipleChoiceField(
        User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="People with the role reviewer or lead.",
    )
    reason = forms.CharField(
        max_length=100, label="Why this change", help_text="It stays with the change."
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, queue: ReviewQueue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["members"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        able = Q(groups__name__in=[Role.REVIEWER, Role.LEAD], is_active=True)
        field.queryset = (
            User.objects.filter(able | Q(review_queues=queue)).distinct().order_by("name")
        )

    def changes(self) -> dict[str, Any]:
        fields = ("name", "description", "calendar", "first_response_minutes", "decision_minutes")
        return {name: self.cleaned_data[name] for name in fields}


class ReasonCodeForm(forms.Form):
    """One row of the reason codes; an emptied row leaves the list."""

    code = forms.CharField(max_length=60, required=False)
    sentence = forms.CharField(max_length=200, required=False)
    outcomes = forms.MultipleChoiceField(
        choices=[(o.value, o.label) for o in Outcome if o in FINAL_OUTCOMES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


ReasonCodeRows = forms.formset_factory(ReasonCodeForm, extra=2, max_num=60, absolute_max=80)


HOURS = re.compile(r"\s*(\S+?)\s*(?:-|–|to)\s*(\S+)\s*")


class CalendarForm(forms.Form):
    """A business calendar as people write it: hours per day, one holiday a line."""

    name = forms.CharField(max_length=120)
    time_zone = forms.CharField(max_length=64, help_text="Like Europe/London.")
    mon = forms.CharField(label="Monday", required=False, max_length=200)
    tue = forms.CharField(label="Tuesday", required=False, max_length=200)
    wed = forms.CharField(label="Wednesday", required=False, max_length=200)
    thu = forms.CharField(label="Thursday", required=False, max_length=200)
    fri = forms.CharField(label="Friday", required=False, max_length=200)
    sat = forms.CharField(label="Saturday", required=False, max_length=200)
    sun = forms.CharField(
        label="Sunday",
        required=False,
        max_length=200,
        help_text="Hours like 09:00 to 12:30, 13:30 to 17:30. Leave a day without work empty.",
    )
    holidays = forms.CharField(
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="One a line: 2026-12-25 Christmas Day.",
    )
    reason = forms.CharField(
        max_length=100, label="Why this change", help_text="It stays with the change."
    )

    @staticmethod
    def initial_of(calendar: BusinessCalendar) -> dict[str, str]:
        """A calendar as people write it."""
        hours = calendar.weekly_hours
        return {
            "name": calendar.name,
            "time_zone": calendar.time_zone,
            **{day: ", ".join(" to ".join(span) for span in hours.get(day, [])) for day in DAYS},
            "holidays": "\n".join(
                f"{day['date']} {day.get('name', '')}".strip() for day in calendar.holidays
            ),
        }

    def arguments(self) -> dict[str, Any]:
        """What `change_calendar` takes; it names what cannot be read."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "time_zone": given["time_zone"],
            "weekly_hours": {day: _spans(given[day]) for day in DAYS if given[day].strip()},
            "holidays": [
                dict(zip(("date", "name"), [*line.split(maxsplit=1), ""], strict=False))
                for line in given["holidays"].splitlines()
                if line.strip()
            ],
            "reason": given["reason"],
        }


def _spans(text: str) -> list[list[str]]:
    parts = [(part, HOURS.fullmatch(part)) for part in text.split(",")]
    return [[found[1], found[2]] if found else [part.strip()] for part, found in parts]
