"""Reads of rules: decision models with their versions, and reference tables with theirs."""

from collections.abc import Iterable

from django.db.models import Count, Prefetch, QuerySet

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


def reference_tables() -> QuerySet[ReferenceTable]:
    """Return reference tables with their current version, its rows left out."""
    return (
        ReferenceTable.objects.select_related("current__created_by")
        .defer("current__rows")
        .annotate(version_count=Count("versions"))
    )


def tables_called(keys: Iterable[str]) -> dict[str, ReferenceTable]:
    """Return reference tables by key, with their current version."""
    found = reference_tables().filter(key__in=list(keys))
    return {table.key: table for table in found}


def table_versions(table: ReferenceTable) -> QuerySet[ReferenceTableVersion]:
    """Return the versions of a table, newest first, rows left out."""
    return table.versions.select_related("created_by").defer("rows").order_by("-number")


def version_before(version: ReferenceTableVersion) -> ReferenceTableVersion | None:
    """Return the content a version replaced."""
    earlier = ReferenceTableVersion.objects.filter(
        table_id=version.table_id, number__lt=version.number
    )
    return earlier.order_by("-number").first()
