"""A second version beside the live one: in the shadow without effect, or on a share of traffic."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from decisions.enums import ChallengerMode, EventKind, Outcome, VersionState
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM, Actor
from decisions.models import (
    AuditEvent,
    Challenger,
    ChallengerAnswer,
    Decision,
    DecisionModel,
    ReferenceTable,
    Ruleset,
)
from decisions.services import (
    authoring,
    challenging,
    drafting,
    evaluation,
    explanation,
    intake,
    publishing,
    settlement,
    stopping,
)
from tests.rules import (
    FACTS,
    HERE,
    NOW,
    an_approver,
    approved,
    person,
    proposed,
    publish_dmn,
    small_model,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DMN = (HERE / "small.dmn").read_text()
STRICT = DMN.replace("<text>&gt; limits.doubt</text>", "<text>&gt; 400</text>")
BROKEN = DMN.replace("outcome: Spend rules.outcome", 'outcome: "perhaps"')


@pytest.fixture(autouse=True)
def sent(messages):
    return messages


@pytest.fixture
def model():
    model = small_model()
    model.refresh_from_db()
    return model


@pytest.fixture
def ada(model):
    return person("Ines Carvalho", "rule_author")


def decide(**changes):
    return intake.submit_and_decide(
        "spending", {**FACTS, **changes}, evidence={}, source="CRM", actor=SYSTEM, now=NOW
    )


def shadow(model, by, dmn=STRICT):
    return challenging.start(
        proposed(model, dmn), mode=ChallengerMode.SHADOW, by=by, reason="Stricter?", now=NOW
    )


def roll_out(model, by, percent, dmn=STRICT, key=""):
    return challenging.start(
        approved(model, dmn),
        mode=ChallengerMode.ROLLOUT,
        percent=percent,
        key=key,
        by=by,
        reason="Stricter",
        now=NOW,
    )


def hand_over(sent):
    """Deliver what was sent to the challenger's subscriber."""
    asked = [ids for name, ids in sent if name == challenging.SUBSCRIBER]
    for ids in asked:
        challenging.answer(ids, now=NOW + HOUR)
    return asked


def asked_events():
    return [str(e.pk) for e in AuditEvent.objects.filter(kind=EventKind.CHALLENGER_ASKED)]


def numbers(decisions):
    return {d.ruleset.version.number for d in decisions}


def test_shadow_answers_without_any_effect(model, ada):
    challenger = shadow(model, ada)
    decision = decide()
    assert (decision.outcome, decision.ruleset.version.number) == ("approve", 1)
    challenging.answer(asked_events(), now=NOW + HOUR)
    answer = ChallengerAnswer.objects.get()
    assert (answer.challenger, answer.decision) == (challenger, decision)
    assert (answer.outcome, answer.destination, answer.rows) == (
        "review",
        "finance",
        [["spend_table", 2]],
    )
    assert (answer.same, answer.failed) == (False, False)
    decision.refresh_from_db()
    assert (decision.outcome, decision.rows) == ("approve", [["spend_table", 4]])
    assert Ruleset.objects.count() == 1  # Nothing is pinned for what decides nothing.


def test_answer_that_agrees_is_the_same(model, ada):
    shadow(model, ada)
    decide(amount=1001)
    challenging.answer(asked_events(), now=NOW)
    assert ChallengerAnswer.objects.get().same is True


def test_answer_is_compared_with_the_rules_and_not_with_a_verdict(model, ada):
    shadow(model, ada)
    decision = decide(amount=700)
    mateo = Actor.person(person("Mateo Ruiz", "reviewer"))
    settlement.settle(decision, outcome=Outcome.APPROVE, reasons=["OK"], actor=mateo, now=NOW)
    challenging.answer(asked_events(), now=NOW)
    assert ChallengerAnswer.objects.get().same is True


