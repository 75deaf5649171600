"""Reads of impact previews: reports, what would change, and what people said of it."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from decisions.enums import Outcome, SettledBy
from decisions.models import ImpactFlip, ImpactReport, ModelVersion

FLIPS_AT_ONCE = 50


def report_whole(key: UUID) -> QuerySet[ImpactReport]:
    """One report with what its page names, to be fetched with `get_object_or_404`."""
    return (
        ImpactReport.objects.filter(pk=key)
        .select_related("model", "version", "baseline", "requested_by")
        .defer("version__dmn", "baseline__dmn")
        .prefetch_related("references__table")
    )


def reports_of(version: ModelVersion, *, most: int = 20) -> list[ImpactReport]:
    """The newest previews of a version, what they found left out."""
    rows = version.impacts.select_related("requested_by").defer("found")
    return list(rows.order_by("-requested_at")[:most])


def flips_of(
    report: ImpactReport, kind: str = "", *, cause: str = "", against: bool = False
) -> QuerySet[ImpactFlip]:
    """The submissions that would change, of one kind such as "review>approve" or of all.

    With `cause`, only those it moves; with `against`, those that a person settled otherwise than
    the candidate says.
    """
    rows = ImpactFlip.objects.filter(report=report).select_related("submission__decision")
    rows = rows.defer("submission__decision__outputs")
    before, _, after = kind.partition(">")
    if after:
        rows = rows.filter(before=before, after=after)
    if cause:
        rows = rows.filter(cause=cause)
    if against:
        rows = rows.filter(submission__decision__settled_by=SettledBy.PERSON)
        rows = rows.filter(_otherwise(after))
    return rows


def _otherwise(after: str) -> Q:
    """Say what of a verdict contradicts an outcome; reviews contradict none."""
    rejected = Q(submission__decision__outcome=Outcome.REJECT)
    approved = Q(submission__decision__outcome=Outcome.APPROVE)
    return {"approve": rejected, "reject": approved}.get(after, Q(pk=None))


def people_said(report: ImpactReport, kind: str) -> dict[str, Any]:
    """How people settled the submissions of one kind, and how many against the candidate."""
    settled = flips_of(report, kind).filter(submission__decision__settled_by=SettledBy.PERSON)
    approved = Q(submission__decision__outcome=Outcome.APPROVE)
    rejected = Q(submission__decision__outcome=Outcome.REJECT)
    counts: dict[str, Any] = settled.aggregate(
        approved=Count("pk", filter=approved), rejected=Count("pk", filter=rejected)
    )
    against = flips_of(report, kind, against=True)
    counts["against"] = against.count()
    money = against.values("currency").annotate(sum=Sum("amount"))
    counts["money"] = [(row["currency"], row["sum"]) for row in money if row["sum"]]
    return counts
