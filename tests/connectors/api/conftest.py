"""A caller of the API with a key, and the small model of the tests."""

import json

import pytest
from django.test import Client

from connectors.services import api_keys
from decisions.events import SYSTEM
from tests.connectors.records import NOW
from tests.rules import person, small_model


class Caller:
    """Calls the API as a program would."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._client = Client()

    def get(self, path: str, **headers):
        return self._client.get(f"/api/v1/{path}", headers=self._headers(headers))

    def post(self, path: str, body=None, *, content=None, kind="application/json", **headers):
        raw = json.dumps(body).encode() if content is None else content
        return self._client.post(
            f"/api/v1/{path}", data=raw, content_type=kind, headers=self._headers(headers)
        )

    def _headers(self, headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.token}", **named}


def key_for(*scopes, name="CRM, live"):
    integration = person(f"{name} {len(scopes)}", "integration")
    return api_keys.create(
        name=name,
        scopes=scopes,
        user=integration,
        creator=None,
        actor=SYSTEM,
        expires_at=None,
        now=NOW,
    )[1]


@pytest.fixture
def spending(db):
    return small_model()


@pytest.fixture
def caller(db):
    return Caller(
        key_for("submissions:write", "submissions:read", "decisions:read", "deliveries:write")
    )


@pytest.fixture
def caller_with(db):
    return lambda *scopes: Caller(key_for(*scopes, name="Other"))
