"""The chain over the audit log: seals stretches of it and proves later that none was touched."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from decisions.canonical import canonical
from decisions.ids import id_at
from decisions.models import AuditEvent, AuditSeal
from decisions.queries.audit import last_seal

# Longer than any transaction is open: no event can still appear inside a sealed stretch.
SETTLED_AFTER = timedelta(minutes=5)
MOST = 10_000


@dataclass(frozen=True)
class ChainReport:
    """What a check of the chain found; `broken_at` is the number of the first seal that fails."""

    seals: int
    events: int
    broken_at: int | None = None


def seal(*, now: datetime) -> int:
    """Seal the events that have come to rest; return how many were sealed."""
    last = last_seal()
    after = last.last_event if last else UUID(int=0)
    stretch = list(
        AuditEvent.objects.filter(pk__gt=after, pk__lt=id_at(now - SETTLED_AFTER)).order_by("pk")[
            :MOST
        ]
    )
    if not stretch:
        return 0
    try:
        with transaction.atomic():
            AuditSeal.objects.create(
                number=last.number + 1 if last else 1,
                first_event=stretch[0].pk,
                last_event=stretch[-1].pk,
                count=len(stretch),
                content_hash=_chained(last.content_hash if last else "", stretch),
                sealed_at=now,
            )
    except IntegrityError:  # Another process sealed this stretch.
        return 0
    return len(stretch)


def check_chain() -> ChainReport:
    """Recompute every seal from the log; any changed, missing or added event breaks its seal."""
    previous, reached, counted, number = "", UUID(int=0), 0, 0
    for number, link in enumerate(AuditSeal.objects.order_by("number").iterator(), 1):
        stretch = list(
            AuditEvent.objects.filter(pk__gt=reached, pk__lte=link.last_event).order_by("pk")
        )
        sound = (
            link.number == number
            and link.count == len(stretch)
            and link.content_hash == _chained(previous, stretch)
        )
        if not sound:
            return ChainReport(seals=number, events=counted, broken_at=number)
        previous, reached = link.content_hash, link.last_event
        counted += link.count
    return ChainReport(seals=number, events=counted)


def event_hash(event: AuditEvent) -> str:
    """Return the SHA-256 over everything an event says."""
    said = [
        str(event.pk),
        event.kind,
        event.at.isoformat(),
        event.actor_kind,
        str(event.actor_id),
        event.actor_name,
        event.subject_kind,
        str(event.subject_id),
        str(event.submission_id),
        str(event.caused_by),
        event.detail,
    ]
    return hashlib.sha256(canonical(said)).hexdigest()


def _chained(previous: str, stretch: Iterable[AuditEvent]) -> str:
    chain = hashlib.sha256(previous.encode())
    for event in stretch:
        chain.update(event_hash(event).encode())
    return chain.hexdigest()
