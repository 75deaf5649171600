"""Every use of the demo: valid work with every outcome, and verdicts that fit their queues."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from config.demo import library
from config.demo.people import PEOPLE
from config.demo.uses import USES
from decisions.enums import Role
from tests.decisions.library.conftest import rules_of

NOW = datetime(2026, 11, 23, 16, 40, tzinfo=UTC)
OTHER_DAYS = (NOW, datetime(2027, 3, 7, 2, 0, tzinfo=UTC), datetime(2028, 2, 29, 12, 0, tzinfo=UTC))


@pytest.fixture(params=USES)
def use(request):
    return USES[request.param]


# Podcast sponsorship has tests of its own in test_submissions.py.
@pytest.fixture(params=[key for key in USES if key != "podcast_sponsorship"])
def new_use(request):
    return USES[request.param]


def test_every_model_of_the_library_is_a_use_of_the_demo():
    assert sorted(USES) == library.every_key()


def test_receivers_of_all_uses_have_keys_of_their_own():
    keys = Counter(receiver.key for use in USES.values() for receiver in use.receivers)
    assert [key for key, count in keys.items() if count > 1] == []


def test_queues_that_uses_share_are_the_same():
    queues = {}
    for use in USES.values():
        for queue in use.queues:
            assert queues.setdefault(queue.key, queue) == queue


def test_queues_are_those_the_rules_name(use):
    rules = rules_of(use.key)
    named = set(_queue_values(rules.model.describe()))
    assert named == {queue.key for queue in use.queues}
    assert rules.content.fallback_queue in named


def _queue_values(described):
    (queue,) = (d for d in described["decisions"] if d["name"] == "Queue")
    allowed = queue["table"]["outputs"][0]["allowed"]
    return [text.strip().strip('"') for text in allowed.split(",")]


def test_queues_of_all_uses_have_members_who_may_work_there(use):
    roles = {person.name: person.roles for person in PEOPLE}
    for queue in use.queues:
        assert use.members[queue.key]
        for name in use.members[queue.key]:
            assert {Role.REVIEWER, Role.LEAD} & set(roles[name])


def test_judgements_give_reasons_of_their_queue(use):
    codes = {q.key: {code: outcomes for code, _, outcomes in q.reason_codes} for q in use.queues}
    every = {code: outcomes for known in codes.values() for code, outcomes in known.items()}
    assert set(use.by_queue) == set(codes)
    for queue, ways in use.by_queue.items():
        for way in ways:
            for code in way.reasons:
                assert way.outcome in codes[queue][code]
    for reason, ways in use.by_reason.items():
        for way in ways:
            for code in way.reasons:
                assert way.outcome in every[code], reason


def test_actions_of_the_rules_have_a_receiver(use):
    rules = rules_of(use.key)
    heard = {topic for receiver in use.receivers for topic in receiver.topics}
    sent = {topic for topics in rules.content.topics.values() for topic in topics}
    for case in rules.content.cases:
        answer = rules.decide(case.facts, now=rules.content.cases_at)
        sent |= set(answer["actions"])
        sent |= {topic for topics in answer["after_review"].values() for topic in topics}
    assert sent - heard == set()


def test_submissions_are_the_same_for_the_same_moment(new_use):
    assert new_use.arrivals(NOW, 20) == new_use.arrivals(NOW, 20)


@pytest.mark.parametrize("now", OTHER_DAYS, ids=str)
def test_submissions_come_in_order_and_are_decided_in_every_way(new_use, now):
    rules = rules_of(new_use.key)
    arrivals = new_use.arrivals(now, new_use.count)
    times = [arrival.received_at for arrival in arrivals]
    assert times == sorted(times)
    assert now - timedelta(days=30) < times[0] < times[-1] < now
    outcomes, queues = Counter(), set()
    for at, facts, _ in arrivals:
        assert rules.model.check(facts) == []
        answer = rules.decide(facts, now=at)
        outcomes[answer["outcome"]] += 1
        queues.add(answer["queue"])
    assert len(outcomes) >= 2
    assert outcomes["review"] >= len(new_use.queues)
    assert queues - {None} == {queue.key for queue in new_use.queues}


def test_references_are_unique(new_use):
    reference = rules_of(new_use.key).content.headline["reference"]
    arrivals = new_use.arrivals(NOW, new_use.count)
    assert len({arrival.facts[reference] for arrival in arrivals}) == new_use.count


@pytest.mark.parametrize("count", [0, 1, 7])
def test_any_number_of_submissions_can_be_had(new_use, count):
    assert len(new_use.arrivals(NOW, count)) == count
