"""Life signs: hits and overturned verdicts by row, dead rows, and shares that move."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from decisions import history
from decisions.enums import EventKind, Outcome
from decisions.events import SYSTEM, Actor
from decisions.models import ActivityMark, AuditEvent, RowActivity, RowDrift
from decisions.services import activity, drafting, drifting, intake, lives, settlement
from tests.rules import FACTS, HERE, NOW, person, publish_dmn, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]

DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)
DMN = (HERE / "small.dmn").read_text()


@pytest.fixture
def model():
    model = small_model(now=NOW - 60 * DAY)
    model.refresh_from_db()
    return model


@pytest.fixture
def mateo():
    return person("Mateo Ruiz", "reviewer")


def decide(at=NOW, key="spending", **changes):
    return intake.submit_and_decide(
        key, {**FACTS, **changes}, evidence={}, source="CRM", actor=SYSTEM, now=at
    )


def settle(decision, outcome, by, at=NOW):
    settlement.settle(decision, outcome=outcome, reasons=["OK"], actor=Actor.person(by), now=at)


def counted(**wanted):
    rows = RowActivity.objects.filter(**wanted).order_by("table_id", "row_id", "day")
    return [(r.row_id, r.day, r.hits, r.settled, r.overturned) for r in rows]


def fill(model, row, day, hits, whole):
    """Put activity of a day in place, as `count` would."""
    at = timezone.make_aware(timezone.datetime.combine(day, timezone.datetime.min.time()))
    for key, number in ((("spend_table", row), hits), (activity.WHOLE, whole)):
        RowActivity.objects.create(
            version=model.live_version,
            table_id=key[0],
            row_id=key[1],
            day=day,
            hits=number,
            last_hit_at=at,
        )


def test_hits_are_counted_by_row_and_day(model):
    decide(amount=1001)
    decide()
    decide()
    decide(at=NOW - DAY)
    assert activity.count(now=LATER) == 8  # Each was evaluated and settled.
    today, yesterday = timezone.localdate(NOW), timezone.localdate(NOW - DAY)
    assert counted() == [
        ("", yesterday, 1, 0, 0),
        ("", today, 3, 0, 0),
        ("rule1", today, 1, 0, 0),
        ("rule4", yesterday, 1, 0, 0),
        ("rule4", today, 2, 0, 0),
    ]


def test_counting_again_changes_nothing(model):
    decide()
    activity.count(now=LATER)
    before = counted()
    assert activity.count(now=LATER) == 0
    assert counted() == before


def test_events_that_may_still_be_joined_by_older_ones_wait(model):
    decide()
    assert activity.count(now=NOW + timedelta(minutes=4)) == 0
    assert activity.count(now=NOW + timedelta(minutes=6)) == 2


def test_count_goes_on_where_a_killed_worker_left_off(model, monkeypatch):
    monkeypatch.setattr(activity, "CHUNK", 4)
    for _ in range(5):
        decide()

    class Killed(BaseException):
        pass

    real, chunks = activity._add, []

    def die_in_the_second_chunk(tallies):
        real(tallies)
        chunks.append(1)
        if len(chunks) == 2:
            raise Killed

    monkeypatch.setattr(activity, "_add", die_in_the_second_chunk)
    with pytest.raises(Killed):
        activity.count(now=LATER)
    day = timezone.localdate(NOW)
    assert counted(row_id="rule4") == [("rule4", day, 2, 0, 0)]  # The first chunk stands.
    monkeypatch.setattr(activity, "_add", real)
    activity.count(now=LATER)
    assert counted(row_id="rule4") == [("rule4", day, 5, 0, 0)]


def test_approval_of_what_the_rules_held_back_overturns_it(model, mateo):
    first, second, third = decide(amount=700), decide(amount=700), decide(amount=700)
    settle(first, Outcome.APPROVE, mateo)
    settle(second, Outcome.REJECT, mateo)
    activity.count(now=LATER)
    day = timezone.localdate(NOW)
    assert counted(row_id="rule2") == [("rule2", day, 3, 2, 1)]
    settle(third, Outcome.APPROVE, mateo, at=NOW + 2 * DAY)  # Counts for the day of its hit.
    activity.count(now=NOW + 3 * DAY)
    assert counted(row_id="rule2") == [("rule2", day, 3, 3, 2)]


def test_verdict_against_a_recommendation_overturns_it(model, mateo):
    dmn = DMN.replace("reasons: [{", 'recommendation: "reject", reasons: [{')
    publish_dmn(model, dmn, now=NOW)
    followed, not_followed = decide(amount=700), decide(amount=700)
    settle(followed, Outcome.REJECT, mateo)
    settle(not_followed, Outcome.APPROVE, mateo)
    activity.count(now=LATER)
    assert counted(row_id="rule2") == [("rule2", timezone.localdate(NOW), 2, 2, 1)]


def test_rows_without_ids_have_those_a_draft_gives_them(model):
    bare = DMN
    for number in range(1, 5):
        bare = bare.replace(f'<rule id="rule{number}">', "<rule>")
    publish_dmn(model, bare, now=NOW)
    decide(amount=1001)
    activity.count(now=LATER)
    model.refresh_from_db()
    draft = drafting.start_draft(
        model, based_on=model.live_version, author=person("Ines"), note="", now=NOW
    )
    hit = RowActivity.objects.exclude(row_id="").get().row_id
    assert hit == drafting.loaded_draft(draft).decisions[0]["tables"][0]["rules"][0]["id"]
    assert lives.lives_of(draft, "spend_table", now=LATER)[hit].hits == 1


def test_life_says_hits_last_hit_share_and_verdicts(model, mateo):
    old = decide(at=NOW - 40 * DAY, amount=700)
    settle(old, Outcome.APPROVE, mateo)
    settle(decide(amount=700), Outcome.REJECT, mateo)
    decide()
    activity.count(now=LATER)
    life = lives.lives_of(model.live_version, "spend_table", now=LATER)
    assert life["rule2"] == lives.Life(hits=1, last=NOW, settled=1, overturned=0.0, share=0.5)
    assert (life["rule1"].hits, life["rule1"].last, life["rule1"].overturned) == (0, None, None)
    assert not life["rule1"].dead  # Two decisions say nothing yet.


def test_row_without_a_hit_in_thirty_days_is_dead(model):
    fill(model, "rule4", timezone.localdate(NOW), 99, 99)
    assert not lives.lives_of(model.live_version, "spend_table", now=NOW)["rule1"].dead
    RowActivity.objects.filter(table_id="").update(hits=100)
    life = lives.lives_of(model.live_version, "spend_table", now=NOW)
    assert [row for row, one in life.items() if one.dead] == ["rule1", "rule2", "rule3"]


def test_row_that_is_live_for_days_only_is_not_dead(model):
    changed = DMN.replace('<rule id="rule1">', '<rule id="rule_new">')
    publish_dmn(model, changed, now=NOW - 5 * DAY)
    model.refresh_from_db()
    fill(model, "rule4", timezone.localdate(NOW), 200, 200)
    life = lives.lives_of(model.live_version, "spend_table", now=NOW)
    assert (life["rule_new"].dead, life["rule2"].dead) == (False, True)


def test_row_of_a_draft_lives_on_and_a_new_one_is_new(model):
    decide(amount=1001)
    activity.count(now=LATER)
    draft = drafting.start_draft(
        model, based_on=model.live_version, author=person("Ines"), note="", now=NOW
    )
    added = {
        "op": "insert_rows",
        "table": "spend_table",
        "before": "rule1",
        "rows": [
            {"id": "row_x", "inputs": ["-", "GB"], "outputs": ["approve", "null", "X"]},
        ],
    }
    drafting.edit(draft, [added], based_on=0, author=draft.created_by, now=NOW, summary="Row added")
    draft.refresh_from_db()
    life = lives.lives_of(draft, "spend_table", now=LATER)
    assert (life["rule1"].hits, life["rule1"].new) == (1, False)
    assert (life["row_x"].hits, life["row_x"].new) == (0, True)


@pytest.mark.parametrize(
    ("counts", "z"),
    [
        ((400, 10_000, 275, 2_500), 13.85),  # 4 % before, 11 % now.
        ((400, 10_000, 0, 2_500), -10.16),
        ((400, 10_000, 110, 2_500), None),  # 4.4 %: chance.
        ((40_000, 100_000, 12_000, 25_000), None),  # Significant, but not half as much again.
        ((4, 100, 11, 100), None),  # Too little to tell.
        ((0, 0, 50, 100), None),
    ],
)
def test_share_that_moves_by_more_than_chance_is_a_shift(counts, z):
    found = drifting.shift_of(*counts)
    assert (found and round(found.z, 2)) == z


@pytest.fixture
def drifted(model):
    """Row 1 takes a tenth for four weeks, then a third for one."""
    today = timezone.localdate(NOW)
    for back in range(1, 36):
        fill(model, "rule1", today - back * DAY, 33 if back <= 7 else 10, 100)
    return model


def test_drift_is_told_once(drifted):
    assert drifting.find_drift(now=NOW) == 1
    assert drifting.find_drift(now=NOW + timedelta(hours=1)) == 0
    event = AuditEvent.objects.get(kind=EventKind.RULE_DRIFTED)
    assert (event.subject_id, event.detail["table"], event.detail["row"]) == (
        drifted.live_version_id,
        "spend_table",
        1,
    )
    assert (event.detail["before"], event.detail["now"]) == (0.1, 0.33)


def test_drift_ends_when_the_share_is_steady_and_may_be_told_again(drifted):
    drifting.find_drift(now=NOW)
    RowActivity.objects.filter(row_id="rule1").update(hits=10)
    assert drifting.find_drift(now=LATER) == 0
    assert RowDrift.objects.get().ended_at == LATER
    week = timezone.localdate(NOW) - 7 * DAY
    RowActivity.objects.filter(row_id="rule1", day__gte=week).update(hits=33)
    assert drifting.find_drift(now=LATER) == 1
    assert AuditEvent.objects.filter(kind=EventKind.RULE_DRIFTED).count() == 2


def test_row_that_was_not_live_all_the_time_does_not_drift(drifted):
    changed = DMN.replace('<rule id="rule1">', '<rule id="rule_new">')
    publish_dmn(drifted, changed, now=NOW - 3 * DAY)
    assert drifting.find_drift(now=NOW) == 0


def test_model_that_is_live_for_weeks_only_does_not_drift(drifted):
    version = drifted.live_version
    version.published_at = NOW - 20 * DAY
    history.save(version, by=None, reason="Later", now=NOW)
    assert drifting.find_drift(now=NOW) == 0


def test_mark_starts_before_everything(model):
    decide()
    activity.count(now=LATER)
    newest = AuditEvent.objects.filter(kind=EventKind.DECISION_SETTLED).latest("pk").pk
    assert ActivityMark.objects.get().reached == newest > UUID(int=0)
