"""Reads of drafts: who changes them, and what was changed since somebody looked."""

from dataclasses import dataclass, field

from django.db.models import Count, Max, QuerySet

from decisions.enums import VersionState
from decisions.models import DecisionModel, DraftChange, ModelVersion

MOST_CHANGES = 50


@dataclass
class Work:
    """A draft and the people who change it, the latest first: (name, edits, last, what)."""

    version: ModelVersion
    people: list["Editor"] = field(default_factory=list)


@dataclass(frozen=True)
class Editor:
    """Somebody who changed a draft: how often, and what they did last."""

    name: str
    edits: int
    last: DraftChange


def last_change(version: ModelVersion) -> DraftChange | None:
    """Return the newest change of a draft."""
    return _changes(version).last()


def changes_since(version: ModelVersion, revision: int) -> list[DraftChange]:
    """Return what was changed after a revision, the newest first."""
    return list(
        _changes(version).filter(revision__gt=revision).order_by("-revision")[:MOST_CHANGES]
    )


def drafts_of(model: DecisionModel) -> list[Work]:
    """Return the drafts of a model, the newest first, with who works on each."""
    drafts = (
        model.versions.filter(state=VersionState.DRAFT)
        .select_related("created_by", "based_on")
        .defer("dmn", "based_on__dmn")
        .order_by("-number")
    )
    work = {draft.pk: Work(draft) for draft in drafts}
    counted = (
        DraftChange.objects.filter(version__in=work)
        .order_by()
        .values("version", "changed_by")
        .annotate(edits=Count("pk"), latest=Max("revision"))
    )
    counts = {(row["version"], row["latest"]): row["edits"] for row in counted}
    changes = DraftChange.objects.filter(
        version__in=work, revision__in=[latest for _, latest in counts]
    )
    rows = changes.select_related("changed_by").defer("operations", "inverse")
    for change in rows.order_by("-changed_at"):
        if edits := counts.get((change.version_id, change.revision)):
            editor = Editor(str(change.changed_by), edits, change)
            work[change.version_id].people.append(editor)
    return list(work.values())


def _changes(version: ModelVersion) -> QuerySet[DraftChange]:
    return version.changes.select_related("changed_by").defer("operations", "inverse")
