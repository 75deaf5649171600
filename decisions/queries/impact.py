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


def flips_of(report: ImpactReport, kind: str = "") -> QuerySet[ImpactFlip]:
    """The submissions that would change, of one kind such as "review>approve" or of all."""
    rows = ImpactFlip.objects.filter(report=report).select_related("submission__decision")
    rows = rows.defer("submission__facts", "submission__decision__outputs", "facts")
    before, _, after = kind.partition(">")
    return rows.filter(before=before, after=after) if after else rows


def people_said(report: ImpactReport, kind: str) -> dict[str, Any]:
    """How people settled the submissions of one kind, and how many against the candidate."""
    after = kind.partition(">")[2]
    settled = flips_of(report, kind).filter(submission__decision__settled_by=SettledBy.PERSON)
    approved = Q(submission__decision__outcome=Outcome.APPROVE)
    rejected = Q(submission__decision__outcome=Outcome.REJECT)
    against = {Outcome.APPROVE: rejected, Outcome.REJECT: approved}.get(Outcome(after))
    counts: dict[str, Any] = settled.aggregate(
        approved=Count("pk", filter=approved), rejected=Count("pk", filter=rejected)
    )
    counts["against"] = settled.filter(against).count() if against else 0
    money = settled.filter(against).values("currency") if against else settled.none().values()
    counts["money"] = [
        (row["currency"], row["sum"]) for row in money.annotate(sum=Sum("amount")) if row["sum"]
    ]
    return counts
