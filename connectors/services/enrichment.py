"""Second witnesses are heard: reads the evidence a submission waits for and hands it on."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from connectors.adapters.rss import facts_of
from connectors.enums import ConnectorKind
from connectors.models import Connector, EvidenceRequest
from connectors.services.feed_visits import Visit, feed_of, visit_all
from decisions import events
from decisions.enums import ActorKind, SubmissionState
from decisions.errors import Refused
from decisions.events import Actor
from decisions.services import intake
from decisions.services.intake import Reading

log = structlog.get_logger(__name__)

SUBSCRIBER = "connectors.tasks.enrich"
RSS = "rss"
ADDRESS_FIELD = "rss_url"
TRIES = 2
RETRY = timedelta(seconds=15)
LEASE = timedelta(seconds=120)  # Longer than a worker may work at one task.
ROUND = 32
SECONDS = 25.0  # After this no new round starts; the rest stays due.


def enrich(event_ids: Sequence[str | UUID], *, now: datetime) -> int:
    """Answer events of submissions that wait for evidence; return how many were read.

    The receipts and the requests are written first, so a worker that dies leaves rows that are
    due. Whatever a source does, its submission goes on to the rules.
    """
    with transaction.atomic():
        asked = events.unanswered(event_ids, subscriber=SUBSCRIBER)
        ids = [event.subject_id for event in asked]
        EvidenceRequest.objects.bulk_create(
            [EvidenceRequest(submission_id=key, next_attempt_at=now) for key in ids],
            ignore_conflicts=True,
        )
    return _read_all(ids, now=now)


def enrich_due(*, now: datetime) -> int:
    """Read the evidence of submissions whose time has come (again)."""
    due = (
        EvidenceRequest.objects.filter(next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", flat=True)[: 4 * ROUND]
    )
    return _read_all(list(due), now=now)


def read_evidence(
    model_key: str, facts: Mapping[str, Any], *, now: datetime
) -> dict[str, Reading] | None:
    """Evidence for a caller who waits; None when a source should be asked again later."""
    sources = intake.needed_evidence(model_key)
    if not sources:
        return {}
    reader = _Reader(now)
    visits = reader.visit([facts] if RSS in sources else [])
    if any(visit.failure and not visit.failure.permanent for visit in visits.values()):
        return None
    return {source: reader.reading(source, facts, visits) for source in sources}


def _read_all(ids: Sequence[UUID], *, now: datetime) -> int:
    started = time.monotonic()
    read = 0
    for start in range(0, len(ids), ROUND):
        if time.monotonic() - started > SECONDS:
            break
        read += _read_round(ids[start : start + ROUND], now=now)
    return read


def _read_round(ids: Sequence[UUID], *, now: datetime) -> int:
    requests = _claim(ids, now=now)
    needed: dict[str, list[str]] = {}
    for request in requests:
        key = request.submission.model.key
        if key not in needed:
            needed[key] = intake.needed_evidence(key)
    reader = _Reader(now)
    visits = reader.visit(
        request.submission.facts
        for request in requests
        if RSS in needed[request.submission.model.key]
    )
    for request in requests:
        sources = needed[request.submission.model.key]
        visit = visits.get(reader.address_of(request.submission.facts))
        later = visit is not None and visit.failure is not None and not visit.failure.permanent
        if later and request.attempts < TRIES:
            EvidenceRequest.objects.filter(pk=request.pk, attempts=request.attempts).update(
                next_attempt_at=now + RETRY
            )
            continue
        readings = {s: reader.reading(s, request.submission.facts, visits) for s in sources}
        _hand_on(request, readings, actor=reader.actor, now=now)
    return len(requests)


def _claim(ids: Sequence[UUID], *, now: datetime) -> list[EvidenceRequest]:
    won = [
        key
        for key in ids
        if EvidenceRequest.objects.filter(pk=key, next_attempt_at__lte=now).update(
            next_attempt_at=now + LEASE, attempts=F("attempts") + 1
        )
    ]
    return list(
        EvidenceRequest.objects.filter(pk__in=won)
        .select_related("submission__model")
        .order_by("pk")
    )


def _hand_on(
    request: EvidenceRequest, readings: Mapping[str, Reading], *, actor: Actor, now: datetime
) -> None:
    with transaction.atomic():
        EvidenceRequest.objects.filter(pk=request.pk).update(next_attempt_at=None)
        if request.submission.state == SubmissionState.AWAITING_EVIDENCE:
            try:
                with transaction.atomic():
                    intake.add_evidence(request.submission_id, readings, actor=actor, now=now)
            except Refused:
                # Another worker handed it on after our lease; its reading stands.
                log.info("evidence_read_twice", submission=str(request.submission_id))


class _Reader:
    """Reads the feeds of one round; every database call is made here, in the calling thread."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        connector = Connector.objects.filter(kind=ConnectorKind.RSS).order_by("pk").first()
        self._paused = connector is not None and connector.paused_at is not None
        settings = connector.settings if connector else {}
        self._field: str = settings.get("address_field") or ADDRESS_FIELD
        self.actor = Actor(
            ActorKind.CONNECTOR,
            connector.pk if connector else None,
            connector.name if connector else ConnectorKind.RSS.label,
        )

    def address_of(self, facts: Mapping[str, Any]) -> str:
        address = facts.get(self._field)
        return address.strip() if isinstance(address, str) else ""

    def visit(self, all_facts: Iterable[Mapping[str, Any]]) -> dict[str, Visit]:
        """Read every feed once, several at the same time; keep what was read."""
        addresses = {address for facts in all_facts if (address := self.address_of(facts))}
        if self._paused or not addresses:
            return {}
        return visit_all(addresses, now=self._now)

    def reading(
        self, source: str, facts: Mapping[str, Any], visits: Mapping[str, Visit]
    ) -> Reading:
        if source != RSS:
            return Reading(None, f"No connector reads evidence from “{source}”.")
        if self._paused:
            return Reading(None, "Reading podcast feeds is paused. An admin can resume it.")
        visit = visits.get(self.address_of(facts))
        if visit is None:
            return Reading(None, f"The submission gives no feed address in {self._field}.")
        if visit.failure is not None:
            return Reading(None, visit.failure.message)
        return Reading(facts_of(feed_of(visit), now=self._now))
