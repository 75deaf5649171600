"""Other people approve a draft, and their approval counts for exactly what was proposed."""

from datetime import timedelta

import pytest

from decisions import history
from decisions.enums import ProposalState, VersionState
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent, ModelVersion, Proposal, ReferenceTable
from decisions.services import (
    authoring,
    drafting,
    guarding,
    intake,
    proposing,
    publishing,
    sheets,
    testing,
)
from tests.rules import FACTS, NOW, person, preview, small_model

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


@pytest.fixture
def ari():
    return person("Ari", "approver")


@pytest.fixture
def nadia():
    return person("Nadia", "approver")


@pytest.fixture
def model():
    model = small_model()
    model.refresh_from_db()
    return model


@pytest.fixture
def draft(model, ines):
    return drafting.start_draft(
        model, based_on=model.live_version, author=ines, note="Try", now=NOW
    )


def edit(version, author, text="> limits.most - 1", row=0):
    version = ModelVersion.objects.get(pk=version.pk)
    table = sheets.shown_table(version, sheets.tables_of(version)[0].id)
    cell = [table["rows"][row][0], table["inputs"][0]["id"], text]
    operation = {"op": "cells", "table": table["id"], "cells": [cell]}
    return drafting.edit(
        version, [operation], based_on=version.revision, author=author, now=NOW
    ).version


def decide(model, **facts):
    return intake.submit_and_decide(
        model.key, {**FACTS, **facts}, evidence={}, source="t", actor=SYSTEM, now=NOW
    )


def a_test(version, author, expected):
    return testing.create(
        version,
        name="Small sums pass",
        facts=FACTS,
        expected={"outcome": expected},
        author=author,
        reason="Try",
        now=NOW,
    )


def a_guardrail(model, author, forbidden):
    return guarding.create(
        model,
        name="No small sums",
        applies="amount < 600",
        forbidden=forbidden,
        basis="",
        author=author,
        reason="Try",
        now=NOW,
    )


def propose(version, author, **more):
    return proposing.propose(version, author=author, reason="Ready", now=NOW, **more)


def approve(proposal, approver, **more):
    return proposing.approve(proposal, approver=approver, reason="Fine", now=LATER, **more)


def state_of(version):
    return ModelVersion.objects.get(pk=version.pk).state


def test_a_proposal_names_its_five_parts_in_words(draft, ines):
    a_test(draft, ines, "approve")
    proposal = propose(draft, ines)
    assert {name: part["words"] for name, part in proposal.parts.items()} == {
        "rules": "1 table, 4 rows",
        "references": "Limits v1",
        "tests": "1 of 1 green",
        "impact": "No submission in 30 days",
        "guardrails": "None is set",
    }
    assert state_of(draft) == VersionState.PROPOSED


def test_a_reason_is_asked_for(draft, ines, ari):
    with pytest.raises(Invalid, match="Say why you propose"):
        proposing.propose(draft, author=ines, reason=" ", now=NOW)
    proposal = propose(draft, ines)
    with pytest.raises(Invalid, match="Say why you approve"):
        proposing.approve(proposal, approver=ari, reason="", now=LATER)


def test_rules_with_a_problem_are_not_proposed(draft, ines):
    edit(draft, ines, "> nothing.like.it")
    with pytest.raises(Invalid, match=r"cannot be proposed yet\. The rules have 1 problem") as told:
        propose(draft, ines)
    assert "nothing" in told.value.faults[0]["message"]


def test_rows_that_clash_are_not_proposed(draft, ines):
    table = sheets.tables_of(draft)[0].id
    draft = drafting.edit(
        draft,
        [{"op": "hit_policy", "table": table, "hit_policy": "UNIQUE", "aggregation": ""}],
        based_on=draft.revision,
        author=ines,
        now=NOW,
    ).version
    with pytest.raises(Invalid, match=r"The tables have 1 fault .*UNIQUE allows one"):
        propose(draft, ines)


def test_rules_whose_tests_fail_are_not_proposed(draft, ines):
    a_test(draft, ines, "reject")
    with pytest.raises(Invalid, match="1 of 1 rule test fails, the first is “Small sums pass”"):
        propose(draft, ines)


def test_rules_that_break_a_guardrail_are_not_proposed(draft, ines):
    a_test(draft, ines, "approve")
    a_guardrail(draft.model, ines, 'outcome = "approve"')
    with pytest.raises(Invalid, match="breaks the guardrail “No small sums”"):
        propose(draft, ines)


