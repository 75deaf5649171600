"""Problems of a table: with real submissions counted, what stops a proposal, and their cures."""

from datetime import timedelta

import pytest

from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.services import candidates, checking, drafting, falls, intake, testing, witnesses
from tests.rules import FACTS, NOW, person, small_model

pytestmark = pytest.mark.django_db
TABLE = "spend_table"


@pytest.fixture(autouse=True)
def forgotten():
    checking._known.clear()


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


def edit(draft, ines, *operations):
    saved = drafting.edit(
        draft,
        [{"table": TABLE, **operation} for operation in operations],
        based_on=draft.revision,
        author=ines,
        now=NOW,
    )
    return saved.version


def without_last_row(draft, ines):
    return edit(draft, ines, {"op": "remove_rows", "rows": ["rule4"]})


def row(identity, *inputs, outcome="approve"):
    return {"id": identity, "inputs": list(inputs), "outputs": [f'"{outcome}"', "null", '"X"']}


def insert(*rows, before=None):
    return {"op": "insert_rows", "as": "feel", "before": before, "rows": list(rows)}


def submit(now=NOW, **facts):
    return intake.submit_and_decide(
        "spending", {**FACTS, **facts}, evidence={}, source="t", actor=SYSTEM, now=now
    )


def found(draft, code, **more):
    checked = checking.problems_of(draft, TABLE, NOW, **more)
    return [problem for problem in checked.problems if problem.code == code]


def test_a_gap_tells_how_many_real_submissions_get_no_answer_and_stops_the_proposal(draft, ines):
    for number in range(3):
        submit(id=f"S-{number}")
    submit(amount=700)  # Row 2 answers this one.
    submit(country="FR")  # And row 3 that one.
    draft = without_last_row(draft, ines)
    (gap,) = found(draft, "table.gap")
    assert gap.title == "Gap: 3 real submissions get no answer"
    assert gap.blocks
    assert (gap.fallen.count, gap.fallen.of) == (3, 5)
    assert dict(gap.example) == {"Country": "DE"}
    (fault,) = checking.blocking(draft, drafting.loaded_draft(draft), now=NOW)
    assert fault["where"] == "Gap: 3 real submissions get no answer"


def test_a_gap_that_no_real_submission_reached_is_told_and_stops_nothing(draft, ines):
    submit(country="FR")
    draft = without_last_row(draft, ines)
    (gap,) = found(draft, "table.gap")
    assert (gap.title, gap.blocks, gap.fallen.count) == ("Gap: no row answers this", False, 0)
    assert checking.blocking(draft, drafting.loaded_draft(draft), now=NOW) == []


def test_submissions_of_more_than_30_days_ago_do_not_count(draft, ines):
    submit(now=NOW - timedelta(days=31))
    draft = without_last_row(draft, ines)
    (gap,) = found(draft, "table.gap")
    assert gap.fallen.of == 0


def test_only_the_newest_are_looked_at(draft, ines, monkeypatch):
    monkeypatch.setattr(falls, "MOST", 2)
    for number in range(3):
        submit(id=f"S-{number}")
    draft = without_last_row(draft, ines)
    assert found(draft, "table.gap")[0].fallen.of == 2


def test_counts_are_kept_for_unchanged_content_and_not_asked_for_when_in_haste(
    draft, ines, django_assert_max_num_queries
):
    submit()
    draft = without_last_row(draft, ines)
    assert not checking.problems_of(draft, TABLE, NOW, count=False).counted
    checking.problems_of(draft, TABLE, NOW)
    submit()
    with django_assert_max_num_queries(4):
        assert found(draft, "table.gap", count=False)[0].fallen.count == 1
    later = NOW + checking.FRESH
    checked = checking.problems_of(draft, TABLE, later)
    assert checked.problems[0].fallen.count == 2


def test_problems_stand_in_the_order_of_what_stops_then_what_is_frequent(draft, ines):
    submit()
    draft = edit(draft, ines, insert(row("late", "-", '"GB"')), insert(row("never", "-", '"XX"')))
    problems = checking.problems_of(draft, TABLE, NOW).problems
    assert [p.code for p in problems[:2]] == ["table.unreachable", "table.shadowed"]
    assert [p.blocks for p in problems[:2]] == [True, False]
    assert problems[1].fallen.count == 1


