"""The time machine: decides as of a moment, beside today, and shows the rule base of then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import formats, timezone
from django.views.decorators.http import require_http_methods, require_safe

from decisions.access import PageRequest, requires
from decisions.enums import Outcome
from decisions.errors import Expected, Invalid
from decisions.forms import MomentForm, TimeMachineForm
from decisions.models import Decision, DecisionModel, Submission
from decisions.queries import work as queries
from decisions.services import rule_base, time_machine
from decisions.services.time_machine import Difference, Run
from decisions.views.why import Why, why_of


@dataclass(frozen=True)
class Column:
    """One of the two runs side by side."""

    title: str
    run: Run
    why: Why | None
    recorded: bool = False

    @property
    def outcome(self) -> str:
        """What the rules said; a person may have settled the record otherwise since."""
        return str(self.run.decision.rules_outcome)

    @property
    def words(self) -> str:
        """When it is, within a sentence."""
        if self.title != "As of":
            return self.title.lower()
        return f"as of {formats.date_format(timezone.localtime(self.run.at), 'j F Y, H:i')}"


@dataclass(frozen=True)
class Line:
    """One difference in words; versions are shown as stamps."""

    kind: str
    name: str
    before: Any
    after: Any


@require_http_methods(["GET", "HEAD", "POST"])
@requires("decisions.run_as_of")
def machine(request: PageRequest) -> HttpResponse:
    """Decide a record or given facts as of a moment; facts travel in the body, not the address."""
    now = timezone.now()
    asked = request.POST if request.method == "POST" else request.GET or None
    form = TimeMachineForm(asked, now=now)
    context: dict[str, Any] = {"form": form, "part": "decide"}
    if form.is_bound and form.is_valid():
        try:
            context |= _decided(form.cleaned_data, now)
        except Expected as refusal:
            form.add_error(None, str(refusal))
    code = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "decisions/time_machine/machine.html", context, status=code)


@require_safe
@requires("decisions.run_as_of")
def again(request: PageRequest, decision_id: UUID) -> HttpResponse:
    """Run a decision again as of then, and beside it under the rules of today or another day."""
    found = get_object_or_404(queries.decision_whole(decision_id))
    now = timezone.now()
    form = MomentForm(request.GET, now=now)
    keep = request.GET.get("clock") == "then"
    context: dict[str, Any] = {
        "decision": found,
        "submission": found.submission,
        "form": form,
        "keeps_clock": keep,
    }
    then = _column("As of then", time_machine.as_recorded(found), recorded=True)
    context["left"] = then
    if form.is_valid():
        at = form.cleaned_data["at"]
        clock = found.evaluated_at if keep else None
        try:
            run = _run(found.submission, at, clock)
            context |= _compared(then, _column(_title(at, now), run), now)
        except Expected as refusal:
            form.add_error(None, str(refusal))
    code = 200 if form.is_valid() else 422
    return render(request, "decisions/time_machine/again.html", context, status=code)


@require_safe
@requires("decisions.run_as_of")
def rules(request: HttpRequest) -> HttpResponse:
    """Show every model and reference table with what was in force at a moment."""
    now = timezone.now()
    form = MomentForm(request.GET, now=now)
    context: dict[str, Any] = {"form": form, "part": "rules"}
    if form.is_valid():
        context["base"] = rule_base.rule_base(form.cleaned_data["at"])
    code = 200 if form.is_valid() else 422
    return render(request, "decisions/time_machine/rules.html", context, status=code)


@require_safe
@requires("decisions.run_as_of")
def download(request: HttpRequest) -> HttpResponse:
    """Give the rule base of a moment as one ZIP file with a manifest of hashes."""
    form = MomentForm(request.GET, now=timezone.now())
    if not form.is_valid():
        return HttpResponse(" ".join(map(str, form.errors["at"])), status=422)
    at = form.cleaned_data["at"]
    name = f"rule-base-{timezone.localtime(at):%Y-%m-%d-%H%M}.zip"
    return HttpResponse(
        rule_base.archive(rule_base.rule_base(at)),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _decided(given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Decide what a form asks for as of its moment, and beside it under today's rules."""
    at = given["at"]
    if given.get("facts") is not None:
        model = DecisionModel.objects.get(key=given["model"])
        case, evidence = time_machine.case_of(model, given["facts"], at=at)
        runs = [time_machine.run_at(case, moment, evidence=evidence) for moment in (at, now)]
        found: dict[str, Any] = {"model": model}
    else:
        submission = queries.submission_called(given["reference"].strip())
        if submission is None:
            raise Invalid(
                f"There is no submission “{given['reference'][:60]}”. "
                "Check its reference, or copy its id from its page."
            )
        runs = [_run(submission, moment, None) for moment in (at, now)]
        recorded = Decision.objects.filter(submission=submission).first()
        found = {"model": submission.model, "submission": submission, "recorded": recorded}
    left, right = _column("As of", runs[0]), _column("Today", runs[1])
    return {**found, "left": left, **_compared(left, right, now)}


def _run(submission: Submission, at: datetime, clock: datetime | None) -> Run:
    evidence = list(submission.evidence.all())
    return time_machine.run_at(submission, at, evidence=evidence, clock=clock)


def _title(at: datetime, now: datetime) -> str:
    return "Today" if at == now else "As of"


def _column(title: str, run: Run, *, recorded: bool = False) -> Column:
    why = why_of(run.decision, run.told, run.described) if run.told else None
    return Column(title, run, why, recorded)


def _compared(left: Column, right: Column, now: datetime) -> dict[str, Any]:
    found = time_machine.differences(left.run, right.run)
    return {
        "right": right,
        "lines": [_line(one) for one in found],
        "sentence": _sentence(left, right, found),
    }


def _sentence(left: Column, right: Column, found: Sequence[Difference]) -> str:
    """Say in one sentence what differs, the outcome first."""
    words = [Outcome(column.outcome).label.lower() for column in (left, right)]
    row = next((one for one in found if one.kind == "row"), None)
    because = (
        f", because in {row.name} {_rows(row.after)} answers in place of {_rows(row.before)}"
        if row and row.before and row.after
        else ""
    )
    real = [one for one in found if one.kind != "rules"]
    if words[0] != words[1]:
        return f"{words[0].capitalize()} {left.words}, {words[1]} {right.words}{because}."
    if not real:
        rules = " The rules changed in between, but not for this case." if found else ""
        return f"{words[0].capitalize()} both times, down to every value.{rules}"
    return f"{words[0].capitalize()} both times, but not all is the same{because}."


def _line(one: Difference) -> Line:
    if one.kind == "row":
        return Line("row", one.name, _rows(one.before), _rows(one.after))
    if one.kind == "outcome":
        return Line("outcome", one.name, one.before, one.after)
    if isinstance(one.before, Mapping) and isinstance(one.after, Mapping):
        names = [
            name
            for name in dict.fromkeys([*one.before, *one.after])
            if one.before.get(name) != one.after.get(name)
        ]
        before, after = (
            {name: value.get(name) for name in names} for value in (one.before, one.after)
        )
        return Line(one.kind, one.name, before, after)
    return Line(one.kind, one.name, one.before, one.after)


def _rows(numbers: Sequence[int]) -> str:
    if not numbers:
        return "no row"
    listed = ", ".join(str(number) for number in sorted(numbers))
    return f"row {listed}" if len(numbers) == 1 else f"rows {listed}"
