"""Versions go live at their time and come back, one at a time, whatever happens at once."""

from datetime import timedelta

import pytest

from decisions.enums import ProposalState, VersionState
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from decisions.models import AuditEvent, DecisionModel, ModelVersion, ReferenceTable
from decisions.services import authoring, guarding, intake, proposing, publishing, rulesets
from tests.rules import FACTS, HERE, NOW, person, publish_dmn, small_model

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DMN = (HERE / "small.dmn").read_text()


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


@pytest.fixture
def ari():
    return person("Ari", "approver")


@pytest.fixture
def model():
    model = small_model()
    model.refresh_from_db()
    return model


def approved(model, ines, ari, retire_at=None, **more):
    dmn = DMN.replace("TOO_MUCH", "FAR_TOO_MUCH")
    version = authoring.draft_version(
        model, dmn=dmn, author=ines, actor=SYSTEM, note="Next", now=NOW
    )
    proposal = proposing.propose(version, author=ines, reason="Ready", now=NOW, retire_at=retire_at)
    return proposing.approve(proposal, approver=ari, reason="Fine", now=NOW, **more).version


def publish(version, ari, now=NOW):
    return publishing.publish(version, publisher=ari, reason="Go", now=now)


def live_number(model):
    return DecisionModel.objects.get(pk=model.pk).live_version.number


def states(model):
    return dict(model.versions.order_by("number").values_list("number", "state"))


def test_publishing_retires_the_version_before(model, ines, ari):
    publish(approved(model, ines, ari), ari)
    assert states(model) == {1: VersionState.RETIRED, 2: VersionState.PUBLISHED}
    assert live_number(model) == 2


def test_only_an_approved_version_goes_live(model, ines, ari):
    draft = authoring.draft_version(model, dmn=DMN, author=ines, actor=SYSTEM, note="", now=NOW)
    with pytest.raises(Refused, match="is draft; only an approved version can go live"):
        publish(draft, ari)


def test_a_guardrail_broken_meanwhile_keeps_a_version_from_going_live(model, ines, ari):
    guarding.create(
        model,
        name="No small sums",
        applies='matches(id, "^REQ-[0-9]$") and amount < 600',  # Nobody can make such an id up.
        forbidden='outcome = "approve"',
        basis="",
        author=ines,
        reason="Law",
        now=NOW,
    )
    version = approved(model, ines, ari)
    intake.submit_and_decide(model.key, FACTS, evidence={}, source="t", actor=SYSTEM, now=NOW)
    with pytest.raises(Invalid, match=r"cannot go live\. It breaks the guardrail “No small sums”"):
        publish(version, ari)
    assert live_number(model) == 1


def test_rules_looked_at_as_a_draft_go_live_as_they_were_published(model, ines, ari):
    version = authoring.draft_version(model, dmn=DMN, author=ines, actor=SYSTEM, note="", now=NOW)
    rulesets.load(version.pk)
    dmn = DMN.replace("SMALL", "TINY")
    ModelVersion.objects.filter(pk=version.pk).update(dmn=dmn, content_hash="0" * 64)
    assert "TINY" in str(rulesets.load(version.pk).definitions)


def test_a_version_goes_live_at_its_time_and_not_before(model, ines, ari):
    version = approved(model, ines, ari, publish_at=NOW + HOUR)
    publishing.publish_due(now=NOW + HOUR - timedelta(seconds=1))
    assert live_number(model) == 1
    publishing.publish_due(now=NOW + HOUR)
    assert live_number(model) == 2
    version.refresh_from_db()
    assert (version.published_at, version.publish_at) == (NOW + HOUR, None)
    event = AuditEvent.objects.get(kind="model.published", subject_id=version.pk)
    assert (event.actor_kind, event.detail["number"]) == ("timetable", 2)


def test_what_changed_before_its_time_is_a_draft_again(model, ines, ari):
    version = approved(model, ines, ari, publish_at=NOW + HOUR)
    table = ReferenceTable.objects.get(key="limits")
    authoring.change_table(
        table,
        rows=[{"key": "most", "value": 5}, {"key": "doubt", "value": 1}],
        author=ines,
        actor=SYSTEM,
        reason="Tight",
        now=NOW,
    )
    publishing.publish_due(now=NOW + HOUR)
    version.refresh_from_db()
    assert (live_number(model), version.state, version.publish_at) == (1, "draft", None)
    proposal = version.proposals.get()
    assert proposal.state == ProposalState.VOID
    assert proposal.closed_reason.startswith("The reference tables changed")


