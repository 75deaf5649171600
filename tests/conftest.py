"""What every test stands on: no network but loopback, and real processes for those that ask."""

import ipaddress
import os
import socket

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db.models.signals import post_migrate

from decisions.enums import Role
from tests.processes import broker, live_stack, worker

__all__ = ["broker", "live_stack", "worker"]

real_connect = socket.socket.connect


class NetworkClosed(RuntimeError):
    """A test tried to leave this machine."""


def connect_on_this_machine(self, address):
    if self.family in {socket.AF_INET, socket.AF_INET6}:
        host = address[0]
        try:
            here = ipaddress.ip_address(host).is_loopback
        except ValueError:
            here = host == "localhost"
        if not here:
            raise NetworkClosed(f"Tests stay on this machine; this one called {host}.")
    return real_connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def network_closed():
    socket.socket.connect = connect_on_this_machine
    yield
    socket.socket.connect = real_connect


@pytest.fixture(autouse=True, scope="session")
def roles_outlive_flushes():
    """Tests with real commits end with empty tables; the groups of the roles must come back."""

    def make_roles(using, **_):
        for role in Role:
            Group.objects.using(using).get_or_create(name=role.value)

    post_migrate.connect(make_roles, sender=apps.get_app_config("decisions"))
    yield
    post_migrate.disconnect(make_roles, sender=apps.get_app_config("decisions"))


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A slow hash protects people; here it would only make every test with a person slow."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def messages(monkeypatch):
    """The broker is a foreign party: what is sent to it is kept, and tests hand it over."""
    kept: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(
        "decisions.events.send", lambda name, ids: kept.append((name, [str(key) for key in ids]))
    )
    return kept


def pytest_collection_modifyitems(items):
    """Skip what needs a server that is not there."""
    has_postgresql = bool(os.environ.get("DATABASE_URL"))
    for item in items:
        if item.get_closest_marker("postgresql") and not has_postgresql:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: DATABASE_URL is not set"))
