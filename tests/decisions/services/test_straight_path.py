"""Submission to decision: checked, frozen, decided once, settled or sent to a person."""

from datetime import timedelta

import pytest

from decisions import events
from decisions.enums import Outcome
from decisions.errors import Invalid
from decisions.events import SYSTEM
from decisions.models import Action, AuditEvent, Decision, Receipt, Submission
from decisions.services import authoring, evaluation, explanation, intake, settlement
from decisions.services.rulesets import live_rules
from tests.rules import FACTS, NOW, person, small_model

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    """The broker is a foreign party: here messages are kept, and tests hand them over."""
    messages = []
    monkeypatch.setattr(events, "send", lambda name, ids: messages.append((name, list(ids))))
    return messages


@pytest.fixture
def model(no_broker):
    made = small_model()
    no_broker.clear()  # Publishing asked for checks of guardrails.
    return made


def submit(**changes):
    facts = {**FACTS, **changes}
    return intake.submit("spending", facts, source="test", actor=SYSTEM, now=NOW)


def decide(**changes):
    return intake.submit_and_decide(
        "spending", {**FACTS, **changes}, evidence={}, source="test", actor=SYSTEM, now=NOW
    )


def kinds():
    return list(
        AuditEvent.objects.exclude(submission_id=None).order_by("id").values_list("kind", flat=True)
    )


@pytest.mark.parametrize(
    ("changes", "outcome", "row", "code"),
    [
        ({"amount": 1001}, "reject", 1, "TOO_MUCH"),
        ({"amount": 1000}, "review", 2, "IN_DOUBT"),
        ({"amount": 600, "country": "FR"}, "review", 3, "FRANCE"),
        ({"amount": 600}, "approve", 4, "SMALL"),
    ],
)
def test_rules_decide_with_values_of_the_reference_table(model, changes, outcome, row, code):
    decision = decide(**changes)
    assert decision.outcome == outcome
    assert decision.rows == [["spend_table", row]]
    assert decision.reasons == [code]


def test_worker_and_waiting_caller_write_the_same_record(model, no_broker):
    submission = submit()
    assert submission.state == "received"
    ((name, ids),) = no_broker
    assert name == "decisions.tasks.evaluate"
    evaluation.evaluate(ids, now=NOW)
    by_worker, at_once = Decision.objects.get(submission=submission), decide()
    same = ("outcome", "rows", "reasons", "outputs", "input_hash", "output_hash", "ruleset_id")
    assert [getattr(by_worker, n) for n in same] == [getattr(at_once, n) for n in same]
    assert set(Submission.objects.values_list("state", flat=True)) == {"settled"}


def test_settled_decision_leaves_actions_and_events_in_order(model, no_broker):
    decide()
    assert kinds() == ["submission.received", "decision.evaluated", "decision.settled"]
    assert list(Action.objects.values_list("topic", flat=True)) == ["spending.decided"]
    assert [name for name, _ in no_broker] == ["connectors.tasks.dispatch"]


def test_doubt_goes_to_a_person_and_no_action_happens(model, no_broker):
    decision = decide(amount=700)
    assert (decision.outcome, decision.destination) == ("review", "finance")
    assert kinds() == ["submission.received", "decision.evaluated", "decision.needs_review"]
    assert Action.objects.count() == 0
    assert [name for name, _ in no_broker] == ["reviews.tasks.open_item"]


def test_event_delivered_twice_decides_once(model, no_broker):
    submit()
    ids = no_broker[0][1]
    evaluation.evaluate(ids, now=NOW)
    evaluation.evaluate(ids, now=NOW)
    assert Decision.objects.count() == 1
    assert Receipt.objects.filter(subscriber="decisions.tasks.evaluate").count() == 1


def test_engine_that_breaks_sends_to_a_person_never_to_approval(model, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("boom")

    model.refresh_from_db()
    monkeypatch.setattr(type(live_rules(model, now=NOW).decide), "__call__", broken)
    decision = decide()
    assert (decision.outcome, decision.failed, decision.destination) == ("review", True, "triage")
    assert decision.problems[0]["code"] == "EVALUATION_BROKE"


def test_rules_that_answer_nonsense_send_to_a_person(no_broker):
    dmn = (__import__("tests.rules", fromlist=["HERE"]).HERE / "small.dmn").read_text()
    model = small_model()
    from tests.rules import publish_dmn

    publish_dmn(model, dmn.replace('"approve"', '"aprove"'))
    decision = decide()
    assert (decision.outcome, decision.failed) == ("review", True)
    assert decision.problems[0]["where"] == "/outcome"


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({**FACTS, "country": "gb"}, "/country"),
        ({**FACTS, "amount": "500"}, "/amount"),
        ({**FACTS, "amount": True}, "/amount"),
        ({**FACTS, "amount": -1}, "/amount"),
        ({**FACTS, "amount": None}, "/amount"),
        ({**FACTS, "colour": "red"}, "/colour"),
        ({**FACTS, "limits": {"most": 9, "doubt": 9}}, "/limits"),
        ({"id": "1", "amount": 5}, "/country"),
        ({**FACTS, "id": ["1"]}, "/id"),
    ],
)
def test_invalid_facts_stay_out_and_say_where(model, facts, where):
    with pytest.raises(Invalid) as caught:
        intake.submit("spending", facts, source="test", actor=SYSTEM, now=NOW)
    assert [fault["where"] for fault in caught.value.faults] == [where]
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_texts_no_database_keeps_stay_out(model, text):
    with pytest.raises(Invalid, match="cannot be kept"):
        submit(id=text)


