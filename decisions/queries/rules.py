"""Reads of rules: decision models with their versions, and reference tables with theirs."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from decisions.enums import VersionState
from decisions.models import DecisionModel, ModelVersion, ReferenceTable, ReferenceTableVersion

IN_WORK = (VersionState.DRAFT, VersionState.PROPOSED, VersionState.APPROVED)
MOST_VERSIONS = 200


def models() -> QuerySet[DecisionModel]:
    """Return decision models with their live version and the versions still in work."""
    in_work = ModelVersion.objects.filter(state__in=IN_WORK).defer("dmn")
    return (
        DecisionModel.objects.select_related("live_version__approved_by")
        .defer("live_version__dmn")
        .prefetch_related(Prefetch("versions", in_work, to_attr="in_work"))
    )


def fallback_queues() -> list[str]:
    """Return the queues that models name for what their rules cannot decide."""
    names = DecisionModel.objects.order_by("fallback_queue").values_list("fallback_queue")
    return [name for (name,) in names.distinct()]


def versions_of(model: DecisionModel) -> QuerySet[ModelVersion]:
    """Return the versions of a model, newest first, without their content."""
    return (
        model.versions.select_related("created_by", "proposed_by", "approved_by", "based_on")
        .defer("dmn", "based_on__dmn")
        .order_by("-number")
    )


def shown_version(model: DecisionModel, number: int | None) -> ModelVersion | None:
    """Return the version asked for, or the live one, or the newest where none is live."""
    versions = versions_of(model)
    if number is not None:
        return versions.filter(number=number).first()
    live = versions.filter(pk=model.live_version_id).first() if model.live_version_id else None
    return live or versions.first()


def contents_in_force(now: datetime) -> QuerySet[ReferenceTableVersion]:
    """Return the content of each reference table that rules read at the moment `now`."""
    return ReferenceTableVersion.objects.filter(pk=_newest(Q(effective_from=None), now))


def contents_then(at: datetime) -> QuerySet[ReferenceTableVersion]:
    """Return the content of each reference table that rules read at a moment of the past."""
    at_once = Q(effective_from=None, created_at__lte=at)
    return ReferenceTableVersion.objects.filter(pk=_newest(at_once, at))


def _newest(at_once: Q, at: datetime) -> Subquery:
    """Choose, for each table, the newest content that was in force at once or at its moment."""
    come = ReferenceTableVersion.objects.filter(
        at_once | Q(effective_from__lte=at), table_id=OuterRef("table_id"), trial=False
    )
    return Subquery(come.order_by("-number").values("pk")[:1])


def content_in_force(table: ReferenceTable, now: datetime) -> ReferenceTableVersion | None:
    """Return what rules read of a table at the moment `now`."""
    return contents_in_force(now).filter(table=table).select_related("created_by").first()


def content_to_come(table: ReferenceTable, now: datetime) -> ReferenceTableVersion | None:
    """Return the content of a table that waits for its time."""
    waiting = table.versions.filter(trial=False, effective_from__gt=now)
    return waiting.select_related("created_by").first()


def reference_tables(now: datetime) -> QuerySet[ReferenceTable]:
    """Return reference tables; `in_force` lists the one content that is, its rows left out."""
    contents = contents_in_force(now).select_related("created_by").defer("rows")
    return ReferenceTable.objects.prefetch_related(
        Prefetch("versions", contents, to_attr="in_force")
    ).annotate(version_count=Count("versions", filter=Q(versions__trial=False)))


def tables_called(keys: Iterable[str], now: datetime) -> dict[str, ReferenceTable]:
    """Return reference tables by key, with the content in force."""
    found = reference_tables(now).filter(key__in=list(keys))
    return {table.key: table for table in found}


def table_versions(table: ReferenceTable) -> QuerySet[ReferenceTableVersion]:
    """Return the versions of a table that were or will be in force, newest first, rows left out."""
    rows = table.versions.filter(trial=False).select_related("created_by").defer("rows")
    return rows.order_by("-number")


def trials_of(table: ReferenceTable) -> QuerySet[ReferenceTableVersion]:
    """Return the contents of a table that were never in force, newest first, rows left out."""
    rows = table.versions.filter(trial=True).select_related("created_by").defer("rows")
    return rows.order_by("-number")


def version_before(version: ReferenceTableVersion) -> ReferenceTableVersion | None:
    """Return the content a version replaces."""
    earlier = ReferenceTableVersion.objects.filter(
        table_id=version.table_id, number__lt=version.number, trial=False
    )
    return earlier.order_by("-number").first()