@pytest.mark.parametrize(
    ("before", "code", "words", "rows"),
    [
        ([insert(row("late", "-", '"GB"'))], "table.shadowed", "Move above 4",
         ["rule1", "rule2", "rule3", "late", "rule4"]),
        ([insert(row("late", "-", '"GB"'))], "table.shadowed", "Remove row",
         ["rule1", "rule2", "rule3", "rule4"]),
        ([insert(row("never", "-", '"XX"'))], "table.unreachable", "Remove row",
         ["rule1", "rule2", "rule3", "rule4"]),
    ],
)  # fmt: skip
def test_one_click_mends_it(draft, ines, before, code, words, rows):
    draft = edit(draft, ines, *before)
    (problem,) = found(draft, code)
    checking.cure(draft, TABLE, key=problem.key, words=words, author=ines, now=NOW)
    draft.refresh_from_db()
    (table,) = drafting.loaded_draft(draft).decisions[0]["tables"]
    assert [rule["id"] for rule in table["rules"]] == rows
    assert found(draft, code) == []


def test_a_row_is_added_for_a_gap_with_its_cells_and_the_gap_is_closed(draft, ines):
    draft = without_last_row(draft, ines)
    (gap,) = found(draft, "table.gap")
    checking.cure(draft, TABLE, key=gap.key, words="Add row", author=ines, now=NOW)
    draft.refresh_from_db()
    (table,) = drafting.loaded_draft(draft).decisions[0]["tables"]
    assert table["rules"][-1]["inputs"] == ["-", '"DE", "GB"']
    assert found(draft, "table.gap") == []


def test_a_cure_of_a_problem_that_is_gone_is_refused(draft, ines):
    with pytest.raises(Refused, match="no longer"):
        checking.cure(draft, TABLE, key="gone", words="Add row", author=ines, now=NOW)


def test_a_table_that_is_not_there_is_invalid(draft):
    with pytest.raises(Invalid):
        checking.problems_of(draft, "none", NOW)


def test_an_output_that_others_read_and_no_column_gives_stops_the_proposal(draft, ines):
    draft = edit(draft, ines, {"op": "remove_column", "column": "o3"})
    faults = checking.blocking(draft, drafting.loaded_draft(draft), now=NOW)
    assert any('"code"' in fault["message"] for fault in faults)


def test_a_row_is_shown_by_the_real_submission_that_it_answers(draft):
    submit(country="FR")
    witness = witnesses.for_row(draft, TABLE, 3, now=NOW)
    assert witness.sure
    assert witness.facts["country"] == "FR"
    assert "real submission" in witness.note


def test_a_row_no_submission_reached_is_shown_by_one_changed_to_fit(draft):
    submit()
    witness = witnesses.for_row(draft, TABLE, 3, now=NOW)
    assert (witness.sure, witness.facts["country"]) == (True, "FR")
    assert witness.note == "Made up so that it reaches row 3."


def test_a_row_that_others_take_has_no_sure_witness(draft, ines):
    submit()
    draft = edit(draft, ines, insert(row("late", "-", '"GB"')))
    assert not witnesses.for_row(draft, TABLE, 5, now=NOW).sure


def test_a_gap_is_shown_by_facts_that_fall_in_it_and_become_a_test(draft, ines):
    submit(country="FR")
    draft = without_last_row(draft, ines)
    (gap,) = found(draft, "table.gap")
    witness = witnesses.for_problem(draft, TABLE, gap.key, now=NOW)
    assert witness.sure
    said = testing.say(draft, witness.facts, at=witness.at, now=NOW)
    assert said.outputs["outcome"] is None
    assert witnesses.for_problem(draft, TABLE, "gone", now=NOW) is None


def test_a_detector_tells_the_same_as_one_decision_at_a_time(draft, ines):
    draft = without_last_row(draft, ines)
    rules = candidates.candidate_today(draft, now=NOW)
    (gap,) = found(draft, "table.gap")
    items = [
        {**FACTS, "amount": amount, "country": country}
        for amount in (0, 600, 601, 1000, 1001)
        for country in ("GB", "DE", "FR")
    ]
    places = falls.Detector(rules, TABLE, [gap.region]).places(items, now=NOW)
    alone = [not rules.decide(item, now=NOW).rows for item in items]
    assert [bool(place) for place in places] == alone