def test_every_part_that_is_not_in_order_is_named(draft, ines, model):
    decide(model)
    a_test(draft, ines, "reject")
    with pytest.raises(Invalid) as told:
        propose(draft, ines)
    assert [fault["code"] for fault in told.value.faults] == ["tests", "impact"]


def test_impact_must_be_seen_where_submissions_come_in(draft, ines, model):
    decide(model)
    with pytest.raises(Invalid, match="no impact preview of these rules"):
        propose(draft, ines)
    preview(draft, by=ines, now=NOW)
    proposal = propose(draft, ines)
    assert proposal.parts["impact"]["words"] == "0 of 1 change"


def test_an_edit_makes_the_preview_old(draft, ines, model):
    decide(model)
    preview(draft, by=ines, now=NOW)
    edit(draft, ines)
    with pytest.raises(Invalid, match="no impact preview of these rules"):
        propose(draft, ines)


def test_authors_do_not_approve_their_own_version(draft, ines, ari):
    changer, proposer = person("Cho", "rule_author"), person("Pia", "rule_author")
    edit(draft, changer)
    proposal = propose(draft, proposer)
    for author in (ines, changer, proposer):
        with pytest.raises(Refused, match="Someone else must approve it"):
            approve(proposal, author)
    assert approve(proposal, ari).state == ProposalState.APPROVED


def test_two_approvals_come_from_two_people(draft, ines, ari, nadia, model):
    set_steps(model, [(0, 2)])
    proposal = approve(propose(draft, ines), ari)
    assert (proposal.state, state_of(draft)) == (ProposalState.OPEN, VersionState.PROPOSED)
    with pytest.raises(Refused, match="You have approved this already"):
        approve(proposal, ari)
    assert approve(proposal, nadia).state == ProposalState.APPROVED
    told = AuditEvent.objects.filter(kind="model.approved", subject_id=draft.pk).order_by("pk")
    assert [(e.actor_name, e.detail["given"], e.detail["needed"]) for e in told] == [
        ("Ari", 1, 2),
        ("Nadia", 2, 2),
    ]


def set_steps(model, steps):
    admin = person("Sam", "admin")
    return proposing.set_approvals(model, steps, by=admin, reason="Policy", now=NOW)


def test_a_larger_impact_needs_more_approvers(draft, ines, model):
    set_steps(model, [(0, 1), (0.05, 2), (0.5, 3)])
    for amount in (500, 500, 500, 950):
        decide(model, amount=amount)
    edit(draft, ines, "> limits.most - 100")  # Rejects 950, which was a review: one of four.
    preview(draft, by=ines, now=NOW)
    proposal = propose(draft, ines)
    assert (proposal.impact.changed, proposal.approvers_needed) == (1, 2)


@pytest.mark.parametrize(
    "steps",
    [[], [(0.1, 1)], [(0, 0)], [(0, 10)], [(0, 2), (0.5, 1)], [(0, 1), (0, 2)], [(0, 1), (2, 2)]],
)
def test_numbers_of_approvers_that_make_no_sense_are_refused(model, steps):
    with pytest.raises(Invalid, match="do not fit together"):
        set_steps(model, steps)


def change_limits(model, ines, draft):
    table = ReferenceTable.objects.get(key="limits")
    rows = [{"key": "most", "value": 999}, {"key": "doubt", "value": 600}]
    authoring.change_table(table, rows=rows, author=ines, actor=SYSTEM, reason="Budget", now=LATER)


def set_a_guardrail(model, ines, draft):
    a_guardrail(model, ines, 'outcome = "route"')


def tamper_with_rules(model, ines, draft):
    version = ModelVersion.objects.get(pk=draft.pk)
    version.dmn = version.dmn.replace("TOO_MUCH", "WAY_TOO_MUCH")
    history.save(version, by=None, reason="Behind the back", now=LATER)


def tamper_with_tests(model, ines, draft):
    test = draft.tests.get()
    test.expected = {"outcome": "approve", "reasons.0.code": "SMALL"}
    history.save(test, by=None, reason="Behind the back", now=LATER)


CHANGES = [
    ("reference tables", change_limits),
    ("guardrails", set_a_guardrail),
    ("rules", tamper_with_rules),
    ("tests", tamper_with_tests),
]


