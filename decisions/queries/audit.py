"""Reads of the audit log: the filtered trail, what belongs to an event, its place in the chain."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from decisions.models import (
    AuditEvent,
    AuditSeal,
    DecisionModel,
    ModelVersion,
    ReferenceTable,
    Submission,
    User,
)
from decisions.queries.days import keys_of

MOST_SUBMISSIONS = 200
MOST_FOLLOWING = 20
MOST_PEOPLE = 200


@dataclass(frozen=True)
class Trail:
    """Which events are wanted; what is empty does not narrow. `last` is included."""

    text: str = ""
    kind: str = ""
    actor: UUID | None = None
    about: UUID | None = None
    first: date | None = None
    last: date | None = None

    @property
    def narrowed(self) -> bool:
        return self != Trail()

    def without(self, name: str) -> "Trail":
        return replace(self, **{name: getattr(Trail(), name)})


def events_of(trail: Trail) -> QuerySet[AuditEvent]:
    """Return the events of a trail, unordered; each filter has its index."""
    events = AuditEvent.objects.all()
    if trail.kind:
        events = events.filter(kind=trail.kind)
    if trail.actor:
        events = events.filter(actor_id=trail.actor)
    if trail.about:
        events = events.filter(subject_id=trail.about)
    if trail.text:
        events = events.filter(_found(trail.text))
    return events.filter(**keys_of(trail.first, trail.last))


def _found(text: str) -> Q:
    """An id names an event, its record or its submission; other text names submissions."""
    try:
        key = UUID(text)
    except ValueError:
        named = Submission.objects.matching(text).order_by("-pk").values_list("pk", flat=True)
        return Q(submission_id__in=list(named[:MOST_SUBMISSIONS]))
    return Q(pk=key) | Q(subject_id=key) | Q(submission_id=key)


def people_who_act() -> QuerySet[User]:
    """Return people by name, for the filter; a page of a person leads to those beyond the first."""
    return User.objects.order_by("name", "email").only("id", "name", "email")


def names_of(events: Iterable[AuditEvent]) -> dict[UUID, str]:
    """Return what the records and submissions of events are called today, by their ids."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for event in events:
        wanted[event.subject_kind].add(event.subject_id)
        if event.submission_id:
            wanted["submission"].add(event.submission_id)
    return {
        **_submission_names(wanted["submission"]),
        **{v.pk: f"{v.model.name} v{v.number}" for v in _versions(wanted["modelversion"])},
        **{m.pk: m.name for m in DecisionModel.objects.filter(pk__in=wanted["decisionmodel"])},
        **{t.pk: t.name for t in _tables(wanted["referencetable"])},
        **{u.pk: str(u) for u in people_who_act().filter(pk__in=wanted["user"])},
    }


def _submission_names(ids: set[UUID]) -> dict[UUID, str]:
    rows = Submission.objects.filter(pk__in=ids).values_list("pk", "reference", "title")
    return {pk: reference or title or str(pk) for pk, reference, title in rows}


def _versions(ids: set[UUID]) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(pk__in=ids).select_related("model").defer("dmn")


def _tables(ids: set[UUID]) -> QuerySet[ReferenceTable]:
    return ReferenceTable.objects.filter(pk__in=ids).only("pk", "name")


def cause_of(event: AuditEvent) -> AuditEvent | None:
    return AuditEvent.objects.filter(pk=event.caused_by).first() if event.caused_by else None


def following(event: AuditEvent) -> list[AuditEvent]:
    """Return the events this one led to, oldest first; they share its submission or its record."""
    same = (
        Q(submission_id=event.submission_id)
        if event.submission_id
        else Q(subject_id=event.subject_id)
    )
    later = AuditEvent.objects.filter(same, caused_by=event.pk, pk__gt=event.pk)
    return list(later.order_by("pk")[:MOST_FOLLOWING])


def keys_in_address(event: AuditEvent) -> list[str | int]:
    """Return what names an event's record in an address: rules go by their keys, not by ids."""
    rows: QuerySet[Any, tuple[Any, ...]]
    if event.subject_kind == "modelversion":
        rows = ModelVersion.objects.values_list("model__key", "number")
    elif event.subject_kind == "decisionmodel":
        rows = DecisionModel.objects.values_list("key")
    elif event.subject_kind == "referencetable":
        rows = ReferenceTable.objects.values_list("key")
    else:
        return [str(event.subject_id)]
    return list(rows.filter(pk=event.subject_id).first() or ())


def last_seal() -> AuditSeal | None:
    return AuditSeal.objects.order_by("-number").first()


def seal_over(event: AuditEvent) -> AuditSeal | None:
    """Return the seal whose stretch holds the event, or None while it is not sealed.

    Found by halving, because seals have no index but their number.
    """
    newest = last_seal()
    if newest is None or newest.last_event < event.pk:
        return None
    low, high, found = 1, newest.number, newest
    while low < high:
        middle = (low + high) // 2
        seal = AuditSeal.objects.filter(number__gte=middle).order_by("number")[0]
        if seal.last_event >= event.pk:
            high, found = middle, seal
        else:
            low = seal.number + 1
    return found
