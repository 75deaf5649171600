"""Nothing about a rule changes without a row that says who, when and why."""

import inspect
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from decisions.events import SYSTEM, Actor
from decisions.models import AuditEvent, DecisionModel, ModelVersion, ReferenceTable
from decisions.services import (
    authoring,
    challenging,
    commenting,
    drafting,
    guarding,
    intake,
    proposing,
    publishing,
    starting,
    stopping,
    testing,
)
from tests.rules import FACTS, HERE, person, preview, small_model

pytestmark = pytest.mark.django_db
MODULES = (
    authoring,
    challenging,
    drafting,
    guarding,
    proposing,
    publishing,
    starting,
    stopping,
    testing,
)
WHO = {"author", "by", "approver", "publisher"}


class Office:
    """One small model with two people, and a clock that goes on with every act."""

    def __init__(self):
        self.now = timezone.now()
        small_model(now=self.now)
        self.ines = person("Ines", "rule_author")
        self.ari = person("Ari", "approver")
        self.model = DecisionModel.objects.get()
        self.table = ReferenceTable.objects.get()

    def tick(self):
        self.now += timedelta(minutes=1)
        return self.now

    def draft(self):
        self.model.refresh_from_db()
        return drafting.start_draft(
            self.model, based_on=self.model.live_version, author=self.ines, note="", now=self.now
        )

    def edited(self):
        version = self.draft()
        return self.edit(version)

    def edit(self, version):
        return drafting.edit(
            version,
            [{"op": "cells", "table": "spend_table", "cells": [["rule1", "c1", "> 900"]]}],
            based_on=version.revision,
            author=self.ines,
            now=self.now,
        ).version

    def proposal(self):
        version = self.edited()
        preview(version, by=self.ines, now=self.now)
        return proposing.propose(version, author=self.ines, reason="Ready", now=self.now)

    def approved(self):
        return proposing.approve(
            self.proposal(), approver=self.ari, reason="Fine", now=self.now
        ).version

    def published(self):
        return publishing.publish(self.approved(), publisher=self.ari, reason="Go", now=self.now)

    def test(self, version, expected=None):
        return testing.create(
            version,
            name="Small",
            facts=FACTS,
            expected=expected or {"outcome": "approve"},
            author=self.ines,
            reason="Wanted",
            now=self.now,
        )

    def guardrail(self, name="Never route"):
        return guarding.create(
            self.model,
            name=name,
            applies="true",
            forbidden='outcome = "route"',
            basis="",
            author=self.ines,
            reason="Law",
            now=self.now,
        )

    def decision(self):
        return intake.submit_and_decide(
            self.model.key, FACTS, evidence={}, source="t", actor=SYSTEM, now=self.now
        )

    def challenger(self):
        return challenging.start(
            self.approved(), mode="rollout", percent=10, by=self.ari, reason="Try", now=self.now
        )


WORDS = {
    "name": "Never route at all",
    "applies": "true",
    "forbidden": 'outcome = "route"',
    "basis": "",
}
TEST = {"name": "Smaller", "facts": FACTS, "expected": {"outcome": "approve"}}
COLUMNS = [{"name": "key", "type": "string"}, {"name": "value", "type": "number"}]
ROWS = [{"key": "most", "value": 2000}, {"key": "doubt", "value": 600}]

