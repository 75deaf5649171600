"""Moves a version from state to state: locked, by the table of transitions, with who and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from decisions import events, history
from decisions.enums import VERSION_TRANSITIONS, EventKind, ProposalState, VersionState
from decisions.errors import Invalid, Refused
from decisions.events import TIMETABLE, Actor
from decisions.models import DecisionModel, ModelVersion, Proposal, User
from decisions.services.binding import NAMES


def actor_of(person: User | None) -> Actor:
    """Return who acts: a person, or the timetable where there is none."""
    return Actor.person(person) if person else TIMETABLE


def reason_given(reason: str, act: str) -> str:
    """Return a reason without blanks; raises Invalid where there is none."""
    if not reason.strip():
        raise Invalid(f"Say why you {act}. The reason stays with the version.")
    return reason.strip()[:500]


def locked_model(model: DecisionModel) -> DecisionModel:
    return DecisionModel.objects.select_for_update(of=("self",)).get(pk=model.pk)


def locked_version(version: ModelVersion) -> ModelVersion:
    rows = ModelVersion.objects.select_for_update(of=("self",)).select_related("model")
    return rows.get(pk=version.pk)


def locked_proposal(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",))
    return rows.select_related("impact__version__model").get(pk=proposal.pk)


def move(
    version: ModelVersion,
    state: VersionState,
    *,
    person: User | None,
    reason: str,
    now: datetime,
    kind: EventKind | None = None,
    changes: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> ModelVersion:
    """Give a version its next state in the caller's transaction; raises Refused if it may not.

    `kind` is the event it is recorded as, where that is not the state's own.
    """
    locked = locked_version(version)
    if state not in VERSION_TRANSITIONS[locked.state]:
        now_is, wanted = locked.get_state_display().lower(), state.label.lower()
        raise Refused(f"{locked} is {now_is}; it cannot become {wanted}.")
    locked.state = state
    for name, value in (changes or {}).items():
        setattr(locked, name, value)
    history.save(locked, by=person, reason=reason, now=now)
    record(kind or EventKind(f"model.{state}"), locked, person=person, now=now, detail=detail)
    return locked


def record(
    kind: EventKind,
    version: ModelVersion,
    *,
    person: User | None,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Put what happened to a version on the audit log."""
    told = {"number": version.number, "content": version.content_hash, **(detail or {})}
    events.record(kind, version, actor=actor_of(person), now=now, detail=told)


def close(
    proposal: Proposal,
    state: ProposalState,
    *,
    person: User | None,
    reason: str,
    kind: EventKind,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> ModelVersion:
    """End a proposal before it went live; its version is a draft again, its approvals are void."""
    proposal.state = state
    proposal.closed_at = now
    proposal.closed_reason = reason[:500]
    history.save(proposal, by=person, reason=reason, now=now)
    cleared = {"approved_by": None, "publish_at": None, "retire_at": None}
    return move(
        proposal.version,
        VersionState.DRAFT,
        person=person,
        reason=reason,
        now=now,
        kind=kind,
        changes=cleared,
        detail=detail,
    )


def void(
    proposal: Proposal,
    changed: Sequence[str],
    *,
    person: User | None,
    now: datetime,
    because: str = "",
) -> str:
    """Make a proposal void because parts of it changed; returns the sentence that says so."""
    parts = " and ".join(NAMES[name].lower() for name in changed)
    why = because or f"The {parts} changed after this was proposed."
    sentence = f"{why} The approvals are void and v{proposal.version.number} is a draft again."
    close(
        proposal,
        ProposalState.VOID,
        person=person,
        reason=sentence,
        kind=EventKind.MODEL_VOIDED,
        now=now,
        detail={"parts": list(changed)},
    )
    return f"{sentence} Look at it, then propose it again."
