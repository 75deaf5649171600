"""Changed rows that no test reaches: told to the author, and to the approver with the proposal."""

import pytest

from decisions.services import binding, drafting, proposing, test_runs, testing
from tests.rules import FACTS, NOW, person, preview, small_model

pytestmark = pytest.mark.django_db
TABLE = "spend_table"


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


def edit(draft, ines, **operation):
    operations = [{"table": TABLE, **operation}]
    return drafting.edit(draft, operations, based_on=draft.revision, author=ines, now=NOW).version


def changed(draft, ines):
    return edit(draft, ines, op="cells", cells=[["rule3", "c2", "DE"], ["rule2", "o3", "OTHER"]])


def add(draft, ines, **facts):
    testing.create(
        draft,
        name=str(facts),
        facts={**FACTS, **facts},
        expected={"outcome": "review"},
        author=ines,
        reason="",
        now=NOW,
    )


def missed(draft):
    return test_runs.run_some(draft, now=NOW).untried(draft)


def test_a_draft_without_a_change_has_nothing_untried(draft):
    assert missed(draft).words == ""


def test_rows_that_moved_or_were_only_annotated_need_no_test(draft, ines):
    draft = edit(draft, ines, op="move_rows", rows=["rule3"], before="rule1")
    assert missed(draft).rows == ()


def test_changed_rows_count_until_a_test_reaches_them(draft, ines):
    draft = changed(draft, ines)
    assert missed(draft).words == "No test reaches any of the 2 changed rows"
    add(draft, ines, country="DE")
    untried = missed(draft)
    assert untried.words == "No test reaches 1 of 2 changed rows"
    assert [(row.name, row.number) for row in untried.rows] == [("Spend rules", 2)]
    add(draft, ines, amount=700)
    assert missed(draft).words == ""


def test_the_approver_is_told_and_may_approve_all_the_same(draft, ines):
    draft = changed(draft, ines)
    preview(draft, by=ines, now=NOW)
    proposal = proposing.propose(draft, author=ines, reason="Go", now=NOW)
    assert proposal.parts["tests"]["doubt"] == "No test reaches any of the 2 changed rows"
    assert proposal.parts["rules"]["doubt"] == ""
    ari = person("Ari", "approver")
    assert proposing.approve(proposal, approver=ari, reason="Fine", now=NOW).state == "approved"


def test_a_doubt_does_not_void_an_approval(draft, ines):
    draft = changed(draft, ines)
    content = binding.content_of(draft, None, now=NOW)
    doubted = next(part for part in binding.checked(content) if part.name == "tests")
    assert (doubted.ok, bool(doubted.doubt)) == (True, True)
    assert doubted.hash == binding.hashes(content)["tests"]
