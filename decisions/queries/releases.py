"""Reads of releases: proposals that wait, what happened to a version, and what was live before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from decisions.enums import EventKind, ProposalState, VersionState
from decisions.models import AuditEvent, DecisionModel, ModelVersion, Proposal

# What happened to a version: icon and words.
STEPS = {
    EventKind.MODEL_DRAFTED: ("pencil", "Drafted"),
    EventKind.MODEL_PROPOSED: ("git-pull-request-arrow", "Proposed"),
    EventKind.MODEL_APPROVED: ("check", "Approved"),
    EventKind.MODEL_RETURNED: ("undo-2", "Returned"),
    EventKind.MODEL_WITHDRAWN: ("undo-2", "Withdrawn"),
    EventKind.MODEL_VOIDED: ("circle-x", "Void"),
    EventKind.MODEL_PUBLISHED: ("circle-dot", "Went live"),
    EventKind.MODEL_RETIRED: ("archive", "Retired"),
    EventKind.MODEL_ROLLED_BACK: ("history", "Rolled back"),
    EventKind.MODEL_DISCARDED: ("trash-2", "Discarded"),
}
STATE_AFTER = {
    EventKind.MODEL_PROPOSED: VersionState.PROPOSED,
    EventKind.MODEL_APPROVED: VersionState.APPROVED,
    EventKind.MODEL_PUBLISHED: VersionState.PUBLISHED,
    EventKind.MODEL_RETIRED: VersionState.RETIRED,
    EventKind.MODEL_ROLLED_BACK: VersionState.RETIRED,
    EventKind.MODEL_DISCARDED: VersionState.DISCARDED,
}


@dataclass(frozen=True)
class Step:
    """One thing that happened to a version, for `partials/_timeline.html`."""

    icon: str
    title: str
    who: str
    at: datetime
    note: str = ""


def waiting_proposals() -> QuerySet[Proposal]:
    """Return proposals that wait for approval or to go live, the oldest first."""
    waits = Q(state=ProposalState.OPEN) | Q(
        state=ProposalState.APPROVED, version__state=VersionState.APPROVED
    )
    return _proposals().filter(waits).order_by("proposed_at")


def waiting_count() -> int:
    return Proposal.objects.filter(state=ProposalState.OPEN).count()


def sent_back_proposals() -> QuerySet[Proposal]:
    """Return proposals that ended before they were live, while their version is still a draft."""
    ended = [ProposalState.VOID, ProposalState.RETURNED]
    later = Proposal.objects.filter(
        version=OuterRef("version"), proposed_at__gt=OuterRef("proposed_at")
    )
    rows = _proposals().filter(~Exists(later), state__in=ended, version__state=VersionState.DRAFT)
    return rows.order_by("-closed_at")


def proposal_of(version: ModelVersion) -> Proposal | None:
    """Return the newest proposal of a version, with who approved it."""
    return _proposals().filter(version=version).order_by("-pk").first()


def _proposals() -> QuerySet[Proposal]:
    return (
        Proposal.objects.select_related("version__model", "proposed_by", "impact")
        .defer("version__dmn", "impact__found")
        .prefetch_related("approvals__approver")
    )


def version_compared_with(version: ModelVersion) -> ModelVersion | None:
    """Return what a version is compared with: what is live, or what was live before it was."""
    others = version.model.versions.exclude(pk=version.pk)
    if version.published_at is None:
        found = others.filter(state=VersionState.PUBLISHED).first()
    else:
        earlier = others.filter(published_at__lt=version.published_at)
        found = earlier.order_by("-published_at").first()
    return found or version.based_on or others.filter(number__lt=version.number).first()


def rolled_back(versions: Iterable[ModelVersion]) -> set[UUID]:
    """Return the keys of those versions whose last turn was to be rolled back."""
    events = AuditEvent.objects.filter(
        subject_id__in=[version.pk for version in versions],
        kind__in=[EventKind.MODEL_PUBLISHED, EventKind.MODEL_ROLLED_BACK],
    )
    last = dict(events.order_by("pk").values_list("subject_id", "kind"))
    return {key for key, kind in last.items() if kind == EventKind.MODEL_ROLLED_BACK}


def earlier_versions(model: DecisionModel) -> QuerySet[ModelVersion]:
    """Return the versions that were live once, the last of them first, without their content."""
    rows = model.versions.filter(state=VersionState.RETIRED).exclude(published_at=None)
    return rows.defer("dmn").order_by("-retired_at", "-number")


def story_of(version: ModelVersion) -> list[Step]:
    """Return what happened to a version, oldest first, each with the reason that was given."""
    reasons = _reasons(version)
    events = AuditEvent.objects.filter(subject_id=version.pk, kind__in=list(STEPS)).order_by("pk")
    steps = [_step(event, reasons) for event in events]
    return sorted([*steps, *_edits(version)], key=lambda step: step.at)


def _step(event: AuditEvent, reasons: dict[tuple[str, datetime], str]) -> Step:
    icon, title = STEPS[EventKind(event.kind)]
    needed = event.detail.get("needed") or 1
    if needed > 1:
        title = f"{title} ({event.detail.get('given')} of {needed})"
    if event.kind == EventKind.MODEL_ROLLED_BACK:
        title = f"{title} to v{event.detail.get('to')}"
    state = STATE_AFTER.get(EventKind(event.kind), VersionState.DRAFT)
    return Step(icon, title, event.actor_name, event.at, reasons.get((state, event.at), ""))


def _reasons(version: ModelVersion) -> dict[tuple[str, datetime], str]:
    """Return what was given as reason, by the state it led to and the moment.

    Proposals and approvals keep it whole.
    """
    rows = version.history.exclude(history_change_reason=None)
    found = {
        (state, at): reason
        for state, at, reason in rows.values_list("state", "history_date", "history_change_reason")
    }
    for proposal in version.proposals.prefetch_related("approvals"):
        found[VersionState.PROPOSED, proposal.proposed_at] = proposal.reason
        if proposal.closed_at:
            found[VersionState.DRAFT, proposal.closed_at] = proposal.closed_reason
        for yes in proposal.approvals.all():
            found[VersionState.APPROVED, yes.approved_at] = yes.reason
    return found


def _edits(version: ModelVersion) -> list[Step]:
    """Sum the edits of each author up in one line."""
    rows = (
        version.changes.order_by()
        .values_list("changed_by__name")
        .annotate(count=Count("pk"), last=Max("changed_at"))
    )
    return [_edited(*row) for row in rows]


def _edited(name: str, count: int, last: datetime) -> Step:
    return Step("pencil", f"{count:,} edit{'' if count == 1 else 's'}", name, last)
