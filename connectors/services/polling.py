"""Outside parties are read on a timetable: what is due is claimed, read, and kept for its time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count

from connectors.adapters import PARTIES, Line, party_of
from connectors.adapters.base import Reading
from connectors.adapters.spotify_ads.reading import CAMPAIGN, TOTAL
from connectors.errors import DeliveryError, QuotaUsedUp, TokenRefused
from connectors.models import Connector, FetchedRecord, Poll
from connectors.services import signing_in
from connectors.services.backoff import wait_after
from connectors.services.configuration import pause_for_quota
from connectors.services.lines import bare_line, keep_notes
from connectors.services.signing_in import Consent
from decisions.errors import Expected

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
AT_ONCE = 20
READABLE = frozenset({Consent.NOT_NEEDED, Consent.GOOD, Consent.ENDS_SOON})


def poll_due(*, now: datetime) -> int:
    """Read every connector whose time has come; return how many were read."""
    kinds = [key for key, party in PARTIES.items() if party.kind.polls_every is not None]
    connectors = Connector.objects.filter(kind__in=kinds, paused_at=None).select_related("sign_in")
    done = 0
    for connector in connectors.order_by("pk"):
        if done == AT_ONCE:
            break
        if signing_in.standing_of(connector, now=now).consent in READABLE:
            poll = _claim(connector, now=now)
            done += poll is not None
            if poll is not None:
                _poll(connector, poll, now=now)
    return done


def forget_fetched(*, now: datetime) -> int:
    """Delete what was kept for its time; return how much."""
    gone, _ = FetchedRecord.objects.filter(forget_at__lte=now).delete()
    return gone


def _claim(connector: Connector, *, now: datetime) -> Poll | None:
    Poll.objects.get_or_create(connector=connector, defaults={"next_at": now})
    won = Poll.objects.filter(connector=connector, next_at__lte=now).update(next_at=now + LEASE)
    return Poll.objects.get(connector=connector) if won else None


def _poll(connector: Connector, poll: Poll, *, now: datetime) -> None:
    try:
        reading = _read(connector, poll, now=now)
    except DeliveryError as error:
        _put_off(connector, poll, error, now=now)
    except Expected as error:
        _put_off(connector, poll, DeliveryError(str(error), permanent=True), now=now)
    except Exception:
        # One party's surprise must not keep the others from being read.
        log.exception("reading_broke", connector=connector.key)
        words = "Clearance could not read what came; its log says why."
        _put_off(connector, poll, DeliveryError(words, permanent=False), now=now)
    else:
        _keep(connector, poll, reading, now=now)


def _read(connector: Connector, poll: Poll, *, now: datetime) -> Reading:
    """Read without a transaction; a refused token is replaced once."""
    try:
        return _read_once(connector, poll, now=now, fresh=False)
    except TokenRefused:
        return _read_once(connector, poll, now=now, fresh=True)


def _read_once(connector: Connector, poll: Poll, *, now: datetime, fresh: bool) -> Reading:
    party, line = party_of(connector.kind), bare_line(connector)
    if party.kind.oauth is not None:
        line.token = signing_in.token_of(connector, now=now, fresh=fresh)
    return _noted(connector, line, poll, now=now)


def _noted(connector: Connector, line: Line, poll: Poll, *, now: datetime) -> Reading:
    try:
        return party_of(connector.kind).read(line, connector.settings, poll.cursor, now=now)
    finally:
        keep_notes(connector, line.notes, now=now)


def _keep(connector: Connector, poll: Poll, reading: Reading, *, now: datetime) -> None:
    """Keep what was read, unless the connector was disconnected meanwhile."""
    kind = party_of(connector.kind).kind
    kept = {one.name: one.kept for one in kind.fetched}
    with transaction.atomic():
        mine = Poll.objects.select_for_update().filter(connector=connector, next_at=poll.next_at)
        if not mine.exists():
            return
        FetchedRecord.objects.bulk_create(
            [
                FetchedRecord(
                    connector=connector,
                    what=item.what,
                    external_id=item.id[:120],
                    name=item.name[:200],
                    content=dict(item.content),
                    fetched_at=now,
                    forget_at=now + kept[item.what],
                )
                for item in reading.items
            ],
            update_conflicts=True,
            unique_fields=["connector", "what", "external_id"],
            update_fields=["name", "content", "fetched_at", "forget_at"],
            batch_size=500,
        )
        mine.update(
            cursor=dict(reading.cursor),
            next_at=now + (kind.polls_every or timedelta(hours=1)),
            read_at=now,
            failures=0,
            last_problem="",
        )


def _put_off(connector: Connector, poll: Poll, error: DeliveryError, *, now: datetime) -> None:
    if isinstance(error, QuotaUsedUp):
        pause_for_quota(connector, reason=error.message, until=error.until, now=now)
    failures = min(poll.failures + 1, 100)
    wait = wait_after(failures, seed=connector.pk, asked=error.retry_after)
    Poll.objects.filter(connector=connector, next_at=poll.next_at).update(
        next_at=now + max(wait, timedelta(minutes=1)),
        failures=failures,
        last_problem=error.message[:500],
    )


@dataclass(frozen=True)
class Kept:
    """How much of one thing is kept of a party, what for, and for how many days."""

    what: str
    purpose: str
    count: int
    days: int


def kept_of(connector: Connector) -> list[Kept]:
    """What is kept of the connector's party, in the words of its kind."""
    counts: dict[str, int] = dict(
        FetchedRecord.objects.filter(connector=connector)
        .values_list("what")
        .annotate(count=Count("pk"))
    )
    return [
        Kept(one.name, one.purpose, counts.get(one.name, 0), one.kept.days)
        for one in party_of(connector.kind).kind.fetched
    ]


@dataclass(frozen=True)
class Delivered:
    """What was delivered of one campaign, for people; `doubt` says why spending is not believed."""

    name: str
    state: str
    impressions: float | None
    spent: float | None
    budget: float | None
    doubt: str
    fetched_at: datetime


def delivered(connector: Connector) -> list[Delivered]:
    """Figures of the connector's campaigns as they were read last, the largest first."""
    states: dict[str, Any] = dict(
        FetchedRecord.objects.filter(connector=connector, what=CAMPAIGN).values_list(
            "external_id", "content__status"
        )
    )
    rows = FetchedRecord.objects.filter(connector=connector, what=TOTAL)
    found = [
        Delivered(
            name=row.name or row.external_id,
            state=str(states.get(row.external_id) or "unknown").replace("_", " ").lower(),
            impressions=row.content["figures"].get("impressions"),
            spent=row.content["figures"].get("spend"),
            budget=row.content["budget"],
            doubt=row.content["doubt"],
            fetched_at=row.fetched_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: -(one.impressions or 0))
