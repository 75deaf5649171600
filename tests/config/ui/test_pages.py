"""The frame, the overview, colours, sign-in and errors."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.navigation import GROUPS
from decisions import events
from decisions.enums import Role
from decisions.events import SYSTEM
from decisions.services import intake
from tests.rules import FACTS, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_figures(monkeypatch):
    caches["process"].clear()
    monkeypatch.setattr(events, "send", lambda name, ids: None)


def client_of(*roles):
    client = Client()
    client.force_login(person("Dana Okafor", *roles))
    return client


def labels(html):
    return re.findall(r'<span class="nav__label">([^<]+)</span>', html)


def test_overview_asks_to_sign_in():
    answer = Client().get("/")
    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_login')}?next=/"


@pytest.mark.parametrize(
    ("role", "has", "lacks"),
    [
        (
            Role.REVIEWER,
            ["My work", "Queues", "Submissions", "Models"],
            ["Audit trail", "API keys"],
        ),
        (Role.AUDITOR, ["Audit trail", "Deliveries"], ["My work", "People and roles"]),
        (Role.ADMIN, ["People and roles", "API keys", "Audit trail"], ["My work"]),
        (Role.INTEGRATION, ["Overview"], ["Submissions", "Models", "Queues"]),
    ],
)
def test_navigation_shows_what_the_role_may_open(role, has, lacks):
    shown = labels(client_of(role).get("/").content.decode())
    assert set(has) <= set(shown)
    assert set(lacks) & set(shown) == set()


def test_every_place_in_the_navigation_opens_for_who_sees_it():
    client = client_of(*Role.values)
    html = client.get("/").content.decode()
    links = re.findall(r'<li><a href="([^"]+)"[^>]*data-key|<li><a href="([^"]+)"[^>]*title', html)
    urls = {first or second for first, second in links}
    assert len(urls) == sum(len(items) for _, items in GROUPS)
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_person_without_role_is_told_whom_to_ask():
    assert "You have no role yet." in client_of().get("/").content.decode()


def test_overview_counts_today_and_the_week():
    small_model()
    now = timezone.now()
    for amount in (500, 500, 1001, 700):
        intake.submit_and_decide(
            "spending",
            {**FACTS, "amount": amount},
            evidence={},
            source="test",
            actor=SYSTEM,
            now=now - timedelta(seconds=5),
        )
    html = client_of(Role.LEAD).get("/").content.decode()
    assert re.search(r"Decided</p><p class=\"stat__value\">4<", html)
    assert "2 approved, 1 rejected, 1 to review" in html
    assert "75.0" in html


def test_theme_is_kept_in_a_cookie_and_drawn_by_the_server():
    client = client_of(Role.LEAD)
    answer = client.post(reverse("theme"), {"theme": "dark", "next": "/?x=1"})
    assert (answer.status_code, answer.url) == (302, "/?x=1")
    assert '<html lang="en" data-theme="dark">' in client.get("/").content.decode()
    client.post(reverse("theme"), {"theme": ""})
    assert '<html lang="en">' in client.get("/").content.decode()


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_theme_sends_nobody_away(away):
    assert Client().post(reverse("theme"), {"theme": "dark", "next": away}).url == "/"


def test_theme_that_does_not_exist_is_not_drawn():
    client = client_of(Role.LEAD)
    client.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in client.get("/").content.decode()


def test_pages_forbid_foreign_script_and_are_kept_by_nobody_else():
    answer = client_of(Role.LEAD).get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "HX-Request" in answer.headers["Vary"]
    assert "private" in answer.headers["Cache-Control"]


def test_sign_in_works_and_says_what_is_wrong():
    person("Dana Okafor", email="dana@example.com")
    client = Client()
    wrong = client.post(reverse("account_login"), {"login": "dana@example.com", "password": "no"})
    assert wrong.status_code == 200
    assert 'role="alert"' in wrong.content.decode()
    right = {"login": "dana@example.com", "password": "correct horse"}
    answer = client.post(reverse("account_login"), right)
    assert (answer.status_code, answer.url) == (302, "/")


@pytest.mark.parametrize(
    "name", ["account_change_password", "mfa_index", "usersessions_list", "account_logout"]
)
def test_account_pages_wear_the_frame(name):
    html = client_of(Role.LEAD).get(reverse(name)).content.decode()
    assert 'class="app' in html
    assert html.count("<h1") == 1


def test_absent_page_is_a_page():
    answer = client_of(Role.LEAD).get("/nothing-here/")
    assert answer.status_code == 404
    assert "Nothing here" in answer.content.decode()


def test_refused_page_says_who_may():
    answer = client_of(Role.REVIEWER).get(reverse("decisions:audit"))
    assert answer.status_code == 403
    assert "This needs the role auditor or admin." in answer.content.decode()


def test_fault_page_needs_neither_request_nor_database(django_db_blocker):
    from django.template.loader import render_to_string

    with django_db_blocker.block():
        html = render_to_string("500.html")
    assert "Something failed on our side" in html


def test_form_that_is_too_old_is_explained():
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("theme"), {"theme": "dark"})
    assert answer.status_code == 403
    assert "This form was too old" in answer.content.decode()
