"""What the page of a finished impact preview shows: sentences, and one kind of change listed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from decisions.access import PageRequest
from decisions.enums import RunState, SettledBy, VersionState
from decisions.forms import ImpactForm
from decisions.models import ImpactFlip, ImpactReport, ModelVersion
from decisions.queries import impact as queries
from decisions.services import proposing, simulation
from decisions.services.impact_facts import FactColumn, columns_for
from decisions.views.impact_matrix import (
    causes_of,
    kind_asked,
    kinds_of,
    matrix_of,
    reversals_of,
    sentence_of,
)

SIZE = queries.FLIPS_AT_ONCE


@dataclass(frozen=True)
class Shown:
    """One submission that would change, with the facts beside it; `waited` is for a person."""

    flip: ImpactFlip
    facts: list[tuple[FactColumn, Any]]
    waited: timedelta | None


def result_of(request: PageRequest, report: ImpactReport) -> dict[str, Any]:
    """Arrange what a report found, and the changes that the address asks for."""
    version = ModelVersion.objects.select_related("model").get(pk=report.version_id)
    current = simulation.is_current(report, version, now=timezone.now())
    return {
        "model": report.model,
        "version": report.version,
        "report": report,
        "sentence": sentence_of(report),
        "reversals": reversals_of(report),
        "approvers": _approvers(report),
        "spent": _spent(report),
        "is_current": current,
        "may_propose": current and _may_propose(report),
        "hours_url": reverse("reviews:impact_hours", args=[report.pk]),
        **again_context(report),
        **_listed(request, report),
    }


def again_context(report: ImpactReport) -> dict[str, Any]:
    """Return the span of a report in words of its form."""
    first, last = days_of(report)
    initial = {"first": first, "last": last} if first else last_days()
    return {
        "first_day": first,
        "last_day": last,
        "days": (last - first).days + 1 if first and last else 0,
        "again": ImpactForm(initial=initial, auto_id="again_%s"),
    }


def last_days() -> dict[str, date]:
    today = timezone.localdate()
    return {"first": today - timedelta(days=29), "last": today}


def days_of(report: ImpactReport) -> tuple[date | None, date | None]:
    """Return the first and the last day of a window; a file has none."""
    if report.since is None or report.until is None:
        return None, None
    last = report.until - timedelta(microseconds=1)
    return timezone.localdate(report.since), timezone.localdate(last)


def _listed(request: PageRequest, report: ImpactReport) -> dict[str, Any]:
    kind = kind_asked(report, request.GET.get("kind", ""))
    key = kind.key if kind else ""
    causes = causes_of(report, key)
    number = _whole(request.GET.get("cause", ""), most=len(causes))
    cause = causes[number - 1][0] if number else ""
    against = request.GET.get("against") == "1"
    start = _whole(request.GET.get("first", ""), most=10**7)
    rows = queries.flips_of(report, key, cause=cause, against=against).order_by("id")
    flips = list(rows[start : start + SIZE + 1]) if kind else []
    columns = columns_for(report, [cause] if cause else [name for name, _ in causes])
    return {
        "rows": matrix_of(report, key),
        "kinds": kinds_of(report),
        "kind": kind,
        "causes": causes,
        "cause": cause,
        "against": against,
        "columns": columns,
        "shown": [_shown(flip, columns) for flip in flips[:SIZE]],
        "start": start,
        "earlier": max(0, start - SIZE) if start else None,
        "later": start + SIZE if len(flips) > SIZE else None,
        "said": queries.people_said(report, key) if kind else {},
    }


def _shown(flip: ImpactFlip, columns: list[FactColumn]) -> Shown:
    submission = flip.submission
    facts = submission.facts if submission else flip.facts
    waited = None
    if submission and submission.decision.settled_by == SettledBy.PERSON:
        decision = submission.decision
        waited = decision.settled_at - decision.evaluated_at if decision.settled_at else None
    return Shown(flip, [(column, column.value_in(facts)) for column in columns], waited)


def _approvers(report: ImpactReport) -> str:
    """Say how many must approve, and from which share of changes on; a part says nothing."""
    if report.state != RunState.DONE or report.source or report.version.state != VersionState.DRAFT:
        return ""
    share, needed = proposing.approval_step(report.model, report)
    people = f"{needed} approver{'s' if needed > 1 else ''} needed"
    return f"{share * 100:g} % or more changed: {people}" if share else people.capitalize()


def _may_propose(report: ImpactReport) -> bool:
    draft = report.version.state == VersionState.DRAFT
    return draft and not report.source and not report.references.all()


def _spent(report: ImpactReport) -> timedelta | None:
    if report.started_at is None or report.finished_at is None:
        return None
    return report.finished_at - report.started_at


def _whole(text: str, *, most: int) -> int:
    """Read a number of an address; what is none, or is too large, counts as 0."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return number if number <= most else 0