def test_event_that_arrives_twice_is_answered_once(model, ada):
    shadow(model, ada)
    decide()
    for _ in range(2):
        challenging.answer(asked_events(), now=NOW)
    assert ChallengerAnswer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_decisions_of_a_chunk_are_asked_about_in_one_message(sent):
    model = small_model()
    shadow(model, person("Ines Carvalho", "rule_author"))
    taken = intake.submit_many(
        "spending", [{**FACTS, "amount": n} for n in (100, 450)], source="t", actor=SYSTEM, now=NOW
    )
    received = [ids for name, ids in sent if name == evaluation.SUBSCRIBER]
    evaluation.evaluate(received[0], now=NOW)
    assert len(hand_over(sent)) == 1
    answers = ChallengerAnswer.objects.order_by("decision_id")
    assert [(a.outcome, a.same) for a in answers] == [("approve", True), ("review", False)]
    assert len(taken) == 2


def test_model_without_challenger_is_asked_nothing_more(model):
    decide()
    with CaptureQueriesContext(connection) as caught:
        decide()
    assert [q["sql"] for q in caught if 'FROM "decisions_challenger' in q["sql"]] == []
    assert asked_events() == []


def test_roll_out_of_everything_decides_under_the_challenger_and_its_proof_holds(model, ada):
    roll_out(model, ada, 100)
    decision = Decision.objects.select_related("submission").get(pk=decide().pk)
    assert (decision.outcome, decision.ruleset.version.number) == ("review", 2)
    assert explanation.explain(decision).same is True
    challenging.answer(asked_events(), now=NOW)
    assert not ChallengerAnswer.objects.exists()  # It would be compared with itself.


def test_roll_out_takes_its_share_and_always_the_same(model, ada):
    challenger = roll_out(model, ada, 20, key="country")
    by_country = {}
    for country in ("GB", "DE", "FR"):
        by_country[country] = numbers([decide(country=country) for _ in range(5)])
    assert all(len(found) == 1 for found in by_country.values())
    challenging.change_share(challenger, 100, by=ada, reason="More", now=NOW)
    assert numbers([decide()]) == {2}


def test_share_by_submission_is_about_what_was_asked_for(model, ada):
    roll_out(model, ada, 30)
    taken = [decide().ruleset.version.number == 2 for _ in range(400)]
    assert 60 <= sum(taken) <= 180  # 120 expected; over six standard deviations each way.


def test_growing_share_keeps_those_it_has(model, ada):
    challenger = roll_out(model, ada, 30, key="id")
    names = [f"REQ-{n}" for n in range(40)]
    first = {n for n in names if decide(id=n).ruleset.version.number == 2}
    challenging.change_share(challenger, 60, by=ada, reason="More", now=NOW)
    second = {n for n in names if decide(id=n).ruleset.version.number == 2}
    assert first < second


def test_challenger_that_fails_sends_to_a_person(model, ada):
    roll_out(model, ada, 100, dmn=BROKEN)
    decision = decide()
    assert (decision.outcome, decision.failed, decision.destination) == ("review", True, "triage")


def test_challenger_in_the_shadow_that_fails_says_so(model, ada):
    shadow(model, ada, dmn=BROKEN)
    decide()
    challenging.answer(asked_events(), now=NOW)
    answer = ChallengerAnswer.objects.get()
    assert (answer.failed, answer.outcome, answer.same) == (True, "review", False)


def test_ended_challenger_decides_and_answers_nothing_more(model, ada):
    challenger = roll_out(model, ada, 100)
    decide()
    challenging.end(challenger, by=ada, reason="Enough", now=NOW + HOUR)
    assert numbers([decide()]) == {1}
    assert DecisionModel.objects.get().challenger_id is None
    with pytest.raises(Refused, match="ended already"):
        challenging.end(challenger, by=ada, reason="Again", now=NOW)


def test_challenger_ends_when_its_version_goes_live(model, ada):
    challenger = roll_out(model, ada, 50)
    publishing.publish(challenger.version, publisher=an_approver(), reason="Go", now=NOW + HOUR)
    challenger.refresh_from_db()
    assert challenger.ended_at == NOW + HOUR
    assert numbers([decide()]) == {2}


