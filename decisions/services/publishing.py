"""Versions go live: proposed by one person, approved by another, published, retired."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from decisions import engine, events, history
from decisions.enums import VERSION_TRANSITIONS, EventKind, VersionState
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.models import DecisionModel, ModelVersion, User
from decisions.services.authoring import faults_of
from decisions.services.guarding import try_all
from decisions.services.rulesets import current_references, sources_of
from decisions.services.testing import run_all


def propose(version: ModelVersion, *, author: User, reason: str, now: datetime) -> ModelVersion:
    """Ask for approval of a draft; raises Invalid where its rules or its tests are not in order."""
    loaded = engine.load_model(version.dmn)
    if faults := faults_of(loaded):
        raise Invalid("This draft has problems and cannot be proposed.", faults)
    if failing := [tested for tested in run_all(version) if not tested.passed]:
        raise Invalid(
            f"{len(failing)} of {version.tests.count()} rule tests fail, the first is "
            f"“{failing[0].test.name}”. Mend the rules, or change what the test expects."
        )
    changes = {"proposed_by": author}
    return _move(version, VersionState.PROPOSED, author, reason, now, changes)


def approve(version: ModelVersion, *, approver: User, reason: str, now: datetime) -> ModelVersion:
    """Approve a proposed version; never one's own."""
    with transaction.atomic():
        locked = ModelVersion.objects.select_for_update().get(pk=version.pk)
        authors = {locked.created_by_id, locked.proposed_by_id}
        if approver.pk in authors or locked.changes.filter(changed_by=approver).exists():
            raise Refused("You wrote or proposed this version. Someone else must approve it.")
        changes = {"approved_by": approver}
        return _move(locked, VersionState.APPROVED, approver, reason, now, changes)


def publish(version: ModelVersion, *, publisher: User, reason: str, now: datetime) -> ModelVersion:
    """Make an approved version the live one; the version that was live is retired.

    Raises Invalid when the rules cannot run: problems, no such decision, a missing table.
    """
    loaded = engine.load_model(version.dmn)
    if faults := faults_of(loaded):
        raise Invalid("This version has problems and cannot go live.", faults)
    if loaded.hash != version.content_hash:
        raise Refused(
            "The content of this version changed after it was approved. Propose it again."
        )
    if version.model.decision_name not in {d["name"] for d in loaded.describe()["decisions"]}:
        raise Invalid(
            f"The DMN file has no decision named “{version.model.decision_name}”. "
            "Name the decision that gives the outcome so."
        )
    current_references([s.key for s in sources_of(loaded) if s.kind == "reference"])
    if broken := [tried for tried in try_all(version) if not tried.holds]:
        raise Invalid(
            f"This version breaks the guardrail “{broken[0].guardrail.name}” "
            f"({broken[0].source}), so it cannot go live."
        )
    with transaction.atomic():
        model = DecisionModel.objects.select_for_update().get(pk=version.model_id)
        for live in model.versions.filter(state=VersionState.PUBLISHED):
            _move(live, VersionState.RETIRED, publisher, reason, now, {"retired_at": now})
        published = _move(
            version, VersionState.PUBLISHED, publisher, reason, now, {"published_at": now}
        )
        model.live_version = published
        history.save(model, by=publisher, reason=reason, now=now)
    return published


def _move(
    version: ModelVersion,
    state: VersionState,
    person: User,
    reason: str,
    now: datetime,
    changes: Mapping[str, object],
) -> ModelVersion:
    with transaction.atomic():
        locked = ModelVersion.objects.select_for_update().get(pk=version.pk)
        if state not in VERSION_TRANSITIONS[locked.state]:
            now_is, wanted = locked.get_state_display().lower(), state.label.lower()
            raise Refused(f"{locked} is {now_is}; it cannot become {wanted}.")
        locked.state = state
        for name, value in changes.items():
            setattr(locked, name, value)
        history.save(locked, by=person, reason=reason, now=now)
        events.record(
            EventKind(f"model.{state}"),
            locked,
            actor=Actor.person(person),
            now=now,
            detail={"number": locked.number, "content": locked.content_hash},
        )
    return locked
