"""Which feeds are watched: begun by decisions, paused and marked as seen by people."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from connectors.models import FeedWatch, WatchedFeed
from connectors.services.feed_visits import address_hash
from decisions import events
from decisions.enums import EventKind
from decisions.errors import Refused
from decisions.events import SYSTEM, Actor
from decisions.ids import new_id
from decisions.models import Action, Decision, User

TOPIC = "feed.watch"
EVERY = timedelta(minutes=30)
LONGEST = timedelta(hours=24)
SPREAD = 0.1
ADDRESS = 2000


def begin(actions: Sequence[Action], *, now: datetime) -> None:
    """Watch the feeds that settled decisions ask for. Call it in the transaction of their event."""
    decisions = Decision.objects.filter(pk__in=[action.decision_id for action in actions])
    for decision in decisions.select_related("submission").order_by("pk"):
        monitor = (decision.outputs or {}).get("monitor")
        monitor = monitor if isinstance(monitor, Mapping) else {}
        facts = decision.submission.facts
        address = str(monitor.get("rss_url") or facts.get("rss_url") or "").strip()
        if not address or len(address) > ADDRESS:
            continue
        feed, made = WatchedFeed.objects.get_or_create(
            address_hash=address_hash(address),
            defaults={"id": new_id(now), "address": address, "created_at": now},
        )
        uri = str(monitor.get("show_uri") or facts.get("show_uri") or "")[:200]
        _watch_again(feed, uri, made=made, now=now)
        expects = monitor.get("expects")
        FeedWatch.objects.update_or_create(
            submission=decision.submission,
            defaults={
                "feed": feed,
                "expects": expects if isinstance(expects, Mapping) else {},
                "until": _end_of(facts),
                "began_at": now,
            },
        )
        events.record(
            EventKind.FEED_WATCHED,
            feed,
            actor=SYSTEM,
            now=now,
            submission_id=decision.submission_id,
            detail={"feed": feed.address_hash},
        )


def pause(feed_id: UUID, *, author: User, now: datetime) -> WatchedFeed:
    """Read the feed no more until it is resumed."""
    changed = {"paused_at": now, "next_read_at": None}
    return _change(feed_id, "paused", changed, author=author, now=now, paused=False)


def resume(feed_id: UUID, *, author: User, now: datetime) -> WatchedFeed:
    """Read the feed again, within a minute."""
    changed = {"paused_at": None, "next_read_at": now, "failures": 0}
    return _change(feed_id, "resumed", changed, author=author, now=now, paused=True)


def mark_seen(feed_id: UUID, *, author: User, now: datetime) -> WatchedFeed:
    """Take the list of changes off the page; the audit log keeps that there were some."""
    return _change(feed_id, "marked as seen", {"drift": []}, author=author, now=now)


def wait(feed: WatchedFeed, *, failures: int) -> timedelta:
    """How long until the next reading: half an hour, twice as long after each failure in a row,
    each a tenth shorter or longer by feed, so that not all are read at once."""
    base = min(EVERY * (1 << min(failures, 10)), LONGEST)
    drawn = hashlib.sha256(feed.pk.bytes + failures.to_bytes(4, "big")).digest()
    return base * (1 + SPREAD * (int.from_bytes(drawn[:4], "big") / 2**31 - 1))


def _watch_again(feed: WatchedFeed, uri: str, *, made: bool, now: datetime) -> None:
    changed: dict[str, Any] = {"show_uri": uri} if uri else {}
    if made or (feed.next_read_at is None and feed.paused_at is None):
        changed["next_read_at"] = now
    if changed:
        WatchedFeed.objects.filter(pk=feed.pk).update(**changed)


def _end_of(facts: Mapping[str, Any]) -> datetime | None:
    """The end of the last day of a sponsorship; what has no end is watched until it is replaced."""
    flight = facts.get("flight")
    try:
        last = datetime.fromisoformat(str(flight["end"])) if isinstance(flight, Mapping) else None
    except (KeyError, ValueError):
        return None
    if last is None:
        return None
    return last.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC) + timedelta(days=1)


def _change(
    feed_id: UUID,
    change: str,
    changed: dict[str, Any],
    *,
    author: User,
    now: datetime,
    paused: bool | None = None,
) -> WatchedFeed:
    with transaction.atomic():
        rows = WatchedFeed.objects.filter(pk=feed_id)
        if paused is not None:
            rows = rows.filter(paused_at__isnull=not paused)
        if not rows.update(**changed):
            raise Refused("Somebody changed this feed a moment ago. Look at it again.")
        feed = WatchedFeed.objects.get(pk=feed_id)
        detail = {"feed": feed.address_hash, "change": change}
        actor = Actor.person(author)
        events.record(EventKind.FEED_CHANGED, feed, actor=actor, now=now, detail=detail)
    return feed
