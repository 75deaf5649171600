"""The sponsorship model on its way to live: broken in many ways, caught in words, then approved."""

from datetime import timedelta

import pytest

from config.demo import library, setup
from decisions.enums import VersionState
from decisions.errors import Invalid
from decisions.events import SYSTEM
from decisions.models import ModelVersion
from decisions.services import (
    drafting,
    guarding,
    intake,
    proposing,
    publishing,
    testing,
)
from tests.decisions.library.ordinary import FEED, ORDINARY, changed
from tests.rules import NOW, person, preview

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]
HOUR = timedelta(hours=1)
ALCOHOL, HARD, TIER = "x_alcohol_rules", "x_hard_rejects", "x_suitability_tier"


class Life:
    """The live sponsorship model, an author's draft of it, and somebody to approve."""

    def __init__(self):
        self.ines = person("Ines", "rule_author")
        self.tom = person("Tom", "approver")
        content = library.read(setup.MODEL)
        self.model = setup.publish(
            content, tables=content.tables, author=self.ines, approver=self.tom, now=NOW
        )
        self.model.refresh_from_db()
        self.decide()
        self.draft = drafting.start_draft(
            self.model, based_on=self.model.live_version, author=self.ines, note="", now=NOW
        )

    def decide(self, now=NOW, **changes):
        return intake.submit_and_decide(
            self.model.key,
            changed(ORDINARY, changes),
            evidence={"rss": intake.Reading(FEED)},
            source="t",
            actor=SYSTEM,
            now=now,
        )

    def edit(self, *operations):
        version = ModelVersion.objects.get(pk=self.draft.pk)
        drafting.edit(
            version, list(operations), based_on=version.revision, author=self.ines, now=NOW
        )

    def cell(self, table, row, column, text):
        self.edit({"op": "cells", "table": table, "cells": [[row, column, text]]})

    def expect(self, expected, **changes):
        testing.create(
            ModelVersion.objects.get(pk=self.draft.pk),
            name="Salt & Signal",
            facts={**changed(ORDINARY, changes), "feed": FEED},
            expected=expected,
            at=NOW,
            author=self.ines,
            reason="Wanted",
            now=NOW,
        )

    def preview(self):
        return preview(self.draft, by=self.ines, now=NOW)

    def propose(self, **more):
        return proposing.propose(
            self.draft, author=self.ines, reason="Stricter shows", now=NOW, **more
        )


@pytest.fixture
def life():
    return Life()


def unknown_name(life):
    life.cell(ALCOHOL, "rule_alcohol_rules_3", "in_alcohol_rules_6", "< minimum.us_beer")


def open_bracket(life):
    life.cell(ALCOHOL, "rule_alcohol_rules_3", "in_alcohol_rules_6", "< (0.7")


def text_for_a_number(life):
    life.cell(ALCOHOL, "rule_alcohol_rules_3", "in_alcohol_rules_6", '"many"')


def outcome_nobody_knows(life):
    life.cell(ALCOHOL, "rule_alcohol_rules_3", "out_alcohol_rules_1", "rejekt")


def rows_that_clash(life):
    life.edit({"op": "hit_policy", "table": TIER, "hit_policy": "UNIQUE", "aggregation": ""})


def column_that_others_read(life):
    life.edit({"op": "remove_column", "table": HARD, "column": "out_hard_rejects_1"})
    life.preview()


def column_of_a_typo(life):
    column = {"column": "in_alcohol_rules_5", "expression": "under18_shar"}
    life.edit({"op": "change_column", "table": ALCOHOL, **column})


def test_that_fails(life):
    life.expect({"outcome": "reject"})
    life.preview()


def guardrail_that_breaks(life):
    life.expect({"outcome": "approve"})
    guarding.create(
        life.model,
        name="Nothing from airlines",
        applies='brand = "Tern Airlines"',
        forbidden='outcome = "approve"',
        basis="House",
        author=life.ines,
        reason="Try",
        now=NOW,
    )
    life.preview()


def no_preview(life):
    life.expect({"outcome": "approve"})


def preview_of_other_rules(life):
    life.preview()
    life.cell(HARD, "rule_hard_rejects_8", "in_hard_rejects_11", "< limits.least_downloads * 2")


PLACE = 'decision "Alcohol rules", row 3, column'
BREAKS = [
    (unknown_name, f'{PLACE} "21+ share"): The name "minimum" is not known here. Did you mean'),
    (open_bracket, f'{PLACE} "21+ share"): ")" is missing after the expression'),
    (text_for_a_number, 'Row 3 can never match: "many" in "21+ share" takes no possible value.'),
    (outcome_nobody_knows, f'{PLACE} "Outcome"): "rejekt" is not among the values'),
    (rows_that_clash, "Rows 4 and 6 match at once, but the hit policy UNIQUE allows one."),
    (column_that_others_read, '"Findings" reads "code" of this table, but no column of the table'),
    (column_of_a_typo, 'The name "under18_shar" is not known here. Did you mean "under18_share"?'),
    (test_that_fails, "1 of 1 rule test fails, the first is “Salt & Signal”."),
    (guardrail_that_breaks, "It breaks the guardrail “Nothing from airlines”"),
    (no_preview, "There is no impact preview of these rules"),
    (preview_of_other_rules, "There is no impact preview of these rules"),
]


@pytest.mark.parametrize(("breaks", "words"), BREAKS)
def test_broken_rules_are_caught_before_anybody_approves_them(life, breaks, words):
    breaks(life)
    with pytest.raises(Invalid) as told:
        life.propose()
    assert words in str(told.value)
    assert ModelVersion.objects.get(pk=life.draft.pk).state == VersionState.DRAFT


def test_mended_rules_are_tried_approved_published_at_their_time_and_rolled_back(life):
    unknown_name(life)
    life.cell(ALCOHOL, "rule_alcohol_rules_3", "in_alcohol_rules_6", "< minimums.us_beer")
    life.cell(HARD, "rule_hard_rejects_8", "in_hard_rejects_11", "< 20000")
    life.expect({"outcome": "reject", "reasons.0.code": "TOO_FEW_DOWNLOADS"})
    report = life.preview()
    assert (report.changed, report.total) == (1, 1)
    proposal = life.propose(publish_at=NOW + HOUR)
    proposing.approve(
        proposal, approver=life.tom, reason="Small shows", now=NOW, publish_at=NOW + HOUR
    )
    assert life.decide().outcome == "approve"
    publishing.publish_due(now=NOW + HOUR)
    assert life.decide(now=NOW + HOUR).outcome == "reject"
    first = life.model.versions.get(number=1)
    publishing.roll_back(
        life.model, to=first, by=life.tom, reason="Too many small shows", now=NOW + 2 * HOUR
    )
    assert life.decide(now=NOW + 2 * HOUR).outcome == "approve"