def test_batch_keeps_the_valid_and_names_the_invalid(model, no_broker):
    batch = [FACTS, {**FACTS, "country": "XX"}, {**FACTS, "amount": 1}]
    answers = intake.submit_many("spending", batch, source="test", actor=SYSTEM, now=NOW)
    assert [type(answer).__name__ for answer in answers] == ["Submission", "Invalid", "Submission"]
    assert [len(ids) for _, ids in no_broker] == [2]


def test_batch_is_decided_with_a_constant_number_of_statements(
    model, no_broker, django_assert_max_num_queries
):
    batch = [{**FACTS, "amount": n} for n in range(100)]
    intake.submit_many("spending", batch, source="test", actor=SYSTEM, now=NOW)
    intake.submit("spending", FACTS, source="test", actor=SYSTEM, now=NOW)
    evaluation.evaluate(no_broker[1][1], now=NOW)
    with django_assert_max_num_queries(20):
        evaluation.evaluate(no_broker[0][1], now=NOW)
    assert Decision.objects.count() == 101


def test_verdict_settles_once(model):
    decision = decide(amount=700)
    lea = person("Lea Lead", "lead")
    actor = events.Actor.person(lea)
    later = NOW + timedelta(hours=1)
    settlement.settle(decision, outcome=Outcome.APPROVE, reasons=["FINE"], actor=actor, now=later)
    with pytest.raises(settlement.AlreadySettled):
        settlement.settle(decision, outcome=Outcome.REJECT, reasons=["NO"], actor=actor, now=later)
    decision.refresh_from_db()
    assert (decision.outcome, decision.settled_by, decision.reasons) == (
        "approve",
        "person",
        ["FINE"],
    )
    assert decision.rules_outcome == "review"
    assert kinds()[-1] == "decision.settled"
    assert Action.objects.count() == 1


@pytest.mark.parametrize("outcome", ["review", "route"])
def test_verdict_must_be_final_and_whole(model, outcome):
    with pytest.raises(Invalid):
        settlement.settle(
            decide(amount=700), outcome=Outcome(outcome), reasons=[], actor=SYSTEM, now=NOW
        )


def test_replay_gives_the_bytes_of_the_record_even_after_a_table_changed(model):
    decision = decide(amount=700)
    from decisions.models import ReferenceTable

    authoring.change_table(
        ReferenceTable.objects.get(key="limits"),
        rows=[{"key": "most", "value": 10}, {"key": "doubt", "value": 5}],
        author=None,
        actor=SYSTEM,
        reason="Spend less",
        now=NOW,
    )
    explained = explanation.explain(Decision.objects.get(pk=decision.pk))
    assert explained.same
    assert decide(amount=700).outcome == "reject"


def test_no_personal_fact_stands_in_decision_trace_or_log(model):
    decide(id="maria.rossi@example.com")
    import json

    for event in AuditEvent.objects.all():
        assert "maria" not in json.dumps(event.detail)
    assert "maria" not in json.dumps(list(Decision.objects.values_list("rows", "reasons")))


def test_title_and_reference_cannot_turn_the_direction_of_text(model):
    submission = submit(id="REQ-\u202egnp.exe\u2069")
    assert submission.reference == "REQ-gnp.exe"
    assert submission.title == "Spending REQ-gnp.exe"
    assert submission.facts["id"] == "REQ-\u202egnp.exe\u2069"


def test_unknown_model_is_named():
    with pytest.raises(Invalid, match="no decision model “nothing”"):
        intake.submit("nothing", {}, source="test", actor=SYSTEM, now=NOW)


def test_conditions_of_a_verdict_are_those_of_the_decision(model):
    decision = decide(amount=700)
    only = [{"code": "LATE_SLOT", "text": "After 21:00 only"}]
    settlement.settle(
        decision, outcome=Outcome.APPROVE, reasons=[], conditions=only, actor=SYSTEM, now=NOW
    )
    decision.refresh_from_db()
    assert decision.conditions == only
