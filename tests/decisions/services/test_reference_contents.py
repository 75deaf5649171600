"""What is in force of a reference table: by time, never a trial, and bound into approvals."""

from datetime import timedelta

import pytest

from decisions import events
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent, DecisionModel, ReferenceTable, Ruleset
from decisions.queries import rules as queries
from decisions.services import (
    authoring,
    explanation,
    intake,
    proposing,
    publishing,
    readers,
    rule_base,
    rulesets,
)
from tests.rules import FACTS, NOW, approved, person, proposed, small_model

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
THEN = NOW + 24 * HOUR
OLD = [{"key": "most", "value": 1000}, {"key": "doubt", "value": 600}]
NEW = [{"key": "most", "value": 100}, {"key": "doubt", "value": 60}]


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(events, "send", lambda *_: None)
    small_model()
    return ReferenceTable.objects.get()


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


def change(table, ines, rows=NEW, now=NOW, **more):
    given = {"author": ines, "actor": SYSTEM, "reason": "Budget", "now": now, **more}
    return authoring.change_table(table, rows=rows, **given)


def decide(now, reference):
    return intake.submit_and_decide(
        "spending",
        {**FACTS, "id": reference},
        evidence={},
        source="t",
        actor=SYSTEM,
        now=now,
    )


def test_dated_change_is_in_force_from_its_moment_on(table, ines):
    change(table, ines, effective_from=THEN)
    outcomes = [decide(at, str(at)).outcome for at in (NOW, THEN - HOUR / 3600, THEN, THEN + HOUR)]
    assert outcomes == ["approve", "approve", "reject", "reject"]
    assert Ruleset.objects.count() == 2


def test_replay_reads_what_was_in_force_when_it_was_decided(table, ines):
    change(table, ines, effective_from=THEN)
    before, after = decide(NOW, "A"), decide(THEN, "B")
    assert [explanation.explain(one).same for one in (before, after)] == [True, True]
    assert [[row.number for row in one.ruleset.references.all()] for one in (before, after)] == [
        [1],
        [2],
    ]


def test_rule_base_of_any_moment_has_the_content_of_that_moment(table, ines):
    change(table, ines, now=NOW + HOUR, effective_from=THEN)
    moments = [NOW, NOW + 2 * HOUR, THEN - HOUR / 60, THEN, THEN + HOUR]
    found = [rule_base.rule_base(at).tables[0].version.number for at in moments]
    assert found == [1, 1, 1, 2, 2]
    assert [rule_base.references_at(["limits"], at)[0].number for at in moments] == found
    with pytest.raises(Refused, match="was empty then"):
        rule_base.references_at(["limits"], NOW - HOUR)


def test_trial_is_never_in_force(table, ines):
    trial = authoring.try_table(table, rows=NEW, author=ines, now=NOW)
    assert (trial.number, trial.trial) == (2, True)
    assert decide(NOW + HOUR, "A").outcome == "approve"
    assert rule_base.rule_base(THEN).tables[0].version.number == 1
    assert [v.number for v in queries.table_versions(table)] == [1]
    assert queries.reference_tables(THEN).get().version_count == 1
    assert queries.version_before(trial).number == 1


def test_trial_put_in_force_is_a_version_with_its_reason(table, ines):
    trial = authoring.try_table(table, rows=NEW, author=ines, now=NOW)
    saved = authoring.put_in_force(trial, author=ines, reason="Budget", now=NOW + HOUR)
    assert (saved.number, saved.trial, saved.rows, saved.reason) == (3, False, NEW, "Budget")
    assert queries.version_before(saved).number == 1
    # The trial's number does not count as a change of the table.
    assert change(table, ines, OLD, now=NOW + 2 * HOUR, based_on=3).number == 4
    with pytest.raises(Refused, match="was changed while you were editing"):
        authoring.put_in_force(trial, author=ines, reason="Again", now=NOW + 3 * HOUR)
    with pytest.raises(Refused, match="is in force, or was"):
        authoring.put_in_force(saved, author=ines, reason="Again", now=NOW + 3 * HOUR)


