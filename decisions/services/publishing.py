"""Approved versions go live, at once or at their time, and earlier ones come back."""

from datetime import datetime

import structlog
from django.db import transaction

from decisions import history
from decisions.enums import EventKind, ProposalState, VersionState
from decisions.errors import Expected, Invalid, Refused
from decisions.models import DecisionModel, ModelVersion, Proposal, User
from decisions.queries.releases import earlier_versions
from decisions.services import binding, challenging
from decisions.services.lifecycle import (
    locked_model,
    locked_proposal,
    locked_version,
    move,
    reason_given,
    void,
)
from decisions.services.stopping import stop

log = structlog.get_logger(__name__)

AT_ITS_TIME = "The time set for it has come"
CAN_RUN = ("rules", "references", "guardrails")


def publish(
    version: ModelVersion, *, publisher: User | None, reason: str, now: datetime
) -> ModelVersion:
    """Make an approved version the live one; the version that was live is retired.

    The timetable is the publisher where there is none. Raises Invalid when it cannot run, Refused
    when what was approved has changed: then it is a draft again.
    """
    why = reason_given(reason, "publish this version")
    proposal = _approved_proposal(version)
    fresh = ModelVersion.objects.select_related("model").get(pk=version.pk)
    parts = binding.checked(binding.content_of(fresh, proposal.impact, now=now))
    if not _differing(proposal, parts):
        _refuse_what_cannot_run(parts, f"Version {version.number} cannot go live.")
    with transaction.atomic():
        model = locked_model(fresh.model)
        bound = locked_proposal(proposal)
        locked = locked_version(fresh)
        # Looked at again under the lock: also what was fine a moment ago may be another now.
        changed = binding.changed_parts(bound, binding.content_of(locked, bound.impact, now=now))
        if not changed:
            return _go_live(model, locked, publisher, why, now)
        sentence = void(bound, changed, person=publisher, now=now)
    raise Refused(sentence)


def roll_back(
    model: DecisionModel, *, to: ModelVersion, by: User | None, reason: str, now: datetime
) -> ModelVersion:
    """Make an earlier version live again, at once. Raises Invalid when it cannot run today."""
    why = reason_given(reason, "roll back")
    wanted = ModelVersion.objects.select_related("model").get(pk=to.pk)
    parts = binding.checked(binding.content_of(wanted, None, now=now))
    _refuse_what_cannot_run(parts, f"Version {to.number} cannot come back.")
    with transaction.atomic():
        locked = locked_model(model)
        if locked.live_version_id is None or to.model_id != locked.pk:
            raise Refused(f"{model.name} has no live version to roll back.")
        if to.pk == locked.live_version_id:
            raise Refused(f"Version {to.number} is live already. Reload the page.")
        live = locked_version(locked.live_version) if locked.live_version else None
        assert live is not None
        again = locked_version(to)
        if again.state != VersionState.RETIRED:
            raise Refused(f"{again} was never live. Only a version that was can come back.")
        return _go_live(locked, again, by, why, now, back_from=live)


def publish_due(*, now: datetime) -> None:
    """Publish what was set for now, and end what was to be live until now.

    What cannot go live is a draft again, with the reason; what cannot go back stops the model, so
    that people decide.
    """
    due = ModelVersion.objects.filter(state=VersionState.APPROVED, publish_at__lte=now)
    for version in due.select_related("model").order_by("publish_at", "number"):
        try:
            publish(version, publisher=None, reason=AT_ITS_TIME, now=now)
        except Expected as error:
            log.warning("not_published", version=str(version), problem=str(error))
            _give_up(version, str(error), now=now)
    ending = ModelVersion.objects.filter(state=VersionState.PUBLISHED, retire_at__lte=now)
    for version in ending.select_related("model"):
        _end(version, now=now)


def _refuse_what_cannot_run(parts: list[binding.Part], sentence: str) -> None:
    """What keeps rules from running counts here; tests and impact were looked at before."""
    for part in parts:
        if part.name in CAN_RUN and not part.ok:
            raise Invalid(f"{sentence} {part.trouble}", part.faults)


def _end(version: ModelVersion, *, now: datetime) -> None:
    before = earlier_versions(version.model).select_related("model").first()
    reason = f"v{version.number} was to be live until now"
    try:
        if before is None:
            raise Refused("There is no version to go back to.")
        roll_back(version.model, to=before, by=None, reason=reason, now=now)
    except Expected as error:
        log.warning("not_rolled_back", version=str(version), problem=str(error))
        stop(version.model, by=None, reason=f"{reason}. {error}", now=now)


def _give_up(version: ModelVersion, problem: str, *, now: datetime) -> None:
    with transaction.atomic():
        found = version.proposals.filter(state=ProposalState.APPROVED).first()
        bound = locked_proposal(found) if found else None
        if bound and bound.version.state == VersionState.APPROVED:
            void(bound, [], person=None, now=now, because=problem)


def _go_live(
    model: DecisionModel,
    version: ModelVersion,
    person: User | None,
    why: str,
    now: datetime,
    *,
    back_from: ModelVersion | None = None,
) -> ModelVersion:
    """Retire what is live and put `version` in its place, under the lock of the model."""
    for live in model.versions.filter(state=VersionState.PUBLISHED):
        move(
            live,
            VersionState.RETIRED,
            person=person,
            reason=why,
            now=now,
            kind=EventKind.MODEL_ROLLED_BACK if back_from else None,
            changes={"retired_at": now, "retire_at": None},
            detail={"to": version.number} if back_from else None,
        )
    changes = {"published_at": now, "publish_at": None, "retired_at": None}
    published = move(
        version, VersionState.PUBLISHED, person=person, reason=why, now=now, changes=changes
    )
    challenging.end_running(model, by=person, reason=f"v{version.number} went live", now=now)
    model.live_version = published
    history.save(model, by=person, reason=why, now=now)
    return published


def _approved_proposal(version: ModelVersion) -> Proposal:
    rows = version.proposals.filter(state=ProposalState.APPROVED)
    found = rows.select_related("impact__version__model").first()
    if found is None or version.state != VersionState.APPROVED:
        state = ModelVersion.objects.get(pk=version.pk).get_state_display().lower()
        raise Refused(f"{version} is {state}; only an approved version can go live.")
    return found


def _differing(proposal: Proposal, parts: list[binding.Part]) -> bool:
    return any(proposal.parts[part.name]["hash"] != part.hash for part in parts)
