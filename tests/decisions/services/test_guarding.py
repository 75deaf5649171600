"""Guardrails: checked on entry, tried on drafts, and watching every decision."""

import pytest

from decisions import engine
from decisions.errors import Invalid
from decisions.events import SYSTEM
from decisions.models import Action, Decision, Guardrail, GuardrailBreach
from decisions.services import drafting, guarding, intake, proving, testing
from tests.rules import FACTS, NOW, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def mona():
    return person("Mona", "approver")


@pytest.fixture
def model():
    model = small_model()
    model.refresh_from_db()
    return model


def guard(model, mona, **changes):
    fields = {
        "name": "Never pay much to Germany",
        "applies": 'country = "DE" and amount > limits.doubt - 200',
        "forbidden": 'outcome = "approve"',
        "basis": "Treaty",
        **changes,
    }
    return guarding.create(model, **fields, author=mona, reason="Asked by legal", now=NOW)


def decide(**facts):
    made = intake.submit_and_decide(
        "spending", {**FACTS, **facts}, evidence={}, source="t", actor=SYSTEM, now=NOW
    )
    return Decision.objects.get(pk=made.pk)


def test_what_a_guardrail_forbids_goes_to_a_person_with_the_breach_and_no_action(model, mona):
    rail = guard(model, mona)
    decision = decide(country="DE")
    assert (decision.outcome, decision.reasons) == ("review", ["GUARDRAIL"])
    assert (decision.destination, decision.settled_at) == ("triage", None)
    assert decision.outputs["outcome"] == "approve"  # What the rules said stays.
    assert list(GuardrailBreach.objects.values_list("guardrail", "decision")) == [
        (rail.pk, decision.pk)
    ]
    assert Action.objects.count() == 0


def test_what_it_does_not_concern_is_decided_as_before(model, mona):
    guard(model, mona)
    assert decide(country="GB").outcome == "approve"
    assert decide(country="DE", amount=100).outcome == "approve"
    assert GuardrailBreach.objects.count() == 0


def test_what_no_condition_can_judge_does_not_pass(model, mona):
    guard(model, mona)
    Guardrail.objects.update(applies="true", forbidden="gone.missing + 1 > 2")
    assert decide().reasons == ["GUARDRAIL"]


@pytest.mark.parametrize("field", ["applies", "forbidden"])
def test_what_would_hold_up_every_decision_is_refused(model, mona, field):
    decide()
    slow = "count(for i in 1..150000 return i * amount) > 0"
    with pytest.raises(Invalid) as refusal:
        guard(model, mona, **{field: slow})
    assert [fault["where"] for fault in refusal.value.faults] == [f"/{field}"]
    with pytest.raises(Invalid):
        words = {"applies": "true", "forbidden": "true", field: slow}
        guarding.preview(model, name="Slow", now=NOW, **words)
    assert Guardrail.objects.count() == 0


def test_out_of_force_it_watches_nothing_and_keeps_the_reason(model, mona):
    rail = guard(model, mona)
    guarding.set_active(rail, False, author=mona, reason="Treaty ended", now=NOW)
    assert decide(country="DE").outcome == "approve"
    assert rail.history.first().history_change_reason == "Treaty ended"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("applies", "amount >", "not complete"),
        ("applies", "ammount > 3", "ammount"),
        ("forbidden", "verdict = 1", "verdict"),
        ("applies", " ", "Write a condition"),
        ("applies", 'outcome = "approve"', "outcome"),
    ],
)
def test_conditions_that_cannot_be_read_are_refused_with_their_place(
    model, mona, field, text, said
):
    with pytest.raises(Invalid) as caught:
        guard(model, mona, **{field: text})
    (fault,) = caught.value.faults
    assert fault["where"] == f"/{field}"
    assert said in fault["message"]
    assert Guardrail.objects.count() == 0


def test_a_guardrail_needs_a_name_of_its_own_and_a_reason(model, mona):
    rail = guard(model, mona)
    with pytest.raises(Invalid, match="already"):
        guard(model, mona)
    with pytest.raises(Invalid, match="Say why"):
        guarding.set_active(rail, False, author=mona, reason="", now=NOW)


def test_a_draft_that_breaks_one_on_a_real_submission_is_told_with_its_facts(model, mona):
    guard(model, mona, applies="amount > 1200")
    assert decide(amount=1500).outcome == "reject"
    assert all(one.holds for one in proving.check_all(model.live_version, now=NOW))
    draft = drafting.start_draft(
        model, based_on=model.live_version, author=mona, note="Loose", now=NOW
    )
    table = engine.tables_of(drafting.loaded_draft(draft).definitions)[0]
    remove = {"op": "remove_rows", "table": table.id, "rows": [r.id for r in table.rules[:2]]}
    drafting.edit(draft, [remove], based_on=0, author=mona, now=NOW)
    draft.refresh_from_db()
    (tried,) = proving.check_all(draft, now=NOW)
    assert (tried.holds, tried.cases, tried.example["amount"]) == (False, 1, 1500)
    assert tried.row == "row 2 of “Spend rules”"


def test_tests_of_the_draft_are_tried_as_well(model, mona):
    guard(model, mona)
    draft = drafting.start_draft(model, based_on=model.live_version, author=mona, note="", now=NOW)
    testing.create(
        draft, name="Berlin", facts={**FACTS, "country": "DE"}, expected={"outcome": "approve"},
        author=mona, reason="", now=NOW,
    )  # fmt: skip
    (tried,) = proving.check_all(draft, now=NOW)
    assert (tried.holds, tried.source) == (False, "test “Berlin”")