def test_nothing_is_written_over_a_change_that_waits(table, ines):
    change(table, ines, effective_from=THEN)
    for act in (
        lambda now: change(table, ines, OLD, now=now),
        lambda now: authoring.try_table(table, rows=OLD, author=ines, now=now),
    ):
        with pytest.raises(Refused, match="waits for its time: version 2"):
            act(NOW + HOUR)
    assert change(table, ines, OLD, now=THEN, based_on=2).number == 3


def test_change_taken_back_never_takes_effect(table, ines):
    waiting = change(table, ines, effective_from=THEN)
    authoring.take_back(waiting, by=ines, reason="Too early", now=NOW + HOUR)
    assert decide(THEN + HOUR, "A").outcome == "approve"
    told = AuditEvent.objects.get(kind="reference_table.taken_back")
    assert (told.detail, told.actor_name) == ({"number": 2, "reason": "Too early"}, "Ines")
    with pytest.raises(Refused, match="no longer waits"):
        authoring.take_back(waiting, by=ines, reason="Again", now=NOW + HOUR)


def test_change_in_force_cannot_be_taken_back(table, ines):
    waiting = change(table, ines, effective_from=THEN)
    with pytest.raises(Refused, match="no longer waits"):
        authoring.take_back(waiting, by=ines, reason="Too late", now=THEN)


def test_moment_that_has_passed_is_refused(table, ines):
    with pytest.raises(Invalid, match="has passed"):
        change(table, ines, effective_from=NOW)


def test_approval_is_void_when_a_dated_content_it_reads_takes_effect(table, ines):
    version = approved(DecisionModel.objects.get())
    change(table, ines, now=NOW, effective_from=THEN)
    ari = person("Ari Other", "approver")
    assert readers.approvals_touched(table) == [version]
    with pytest.raises(Refused, match=r"(?i)reference tables"):
        publishing.publish(version, publisher=ari, reason="Go", now=THEN)
    version.refresh_from_db()
    assert version.state == "draft"


def test_approval_stands_until_a_dated_content_takes_effect(table, ines):
    version = approved(DecisionModel.objects.get())
    change(table, ines, effective_from=THEN)
    ari = person("Ari Other", "approver")
    publishing.publish(version, publisher=ari, reason="Go", now=THEN - HOUR)
    version.refresh_from_db()
    assert version.state == "published"


def test_proposal_is_void_for_approvers_too(table, ines):
    version = proposed(DecisionModel.objects.get())
    change(table, ines, effective_from=THEN)
    ari = person("Ari Other", "approver")
    with pytest.raises(Refused, match=r"(?i)reference tables"):
        proposing.approve(version.proposals.get(), approver=ari, reason="Yes", now=THEN)


def test_preview_of_a_trial_runs_against_what_is_in_force(table, ines):
    decide(NOW, "A")
    trial = authoring.try_table(table, rows=NEW, author=ines, now=NOW)
    model = DecisionModel.objects.get()
    report = readers.preview(trial, model, by=ines, now=NOW + HOUR)
    assert list(report.references.all()) == [trial]
    assert report.found["candidate_references"] == [str(trial.pk)]
    assert report.found["baseline_references"] == [
        str(rulesets.current_references(["limits"], now=NOW)[0].pk)
    ]


def test_preview_is_refused_for_a_model_that_does_not_read_the_table(table, ines):
    other = authoring.create_table(
        key="other",
        name="Other",
        kind="rows",
        columns=[],
        rows=[],
        author=None,
        actor=SYSTEM,
        now=NOW,
    )
    trial = authoring.try_table(other, rows=[], author=ines, now=NOW)
    with pytest.raises(Refused, match="do not read Other"):
        readers.preview(trial, DecisionModel.objects.get(), by=ines, now=NOW)
