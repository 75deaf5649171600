"""Guardrails on versions: what is kept of proofs, what the audit log hears, what is previewed."""

from datetime import timedelta

import pytest
from django.conf import settings

from decisions.errors import Invalid
from decisions.events import SYSTEM
from decisions.models import AuditEvent, Decision, GuardrailCheck, ReferenceTable
from decisions.services import authoring, coming, guarding, intake, proving, publishing
from tests.rules import FACTS, HERE, NOW, person, publish_dmn, small_model

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
        "name": "France is seen by a person",
        "applies": 'country = "FR"',
        "forbidden": 'outcome = "approve"',
        "basis": "Treaty",
        **changes,
    }
    return guarding.create(model, **fields, author=mona, reason="Asked by legal", now=NOW)


def check(rail, kind="guardrail.created"):
    event = AuditEvent.objects.filter(kind=kind, subject_id=rail.pk).latest("pk")
    proving.check([event.pk], now=NOW)


def kinds(rail):
    events = AuditEvent.objects.filter(subject_id=rail.pk).order_by("pk")
    return list(events.values_list("kind", flat=True))


def test_a_guardrail_that_always_holds_is_kept_as_proved_and_told_once(model, mona):
    rail = guard(model, mona)
    check(rail)
    kept = GuardrailCheck.objects.get()
    assert (kept.state, kept.version) == ("proved", model.live_version)
    assert (kept.found["parts"], kept.found["inapplicable"]) == (2, 1)
    proving.remember(model, now=NOW)
    assert kinds(rail) == ["guardrail.created", "guardrail.proved"]


def test_what_cannot_be_read_is_tested_on_made_up_cases(model, mona):
    rail = guard(model, mona, applies="amount * 2 > 2000")
    check(rail)
    kept = GuardrailCheck.objects.get()
    assert kept.state == "tested"
    assert kept.cases >= 2


def test_a_broken_one_keeps_the_facts_and_the_row(model, mona):
    rail = guard(model, mona, applies='country = "DE" and amount > 400')
    check(rail)
    kept = GuardrailCheck.objects.get()
    assert kept.state == "broken"
    assert kept.found["named"] == {"amount": 401, "country": "DE"}
    assert (kept.found["row"], kept.found["outcome"]) == ("row 4 of “Spend rules”", "approve")
    assert kinds(rail)[-1] == "guardrail.broken"


def test_words_changed_are_checked_anew(model, mona):
    rail = guard(model, mona)
    check(rail)
    guarding.change(
        rail,
        name=rail.name,
        applies='country = "GB"',
        forbidden=rail.forbidden,
        basis="",
        author=mona,
        reason="Wider",
        now=NOW,
    )
    assert not GuardrailCheck.objects.exists()
    check(rail, "guardrail.changed")
    assert GuardrailCheck.objects.get().state == "broken"


def test_a_refusal_names_the_guardrail_the_facts_and_the_row(model, mona):
    guard(model, mona, applies="amount > 500")
    first = model.live_version
    with pytest.raises(Invalid) as caught:
        publish_dmn(model, first.dmn.replace("SMALL", "TINY"))
    said = str(caught.value)
    assert "“France is seen by a person” (a made-up case)" in said
    assert "row 4 of “Spend rules” answers “approve”" in said
    assert "for amount " in said


def test_a_preview_counts_what_would_have_fired_and_writes_nothing(model, mona):
    for amount in (100, 450, 500):
        intake.submit_and_decide(
            model.key, {**FACTS, "amount": amount}, evidence={}, source="t", actor=SYSTEM, now=NOW
        )
    before = AuditEvent.objects.count()
    seen = guarding.preview(
        model, name="", applies="amount > 400", forbidden='outcome = "approve"', now=NOW
    )
    assert (seen.total, seen.concerned, len(seen.fired)) == (3, 2, 2)
    assert seen.checked.state == "broken"
    assert seen.sentence == (
        'When amount is over 400, it must never be so that outcome is "approve".'
    )
    assert AuditEvent.objects.count() == before


def test_a_breach_is_on_the_audit_log_with_its_decision(model, mona):
    rail = guard(model, mona, applies="amount > 400")
    made = intake.submit_and_decide(
        model.key, FACTS, evidence={}, source="t", actor=SYSTEM, now=NOW
    )
    event = AuditEvent.objects.get(kind="guardrail.breached")
    decision = Decision.objects.get(pk=made.pk)
    assert (event.subject_id, event.submission_id) == (rail.pk, decision.submission_id)
    assert event.detail == {"decision": str(decision.pk), "said": "approve"}


def test_retired_and_back_in_force_is_told(model, mona):
    rail = guard(model, mona)
    guarding.set_active(rail, False, author=mona, reason="Over", now=NOW)
    guarding.set_active(rail, True, author=mona, reason="Again", now=NOW)
    assert kinds(rail) == ["guardrail.created", "guardrail.retired", "guardrail.resumed"]


def test_live_rules_that_break_one_do_not_stop_publishing_of_rules_that_hold(model, mona):
    guard(model, mona, applies="amount > 400")
    stricter = model.live_version.dmn.replace('<text>"approve"</text>', '<text>"reject"</text>')
    publish_dmn(model, stricter)
    model.refresh_from_db()
    assert model.live_version.number == 2


def test_a_table_that_comes_into_force_at_its_time_has_its_rules_checked_once(model, mona):
    rail = guard(model, mona, applies='country = "DE" and amount > 1500')
    check(rail)
    table = ReferenceTable.objects.get()
    at = NOW + timedelta(hours=1)
    rows = [{"key": "most", "value": 9000}, {"key": "doubt", "value": 8000}]
    change = {"rows": rows, "author": mona, "actor": SYSTEM, "reason": "More", "now": NOW}
    authoring.change_table(table, effective_from=at, **change)
    coming.tell_in_force(now=NOW)
    assert not AuditEvent.objects.filter(kind="reference_table.in_force").exists()
    for _ in range(2):
        coming.tell_in_force(now=at)
    event = AuditEvent.objects.get(kind="reference_table.in_force")
    assert (event.actor_kind, event.detail["number"]) == ("timetable", 2)
    before = GuardrailCheck.objects.get()
    proving.check([event.pk], now=at)
    after = GuardrailCheck.objects.get()
    assert (before.state, after.state) == ("proved", "broken")
    assert after.content_hash != before.content_hash
    assert settings.EVENT_SUBSCRIBERS[event.kind] == [proving.SUBSCRIBER]


def test_a_version_that_is_rolled_back_to_is_checked(model, mona):
    first = model.live_version
    publish_dmn(model, (HERE / "small.dmn").read_text().replace("approve", "reject"), now=NOW)
    rail = guard(model, mona)
    check(rail)
    assert [row.version.number for row in GuardrailCheck.objects.all()] == [2]
    publishing.roll_back(model, to=first, by=mona, reason="Too strict", now=NOW)
    event = AuditEvent.objects.filter(kind="model.published", subject_id=first.pk).latest("pk")
    proving.check([event.pk], now=NOW)
    assert GuardrailCheck.objects.get(version=first).state == "proved"
    assert settings.EVENT_SUBSCRIBERS[event.kind] == [proving.SUBSCRIBER]