# What each service needs first, and what is done with it. The first is done before the count.
ACTS = {
    "authoring.create_model": (
        lambda o: None,
        lambda o, _, who: authoring.create_model(
            key="other",
            name="Other",
            fallback_queue="triage",
            author=who,
            actor=Actor.person(who),
            now=o.now,
        ),
    ),
    "authoring.draft_version": (
        lambda o: None,
        lambda o, _, who: authoring.draft_version(
            o.model,
            dmn=(HERE / "small.dmn").read_text(),
            author=who,
            actor=Actor.person(who),
            note="Next",
            now=o.now,
        ),
    ),
    "authoring.create_table": (
        lambda o: None,
        lambda o, _, who: authoring.create_table(
            key="more",
            name="More",
            kind="values",
            columns=COLUMNS,
            rows=ROWS,
            author=who,
            actor=Actor.person(who),
            now=o.now,
        ),
    ),
    "authoring.change_table": (
        lambda o: None,
        lambda o, _, who: authoring.change_table(
            o.table, rows=ROWS, author=who, actor=Actor.person(who), reason="Budget", now=o.now
        ),
    ),
    "authoring.try_table": (
        lambda o: None,
        lambda o, _, who: authoring.try_table(o.table, rows=ROWS, author=who, now=o.now),
    ),
    "authoring.put_in_force": (
        lambda o: authoring.try_table(o.table, rows=ROWS, author=o.ari, now=o.now),
        lambda o, trial, who: authoring.put_in_force(trial, author=who, reason="Budget", now=o.now),
    ),
    "authoring.take_back": (
        lambda o: authoring.change_table(
            o.table,
            rows=ROWS,
            author=o.ari,
            actor=Actor.person(o.ari),
            reason="Budget",
            now=o.now,
            effective_from=o.now + timedelta(days=1),
        ),
        lambda o, version, who: authoring.take_back(version, by=who, reason="No", now=o.now),
    ),
    "drafting.start_draft": (
        lambda o: o.model,
        lambda o, model, who: drafting.start_draft(
            model, based_on=model.live_version, author=who, note="", now=o.now
        ),
    ),
    "drafting.edit": (Office.draft, lambda o, version, who: o.edit(version)),
    "drafting.undo": (
        Office.edited,
        lambda o, version, who: drafting.undo(
            version, based_on=version.revision, author=who, now=o.now
        ),
    ),
    "drafting.redo": (
        lambda o: drafting.undo(o.edited(), based_on=1, author=o.ines, now=o.now).version,
        lambda o, version, who: drafting.redo(
            version, based_on=version.revision, author=who, now=o.now
        ),
    ),
    "starting.start_model": (
        lambda o: None,
        lambda o, _, who: starting.start_model(
            name="Leads",
            description="Who calls back",
            fallback_queue="triage",
            author=who,
            now=o.now,
        ),
    ),
    "starting.discard_draft": (
        Office.draft,
        lambda o, version, who: starting.discard_draft(
            version, by=who, reason="Not needed", now=o.now
        ),
    ),
    "testing.create": (Office.draft, lambda o, version, who: o.test(version)),
    "testing.create_from_decision": (
        lambda o: (o.draft(), o.decision()),
        lambda o, both, who: testing.create_from_decision(
            *both, name="As decided", author=who, reason="Keep", now=o.now
        ),
    ),
    "testing.change": (
        lambda o: o.test(o.draft()),
        lambda o, test, who: testing.change(test, **TEST, author=who, reason="Name", now=o.now),
    ),
    "testing.accept": (
        lambda o: o.test(o.draft(), expected={"outcome": "reject"}),
        lambda o, test, who: testing.accept(test, author=who, reason="Law", now=o.now),
    ),
    "testing.take_in": (
        lambda o: o.test(o.draft()).version,
        lambda o, version, who: testing.take_in(
            version,
            [
                testing.Case(f"Line {at}", name, FACTS, {"outcome": "reject"}, None)
                for at, name in enumerate(("Small", "New"), 2)
            ],
            author=who,
            reason="Kept elsewhere",
            now=o.now,
        ),
    ),
    "testing.remove": (
        lambda o: o.test(o.draft()),
        lambda o, test, who: testing.remove(test, author=who, reason="Twice", now=o.now),
    ),
    "guarding.create": (lambda o: None, lambda o, _, who: o.guardrail()),
    "guarding.change": (
        Office.guardrail,
        lambda o, rail, who: guarding.change(rail, **WORDS, author=who, reason="Law", now=o.now),
    ),
    "guarding.set_active": (
        Office.guardrail,
        lambda o, rail, who: guarding.set_active(
            rail, False, author=who, reason="Repealed", now=o.now
        ),
    ),
    "proposing.propose": (
        Office.edited,
        lambda o, version, who: proposing.propose(version, author=who, reason="Ready", now=o.now),
    ),
    "proposing.approve": (
        Office.proposal,
        lambda o, proposal, who: proposing.approve(
            proposal, approver=o.ari, reason="Fine", now=o.now
        ),
    ),
    "proposing.return_": (
        Office.proposal,
        lambda o, proposal, who: proposing.return_(proposal, by=o.ari, reason="No", now=o.now),
    ),
    "proposing.withdraw": (
        Office.proposal,
        lambda o, proposal, who: proposing.withdraw(proposal, by=who, reason="No", now=o.now),
    ),
    "proposing.set_approvals": (
        lambda o: None,
        lambda o, _, who: proposing.set_approvals(
            o.model, [(0, 2)], by=who, reason="Policy", now=o.now
        ),
    ),
    "publishing.publish": (
        Office.approved,
        lambda o, version, who: publishing.publish(
            version, publisher=o.ari, reason="Go", now=o.now
        ),
    ),
    "publishing.roll_back": (
        Office.published,
        lambda o, version, who: publishing.roll_back(
            o.model, to=ModelVersion.objects.get(number=1), by=o.ari, reason="Back", now=o.now
        ),
    ),
    "stopping.stop": (
        lambda o: None,
        lambda o, _, who: stopping.stop(o.model, by=who, reason="Wrong", now=o.now),
    ),
    "stopping.resume": (
        lambda o: stopping.stop(o.model, by=o.ines, reason="Wrong", now=o.now),
        lambda o, model, who: stopping.resume(model, by=who, reason="Mended", now=o.now),
    ),
    "challenging.start": (
        Office.approved,
        lambda o, version, who: challenging.start(
            version, mode="shadow", by=who, reason="Try", now=o.now
        ),
    ),
    "challenging.change_share": (
        Office.challenger,
        lambda o, running, who: challenging.change_share(
            running, 20, by=who, reason="More", now=o.now
        ),
    ),
    "challenging.end": (
        Office.challenger,
        lambda o, running, who: challenging.end(running, by=who, reason="Seen", now=o.now),
    ),
    "challenging.end_running": (
        Office.challenger,
        lambda o, running, who: challenging.end_running(
            DecisionModel.objects.get(), by=who, reason="Over", now=o.now
        ),
    ),
}


