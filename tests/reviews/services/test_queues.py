"""Settings of queues change with a reason, are checked, and leave history and an event."""

import pytest

from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent
from reviews.models import ReasonCode, ReviewItem, ReviewQueue
from reviews.services import queues
from tests.reviews.work import CODES, NOW, make_calendar, make_queue, opened
from tests.rules import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def lee():
    return person("Lee", "lead")


def change(queue, lee, **more):
    given = {"changes": {}, "reason": "Because", "by": lee, "now": NOW}
    return queues.change_queue(queue, **{**given, **more})


def test_change_leaves_history_with_who_and_why_and_an_event(lee):
    queue = make_queue()
    rae = person("Rae", "reviewer")
    change(
        queue, lee, changes={"decision_minutes": 300}, members=[rae], reason="New people", now=NOW
    )
    assert queue.history.count() == 2
    latest = queue.history.latest()
    assert (latest.decision_minutes, latest.history_change_reason) == (300, "New people")
    assert latest.history_user == lee
    assert [row.user for row in latest.members.all()] == [rae]
    event = AuditEvent.objects.filter(kind="queue.changed").latest("id")
    assert event.detail == {"changed": ["decision_minutes", "members"]}
    assert event.actor_name == "Lee"


def test_items_in_the_queue_keep_their_promise(lee):
    queue = make_queue()
    item = opened()
    change(queue, lee, changes={"decision_minutes": 60, "first_response_minutes": 10})
    assert ReviewItem.objects.get().due_at == item.due_at


def test_change_without_a_reason_is_refused(lee):
    with pytest.raises(Invalid, match="Say why"):
        change(make_queue(), lee, reason=" ")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": " "}, ["name"]),
        ({"first_response_minutes": 0}, ["first_response_minutes"]),
        ({"decision_minutes": 10**7}, ["decision_minutes"]),
        ({"first_response_minutes": 300}, ["first_response_minutes"]),
    ],
)
def test_promises_that_make_no_sense_are_named(lee, changes, where):
    queue = make_queue()
    with pytest.raises(Invalid) as caught:
        change(queue, lee, changes=changes)
    assert [fault["where"] for fault in caught.value.faults] == where
    assert ReviewQueue.objects.get().name == "Brand safety"


def test_members_need_a_role_that_reviews(lee):
    auditor = person("Aud", "auditor")
    with pytest.raises(Invalid) as caught:
        change(make_queue(), lee, members=[lee, auditor])
    assert [fault["where"] for fault in caught.value.faults] == ["members"]


def test_two_leads_cannot_overwrite_each_other(lee):
    queue = make_queue()
    seen = queues.revision_of(queue)
    change(queue, lee, changes={"name": "Safety"}, based_on=seen)
    with pytest.raises(Refused, match="changed while you were editing"):
        change(queue, lee, changes={"name": "Brand"}, based_on=seen)


def test_pause_asks_why_and_resume_clears_it(lee):
    queue = make_queue()
    with pytest.raises(Invalid, match="Say why you pause"):
        queues.pause(queue, reason="", by=lee, now=NOW)
    paused = queues.pause(queue, reason="Vendor is down", by=lee, now=NOW)
    assert (paused.paused, paused.paused_reason) == (True, "Vendor is down")
    assert not queues.resume(queue, by=lee, now=NOW).paused


def test_key_that_is_taken_is_refused():
    make_queue()
    with pytest.raises(Refused, match="“brand_safety” exists already"):
        make_queue()


def test_calendar_that_cannot_be_read_is_refused():
    with pytest.raises(Invalid):
        queues.create_calendar(
            key="odd",
            name="Odd",
            time_zone="Nowhere",
            weekly_hours={},
            holidays=[],
            by=None,
            actor=SYSTEM,
            now=NOW,
        )
    assert make_calendar().name == "London office"


def test_unlisted_code_is_switched_off_and_kept(lee):
    queue = make_queue()
    queues.set_reason_codes(queue, CODES[:1], reason="Fewer", by=lee, actor=SYSTEM, now=NOW)
    assert dict(ReasonCode.objects.values_list("code", "active")) == {
        "IN_CONTEXT": True,
        "UNSUITABLE": False,
        "OTHER_TEAM": False,
    }
    assert ReasonCode.history.filter(code="IN_CONTEXT").count() == 1


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ({"code": "in context", "sentence": "x", "outcomes": ["approve"]}, "/1/code"),
        ({"code": "A_B", "sentence": " ", "outcomes": ["approve"]}, "/1/sentence"),
        ({"code": "A_B", "sentence": "x", "outcomes": []}, "/1/outcomes"),
        ({"code": "A_B", "sentence": "x", "outcomes": ["review"]}, "/1/outcomes"),
    ],
)
def test_codes_that_do_not_fit_are_named(lee, row, where):
    queue = make_queue()
    with pytest.raises(Invalid) as caught:
        queues.set_reason_codes(queue, [row], reason="x", by=lee, actor=SYSTEM, now=NOW)
    assert [fault["where"] for fault in caught.value.faults] == [where]
