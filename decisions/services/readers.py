"""Who reads a reference table: the models and approvals that a change touches, and its preview."""

from datetime import datetime, timedelta

from decisions.enums import VersionState
from decisions.errors import Refused
from decisions.models import (
    DecisionModel,
    ImpactReport,
    ModelVersion,
    ReferenceTable,
    ReferenceTableVersion,
    User,
)
from decisions.queries.rules import models
from decisions.services import simulation
from decisions.services.drafting import loaded_draft
from decisions.services.rulesets import live_version_id, load, sources_of

WINDOW = timedelta(days=30)


def readers() -> dict[str, list[DecisionModel]]:
    """Return the models whose live version reads a reference table, by the table's key."""
    found: dict[str, list[DecisionModel]] = {}
    for model in models().exclude(live_version=None):
        for source in sources_of(load(live_version_id(model))):
            if source.kind == "reference":
                found.setdefault(source.key, []).append(model)
    return found


def approvals_touched(table: ReferenceTable) -> list[ModelVersion]:
    """Return the versions whose approval is void once the content of a table changes."""
    waiting = ModelVersion.objects.filter(state__in=[VersionState.PROPOSED, VersionState.APPROVED])
    return [
        version
        for version in waiting.select_related("model")
        if any(
            source.kind == "reference" and source.key == table.key
            for source in sources_of(loaded_draft(version))
        )
    ]


def preview(
    content: ReferenceTableVersion, model: DecisionModel, *, by: User, now: datetime
) -> ImpactReport:
    """Ask what a model's live rules would have decided in 30 days with this content."""
    if model not in readers().get(content.table.key, []):
        raise Refused(f"The live rules of {model.name} do not read {content.table.name}.")
    version = ModelVersion.objects.select_related("model").get(pk=live_version_id(model))
    return simulation.ask(
        version, since=now - WINDOW, until=now, trial_tables=[content], by=by, now=now
    )
