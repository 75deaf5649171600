"""One attempt at a delivery: claim the row, call, write how it went, and what its steps left."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, QuerySet

from connectors.adapters import Envelope, Line, party_of
from connectors.enums import DELIVERY_TRANSITIONS, DeliveryState
from connectors.errors import Answer, DeliveryError, QuotaUsedUp, SignInNeeded, TokenRefused
from connectors.models import Connector, Delivery, DeliveryAttempt
from connectors.queries import members_of
from connectors.services import signing_in
from connectors.services.backoff import ATTEMPTS, wait_after
from connectors.services.configuration import pause_for_quota
from connectors.services.lines import bare_line, keep_notes
from connectors.services.payloads import content_of
from decisions import events
from decisions.enums import ActorKind, EventKind, states_before
from decisions.errors import Expected
from decisions.events import Actor
from decisions.ids import new_id

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=120)  # Longer than a worker may work at one task.
LOOK_AGAIN = timedelta(minutes=10)  # Work that waits for a sign-in; signing in lets it go at once.
KEPT = 4000
LOADED = ("connector", "action__decision__submission", "action__decision__model")


@dataclass(frozen=True)
class Tried:
    """How one attempt went, and what was sent."""

    content: bytes
    answer: Answer
    failure: DeliveryError | None = None
    line: Line | None = None

    @property
    def problem(self) -> str:
        return self.failure.message[:500] if self.failure else ""


class Lines:
    """Opens lines for one round of deliveries; each connector's token is fetched once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._tokens: dict[UUID, str | DeliveryError] = {}

    def open(self, delivery: Delivery) -> Line | DeliveryError:
        """A line, or why there is none; called where the database may be used."""
        connector = delivery.connector
        party = party_of(connector.kind)
        try:
            line = bare_line(connector)
            if party.kind.oauth is not None:
                line.token = self._token(connector)
            if party.wants_members(delivery.action.topic, delivery.progress):
                line.members = members_of(delivery.action.decision.outputs)
        except DeliveryError as error:
            return error
        except Expected as error:
            return DeliveryError(str(error), permanent=True)
        return line

    def second_try(self, delivery: Delivery, result: Tried) -> Tried:
        """The result, or a second one with a fresh token where the first was refused (401)."""
        if not isinstance(result.failure, TokenRefused) or result.line is None:
            return result
        keep_notes(delivery.connector, result.line.notes, now=self._now)
        if party_of(delivery.connector.kind).kind.oauth is None:
            return result
        self._tokens.pop(delivery.connector_id, None)
        try:
            line = bare_line(delivery.connector)
            line.token = self._token(delivery.connector, fresh=True)
            line.members = result.line.members
        except DeliveryError as error:
            return Tried(result.content, Answer(code=None), error)
        return try_once(delivery, line, now=self._now)

    def _token(self, connector: Connector, *, fresh: bool = False) -> str:
        found = self._tokens.get(connector.pk)
        if found is None:
            try:
                found = signing_in.token_of(connector, now=self._now, fresh=fresh)
            except DeliveryError as error:
                found = error
            self._tokens[connector.pk] = found
        if isinstance(found, DeliveryError):
            raise found
        return found


def claim(ids: Sequence[UUID], *, now: datetime) -> list[Delivery]:
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
            step_attempts=F("step_attempts") + 1,
            next_attempt_at=now + LEASE,
            last_attempt_at=now,
        )
    ]
    return list(Delivery.objects.filter(pk__in=won).select_related(*LOADED).order_by("pk"))


def try_once(delivery: Delivery, line: Line | DeliveryError, *, now: datetime) -> Tried:
    """Take one step; touches no database, so that many run at the same time."""
    content = b""
    if isinstance(line, DeliveryError):
        return Tried(content, Answer(code=None), line)
    try:
        content = content_of(delivery)
        envelope = Envelope(
            id=str(delivery.pk),
            at=now,
            content=content,
            settings=delivery.connector.settings,
            secrets=tuple(line.signing),
            progress=delivery.progress,
            repeated=delivery.step_attempts > 1,
        )
        answer = party_of(delivery.connector.kind).deliver(envelope, line)
        return Tried(content, answer, line=line)
    except DeliveryError as error:
        return Tried(content, error.answer or Answer(code=None), error, line)
    except Expected as error:
        failure = DeliveryError(str(error), permanent=True)
        return Tried(content, Answer(code=None), failure, line)
    except Exception:
        # A fault of ours must not hold up the other deliveries; the row tells people of it.
        log.exception("delivery_broke", delivery=str(delivery.pk))
        words = "Clearance could not send this; its log says why."
        return Tried(content, Answer(code=None), DeliveryError(words, permanent=False), line)


