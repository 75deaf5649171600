"""The one door to the audit log, which is also the outbox that starts everything later."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from decisions.enums import ActorKind, EventKind
from decisions.ids import new_id
from decisions.models import AuditEvent, Receipt, User

log = structlog.get_logger(__name__)

CHUNK = 200  # Ids in one message: Celery's limit is messages, not bytes.


@dataclass(frozen=True)
class Actor:
    """Who did it; `name` is kept as it was then."""

    kind: ActorKind
    id: UUID | None = None
    name: str = ""

    @classmethod
    def person(cls, user: User) -> "Actor":
        return cls(ActorKind.PERSON, user.pk, str(user)[:120])


RULES = Actor(ActorKind.RULES, name="Rules")
TIMETABLE = Actor(ActorKind.TIMETABLE, name="Timetable")
SYSTEM = Actor(ActorKind.SYSTEM, name="Clearance")


@dataclass(frozen=True)
class Entry:
    """An event about to be recorded; `answered` names subscribers who work in this transaction."""

    kind: EventKind
    subject: Any  # A model instance with a UUID key.
    actor: Actor
    submission_id: UUID | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    caused_by: UUID | None = None
    answered: tuple[str, ...] = ()


def record(
    kind: EventKind,
    subject: Any,
    *,
    actor: Actor,
    now: datetime,
    submission_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
    caused_by: UUID | None = None,
) -> AuditEvent:
    """Write one event in the caller's transaction; its subscribers hear of it after the commit."""
    entry = Entry(kind, subject, actor, submission_id, detail or {}, caused_by)
    return record_many([entry], now=now)[0]


def record_many(entries: Sequence[Entry], *, now: datetime) -> list[AuditEvent]:
    """Write events in order, in the caller's transaction; one message carries a chunk of ids."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "Events are recorded in the transaction of the work they tell of."
        )
    events = [
        AuditEvent(
            id=new_id(now),
            kind=entry.kind,
            at=now,
            actor_kind=entry.actor.kind,
            actor_id=entry.actor.id,
            actor_name=entry.actor.name,
            subject_kind=entry.subject._meta.model_name,
            subject_id=entry.subject.pk,
            submission_id=entry.submission_id,
            caused_by=entry.caused_by,
            detail=entry.detail,
        )
        for entry in entries
    ]
    AuditEvent.objects.bulk_create(events, batch_size=500)
    receipts: list[Receipt] = []
    waiting: dict[str, list[UUID]] = {}
    for entry, event in zip(entries, events, strict=True):
        for subscriber in settings.EVENT_SUBSCRIBERS.get(entry.kind, ()):
            if subscriber in entry.answered:
                receipts.append(Receipt(event=event, subscriber=subscriber))
            else:
                waiting.setdefault(subscriber, []).append(event.pk)
    if receipts:
        Receipt.objects.bulk_create(receipts, batch_size=500)
    for subscriber, ids in waiting.items():
        transaction.on_commit(partial(send, subscriber, ids))
    return events


def send(subscriber: str, event_ids: Iterable[UUID]) -> None:
    """Tell a subscriber of events; a broker that is away loses nothing, the sweep sends again."""
    task = import_string(subscriber)
    for chunk in _chunks(event_ids):
        try:
            task.delay([str(key) for key in chunk])
        except task.OperationalError as error:
            log.warning("broker_away", subscriber=subscriber, events=len(chunk), error=str(error))
            return


def _chunks(ids: Iterable[UUID]) -> Iterable[tuple[UUID, ...]]:
    iterator = iter(ids)
    while chunk := tuple(itertools.islice(iterator, CHUNK)):
        yield chunk


def unanswered(event_ids: Iterable[str | UUID], *, subscriber: str) -> list[AuditEvent]:
    """Lock the events and write this subscriber's receipts; return those it had not answered.

    Call it first in the transaction of the work: a message that arrives twice finds the receipts
    of the first and has nothing left to do.
    """
    events = list(
        AuditEvent.objects.select_for_update().filter(pk__in=list(event_ids)).order_by("pk")
    )
    done = set(
        Receipt.objects.filter(event__in=events, subscriber=subscriber).values_list(
            "event_id", flat=True
        )
    )
    fresh = [event for event in events if event.pk not in done]
    Receipt.objects.bulk_create([Receipt(event=event, subscriber=subscriber) for event in fresh])
    return fresh
