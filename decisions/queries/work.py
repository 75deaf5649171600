"""Lists of submissions and decisions, and what belongs to one of them."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from decisions.enums import EventKind, SettledBy
from decisions.models import AuditEvent, Decision, Submission
from decisions.queries.days import keys_of

# The columns a list never shows are the large ones.
HEAVY = ("facts", "model__headline", "model__topics")


def submissions_matching(
    *,
    q: str = "",
    state: str = "",
    model: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[Submission]:
    """Submissions by reference or words of the title, state, model and time of arrival."""
    found = Submission.objects.select_related("model", "decision").defer(*HEAVY)
    if q:
        found = found.matching(q)
    if state:
        found = found.filter(state=state)
    if model:
        found = found.filter(model__key=model)
    return found.filter(**keys_of(first, last))


def decisions_matching(
    *,
    q: str = "",
    outcome: str = "",
    model: str = "",
    settled_by: str = "",
    failed: bool | None = None,
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[Decision]:
    """Decisions by what came in, outcome, model, who settled them and time of decision."""
    found = Decision.objects.select_related("submission", "model", "ruleset__version").defer(
        "rows",
        "ruleset__version__dmn",
        "submission__facts",
        "model__headline",
        "model__topics",
    )
    if q:
        found = found.filter(submission__in=Submission.objects.matching(q).values("pk"))
    if outcome:
        found = found.filter(outcome=outcome)
    if model:
        found = found.filter(model__key=model)
    if settled_by:
        found = found.filter(settled_by=settled_by)
    if failed is not None:
        found = found.filter(failed=failed)
    return found.filter(**keys_of(first, last))


def settlers_of(decisions: Iterable[Decision]) -> dict[UUID, str]:
    """The names of the people who settled these decisions, by the decision's key: one query."""
    wanted = [d.pk for d in decisions if d.settled_by == SettledBy.PERSON]
    if not wanted:
        return {}
    rows = AuditEvent.objects.filter(
        subject_id__in=wanted, kind=EventKind.DECISION_SETTLED
    ).values_list("subject_id", "actor_name")
    return dict(rows)


def decision_whole(key: UUID) -> QuerySet[Decision]:
    """One decision with everything its page shows, to be fetched with `get_object_or_404`."""
    return (
        Decision.objects.filter(pk=key)
        .select_related("submission", "model", "ruleset__version")
        .defer("ruleset__version__dmn")
        .prefetch_related("submission__evidence", "actions")
    )


def submission_whole(key: UUID) -> QuerySet[Submission]:
    return (
        Submission.objects.filter(pk=key)
        .select_related("model", "decision")
        .prefetch_related("evidence")
    )


def submission_called(text: str) -> Submission | None:
    """The newest submission of a reference, or the one whose own id or decision's id this is."""
    found = Submission.objects.select_related("model").prefetch_related("evidence")
    try:
        key = UUID(text)
    except ValueError:
        return found.filter(reference=text).order_by("-pk").first()
    return found.filter(Q(pk=key) | Q(decision__pk=key)).first()


def story_of(submission: Submission, *, most: int = 200) -> list[AuditEvent]:
    """What happened to a submission, in order."""
    return list(AuditEvent.objects.filter(submission_id=submission.pk).order_by("pk")[:most])


def neighbours_of(decision: Decision) -> dict[str, UUID | None]:
    """The decision just before and just after this one."""
    keys = Decision.objects.order_by("pk").values_list("pk", flat=True)
    return {
        "newer": keys.filter(pk__gt=decision.pk).first(),
        "older": keys.filter(pk__lt=decision.pk).order_by("-pk").first(),
    }


def earlier_for(submission: Submission, *, most: int = 5) -> list[Decision]:
    """Decisions about the same reference or the same title, newest first."""
    if not submission.reference and not submission.title:
        return []
    same: dict[str, Any] = (
        {"submission__reference": submission.reference}
        if submission.reference
        else {"submission__title": submission.title}
    )
    return list(
        Decision.objects.filter(**same)
        .exclude(submission=submission)
        .select_related("submission")
        .defer("submission__facts", "outputs", "rows")
        .order_by("-pk")[:most]
    )