@pytest.mark.parametrize(("part", "change"), CHANGES)
def test_approval_is_void_when_a_part_changes(draft, ines, ari, model, part, change):
    a_test(draft, ines, "approve")
    proposal = propose(draft, ines)
    change(model, ines, draft)
    with pytest.raises(Refused, match=f"^The {part} changed after this was proposed"):
        approve(proposal, ari)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.approvals.count()) == (ProposalState.VOID, 0)
    assert state_of(draft) == VersionState.DRAFT
    event = AuditEvent.objects.get(kind="model.voided")
    assert (event.subject_id, event.actor_name) == (draft.pk, "Ari")


@pytest.mark.parametrize(("part", "change"), CHANGES)
def test_what_changed_after_approval_does_not_go_live(draft, ines, ari, model, part, change):
    a_test(draft, ines, "approve")
    proposal = approve(propose(draft, ines), ari)
    change(model, ines, draft)
    with pytest.raises(Refused, match=f"^The {part} changed after this was proposed"):
        publishing.publish(proposal.version, publisher=ari, reason="Go", now=LATER)
    model.refresh_from_db()
    assert (model.live_version.number, state_of(draft)) == (1, VersionState.DRAFT)


def test_another_version_going_live_makes_the_impact_another(draft, ines, ari, model):
    decide(model)
    other = drafting.start_draft(model, based_on=draft, author=ines, note="", now=NOW)
    for version in (draft, other):
        preview(version, by=ines, now=NOW)
    first, second = propose(draft, ines), propose(other, ines)
    publishing.publish(approve(first, ari).version, publisher=ari, reason="Go", now=LATER)
    with pytest.raises(Refused, match="The impact changed after this was proposed"):
        approve(second, ari)


def test_a_void_version_can_be_mended_and_proposed_again(draft, ines, ari, model):
    proposal = propose(draft, ines)
    change_limits(model, ines, draft)
    with pytest.raises(Refused):
        approve(proposal, ari)
    edit(draft, ines)
    approved = approve(propose(draft, ines), ari)
    publishing.publish(approved.version, publisher=ari, reason="Go", now=LATER)
    assert state_of(draft) == VersionState.PUBLISHED


def test_an_approver_returns_a_proposal_with_a_reason(draft, ines, ari):
    proposal = propose(draft, ines)
    proposing.return_(proposal, by=ari, reason="Row 3 is too wide", now=LATER)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.closed_reason) == (
        ProposalState.RETURNED,
        "Row 3 is too wide",
    )
    assert edit(draft, ines).state == VersionState.DRAFT
    with pytest.raises(Refused, match="is returned already"):
        approve(proposal, ari)


def test_only_the_proposer_withdraws(draft, ines, ari):
    proposal = propose(draft, ines)
    with pytest.raises(Refused, match="Only Ines can withdraw this"):
        proposing.withdraw(proposal, by=ari, reason="No", now=LATER)
    proposing.withdraw(proposal, by=ines, reason="Not yet", now=LATER)
    assert (state_of(draft), Proposal.objects.get(version=draft).state) == (
        VersionState.DRAFT,
        ProposalState.WITHDRAWN,
    )


def test_a_version_is_proposed_once(draft, ines):
    propose(draft, ines)
    with pytest.raises(Refused, match="is proposed; it cannot become proposed"):
        propose(draft, ines)


def test_times_that_make_no_sense_are_refused(draft, ines, ari):
    with pytest.raises(Invalid, match="has passed"):
        propose(draft, ines, publish_at=NOW - timedelta(minutes=1))
    with pytest.raises(Invalid, match="cannot end before it is live"):
        propose(draft, ines, publish_at=LATER, retire_at=LATER)
    proposal = propose(draft, ines, retire_at=LATER)
    with pytest.raises(Invalid, match="cannot end before it is live"):
        approve(proposal, ari, publish_at=LATER + timedelta(hours=1))


def test_whoever_wrote_a_test_or_the_draft_before_is_an_author(model, draft, ines, ari, nadia):
    testing.create(
        draft,
        name="Small",
        facts=FACTS,
        expected={"outcome": "approve"},
        author=ari,
        reason="Try",
        now=NOW,
    )
    copy = drafting.start_draft(model, based_on=draft, author=nadia, note="Copy", now=LATER)
    assert proposing.authors_of(draft) == {ines.pk, ari.pk}
    assert proposing.authors_of(copy) == {ines.pk, ari.pk, nadia.pk}
    fresh = drafting.start_draft(
        model, based_on=model.live_version, author=nadia, note="Fresh", now=LATER
    )
    assert proposing.authors_of(fresh) == {nadia.pk}
