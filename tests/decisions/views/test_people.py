"""People and roles: only admins, one page for one person, and always one admin left."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions.models import AuditEvent, User
from tests.rules import person

pytestmark = pytest.mark.django_db
PEOPLE = reverse("decisions:people")
INVITE = reverse("decisions:invite")
NEW = {"email": "Ana@Example.com", "name": "Ana Lima", "roles": ["reviewer"], "password": ""}


@pytest.fixture
def sam():
    return person("Sam Adeyemi", "admin")


@pytest.fixture
def client(sam):
    client = Client()
    client.force_login(sam)
    return client


@pytest.fixture
def ben():
    return person("Ben Okri", "reviewer")


def page_of(someone):
    return reverse("decisions:person", args=[someone.pk])


def roles(someone):
    return sorted(someone.groups.values_list("name", flat=True))


def last_change(someone):
    return AuditEvent.objects.filter(subject_id=someone.pk, kind="person.changed").latest("pk")


def test_reviewers_are_told_that_an_admin_may(ben):
    client = Client()
    client.force_login(ben)
    for address in (PEOPLE, INVITE, page_of(ben)):
        response = client.get(address)
        assert response.status_code == 403
        assert "This needs the role admin." in response.text
    assert client.post(page_of(ben), {"roles": ["admin"], "active": "on"}).status_code == 403
    assert roles(ben) == ["reviewer"]


def test_list_shows_people_with_their_roles_and_finds_them(client, sam, ben):
    nobody = person("Nora None")

    def found(query):
        rows = client.get(f"{PEOPLE}?{query}").context["rows"]
        return [(row["person"], [str(role) for role in row["roles"]]) for row in rows]

    assert found("") == [(ben, ["reviewer"]), (nobody, []), (sam, ["admin"])]
    assert found("q=okri") == [(ben, ["reviewer"])]
    assert found("q=NORA.none%40example") == [(nobody, [])]
    assert found("role=admin") == [(sam, ["admin"])]
    assert found("role=king") == found("")
    assert found("q=%00") == found("")


def test_queries_do_not_grow_with_the_list(client, ben):
    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(PEOPLE)
        return len(queries)

    few = count()
    for number in range(20):
        person(f"Person {number}", "reviewer", "lead")
    assert count() == few


def test_partial_answer_holds_no_frame(client):
    response = client.get(PEOPLE, headers={"HX-Request": "true"})
    assert "<html" not in response.text
    assert 'id="results"' in response.text


def test_invited_person_has_roles_and_an_audit_event(client, sam):
    response = client.post(INVITE, NEW)
    ana = User.objects.get(email="ana@example.com")
    assert (response.status_code, response.url) == (302, page_of(ana))
    assert (roles(ana), ana.has_usable_password()) == (["reviewer"], False)
    event = AuditEvent.objects.get(subject_id=ana.pk, kind="person.invited")
    assert (event.actor_id, event.detail) == (sam.pk, {"roles": ["reviewer"]})


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"email": "ana"}, "email", "Give an e-mail address, like ana@example.com."),
        ({"email": "ben.okri@example.com"}, "email", "This person has an account already."),
        ({"name": "   "}, "name", "This field is required."),
        ({"password": "12345"}, "password", "This password is too short."),
        ({"roles": ["king"]}, "roles", "king is not one of the available choices."),
    ],
)
def test_invitation_that_is_refused_names_the_field(client, ben, changes, field, words):
    response = client.post(INVITE, {**NEW, **changes})
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[field])
    assert not User.objects.filter(name="Ana Lima").exists()


def test_changed_roles_are_saved_and_told(client, ben):
    client.post(page_of(ben), {"roles": ["lead", "reviewer"], "active": "on"})
    client.post(page_of(ben), {"roles": ["lead"], "active": ""})
    ben.refresh_from_db()
    assert (roles(ben), ben.is_active) == (["lead"], False)
    newest, earlier = client.get(page_of(ben)).context["changes"]
    assert [str(role) for role in newest.taken] == ["reviewer"]
    assert (newest.given, newest.barred) == ([], True)
    assert earlier.by == "Sam Adeyemi"
    assert last_change(ben).detail == {"roles": ["lead"], "active": False}


def test_last_admin_cannot_be_taken_away(client, sam):
    response = client.post(page_of(sam), {"roles": ["lead"], "active": "on"})
    assert response.status_code == 409
    assert "This is the last admin. Make another person an admin first." in response.text
    assert roles(sam) == ["admin"]


def test_nobody_switches_off_their_own_account(client, sam):
    person("Ada Admin", "admin")
    response = client.post(page_of(sam), {"roles": ["admin"], "active": ""})
    assert response.status_code == 409
    assert "You cannot switch off your own account. Ask another admin." in response.text
    sam.refresh_from_db()
    assert sam.is_active


def test_unknown_role_changes_nothing(client, ben):
    assert client.post(page_of(ben), {"roles": ["king"], "active": "on"}).status_code == 422
    assert roles(ben) == ["reviewer"]


def test_unknown_person_is_not_found(client):
    assert client.get(f"{PEOPLE}0193a1f2-7c10-7000-8000-000000000000/").status_code == 404
