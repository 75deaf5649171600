"""Rule tests: kept with a draft, run against its rules, and what of the tables they reach."""

import pytest

from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.models import Decision, RuleTest
from decisions.services import candidates, drafting, intake, proposing, testing
from decisions.services.coverage import coverage
from tests.rules import FACTS, NOW, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


@pytest.fixture
def draft(ines):
    model = small_model()
    model.refresh_from_db()
    return drafting.start_draft(
        model, based_on=model.live_version, author=ines, note="Try", now=NOW
    )


def add(draft, ines, name="Small ones pass", expected=None, **facts):
    return testing.create(
        draft,
        name=name,
        facts={**FACTS, **facts},
        expected=expected or {"outcome": "approve"},
        author=ines,
        reason="Shown to finance",
        now=NOW,
    )


def test_a_test_that_gets_what_it_expects_passes_and_names_the_row_that_answered(draft, ines):
    add(draft, ines, expected={"outcome": "approve", "reasons.0.code": "SMALL"})
    (tested,) = testing.run_all(draft, now=NOW)
    assert tested.passed
    assert tested.rows == (("spend_table", 4),)


def test_a_test_that_gets_something_else_tells_both(draft, ines):
    add(draft, ines, expected={"outcome": "reject", "reasons.0.code": "SMALL"})
    (tested,) = testing.run_all(draft, now=NOW)
    (difference,) = tested.differences
    assert (difference.path, difference.expected, difference.actual) == (
        "outcome",
        "reject",
        "approve",
    )


def test_a_path_that_is_not_there_fails_the_test(draft, ines):
    add(draft, ines, expected={"reasons.7.code": None})
    assert [d.actual for d in testing.run_all(draft, now=NOW)[0].differences] == [testing.ABSENT]


def test_true_is_not_the_number_one():
    assert list(testing._differences({"a": True}, {"a": 1})) != []
    assert list(testing._differences({"a": 1.0}, {"a": 1})) == []


def test_a_past_decision_becomes_a_test_that_expects_what_it_got(draft, ines):
    decision = intake.submit_and_decide(
        "spending", {**FACTS, "amount": 700}, evidence={}, source="t", actor=SYSTEM, now=NOW
    )
    decision = Decision.objects.get(pk=decision.pk)
    test = testing.create_from_decision(
        draft, decision, name="The 700", author=ines, reason="", now=NOW
    )
    assert (test.facts["amount"], test.at) == (700, decision.evaluated_at)
    assert test.expected["outcome"] == "review"
    assert testing.run_all(draft, now=NOW)[0].passed


def test_facts_that_do_not_fit_the_model_are_refused_with_what_is_wrong(draft, ines):
    with pytest.raises(Invalid) as caught:
        add(draft, ines, amount=-3, colour="red")
    assert {fault["where"] for fault in caught.value.faults} == {"/amount", "/colour"}
    assert RuleTest.objects.count() == 0


@pytest.mark.parametrize(("name", "expected"), [(" ", {"outcome": "x"}), ("Named", {})])
def test_a_test_needs_a_name_and_something_expected(draft, ines, name, expected):
    with pytest.raises(Invalid):
        testing.create(
            draft, name=name, facts=FACTS, expected=expected, author=ines, reason="", now=NOW
        )


@pytest.mark.parametrize("unkept", [float("nan"), float("inf"), "\0", "\ud800"])
def test_what_no_database_keeps_is_refused(draft, ines, unkept):
    with pytest.raises(Invalid, match="cannot be kept"):
        add(draft, ines, expected={"outcome": unkept})
    with pytest.raises(Invalid, match="cannot be kept"):
        testing.say(draft, {**FACTS, "id": unkept}, at=NOW, now=NOW)


def test_two_tests_cannot_have_one_name(draft, ines):
    add(draft, ines)
    with pytest.raises(Invalid, match="already"):
        add(draft, ines)


def test_change_and_removal_stay_in_the_history(draft, ines):
    test = add(draft, ines)
    testing.change(
        test, name="Renamed", facts=FACTS, expected={"outcome": "approve"}, author=ines,
        reason="Clearer", now=NOW,
    )  # fmt: skip
    with pytest.raises(Invalid, match="why"):
        testing.remove(test, author=ines, reason=" ", now=NOW)
    testing.remove(test, author=ines, reason="Told twice", now=NOW)
    assert RuleTest.objects.count() == 0
    kinds = list(RuleTest.history.values_list("history_type", "history_change_reason"))
    assert ("-", "Told twice") in kinds
    assert ("~", "Clearer") in kinds


def test_tests_of_a_version_in_use_are_frozen(draft, ines):
    test = add(draft, ines)
    proposing.propose(draft, author=ines, reason="Go", now=NOW)
    with pytest.raises(Refused, match="frozen"):
        testing.remove(test, author=ines, reason="Late", now=NOW)
    with pytest.raises(Refused, match="frozen"):
        add(draft, ines, name="Another")


def test_the_hash_follows_what_is_asked_and_expected(draft, ines):
    empty = testing.tests_hash(draft)
    test = add(draft, ines)
    one = testing.tests_hash(draft)
    testing.change(
        test, name=test.name, facts=FACTS, expected={"outcome": "reject"}, author=ines,
        reason="Law", now=NOW,
    )  # fmt: skip
    assert len({empty, one, testing.tests_hash(draft)}) == 3


def test_coverage_counts_rows_hit_and_cells_seen_both_ways(draft, ines):
    add(draft, ines)
    add(draft, ines, name="France", expected={"outcome": "review"}, country="FR")
    add(draft, ines, name="Wrong", expected={"outcome": "approve"}, amount=2000)
    rules = candidates.candidate_today(draft, now=NOW)
    (table,) = coverage(rules.model, testing.run_all(draft, now=NOW))
    assert (table.rows, table.cells) == (4, 3)
    assert table.hit == {3, 4}  # The test that fails covers nothing.
    assert table.never_hit == [1, 2]
    assert table.cells_covered == 1  # FR: met by one, turned away the other.
