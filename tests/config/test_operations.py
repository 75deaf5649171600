"""The read-only pages of operators: one sign-in for all, nothing to change, no secrets."""

import pytest
from django.contrib import admin
from django.test import Client

from decisions.admin import ReadOnly
from decisions.models import User


@pytest.fixture
def operator(db) -> User:
    return User.objects.create_superuser("op@halden.example", "walk the night bus", name="Olu")


def test_nothing_can_be_changed_past_the_services():
    for model, page in admin.site._registry.items():
        assert isinstance(page, ReadOnly), f"{model} can be changed without the audit log"


@pytest.mark.django_db
def test_there_is_no_second_sign_in_without_limits(client: Client):
    answer = client.post("/operations/login/", {"username": "op@halden.example", "password": "x"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_first_person_is_the_admin_who_gives_others_their_roles(client: Client, operator):
    client.force_login(operator)
    assert [group.name for group in operator.groups.all()] == ["admin"]
    assert b"No role" not in client.get("/people/").content


def test_pages_of_operators_open_and_hold_no_password_hash(client: Client, operator):
    client.force_login(operator)
    assert client.get("/operations/").status_code == 200
    page = client.get(f"/operations/decisions/user/{operator.pk}/change/")
    assert page.status_code == 200
    assert b"op@halden.example" in page.content
    assert operator.password.encode() not in page.content
