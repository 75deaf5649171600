"""Decides as of any moment: past decisions byte for byte, and under the rules of other days."""

import io
import json
import zipfile
from datetime import timedelta
from hashlib import sha256

import pytest

from decisions.errors import Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent, Decision, ReferenceTable, Ruleset, Submission
from decisions.services import authoring, explanation, intake, rule_base, time_machine
from tests.rules import FACTS, HERE, NOW, publish_dmn, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]

HOUR = timedelta(hours=1)
DMN = (HERE / "small.dmn").read_text()


@pytest.fixture
def model():
    return small_model()


def decide(at=NOW, **changes):
    decision = intake.submit_and_decide(
        "spending", {**FACTS, **changes}, evidence={}, source="CRM", actor=SYSTEM, now=at
    )
    return Decision.objects.select_related("submission", "ruleset__version").get(pk=decision.pk)


def set_limits(most, doubt, at):
    table = ReferenceTable.objects.get(key="limits")
    rows = [{"key": "most", "value": most}, {"key": "doubt", "value": doubt}]
    authoring.change_table(table, rows=rows, author=None, actor=SYSTEM, reason="Budget", now=at)


def told(found):
    return [(d.kind, d.name, d.before, d.after) for d in found]


def test_past_decision_runs_again_to_the_same_bytes_after_everything_changed(model):
    decision = decide(amount=1001)
    set_limits(5000, 4000, NOW + HOUR)
    publish_dmn(model, DMN.replace('"TOO_MUCH"', '"FAR_TOO_MUCH"'), now=NOW + HOUR)
    run = time_machine.as_recorded(decision)
    assert run.same is True
    assert run.version.number == 1
    assert [row.number for row in run.references] == [1]


def test_replay_whose_rows_differ_from_the_record_is_not_the_same(model):
    decision = decide()
    assert explanation.explain(decision).same is True
    Decision.objects.filter(pk=decision.pk).update(rows=[["spend_table", 1]])
    decision.refresh_from_db()
    assert time_machine.as_recorded(decision).same is False


def test_same_case_under_later_values_differs_in_outcome_row_and_values(model):
    decision = decide(amount=1001)
    set_limits(5000, 600, NOW + HOUR)
    then = time_machine.as_recorded(decision)
    today = time_machine.run_at(decision.submission, NOW + 2 * HOUR)
    assert (then.decision.outcome, today.decision.outcome) == ("reject", "review")
    assert told(time_machine.differences(then, today)) == [
        ("outcome", "Outcome", "reject", "review"),
        ("output", "Queue or destination", "", "finance"),
        ("row", "Spend rules", [1], [2]),
        ("output", "reasons", [{"code": "TOO_MUCH"}], [{"code": "IN_DOUBT"}]),
        (
            "value",
            "Spend rules",
            {"outcome": "reject", "queue": None, "code": "TOO_MUCH"},
            {"outcome": "review", "queue": "finance", "code": "IN_DOUBT"},
        ),
        ("rules", "Limits", then.references[0], today.references[0]),
    ]


def test_row_that_only_moved_is_no_difference(model):
    decision = decide()
    start, end = DMN.index('<rule id="rule3"'), DMN.index('<rule id="rule4"')
    moved = DMN[:start] + DMN[end:]  # Row 4 is now row 3.
    publish_dmn(model, moved, now=NOW + HOUR)
    then = time_machine.as_recorded(decision)
    today = time_machine.run_at(decision.submission, NOW + 2 * HOUR)
    assert (then.decision.rows, today.decision.rows) == ([["spend_table", 4]], [["spend_table", 3]])
    assert told(time_machine.differences(then, today)) == [
        ("rules", "Version", then.version, today.version)
    ]


def test_rules_of_a_moment_are_those_that_decided_then(model):
    publish_dmn(model, DMN.replace('"SMALL"', '"TINY"'), now=NOW + 2 * HOUR)
    case, witnesses = time_machine.case_of(model, FACTS, at=NOW + HOUR)
    before = time_machine.run_at(case, NOW + HOUR, evidence=witnesses)
    after = time_machine.run_at(case, NOW + 3 * HOUR, evidence=witnesses)
    assert (before.version.number, before.decision.reasons) == (1, ["SMALL"])
    assert (after.version.number, after.decision.reasons) == (2, ["TINY"])


def test_rules_read_the_clock_they_are_given(model):
    dmn = DMN.replace(
        "<text>amount</text>",
        '<text>if now() &gt; date and time("2026-11-23T11:00:00Z") then 2000 else amount</text>',
    )
    publish_dmn(model, dmn, now=NOW)
    case, _ = time_machine.case_of(model, FACTS, at=NOW + 2 * HOUR)
    assert time_machine.run_at(case, NOW + 2 * HOUR).decision.outcome == "reject"
    assert time_machine.run_at(case, NOW + 2 * HOUR, clock=NOW).decision.outcome == "approve"


def test_moment_before_the_first_version_is_refused(model):
    with pytest.raises(Refused, match="“Spending” had no live version then"):
        time_machine.case_of(model, FACTS, at=NOW - HOUR)


def test_running_again_writes_nothing(model):
    decision = decide()
    kept = (Decision, Ruleset, Submission, AuditEvent)
    counts = [table.objects.count() for table in kept]
    set_limits(5000, 4000, NOW + HOUR)
    counts[-1] += 1  # The change of the table.
    time_machine.run_at(decision.submission, NOW + 2 * HOUR)
    assert [table.objects.count() for table in kept] == counts


def test_rule_base_lists_what_was_in_force(model):
    set_limits(5000, 4000, NOW + HOUR)
    publish_dmn(model, DMN.replace('"SMALL"', '"TINY"'), now=NOW + 2 * HOUR)
    found = [
        (
            [(one.model.key, one.version and one.version.number) for one in base.models],
            [(one.table.key, one.version and one.version.number) for one in base.tables],
        )
        for base in map(rule_base.rule_base, [NOW - HOUR, NOW, NOW + HOUR, NOW + 3 * HOUR])
    ]
    assert found == [
        ([], []),
        ([("spending", 1)], [("limits", 1)]),
        ([("spending", 1)], [("limits", 2)]),
        ([("spending", 2)], [("limits", 2)]),
    ]


def test_archive_names_every_file_with_its_hash_and_is_the_same_each_time(model):
    packed = rule_base.archive(rule_base.rule_base(NOW))
    assert packed == rule_base.archive(rule_base.rule_base(NOW))
    with zipfile.ZipFile(io.BytesIO(packed)) as pack:
        manifest = json.loads(pack.read("manifest.json"))
        names = set(pack.namelist())
        for file in manifest["files"]:
            assert sha256(pack.read(file["path"])).hexdigest() == file["sha256"]
        assert pack.read("models/spending-v1.dmn").decode() == DMN
        rows = json.loads(pack.read("reference-tables/limits-v1.json"))["rows"]
    assert names == {file["path"] for file in manifest["files"]} | {"manifest.json"}
    assert manifest["as_of"] == NOW.isoformat()
    assert manifest["files"][0]["content_hash"] == model.versions.get(number=1).content_hash
    assert rows == [{"key": "most", "value": 1000}, {"key": "doubt", "value": 600}]
