"""Challengers on pages: started, compared, given more traffic, ended."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from decisions.enums import ChallengerMode
from decisions.events import SYSTEM
from decisions.models import AuditEvent, Challenger
from decisions.services import challenging, intake
from tests.rules import FACTS, HERE, NOW, approved, person, proposed, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]

DMN = (HERE / "small.dmn").read_text()
STRICT = DMN.replace("<text>&gt; limits.doubt</text>", "<text>&gt; 400</text>")


@pytest.fixture(autouse=True)
def model():
    model = small_model()
    model.refresh_from_db()
    return model


def client_of(role):
    client = Client()
    client.force_login(person(f"The {role}", role))
    return client


@pytest.fixture
def approver():
    return client_of("approver")


def post(client, name, *args, **given):
    answer = client.post(reverse(f"decisions:{name}", args=args), given)
    return answer.status_code, answer.content.decode()


def start(model, mode, percent=0):
    version = approved(model, STRICT)
    by = person("Ines Carvalho", "rule_author")
    return challenging.start(version, mode=mode, percent=percent, by=by, reason="Try", now=NOW)


def decide(**changes):
    return intake.submit_and_decide(
        "spending", {**FACTS, **changes}, evidence={}, source="CRM", actor=SYSTEM, now=NOW
    )


def compared(model):
    challenger = start(model, ChallengerMode.SHADOW)
    for amount in (1001, 500, 450):
        decide(amount=amount)
    asked = AuditEvent.objects.filter(kind="challenger.asked").values_list("pk", flat=True)
    challenging.answer(list(asked), now=NOW + timedelta(hours=1))
    return challenger


def page(client, challenger, **query):
    return client.get(
        reverse("decisions:challenger_result", args=[challenger.pk]), query
    ).content.decode()


def test_author_starts_a_shadow_from_the_page(model):
    version = proposed(model, STRICT)
    author = client_of("rule_author")
    given = {"version": version.number, "mode": "shadow", "reason": "Stricter?"}
    code, _ = post(author, "challengers", model.key, **given)
    assert code == 302
    assert Challenger.objects.get().version == version
    code, html = post(author, "challengers", model.key, **given)
    assert (code, "A challenger runs. End it" in html) == (422, True)


def test_only_an_approver_lets_a_challenger_decide(model, approver):
    version = approved(model, STRICT)
    given = {"version": version.number, "mode": "rollout", "percent": 10, "reason": "Try"}
    assert post(client_of("rule_author"), "challengers", model.key, **given)[0] == 403
    assert post(approver, "challengers", model.key, **given)[0] == 302
    assert Challenger.objects.get().percent == 10


def test_what_is_missing_is_told_at_its_field(model, approver):
    version = approved(model, STRICT)
    given = {"version": version.number, "mode": "rollout", "percent": 10, "reason": "Try"}
    code, html = post(approver, "challengers", model.key, **{**given, "key": "town"})
    assert code == 422
    assert re.search(r'field--error">\s*<label[^>]*for="id_key"', html)
    code, html = post(approver, "challengers", model.key, **{**given, "percent": ""})
    assert (code, "Give a share from 1 to 100 per cent." in html) == (422, True)


def test_comparison_counts_and_lists_what_differs_with_why(model, approver):
    html = page(approver, compared(model))
    assert "2 of 3 answers were different (66.7\N{NO-BREAK SPACE}%)." in html
    rows = html[html.index('id="items"') :]
    assert rows.count('class="rowlink"') == 2
    assert "Spend rules, row 2: Amount from &gt; limits.doubt to &gt; 400" in rows
    assert re.search(r"<td class=\"is-same\">1<small>same</small>", html)


def test_roll_out_shows_what_was_decided_for_real(model, approver):
    challenger = start(model, ChallengerMode.ROLLOUT, percent=100)
    decide()
    html = page(approver, challenger)
    assert "on 100 % of the traffic" in html
    shares = html[html.index('id="h-shares"') :]
    assert re.search(r"In review.*?<td class=\"num\">1 <span", shares, re.DOTALL)


def test_share_is_changed_with_a_reason(model, approver):
    challenger = start(model, ChallengerMode.ROLLOUT, percent=10)
    code, html = post(approver, "challenger_share", challenger.pk, percent=50)
    assert (code, "This field is required." in html) == (422, True)
    code, _ = post(approver, "challenger_share", challenger.pk, percent=50, reason="Fine so far")
    challenger.refresh_from_db()
    assert (code, challenger.percent) == (302, 50)
    assert "Fine so far" in page(approver, challenger)


def test_author_ends_a_shadow_but_not_a_roll_out(model):
    challenger = start(model, ChallengerMode.ROLLOUT, percent=10)
    author = client_of("rule_author")
    assert post(author, "challenger_end", challenger.pk)[0] == 403
    Challenger.objects.filter(pk=challenger.pk).update(mode="shadow")
    assert post(author, "challenger_end", challenger.pk)[0] == 422  # Nobody said why.
    assert post(author, "challenger_end", challenger.pk, reason="Enough")[0] == 302
    challenger.refresh_from_db()
    assert challenger.ended_at is not None


def test_model_page_tells_of_the_challenger(model, approver):
    url = reverse("decisions:model", args=[model.key])
    assert "runs beside this one" not in approver.get(url).content.decode()
    challenger = start(model, ChallengerMode.SHADOW)
    html = approver.get(url).content.decode()
    assert reverse("decisions:challenger_result", args=[challenger.pk]) in html


def test_comparison_takes_a_fixed_number_of_queries(model, approver, django_assert_max_num_queries):
    challenger = compared(model)
    page(approver, challenger)
    with django_assert_max_num_queries(16):
        page(approver, challenger)
