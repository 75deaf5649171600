"""The invented submissions: the same for the same moment, valid, and of every kind."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from config.demo import library
from config.demo.submissions import demo_submissions
from tests.decisions.library.conftest import Sponsorship, reference_inputs

NOW = datetime(2026, 11, 23, 16, 40, tzinfo=UTC)
OTHER_DAYS = (NOW, datetime(2027, 3, 7, 2, 0, tzinfo=UTC), datetime(2028, 2, 29, 12, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def sponsorship() -> Sponsorship:
    from decisions import engine

    content = library.read("podcast_sponsorship")
    return Sponsorship(engine.load_model(content.dmn), reference_inputs(content.tables))


def test_submissions_are_the_same_for_the_same_moment():
    assert demo_submissions(NOW) == demo_submissions(NOW)


@pytest.mark.parametrize("now", OTHER_DAYS, ids=str)
def test_submissions_come_in_order_over_thirty_days(now):
    times = [arrival.received_at for arrival in demo_submissions(now)]
    assert times == sorted(times)
    assert len(times) == 200
    assert now - timedelta(days=30) < times[0] < now - timedelta(days=20)
    assert now - timedelta(days=4) < times[-1] < now


def test_submissions_come_in_working_hours():
    times = [arrival.received_at for arrival in demo_submissions(NOW)]
    weekends = sum(at.weekday() >= 5 for at in times)
    nights = sum(not 6 <= at.hour < 20 for at in times)
    assert weekends < 20
    assert nights < 10


def test_references_are_unique():
    references = [arrival.facts["request_id"] for arrival in demo_submissions(NOW)]
    assert len(set(references)) == 200


@pytest.mark.parametrize("now", OTHER_DAYS, ids=str)
def test_submissions_are_valid_and_decided_in_realistic_shares(now, sponsorship):
    outcomes = Counter()
    for at, facts, feed in demo_submissions(now):
        assert sponsorship.model.check(facts) == []
        outcomes[sponsorship.decide(facts, feed=feed, now=at)["outcome"]] += 1
    assert 110 <= outcomes["approve"] <= 130
    assert 25 <= outcomes["reject"] <= 35
    assert 45 <= outcomes["review"] <= 60


def test_every_queue_gets_work(sponsorship):
    queues = {
        sponsorship.decide(facts, feed=feed, now=at)["queue"]
        for at, facts, feed in demo_submissions(NOW)
    }
    assert queues == {None, "brand_safety", "legal_ads", "measurement", "commercial"}


@pytest.mark.parametrize("count", [1, 25, 60])
def test_any_number_of_submissions_can_be_had(count):
    assert len(demo_submissions(NOW, count=count)) == count
