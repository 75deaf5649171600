"""Watched feeds: begun by decisions, read on the timetable, and told of when they drift."""

from datetime import timedelta

import pytest

from connectors.models import FeedWatch, WatchedFeed
from connectors.services import dispatch, feed_watches, feed_watching
from decisions.errors import Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent, Submission
from decisions.services import intake
from tests.connectors.records import NOW, settled_decision
from tests.rules import person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]
HALF_HOUR = timedelta(minutes=34)

ITEM = (
    b"<item><guid>%s</guid><title>%s</title><pubDate>Mon, %02d Nov 2026 06:00:00 GMT</pubDate>"
    b'<podcast:transcript url="https://x.example/t.vtt"/></item>'
)
FEED = (
    b'<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0" '
    b'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>'
    b"<title>Late Ferry</title><language>en</language><itunes:explicit>%s</itunes:explicit>"
    b"<itunes:owner><itunes:email>crew@ferry.example</itunes:email></itunes:owner>%s"
    b"</channel></rss>"
)


def feed(explicit=b"no", items=(b"c", b"b", b"a")):
    days = {b"d": 23, b"c": 16, b"b": 9, b"a": 2}
    return FEED % (explicit, b"".join(ITEM % (one, one, days[one]) for one in items))


def watched(address, *, expects=None, now=NOW, facts=None):
    decision, event = settled_decision(topics=("feed.watch",), now=now)
    decision.outputs = {"monitor": {"rss_url": address, "expects": expects or {}}}
    decision.save()
    if facts is not None:
        Submission.objects.filter(pk=decision.submission_id).update(facts=facts)
    dispatch.dispatch([event.pk], now=now)
    return WatchedFeed.objects.get()


def read(now):
    feed_watching.read_due(now=now)
    return WatchedFeed.objects.get()


def alerts(kind="feed.drifted"):
    return list(AuditEvent.objects.filter(kind=kind).order_by("pk"))


def test_decision_begins_a_watch_and_an_unchanged_feed_is_asked_conditionally(receiver):
    receiver.answer(200, feed(), ETag='"1"')
    receiver.answer(304)
    watched(receiver.url("/feed.xml"))
    first = read(NOW)
    assert (first.title, first.drift, first.failures) == ("Late Ferry", [], 0)
    gap = first.next_read_at - NOW
    assert timedelta(minutes=27) <= gap <= timedelta(minutes=33)
    assert feed_watching.read_due(now=NOW + timedelta(minutes=20)) == 0
    second = read(NOW + HALF_HOUR)
    assert receiver.requests[1]["headers"]["if-none-match"] == '"1"'
    assert (second.read_at, second.drift) == (NOW + HALF_HOUR, [])
    assert alerts() == []


def test_drift_is_told_to_the_submission_and_stays_until_seen(receiver):
    receiver.answer(200, feed())
    receiver.answer(200, feed(b"yes", (b"d", b"c", b"a")))
    one = watched(receiver.url())
    read(NOW)
    two = read(NOW + HALF_HOUR)
    assert [(row["code"], row["alert"]) for row in two.drift] == [
        ("explicit", True),
        ("episode_removed", True),
        ("episode_added", False),
    ]
    (alert,) = alerts()
    assert alert.submission_id == FeedWatch.objects.get().submission_id
    assert alert.detail["changes"] == ["episode_removed", "explicit"]
    read(NOW + 2 * HALF_HOUR)
    assert len(alerts()) == 1
    feed_watches.mark_seen(one.pk, author=person("Sam", "admin"), now=NOW)
    assert WatchedFeed.objects.get().drift == []


def test_oldest_episode_falling_off_the_end_is_no_drift(receiver):
    receiver.answer(200, feed())
    receiver.answer(200, feed(items=(b"d", b"c", b"b")))
    watched(receiver.url())
    read(NOW)
    assert [row["code"] for row in read(NOW + HALF_HOUR).drift] == ["episode_added"]
    assert alerts() == []