def write(delivery: Delivery, result: Tried, *, now: datetime) -> bool:
    """Write how an attempt went; return whether the delivery has a further step to take now."""
    if result.line is not None:
        keep_notes(delivery.connector, result.line.notes, now=now)
    if isinstance(result.failure, QuotaUsedUp):
        pause_for_quota(
            delivery.connector, reason=result.problem, until=result.failure.until, now=now
        )
    if isinstance(result.failure, SignInNeeded | QuotaUsedUp):
        _hold(delivery, result, now=now)
        return False
    state = _state_after(delivery, result)
    content_hash = hashlib.sha256(result.content).hexdigest()
    with transaction.atomic():
        _keep_attempt(delivery, result, content_hash, now=now)
        changes = _changes(delivery, result, state, now=now)
        # The number of attempts tells whether another worker took over after our lease.
        still_ours = _ours(delivery).update(**changes)
        if still_ours:
            _record(delivery, result, state, content_hash, now=now)
    return bool(still_ours) and result.answer.more and result.answer.wait_until is None


def _hold(delivery: Delivery, result: Tried, *, now: datetime) -> None:
    """Put a delivery back as it was: nothing was sent, and the wait costs no attempt."""
    _ours(delivery).update(
        state=DeliveryState.PENDING,
        attempts=F("attempts") - 1,
        step_attempts=F("step_attempts") - 1,
        next_attempt_at=now + LOOK_AGAIN,
        last_problem=result.problem,
    )


def _state_after(delivery: Delivery, result: Tried) -> DeliveryState:
    if result.failure is None:
        return DeliveryState.PENDING if result.answer.more else DeliveryState.SUCCEEDED
    final = result.failure.permanent or delivery.attempts >= delivery.attempts_allowed
    return DeliveryState.DEAD if final else DeliveryState.FAILED


def _changes(
    delivery: Delivery, result: Tried, state: DeliveryState, *, now: datetime
) -> dict[str, object]:
    changes: dict[str, object] = {
        "state": state,
        "next_attempt_at": None,
        "last_code": result.answer.code,
        "last_elapsed_ms": result.answer.elapsed_ms,
        "last_problem": result.problem,
    }
    if result.failure is None:
        changes |= {
            "progress": dict(result.answer.progress) or delivery.progress,
            "step_attempts": 0,
            "attempts_allowed": delivery.attempts + ATTEMPTS,
        }
    if state == DeliveryState.PENDING:
        changes["next_attempt_at"] = result.answer.wait_until or now
    if state == DeliveryState.FAILED:
        asked = result.failure.retry_after if result.failure else None
        tries = delivery.step_attempts
        changes["next_attempt_at"] = now + wait_after(tries, seed=delivery.pk, asked=asked)
    return changes


def _keep_attempt(delivery: Delivery, result: Tried, content_hash: str, *, now: datetime) -> None:
    DeliveryAttempt.objects.create(
        id=new_id(now),
        delivery=delivery,
        number=delivery.attempts,
        at=now,
        succeeded=result.failure is None,
        permanent=result.failure is not None and result.failure.permanent,
        code=result.answer.code,
        elapsed_ms=result.answer.elapsed_ms,
        step=result.answer.step[:100],
        problem=result.problem,
        answer=result.answer.text[:KEPT],
        content_hash=content_hash,
    )


def _ours(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING, attempts=delivery.attempts
    )


def _record(
    delivery: Delivery, result: Tried, state: DeliveryState, content_hash: str, *, now: datetime
) -> None:
    kind = EventKind.DELIVERY_ADVANCED if result.answer.more else EventKind(f"delivery.{state}")
    detail = {
        "connector": delivery.connector.key,
        "attempt": delivery.attempts,
        "code": result.answer.code,
        "content": content_hash,
    }
    events.record(
        kind,
        delivery,
        actor=Actor(ActorKind.CONNECTOR, delivery.connector_id, delivery.connector.name),
        now=now,
        submission_id=delivery.action.decision.submission_id,
        detail=detail | ({"step": result.answer.step} if result.answer.step else {}),
    )