def test_draft_may_not_run_and_what_is_only_proposed_may_not_decide(model, ada):
    draft = drafting.start_draft(model, based_on=model.live_version, author=ada, note="", now=NOW)
    with pytest.raises(Refused, match=r"v2 is draft\. A shadow needs a proposed or approved"):
        challenging.start(draft, mode=ChallengerMode.SHADOW, by=ada, reason="Try", now=NOW)
    with pytest.raises(Refused, match=r"v3 is proposed\. A roll-out needs an approved version"):
        challenging.start(
            proposed(model), mode=ChallengerMode.ROLLOUT, percent=5, by=ada, reason="Try", now=NOW
        )
    with pytest.raises(Refused, match="v1 is live"):
        challenging.start(
            model.live_version, mode=ChallengerMode.SHADOW, by=ada, reason="Try", now=NOW
        )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"percent": 0}, "from 1 to 100"),
        ({"percent": 101}, "from 1 to 100"),
        ({"key": "country ="}, "The key cannot be read"),
        ({"key": "town"}, "The key cannot be read"),
        ({"reason": " "}, "Say why"),
    ],
)
def test_roll_out_that_makes_no_sense_is_refused(model, ada, given, told):
    wanted = {"percent": 10, "key": "", "reason": "Try", **given}
    with pytest.raises(Invalid, match=told):
        challenging.start(approved(model), mode=ChallengerMode.ROLLOUT, by=ada, now=NOW, **wanted)
    assert not Challenger.objects.exists()


def test_one_challenger_at_a_time(model, ada):
    shadow(model, ada)
    with pytest.raises(Refused, match="runs already"):
        shadow(model, ada)


def test_who_when_why_are_kept(model, ada):
    challenger = roll_out(model, ada, 10)
    challenging.change_share(challenger, 50, by=ada, reason="Looks good", now=NOW + HOUR)
    challenging.end(challenger, by=ada, reason="Enough", now=NOW + 2 * HOUR)
    told = [
        (h.history_user.name, h.history_date, h.history_change_reason, h.percent)
        for h in challenger.history.order_by("history_id")
    ]
    assert told == [
        ("Ines Carvalho", NOW, "Stricter", 10),
        ("Ines Carvalho", NOW + HOUR, "Looks good", 50),
        ("Ines Carvalho", NOW + 2 * HOUR, "Enough", 50),
    ]
    kinds = AuditEvent.objects.filter(subject_id=challenger.pk).order_by("pk")
    assert [event.kind for event in kinds] == [
        "challenger.started",
        "challenger.changed",
        "challenger.ended",
    ]


def test_version_that_has_decided_may_not_be_edited_any_more(model, ada):
    version = roll_out(model, ada, 100).version
    decide()
    version.state = VersionState.DRAFT
    version.save()
    change = {"op": "remove_rows", "table": "spend_table", "rows": ["rule3"]}
    with pytest.raises(Refused, match="has decided submissions in a roll-out"):
        drafting.edit(version, [change], based_on=0, author=ada, now=NOW)


def test_version_whose_approval_is_void_decides_nothing_more(model, ada):
    roll_out(model, ada, 100)
    assert numbers([decide()]) == {2}
    table = ReferenceTable.objects.get(key="limits")
    rows = [{"key": "most", "value": 2000}, {"key": "doubt", "value": 600}]
    authoring.change_table(table, rows=rows, author=ada, actor=SYSTEM, reason="More", now=NOW)
    version = model.versions.get(number=2)
    with pytest.raises(Refused, match="approvals are void"):
        publishing.publish(version, publisher=an_approver(), reason="Go", now=NOW)
    assert numbers([decide()]) == {1}


def test_stopped_model_asks_no_challenger(model, ada):
    shadow(model, ada)
    stopping.stop(model, by=ada, reason="Odd answers", now=NOW)
    assert decide().outcome == "review"
    assert asked_events() == []


def test_timetable_that_rolls_back_ends_the_challenger(model, ada):
    publish_dmn(model, STRICT, now=NOW)
    challenger = roll_out(model, ada, 50, dmn=DMN)
    first = model.versions.get(number=1)
    publishing.roll_back(model, to=first, by=None, reason="Its time has come", now=NOW + HOUR)
    challenger.refresh_from_db()
    assert (challenger.ended_at, challenger.history.first().history_user) == (NOW + HOUR, None)
    assert DecisionModel.objects.get().challenger_id is None
