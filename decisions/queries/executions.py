"""What was executed, for lists that know no difference: decisions, and answers with values."""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from decisions.models import Decision, DecisionModel, Execution, ModelVersion

FIELDS = (
    "id",
    "evaluated_at",
    "duration_us",
    "failed",
    "version_id",
    "version_number",
    "model_key",
    "decision_name",
)


def executed(**filters: Any) -> QuerySet[Any]:
    """Return decisions and executions as rows of FIELDS, both filtered alike.

    Ids of both begin with their time, so the order of ids is that of time.
    """
    decisions, executions = (
        _flat(rows.filter(**filters)) for rows in (Decision.objects.all(), Execution.objects.all())
    )
    return decisions.union(executions, all=True)


def execution_of(key: UUID) -> Decision | Execution | None:
    """Return one record with what its replay needs."""
    joined = ("model", "ruleset__version")
    decision = (
        Decision.objects.select_related("submission", *joined)
        .prefetch_related("submission__evidence")
        .defer("ruleset__version__dmn")
        .filter(pk=key)
        .first()
    )
    return decision or (
        Execution.objects.select_related(*joined)
        .defer("ruleset__version__dmn")
        .filter(pk=key)
        .first()
    )


def deployable_versions() -> QuerySet[ModelVersion]:
    """Return all versions but discarded drafts, without their content."""
    return ModelVersion.objects.select_related("model").defer("dmn").exclude(state="discarded")


def executable_versions() -> QuerySet[ModelVersion]:
    """Return the versions that are or were live."""
    return deployable_versions().filter(state__in=["published", "retired"])


def executable_models() -> QuerySet[DecisionModel]:
    """Return the models that have live rules."""
    return DecisionModel.objects.filter(live_version__isnull=False).select_related("live_version")


def _flat(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.values_list(
        "id",
        "evaluated_at",
        "duration_us",
        "failed",
        F("ruleset__version_id"),
        F("ruleset__version__number"),
        F("model__key"),
        F("model__decision_name"),
    )
