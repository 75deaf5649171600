"""Deliveries are sent: claim the row, call without a transaction, write how it went."""

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from connectors.adapters import party_of
from connectors.adapters.base import UNDO
from connectors.enums import DELIVERY_TRANSITIONS, DeliveryState
from connectors.models import Connector, Delivery, Pulse
from connectors.services.attempts import Lines, claim, try_once, write
from connectors.services.backoff import ATTEMPTS
from connectors.services.configuration import resume_due
from decisions import events
from decisions.enums import EventKind, states_before
from decisions.errors import Refused
from decisions.events import Actor
from decisions.ids import id_at

SUBSCRIBER = "connectors.tasks.deliver"
AT_ONCE = 16
ROUND = 32
SECONDS = 25.0  # After this no new round starts; the rest stays due.
RECENT = timedelta(hours=24)
MOST_AT_ONCE = 500


def send(event_ids: Sequence[str | UUID], *, now: datetime) -> int:
    """Answer requests for deliveries by trying each once; return how many were tried.

    The receipts are written first: from then on the rows remember when to try again, and a
    worker that dies here leaves deliveries that are due.
    """
    with transaction.atomic():
        asked = events.unanswered(event_ids, subscriber=SUBSCRIBER)
    return _send_all([event.subject_id for event in asked], now=now)


def send_due(*, now: datetime) -> int:
    """Try deliveries whose time has come, a few of each connector, oldest first."""
    Pulse.objects.update_or_create(part="worker", defaults={"seen_at": now})
    resume_due(now=now)
    due: list[UUID] = []
    for connector in Connector.objects.filter(paused_at=None).only("pk"):
        due += (
            Delivery.objects.filter(connector=connector, next_attempt_at__lte=now)
            .order_by("next_attempt_at")
            .values_list("pk", flat=True)[:AT_ONCE]
        )
    return _send_all(due, now=now)


def resend(delivery: Delivery, *, actor: Actor, now: datetime) -> Delivery:
    """Send a finished or failed delivery once more, under the same id."""
    with transaction.atomic():
        moved = Delivery.objects.filter(
            pk=delivery.pk, state__in=states_before(DELIVERY_TRANSITIONS, DeliveryState.PENDING)
        ).update(
            state=DeliveryState.PENDING,
            next_attempt_at=now,
            attempts_allowed=F("attempts") + ATTEMPTS,
        )
        if not moved:
            raise Refused("This delivery is on its way already. Wait for its answer.")
        fresh = Delivery.objects.select_related("connector", "action__decision").get(pk=delivery.pk)
        submission_id = fresh.action.decision.submission_id
        detail = {"connector": fresh.connector.key, "topic": fresh.action.topic}
        resent = events.record(
            EventKind.DELIVERY_RESENT,
            fresh,
            actor=actor,
            now=now,
            submission_id=submission_id,
            detail=detail,
        )
        events.record(
            EventKind.DELIVERY_REQUESTED,
            fresh,
            actor=actor,
            now=now,
            submission_id=submission_id,
            detail=detail,
            caused_by=resent.pk,
        )
    return fresh


def roll_back(delivery: Delivery, *, actor: Actor, now: datetime) -> Delivery:
    """Take back what a delivery did, as far as its party can; goes out like any delivery."""
    if not party_of(delivery.connector.kind).kind.undoes:
        raise Refused(f"{delivery.connector.name} cannot take back what it did.")
    with transaction.atomic():
        moved = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if moved.progress.get(UNDO):
            raise Refused("This delivery is rolled back already.")
        if moved.state == DeliveryState.SENDING:
            raise Refused("This delivery is on its way. Wait for its answer, then roll it back.")
        if not moved.progress:
            raise Refused("This delivery has done nothing yet that could be taken back.")
        Delivery.objects.filter(pk=delivery.pk).update(
            progress={**moved.progress, UNDO: True},
            state=DeliveryState.PENDING,
            next_attempt_at=now,
            step_attempts=0,
            attempts_allowed=F("attempts") + ATTEMPTS,
        )
        fresh = Delivery.objects.select_related("connector", "action__decision").get(pk=delivery.pk)
        detail = {"connector": fresh.connector.key, "topic": fresh.action.topic}
        events.record(
            EventKind.DELIVERY_ROLLED_BACK,
            fresh,
            actor=actor,
            now=now,
            submission_id=fresh.action.decision.submission_id,
            detail=detail,
        )
    return fresh


def resend_dead(connector: Connector, *, actor: Actor, now: datetime) -> int:
    """Send again what was given up for this connector in the last 24 hours; return how many."""
    dead = Delivery.objects.filter(
        connector=connector, state=DeliveryState.DEAD, pk__gte=id_at(now - RECENT)
    ).order_by("pk")[:MOST_AT_ONCE]
    with transaction.atomic():
        sent = [resend(delivery, actor=actor, now=now) for delivery in dead]
    if not sent:
        raise Refused("Nothing was given up in the last 24 hours.")
    return len(sent)


def _send_all(ids: Sequence[UUID], *, now: datetime) -> int:
    """Try each once, and go on at once with those that have further steps."""
    started = time.monotonic()
    tried, left, lines = 0, deque(ids), Lines(now)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="deliver") as threads:
        while left and time.monotonic() - started <= SECONDS:
            chosen = [left.popleft() for _ in range(min(ROUND, len(left)))]
            claimed = claim(chosen, now=now)
            opened = [lines.open(delivery) for delivery in claimed]
            # The threads only talk to the outside; every database call stays in this one.
            results = threads.map(
                lambda pair: try_once(*pair, now=now), zip(claimed, opened, strict=True)
            )
            for delivery, result in zip(claimed, results, strict=True):
                if write(delivery, lines.second_try(delivery, result), now=now):
                    left.append(delivery.pk)
            tried += len(claimed)
    return tried
