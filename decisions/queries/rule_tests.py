"""Rule tests and the drafts they may go to."""

from uuid import UUID

from django.db.models import QuerySet

from decisions.enums import VersionState
from decisions.models import DecisionModel, ModelVersion, RuleTest


def test_whole(key: UUID) -> QuerySet[RuleTest]:
    """One test with its version and model, to be fetched with `get_object_or_404`."""
    return RuleTest.objects.filter(pk=key).select_related(
        "version__model__live_version", "from_decision__submission"
    )


def drafts_of(model: DecisionModel) -> QuerySet[ModelVersion]:
    """The drafts of a model, the newest first."""
    return (
        model.versions.filter(state=VersionState.DRAFT)
        .select_related("created_by")
        .defer("dmn")
        .order_by("-number")
    )
