"""Evidence: read once, kept, tried again; whatever a feed does, its submission is decided."""

from datetime import timedelta

import pytest

from connectors.models import Connector, EvidenceRequest, FeedCopy
from connectors.services import configuration, enrichment, feed_visits
from decisions.events import SYSTEM
from decisions.models import AuditEvent, Decision, Evidence, Receipt, Submission
from decisions.services import evaluation, intake
from tests.connectors.records import NOW, kinds
from tests.rules import person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed", "shows")]

FEED = b"""<rss version="2.0"><channel><title>Late Ferry</title>
<itunes:explicit>%s</itunes:explicit>
<item><pubDate>Mon, 02 Nov 2026 06:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.fixture
def shows():
    return small_model(
        dmn="connectors/shows.dmn",
        key="shows",
        name="Shows",
        headline={"title": "id", "reference": "id"},
    )


def sent(url, number=1):
    facts = {"id": f"SHOW-{number}", "rss_url": url}
    return intake.submit("shows", facts, source="test", actor=SYSTEM, now=NOW)


def awaiting():
    kind = "submission.awaiting_evidence"
    return list(AuditEvent.objects.filter(kind=kind).values_list("pk", flat=True))


def decided(submission):
    events = AuditEvent.objects.filter(
        kind="submission.enriched", submission_id=submission.pk
    ).values_list("pk", flat=True)
    evaluation.evaluate(list(events), now=NOW)
    return Decision.objects.get(submission=submission)


@pytest.mark.parametrize(
    ("said", "outcome", "reasons"),
    [(b"no", "approve", ["CLEAN"]), (b"Yes", "reject", ["EXPLICIT"])],
)
def test_feed_is_read_and_the_rules_see_it(receiver, said, outcome, reasons):
    receiver.answer(200, FEED % said)
    submission = sent(receiver.url("/feed.xml"))
    assert enrichment.enrich(awaiting(), now=NOW) == 1
    evidence = Evidence.objects.get()
    assert (evidence.source, evidence.problem) == ("rss", "")
    assert evidence.facts["title"] == "Late Ferry"
    decision = decided(submission)
    assert (decision.outcome, decision.reasons) == (outcome, reasons)
    assert kinds(submission.pk)[:3] == [
        "submission.awaiting_evidence",
        "submission.enriched",
        "decision.evaluated",
    ]
    enriched = AuditEvent.objects.get(kind="submission.enriched")
    assert enriched.actor_name == "Podcast feeds"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((404, b""), "no feed at this address"),
        ((200, b"<html></html>"), "web page"),
        ((302, b""), "points to another address"),
        ((200, b'<!DOCTYPE r [<!ENTITY a "b">]><rss><channel/></rss>'), "entities"),
    ],
)
def test_feed_that_cannot_be_read_sends_the_submission_to_a_person(receiver, answer, words):
    receiver.answer(*answer)
    submission = sent(receiver.url("/feed.xml"))
    enrichment.enrich(awaiting(), now=NOW)
    assert words in Evidence.objects.get().problem
    decision = decided(submission)
    assert (decision.outcome, decision.destination) == ("review", "triage")


def test_private_address_of_a_feed_is_not_called(settings):
    settings.OUTBOUND_ALLOW = []
    submission = sent("https://169.254.169.254/latest/meta-data/")
    enrichment.enrich(awaiting(), now=NOW)
    assert "private network" in Evidence.objects.get().problem
    assert decided(submission).outcome == "review"


def test_busy_feed_is_asked_once_more_and_then_goes_to_a_person(receiver):
    receiver.answer(503)
    submission = sent(receiver.url())
    enrichment.enrich(awaiting(), now=NOW)
    assert Submission.objects.get().state == "awaiting_evidence"
    assert enrichment.enrich_due(now=NOW + timedelta(seconds=14)) == 0
    assert enrichment.enrich_due(now=NOW + timedelta(seconds=15)) == 1
    assert "503" in Evidence.objects.get().problem
    assert len(receiver.requests) == 2
    assert decided(submission).outcome == "review"
    assert enrichment.enrich_due(now=NOW + timedelta(days=1)) == 0


def test_event_that_arrives_twice_reads_once(receiver):
    receiver.answer(200, FEED % b"no")
    sent(receiver.url())
    enrichment.enrich(awaiting(), now=NOW)
    enrichment.enrich(awaiting(), now=NOW)
    assert len(receiver.requests) == 1
    assert Evidence.objects.count() == 1


def test_request_of_a_dead_worker_is_free_after_its_lease(receiver):
    receiver.answer(200, FEED % b"no")
    submission = sent(receiver.url())
    EvidenceRequest.objects.create(
        submission=submission, attempts=1, next_attempt_at=NOW + enrichment.LEASE
    )
    early = NOW + enrichment.LEASE - timedelta(seconds=1)
    assert enrichment.enrich_due(now=early) == 0
    assert enrichment.enrich_due(now=NOW + enrichment.LEASE) == 1
    assert Evidence.objects.count() == 1


def test_one_feed_of_many_submissions_is_read_once(receiver):
    receiver.answer(200, FEED % b"no")
    for number in range(5):
        sent(receiver.url("/same.xml"), number)
    enrichment.enrich(awaiting(), now=NOW)
    assert len(receiver.requests) == 1
    assert Evidence.objects.count() == 5


def test_unchanged_feed_is_asked_for_changes_only(receiver):
    receiver.answer(200, FEED % b"no", ETag='"v1"', Last_Modified="Mon, 02 Nov 2026 06:00:00 GMT")
    receiver.answer(304)
    sent(receiver.url())
    enrichment.enrich(awaiting(), now=NOW)
    later = NOW + feed_visits.FRESH
    sent(receiver.url(), 2)
    enrichment.enrich(awaiting(), now=later)
    assert receiver.requests[1]["headers"]["if-none-match"] == '"v1"'
    assert receiver.requests[1]["headers"]["if-modified-since"] == "Mon, 02 Nov 2026 06:00:00 GMT"
    assert Evidence.objects.filter(facts__title="Late Ferry").count() == 2
    assert FeedCopy.objects.get().read_at == later


def test_feed_read_a_moment_ago_is_not_asked_again(receiver):
    receiver.answer(200, FEED % b"no")
    sent(receiver.url())
    enrichment.enrich(awaiting(), now=NOW)
    sent(receiver.url(), 2)
    enrichment.enrich(awaiting(), now=NOW + timedelta(minutes=4))
    assert len(receiver.requests) == 1


def test_paused_reader_sends_submissions_to_a_person(receiver):
    connector = configuration.create(
        key="feeds", name="Feeds", kind="rss", settings={}, topics=[], author=None, now=NOW
    )
    configuration.pause(connector, reason="Too slow", author=person("Sam", "admin"), now=NOW)
    submission = sent(receiver.url())
    enrichment.enrich(awaiting(), now=NOW)
    assert receiver.requests == []
    assert "paused" in Evidence.objects.get().problem
    assert decided(submission).outcome == "review"
    assert Connector.objects.count() == 1


def test_receipts_stand_before_the_feed_is_read(receiver):
    receiver.answer(200, FEED % b"no")
    sent(receiver.url())
    (event,) = awaiting()
    enrichment.enrich([event], now=NOW)
    assert list(Receipt.objects.filter(event_id=event).values_list("subscriber", flat=True)) == [
        "connectors.tasks.enrich"
    ]
