"""Guardrails on pages: listed with their state, tried before they are set, worded anew, retired."""

import pytest
from django.test import Client
from django.urls import reverse

from decisions.events import SYSTEM
from decisions.models import Guardrail, GuardrailBreach
from decisions.services import drafting, guarding, intake, proving
from tests.rules import FACTS, NOW, person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]

GIVEN = {
    "model": "spending",
    "name": "France is seen by a person",
    "basis": "Treaty, art. 3",
    "applies": 'country = "FR"',
    "kind": "never",
    "forbidden": 'outcome = "approve"',
    "reason": "Asked by legal",
}


@pytest.fixture(autouse=True)
def model():
    model = small_model()
    model.refresh_from_db()
    return model


@pytest.fixture
def mona():
    return person("Mona", "approver")


@pytest.fixture
def client(mona):
    client = Client()
    client.force_login(mona)
    return client


def page(client, name, *args):
    return client.get(reverse(f"decisions:{name}", args=args)).content.decode()


def post(client, address, *args, **given):
    answer = client.post(reverse(f"decisions:{address}", args=args), given)
    return answer.status_code, answer.content.decode()


def guard(model, mona, **changes):
    fields = {name: GIVEN[name] for name in ("name", "basis", "applies", "forbidden", "reason")}
    return guarding.create(model, **{**fields, **changes}, author=mona, now=NOW)


def test_it_is_tried_before_it_is_set_and_nothing_is_written(client):
    code, text = post(client, "guardrail_new", **{**GIVEN, "reason": "", "look": "1"})
    assert code == 200
    assert "it must never be so that outcome is &quot;approve&quot;" in text
    assert "Proved" in text
    assert Guardrail.objects.count() == 0


def test_it_is_set_with_a_reason_and_shown_with_its_history(client):
    code, _ = post(client, "guardrail_new", **GIVEN)
    made = Guardrail.objects.get()
    assert code == 302
    text = page(client, "guardrail", made.pk)
    assert "Asked by legal" in text
    assert "Being checked" in text


def test_always_is_kept_as_what_must_not_fail(client):
    post(client, "guardrail_new", **{**GIVEN, "kind": "always", "forbidden": 'queue = "finance"'})
    made = Guardrail.objects.get()
    assert made.forbidden == '(queue = "finance") != true'
    text = page(client, "guardrail_edit", made.pk)
    assert "queue = &quot;finance&quot;</textarea>" in text


def test_faults_stand_at_their_fields(client):
    code, text = post(client, "guardrail_new", **{**GIVEN, "applies": "ammount > 3"})
    assert code == 422
    assert 'id="id_applies_error"' in text
    assert Guardrail.objects.count() == 0


def test_states_are_listed_and_a_counter_example_opens_as_a_test(client, model, mona):
    guard(model, mona)
    broken = guard(model, mona, name="No Germans", applies='country = "DE"')
    proving.remember(model, now=NOW)
    listed = page(client, "guardrail_list")
    assert ("Proved" in listed, "Broken" in listed) == (True, True)
    ines = person("Ines", "rule_author")
    drafting.start_draft(model, based_on=model.live_version, author=ines, note="", now=NOW)
    author = Client()
    author.force_login(ines)
    shown = page(author, "guardrail", broken.pk)
    assert f"?guardrail={broken.pk}" in shown
    assert "row 4 of “Spend rules”" in shown
    test = author.get(
        reverse("decisions:rule_test_new", args=["spending", 2]), {"guardrail": broken.pk}
    )
    assert "Breaks the guardrail “No Germans”." in test.content.decode()


def test_what_it_stopped_is_listed_with_its_submission(client, model, mona):
    rail = guard(model, mona, applies="amount > 400")
    intake.submit_and_decide("spending", FACTS, evidence={}, source="t", actor=SYSTEM, now=NOW)
    text = page(client, "guardrail", rail.pk)
    breach = GuardrailBreach.objects.select_related("decision__submission").get()
    assert reverse("decisions:decision", args=[breach.decision_id]) in text
    assert str(breach.decision.submission) in text


def test_a_reviewer_reads_which_guardrail_stopped_it(client, model, mona):
    guard(model, mona, applies="amount > 400")
    made = intake.submit_and_decide(
        "spending", FACTS, evidence={}, source="t", actor=SYSTEM, now=NOW
    )
    text = page(client, "decision", made.pk)
    assert "the guardrail “France is seen by a person” forbids" in text


def test_it_is_retired_with_a_reason_and_comes_back(client, model, mona):
    rail = guard(model, mona)
    assert post(client, "guardrail_retire", rail.pk, to="retired", reason="")[0] == 422
    assert post(client, "guardrail_retire", rail.pk, to="retired", reason="Over")[0] == 302
    rail.refresh_from_db()
    assert rail.active is False
    assert "retired" in page(client, "guardrail_list")
    post(client, "guardrail_retire", rail.pk, to="active", reason="Again")
    rail.refresh_from_db()
    assert rail.active is True


def test_the_list_takes_no_more_queries_with_more_guardrails(
    client, model, mona, django_assert_max_num_queries
):
    for number in range(6):
        guard(model, mona, name=f"Rail {number}")
    with django_assert_max_num_queries(16):
        page(client, "guardrail_list")
