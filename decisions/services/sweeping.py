"""The sweep: sends again every event that a subscriber has not answered, so nothing is lost."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from decisions import events
from decisions.ids import id_at
from decisions.models import AuditEvent, Receipt, SweepMark

PATIENCE = timedelta(seconds=15)  # Younger events are on their way.
LATE_COMMIT = timedelta(minutes=5)  # No transaction is open for longer than this.
MOST = 20_000  # Events sent again in one sweep; the rest follows in the next.


def sweep(*, now: datetime) -> int:
    """Send unanswered events again, oldest first; return how many.

    The mark remembers up to where every event has its receipts, so that a sweep reads what is
    new and not 100 million rows. It stays behind transactions that may still commit older ids.
    """
    mark, _ = SweepMark.objects.get_or_create(pk=1, defaults={"reached": UUID(int=0)})
    horizon = id_at(now - PATIENCE)
    oldest: UUID | None = None
    sent = 0
    for subscriber in {name for names in settings.EVENT_SUBSCRIBERS.values() for name in names}:
        kinds = [k for k, names in settings.EVENT_SUBSCRIBERS.items() if subscriber in names]
        answered = Receipt.objects.filter(event_id=OuterRef("pk"), subscriber=subscriber)
        waiting = list(
            AuditEvent.objects.filter(kind__in=kinds, pk__gt=mark.reached, pk__lt=horizon)
            .filter(~Exists(answered))
            .order_by("pk")
            .values_list("pk", flat=True)[:MOST]
        )
        if waiting:
            oldest = min(waiting[0], oldest or waiting[0])
            sent += len(waiting)
            events.send(subscriber, waiting)
    safe = id_at(now - LATE_COMMIT)
    reached = min(safe, UUID(int=oldest.int - 1)) if oldest else safe
    if reached > mark.reached:
        SweepMark.objects.filter(pk=1, reached=mark.reached).update(reached=reached)
    return sent