def test_what_cannot_run_at_its_time_is_a_draft_again(model, ines, ari):
    version = approved(model, ines, ari, publish_at=NOW + HOUR)
    guardrail = guarding.create(
        model,
        name="Never route",
        applies="true",
        forbidden='outcome = "route"',
        basis="",
        author=ines,
        reason="Law",
        now=NOW,
    )
    publishing.publish_due(now=NOW + HOUR)
    version.refresh_from_db()
    assert (guardrail.active, version.state) == (True, VersionState.DRAFT)
    assert AuditEvent.objects.get(kind="model.voided").actor_kind == "timetable"


def test_a_version_ends_at_its_time_and_the_one_before_comes_back(model, ines, ari):
    version = approved(model, ines, ari, retire_at=NOW + 2 * HOUR)
    publish(version, ari)
    publishing.publish_due(now=NOW + HOUR)
    assert live_number(model) == 2
    publishing.publish_due(now=NOW + 2 * HOUR)
    assert states(model) == {1: VersionState.PUBLISHED, 2: VersionState.RETIRED}
    publishing.publish_due(now=NOW + 3 * HOUR)
    assert live_number(model) == 1


def test_a_version_that_cannot_end_stops_the_model(model, ines, ari):
    version = approved(model, ines, ari, retire_at=NOW + HOUR)
    publish(version, ari)
    ModelVersion.objects.filter(number=1).update(dmn="broken")
    publishing.publish_due(now=NOW + HOUR)
    model.refresh_from_db()
    assert (live_number(model), model.stopped_at) == (2, NOW + HOUR)
    assert model.stopped_reason.startswith("v2 was to be live until now. Version 1 cannot")


def roll_back(model, to, by, now=NOW + HOUR):
    return publishing.roll_back(model, to=to, by=by, reason="It rejects too much", now=now)


def test_rolling_back_brings_the_earlier_version_back_at_once(model, ines, ari):
    publish(approved(model, ines, ari), ari)
    roll_back(model, model.versions.get(number=1), ari)
    assert states(model) == {1: VersionState.PUBLISHED, 2: VersionState.RETIRED}
    assert live_number(model) == 1
    rows = ModelVersion.history.filter(number__in=(1, 2), history_date=NOW + HOUR)
    assert {(r.number, r.state, r.history_change_reason, str(r.history_user)) for r in rows} == {
        (2, "retired", "It rejects too much", "Ari"),
        (1, "published", "It rejects too much", "Ari"),
    }
    event = AuditEvent.objects.get(kind="model.rolled_back")
    assert (event.detail["number"], event.detail["to"]) == (2, 1)


def test_decisions_follow_the_version_that_came_back(model, ines, ari):
    publish(approved(model, ines, ari), ari)

    def reasons():
        facts = {**FACTS, "amount": 5000}
        return intake.submit_and_decide(
            model.key, facts, evidence={}, source="t", actor=SYSTEM, now=NOW
        ).reasons

    assert reasons() == ["FAR_TOO_MUCH"]
    roll_back(model, model.versions.get(number=1), ari)
    assert reasons() == ["TOO_MUCH"]


def test_what_was_never_live_does_not_come_back(model, ines, ari):
    version = approved(model, ines, ari)
    with pytest.raises(Refused, match="was never live"):
        roll_back(model, version, ari)


def test_two_people_roll_back_at_once_and_one_is_told(model, ines, ari):
    publish(approved(model, ines, ari), ari)
    first = model.versions.get(number=1)
    seen_by_the_second = DecisionModel.objects.get(pk=model.pk)
    roll_back(model, first, ari)
    with pytest.raises(Refused, match="is live already"):
        roll_back(seen_by_the_second, first, ines)


def test_a_version_that_breaks_a_guardrail_of_today_does_not_come_back(model, ines, ari):
    intake.submit_and_decide(model.key, FACTS, evidence={}, source="t", actor=SYSTEM, now=NOW)
    stricter = DMN.replace('<text>"approve"</text>', '<text>"reject"</text>')
    publish_dmn(model, stricter, now=NOW)
    guarding.create(
        model,
        name="No small sums",
        applies="amount < 600",
        forbidden='outcome = "approve"',
        basis="",
        author=ines,
        reason="Law",
        now=NOW,
    )
    with pytest.raises(Invalid, match=r"cannot come back\. It breaks the guardrail"):
        roll_back(model, model.versions.get(number=1), ari)
