"""Visits to podcast feeds: several at once, asking only for what changed, the last copy kept."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from connectors.adapters.rss import Feed, FeedReading, read_feed
from connectors.errors import DeliveryError
from connectors.models import FeedCopy

log = structlog.get_logger(__name__)

READER = 2  # Raise it when the reader learns something: older copies are then read anew.
FRESH = timedelta(minutes=5)  # A feed read this recently is not asked again.
AT_ONCE = 16


@dataclass(frozen=True)
class Visit:
    """One feed to read: what is known of it, then what was found."""

    address: str
    copy: FeedCopy | None
    found: FeedReading | None = None
    failure: DeliveryError | None = None


def visit_all(addresses: Iterable[str], *, now: datetime) -> dict[str, Visit]:
    """Read every feed once and keep what was read; all database calls are made in this thread."""
    wanted = sorted(set(addresses))
    copies = FeedCopy.objects.in_bulk([address_hash(address) for address in wanted])
    visits = [Visit(address, copies.get(address_hash(address))) for address in wanted]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="feeds") as threads:
        done = list(threads.map(partial(_read, now=now), visits))
    for visit in done:
        if visit.found is not None:
            _keep(visit, visit.found, now=now)
    return {visit.address: visit for visit in done}


def feed_of(visit: Visit) -> Feed:
    """What the feed says: as just read, else as it was when it last changed."""
    if visit.found is not None and visit.found.feed is not None:
        return visit.found.feed
    if visit.copy is None:
        raise ValueError("a feed that was never read cannot be unchanged")
    return Feed.from_json(visit.copy.feed)


def address_hash(address: str) -> str:
    return hashlib.sha256(f"{READER} {address}".encode()).hexdigest()


def _keep(visit: Visit, found: FeedReading, *, now: datetime) -> None:
    fresh: dict[str, Any] = {"read_at": now}
    if found.feed is not None:
        fresh |= {"feed": found.feed.to_json(), "etag": found.etag, "modified": found.modified}
    FeedCopy.objects.update_or_create(
        address_hash=address_hash(visit.address),
        defaults=fresh,
        create_defaults={"feed": feed_of(visit).to_json(), **fresh},
    )


def _read(visit: Visit, *, now: datetime) -> Visit:
    copy = visit.copy
    if copy is not None and timedelta(0) <= now - copy.read_at < FRESH:
        return visit
    try:
        found = read_feed(
            visit.address,
            etag=copy.etag if copy else "",
            modified=copy.modified if copy else "",
        )
    except DeliveryError as error:
        return Visit(visit.address, copy, failure=error)
    except Exception:
        # Whatever a feed does to the reader, what waits for it must go on.
        log.exception("feed_broke", address_hash=address_hash(visit.address))
        broke = DeliveryError("The feed could not be read by Clearance.", permanent=True)
        return Visit(visit.address, copy, failure=broke)
    return Visit(visit.address, copy, found=found)