def write_services():
    for module in MODULES:
        room = module.__name__.rpartition(".")[2]
        for name, function in inspect.getmembers(module, inspect.isfunction):
            given = set(inspect.signature(function).parameters)
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and "now" in given and given & WHO:
                yield f"{room}.{name}"


def history_rows():
    kept = [
        model
        for model in apps.get_app_config("decisions").get_models()
        if hasattr(model._meta, "simple_history_manager_attribute")
    ]
    return {(model.__name__, row.history_id): row for model in kept for row in model.history.all()}


def test_every_service_that_changes_rules_is_walked_here():
    assert set(write_services()) == set(ACTS)


@pytest.mark.parametrize("name", ACTS)
def test_every_change_leaves_who_when_and_why(name, messages):
    office = Office()
    prepare, act = ACTS[name]
    prepared = prepare(office)
    before, events = history_rows(), set(AuditEvent.objects.values_list("pk", flat=True))
    office.tick()
    act(office, prepared, office.ines)
    fresh = [row for key, row in history_rows().items() if key not in before]
    assert fresh
    for row in fresh:
        assert row.history_user in {office.ines, office.ari}
        assert row.history_date == office.now
        assert row.history_change_reason
    for event in AuditEvent.objects.exclude(pk__in=events):
        assert (event.actor_name in {"Ines", "Ari"}, event.at) == (True, office.now)


def test_comments_on_rows_leave_an_event(messages):
    office = Office()
    office.tick()
    comment = commenting.comment_on(
        office.model.live_version,
        table_id="spend_table",
        row_id="rule1",
        text="Why?",
        author=office.ari,
        now=office.now,
    )
    told = AuditEvent.objects.get(kind="row.commented")
    assert (told.actor_name, told.at, comment.written_by) == ("Ari", office.now, office.ari)


def test_acts_of_the_timetable_say_so(messages):
    office = Office()
    version = office.approved()
    ModelVersion.objects.filter(pk=version.pk).update(publish_at=office.now)
    publishing.publish_due(now=office.tick())
    row = ModelVersion.history.filter(id=version.pk).order_by("history_id").last()
    assert (row.state, row.history_user, row.history_change_reason) == (
        "published",
        None,
        "The time set for it has come",
    )
    event = AuditEvent.objects.get(kind="model.published", subject_id=version.pk)
    assert (event.actor_kind, event.at) == ("timetable", office.now)
