"""Addresses that belong to no app: closed pages of libraries, colours, and what a fault answers."""

import json

import pytest
from django.test import Client, RequestFactory

from config import views
from decisions.models import User

CLOSED = [
    "signup/",
    "email/",
    "confirm-email/",
    "confirm-email/abc/",
    "password/set/",
    "password/reset/",
    "password/reset/key/1-abc/",
    "login/code/confirm/",
    "3rdparty/",
    "3rdparty/signup/",
    "social/connections/",
]


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("ana@halden.example", "walk the night bus", name="Ana Silva")


@pytest.mark.django_db
@pytest.mark.parametrize("address", CLOSED)
def test_pages_that_clearance_does_not_offer_are_closed(client: Client, person, address):
    assert client.get(f"/accounts/{address}").status_code == 404
    client.force_login(person)
    assert client.get(f"/accounts/{address}").status_code == 404
    assert client.post(f"/accounts/{address}", {"email": "a@halden.example"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["password/change/", "2fa/", "sessions/", "inactive/"])
def test_pages_of_the_own_account_are_open(client: Client, person, address):
    client.force_login(person)
    assert client.get(f"/accounts/{address}").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("back", ["home", "x", "//evil.example", "https://evil.example", "\0", ""])
def test_choosing_colours_goes_back_to_this_site_only(client: Client, back):
    answer = client.post("/theme/", {"theme": "dark", "next": back})
    assert answer.status_code == 302
    assert answer["Location"] in {"/", back}
    assert "evil" not in answer["Location"]


@pytest.mark.django_db
def test_answers_of_the_api_are_kept_by_no_cache(client: Client):
    assert client.get("/api/v1/submissions")["Cache-Control"] == "private, no-store"
    assert client.get("/accounts/login/")["Cache-Control"] != "private, no-store"


def test_a_fault_of_ours_answers_callers_with_a_problem_and_people_with_a_page():
    call = views.failed(RequestFactory().get("/api/v1/submissions"))
    assert (call.status_code, call["Content-Type"]) == (500, "application/problem+json")
    assert json.loads(call.content)["type"] == "urn:clearance:problem:failed"
    page = views.failed(RequestFactory().get("/decisions/"))
    assert (page.status_code, page["Content-Type"]) == (500, "text/html; charset=utf-8")


@pytest.mark.django_db
def test_a_wrong_host_name_answers_callers_with_a_problem(client: Client):
    call = client.get("/api/v1/submissions", headers={"host": "evil.example"})
    assert (call.status_code, call["Content-Type"]) == (400, "application/problem+json")
    page = client.get("/decisions/", headers={"host": "evil.example"})
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(("password", "links"), [("walk the night bus", True), (None, False)])
def test_people_of_single_sign_on_are_led_to_no_password_page(client: Client, password, links):
    someone = User.objects.create_user("sso@halden.example", password, name="Sso Person")
    client.force_login(someone)
    assert (b"/accounts/password/change/" in client.get("/accounts/2fa/").content) is links
