"""Reads watched feeds when they are due, notes what changed and whom that concerns."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from connectors.adapters.rss import Change, Feed, broken_expectations, changes_between
from connectors.enums import ConnectorKind
from connectors.errors import DeliveryError, FeedMoved
from connectors.models import Connector, FeedWatch, WatchedFeed
from connectors.services.feed_comparing import Comparing
from connectors.services.feed_visits import Visit, feed_of, visit_all
from connectors.services.feed_watches import wait
from decisions import events
from decisions.enums import ActorKind, EventKind
from decisions.errors import Expected
from decisions.events import Actor, Entry
from decisions.services import intake

log = structlog.get_logger(__name__)

ROUND = 16
ROUNDS = 8
SECONDS = 25.0  # After this no new round starts; the rest stays due.
LEASE = timedelta(seconds=300)
MOST_WATCHES = 20
MOST_DRIFT = 50
BROKEN = {"not_well_formed"}


def read_due(*, now: datetime) -> int:
    """Read the feeds whose time has come, a bounded number of them; return how many were read."""
    connector = Connector.objects.filter(kind=ConnectorKind.RSS).order_by("pk").first()
    if connector is not None and connector.paused_at is not None:
        return 0
    started = time.monotonic()
    comparing = Comparing(now)
    read = 0
    for _ in range(ROUNDS):
        if time.monotonic() - started > SECONDS:
            break
        feeds = _claim(now=now)
        visits = visit_all([feed.address for feed in feeds], now=now)
        for feed in feeds:
            _note(feed, visits[feed.address], comparing, actor=_actor(connector), now=now)
        read += len(feeds)
        if len(feeds) < ROUND:
            break
    return read


def _claim(*, now: datetime) -> list[WatchedFeed]:
    """Take feeds that are due and still watched; those nobody watches any more rest."""
    due = WatchedFeed.objects.filter(next_read_at__lte=now)
    running = Q(watches__until=None) | Q(watches__until__gt=now)
    watched = WatchedFeed.objects.filter(running, watches__isnull=False).values("pk")
    due.exclude(pk__in=watched).update(next_read_at=None)
    keys = list(due.order_by("next_read_at").values_list("pk", flat=True)[:ROUND])
    won = [
        key
        for key in keys
        if WatchedFeed.objects.filter(pk=key, next_read_at__lte=now).update(
            next_read_at=now + LEASE
        )
    ]
    return list(WatchedFeed.objects.filter(pk__in=won).order_by("pk"))


def _note(
    feed: WatchedFeed, visit: Visit, comparing: Comparing, *, actor: Actor, now: datetime
) -> None:
    failure = visit.failure or _unreadable(visit)
    if failure is not None:
        _note_failure(feed, failure, actor=actor, now=now)
        return
    says = feed_of(visit)
    before = Feed.from_json(feed.seen) if feed.seen else None
    found = changes_between(before, says) if before else []
    compared = comparing.differences(feed, says, changed=bool(found))
    fresh = [one for one in found if one.alert]
    if compared is not None:
        known = {(one["code"], one["text"]) for one in feed.spotify_drift}
        fresh += [one for one in compared if (one.code, one.text) not in known]
    with transaction.atomic():
        # A lease that moved means that somebody paused the feed, or took it over.
        ours = WatchedFeed.objects.filter(pk=feed.pk, next_read_at=feed.next_read_at).update(
            **_read_fields(feed, says, found, compared, now=now)
        )
        if ours and fresh:
            _alert(feed, says, fresh, actor=actor, now=now)


def _read_fields(
    feed: WatchedFeed,
    says: Feed,
    found: Sequence[Change],
    compared: Sequence[Change] | None,
    *,
    now: datetime,
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "seen": says.to_json(),
        "title": (says.title or "")[:500],
        "drift": (_rows(found, now) + feed.drift)[:MOST_DRIFT],
        "moved_to": says.moved_to or "",
        "problem": "",
        "failures": 0,
        "read_at": now,
        "next_read_at": now + wait(feed, failures=0),
    }
    if compared is not None:
        fields |= {"spotify_drift": _rows(compared, now), "compared_at": now}
    return fields


def _rows(found: Sequence[Change], now: datetime) -> list[dict[str, Any]]:
    at = now.isoformat(timespec="seconds")
    return [{"code": c.code, "text": c.text, "alert": c.alert, "at": at} for c in found]


def _unreadable(visit: Visit) -> DeliveryError | None:
    """A feed that broke off must not look as if its episodes had been taken out."""
    if BROKEN & {problem.code for problem in feed_of(visit).problems}:
        return DeliveryError("The feed is broken XML, so it was not compared.", permanent=False)
    return None


def _note_failure(
    feed: WatchedFeed, failure: DeliveryError, *, actor: Actor, now: datetime
) -> None:
    failures = feed.failures + 1
    moved = failure.to if isinstance(failure, FeedMoved) else feed.moved_to
    with transaction.atomic():
        ours = WatchedFeed.objects.filter(pk=feed.pk, next_read_at=feed.next_read_at).update(
            problem=failure.message[:500],
            failures=min(failures, 1000),
            moved_to=moved,
            next_read_at=now + wait(feed, failures=failures),
        )
        # A passing failure is told of when it lasts; one that needs a person at once.
        if ours and (failures == 3 or (failure.permanent and failure.message != feed.problem)):
            detail = {"feed": feed.address_hash, "failures": failures}
            events.record_many(
                [
                    Entry(EventKind.FEED_FAILED, feed, actor, watch.submission_id, detail)
                    for watch in _watches(feed, now=now)
                ],
                now=now,
            )


def _alert(
    feed: WatchedFeed, says: Feed, fresh: Sequence[Change], *, actor: Actor, now: datetime
) -> None:
    """Tell every submission that watches, and ask again where a decision's words no longer hold."""
    codes = sorted({one.code for one in fresh})
    for watch in _watches(feed, now=now):
        detail: dict[str, Any] = {"feed": feed.address_hash, "changes": codes}
        broken = broken_expectations(watch.expects, says)
        if broken:
            detail |= {"expected": broken, **_ask_again(watch, actor=actor, now=now)}
        events.record(
            EventKind.FEED_DRIFTED,
            feed,
            actor=actor,
            now=now,
            submission_id=watch.submission_id,
            detail=detail,
        )


def _ask_again(watch: FeedWatch, *, actor: Actor, now: datetime) -> Mapping[str, str]:
    """Submit the same facts once more; the new decision begins a watch of its own."""
    submission = watch.submission
    try:
        with transaction.atomic():
            again = intake.submit(
                submission.model.key,
                submission.facts,
                source="Watched feed",
                actor=actor,
                now=now,
            )
    except Expected as error:
        # The rules changed or stand still: the alert itself must not be lost with it.
        log.warning("watched_feed_not_decided_again", submission=str(submission.pk))
        return {"problem": str(error)[:300]}
    watch.until = now
    watch.save(update_fields=["until"])
    return {"again": str(again.pk)}


def _watches(feed: WatchedFeed, *, now: datetime) -> list[FeedWatch]:
    running = Q(until=None) | Q(until__gt=now)
    rows = feed.watches.filter(running).select_related("submission__model")
    return list(rows.order_by("-began_at", "-pk")[:MOST_WATCHES])


def _actor(connector: Connector | None) -> Actor:
    if connector is None:
        return Actor(ActorKind.CONNECTOR, None, ConnectorKind.RSS.label)
    return Actor(ActorKind.CONNECTOR, connector.pk, connector.name)