def test_feed_that_no_longer_says_what_was_decided_is_decided_again(receiver):
    small_model(dmn="connectors/shows.dmn", key="shows", name="Shows")
    receiver.answer(200, feed())
    receiver.answer(200, feed(b"yes"))
    address = receiver.url("/feed.xml")
    watched(address, expects={"explicit": False})
    asked = intake.submit(
        "shows", {"id": "S-1", "rss_url": address}, source="t", actor=SYSTEM, now=NOW
    )
    FeedWatch.objects.update(submission=asked)
    read(NOW)
    read(NOW + HALF_HOUR)
    (alert,) = alerts()
    again = Submission.objects.get(pk=alert.detail["again"])
    assert (again.source, again.facts, again.state) == (
        "Watched feed",
        asked.facts,
        "awaiting_evidence",
    )
    assert alert.detail["expected"] == ["explicit"]
    assert FeedWatch.objects.get().until == NOW + HALF_HOUR
    assert read(NOW + 2 * HALF_HOUR).next_read_at is None


@pytest.mark.parametrize(
    ("answer", "words", "told"),
    [
        ((404, b""), "no feed at this address", 1),
        ((200, b"<html></html>"), "web page", 1),
        ((200, b'{"a": 1}'), "not XML", 1),
        ((200, feed()[:-60]), "broken XML", 0),
        ((503, b""), "503", 0),
        ((200, b"x" * (10 * 1024 * 1024 + 1)), "larger than", 1),
    ],
)
def test_feed_that_cannot_be_read_keeps_what_it_said_and_waits_longer(
    receiver, answer, words, told
):
    receiver.answer(200, feed())
    receiver.answer(*answer)
    watched(receiver.url())
    before = read(NOW)
    after = read(NOW + HALF_HOUR)
    assert words in after.problem
    assert (after.seen, after.drift, after.failures) == (before.seen, [], 1)
    assert after.next_read_at - NOW - HALF_HOUR > timedelta(minutes=50)
    assert len(alerts("feed.failed")) == told
    assert alerts() == []


def test_address_of_a_moved_feed_is_shown_and_not_called(receiver, settings):
    receiver.answer(301, b"", Location="http://10.0.0.8/feed.xml")
    watched(receiver.url())
    found = read(NOW)
    assert found.moved_to == "http://10.0.0.8/feed.xml"
    assert len(receiver.requests) == 1
    settings.OUTBOUND_ALLOW = []
    later = read(NOW + timedelta(days=1))
    assert "private network" in later.problem
    assert len(receiver.requests) == 1


def test_paused_feed_is_not_read_until_it_is_resumed(receiver):
    receiver.answer(200, feed())
    found = watched(receiver.url())
    sam = person("Sam", "admin")
    feed_watches.pause(found.pk, author=sam, now=NOW)
    with pytest.raises(Refused):
        feed_watches.pause(found.pk, author=sam, now=NOW)
    assert feed_watching.read_due(now=NOW + HALF_HOUR) == 0
    assert receiver.requests == []
    feed_watches.resume(found.pk, author=sam, now=NOW + HALF_HOUR)
    assert feed_watching.read_due(now=NOW + HALF_HOUR) == 1


def test_sponsored_show_is_watched_until_its_flight_ends(receiver):
    receiver.answer(200, feed())
    decision, event = settled_decision(topics=("feed.watch",))
    facts = {"rss_url": receiver.url(), "flight": {"start": "2026-11-20", "end": "2026-11-23"}}
    Submission.objects.filter(pk=decision.submission_id).update(facts=facts)
    dispatch.dispatch([event.pk], now=NOW)
    assert feed_watching.read_due(now=NOW) == 1
    assert feed_watching.read_due(now=NOW + timedelta(days=1)) == 0
    assert WatchedFeed.objects.get().next_read_at is None


def test_feeds_that_nobody_watches_any_more_rest(receiver):
    receiver.answer(200, feed())
    for number in range(20):
        WatchedFeed.objects.create(
            id=f"0199{number:04d}-0000-7000-8000-000000000000",
            address=receiver.url(f"/{number}"),
            address_hash=str(number),
            next_read_at=NOW,
            created_at=NOW,
        )
    decision, _ = settled_decision()
    FeedWatch.objects.create(
        submission=decision.submission, feed=WatchedFeed.objects.first(), began_at=NOW
    )
    assert feed_watching.read_due(now=NOW) == 1
    assert WatchedFeed.objects.filter(next_read_at=None).count() == 19
