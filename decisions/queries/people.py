"""Reads of people: the list, and what was done to an account."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from decisions.enums import EventKind, Role
from decisions.models import AuditEvent, User

MOST_PEOPLE = 200
MOST_CHANGES = 50
CHANGES = (EventKind.PERSON_INVITED, EventKind.PERSON_CHANGED)


def people(*, text: str = "", role: str = "") -> QuerySet[User]:
    """Return people by name, those who may sign in first."""
    found = User.objects.order_by("-is_active", "name", "email").prefetch_related("groups")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    return found.filter(groups__name=role) if role else found


def roles_of(person: User) -> list[Role]:
    """Return the roles of a person in their usual order; reads what was prefetched."""
    held = {group.name for group in person.groups.all()}
    return [role for role in Role if role.value in held]


@dataclass(frozen=True)
class Change:
    """One change of an account, against the one before it."""

    at: datetime
    by: str
    event: AuditEvent
    first: bool
    given: list[Role]
    taken: list[Role]
    barred: bool
    admitted: bool


def changes_of(person: User) -> list[Change]:
    """Return what was changed about an account, newest first."""
    newest = AuditEvent.objects.filter(subject_id=person.pk, kind__in=CHANGES).order_by("-pk")
    events = list(newest[: MOST_CHANGES + 1])
    pairs = zip(events, [*events[1:], None], strict=False)  # None has no pair where none is.
    return [_change(event, before) for event, before in pairs][:MOST_CHANGES]


def _change(event: AuditEvent, before: AuditEvent | None) -> Change:
    now_held = set(event.detail.get("roles") or [])
    was_held = set(before.detail.get("roles") or []) if before else set()
    active, was_active = _active(event), _active(before)
    return Change(
        at=event.at,
        by=event.actor_name,
        event=event,
        first=event.kind == EventKind.PERSON_INVITED,
        given=[role for role in Role if role.value in now_held - was_held],
        taken=[role for role in Role if role.value in was_held - now_held],
        barred=was_active and not active,
        admitted=active and not was_active,
    )


def _active(event: AuditEvent | None) -> bool:
    return event is None or bool(event.detail.get("active", True))
