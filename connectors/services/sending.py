"""Deliveries are sent: claim the row, call without a transaction, write how it went."""

import hashlib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from connectors.adapters import ADAPTERS, Envelope
from connectors.encryption import decrypt
from connectors.enums import DELIVERY_TRANSITIONS, DeliveryState
from connectors.errors import Answer, DeliveryError
from connectors.models import Connector, Delivery, DeliveryAttempt, Pulse
from connectors.services.backoff import ATTEMPTS, wait_after
from connectors.services.payloads import content_of
from decisions import events
from decisions.enums import ActorKind, EventKind, states_before
from decisions.errors import Expected, Refused
from decisions.events import Actor
from decisions.ids import id_at, new_id

log = structlog.get_logger(__name__)

SUBSCRIBER = "connectors.tasks.deliver"
LEASE = timedelta(seconds=120)  # Longer than a worker may work at one task.
AT_ONCE = 16
ROUND = 32
SECONDS = 25.0  # After this no new round starts; the rest stays due.
KEPT = 4000
RECENT = timedelta(hours=24)
MOST_AT_ONCE = 500
LOADED = ("connector", "action__decision__submission", "action__decision__model")


@dataclass(frozen=True)
class Tried:
    """How one attempt went, and what was sent."""

    content: bytes
    answer: Answer
    problem: str = ""
    permanent: bool = False
    retry_after: int | None = None


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
        fresh = Delivery.objects.select_related(*LOADED).get(pk=delivery.pk)
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
    started = time.monotonic()
    tried = 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="deliver") as threads:
        for start in range(0, len(ids), ROUND):
            if time.monotonic() - started > SECONDS:
                break
            claimed = _claim(ids[start : start + ROUND], now=now)
            # The threads only talk to the outside; every database call stays in this one.
            results = threads.map(lambda delivery: _try(delivery, now), claimed)
            for delivery, result in zip(claimed, results, strict=True):
                _write(delivery, result, now=now)
            tried += len(claimed)
    return tried


def _claim(ids: Sequence[UUID], *, now: datetime) -> list[Delivery]:
    """Take the deliveries that are due and free; a row of a dead worker is free after its lease."""
    won = [
        key
        for key in ids
        if Delivery.objects.filter(
            pk=key,
            # Not a join: the conditions on this row must hold again when two workers race.
            connector__in=Connector.objects.filter(paused_at=None),
            state__in=states_before(DELIVERY_TRANSITIONS, DeliveryState.SENDING),
            next_attempt_at__lte=now,
        ).update(
            state=DeliveryState.SENDING,
            attempts=F("attempts") + 1,
            next_attempt_at=now + LEASE,
            last_attempt_at=now,
        )
    ]
    return list(Delivery.objects.filter(pk__in=won).select_related(*LOADED).order_by("pk"))


def _try(delivery: Delivery, now: datetime) -> Tried:
    connector, content = delivery.connector, b""
    try:
        content = content_of(delivery)
        envelope = Envelope(
            id=str(delivery.pk),
            at=now,
            content=content,
            settings=connector.settings,
            secrets=decrypt(connector.encrypted_secrets),
        )
        return Tried(content, ADAPTERS[connector.kind].deliver(envelope))
    except DeliveryError as error:
        answer = error.answer or Answer(code=None)
        return Tried(content, answer, error.message, error.permanent, error.retry_after)
    except Expected as error:
        return Tried(content, Answer(code=None), str(error), permanent=True)
    except Exception:
        # A fault of ours must not hold up the other deliveries; the row tells people of it.
        log.exception("delivery_broke", delivery=str(delivery.pk))
        return Tried(content, Answer(code=None), "Clearance could not send this; its log says why.")


def _state_after(delivery: Delivery, result: Tried) -> DeliveryState:
    if not result.problem:
        return DeliveryState.SUCCEEDED
    final = result.permanent or delivery.attempts >= delivery.attempts_allowed
    return DeliveryState.DEAD if final else DeliveryState.FAILED


def _write(delivery: Delivery, result: Tried, *, now: datetime) -> None:
    state = _state_after(delivery, result)
    wait = wait_after(delivery.attempts, seed=delivery.pk, asked=result.retry_after)
    content_hash = hashlib.sha256(result.content).hexdigest()
    with transaction.atomic():
        DeliveryAttempt.objects.create(
            id=new_id(now),
            delivery=delivery,
            number=delivery.attempts,
            at=now,
            succeeded=state == DeliveryState.SUCCEEDED,
            permanent=result.permanent,
            code=result.answer.code,
            elapsed_ms=result.answer.elapsed_ms,
            problem=result.problem[:500],
            answer=result.answer.text[:KEPT],
            content_hash=content_hash,
        )
        # The number of attempts tells whether another worker took over after our lease.
        still_ours = Delivery.objects.filter(
            pk=delivery.pk, state=DeliveryState.SENDING, attempts=delivery.attempts
        ).update(
            state=state,
            next_attempt_at=now + wait if state == DeliveryState.FAILED else None,
            last_code=result.answer.code,
            last_elapsed_ms=result.answer.elapsed_ms,
            last_problem=result.problem[:500],
        )
        if still_ours:
            events.record(
                EventKind(f"delivery.{state}"),
                delivery,
                actor=Actor(ActorKind.CONNECTOR, delivery.connector_id, delivery.connector.name),
                now=now,
                submission_id=delivery.action.decision.submission_id,
                detail={
                    "connector": delivery.connector.key,
                    "attempt": delivery.attempts,
                    "code": result.answer.code,
                    "content": content_hash,
                },
            )
