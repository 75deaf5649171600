"""Programs exchange an API key for a token that lives an hour, and dies with its key."""

import base64
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from oauth2_provider.models import AccessToken

from connectors.models import ApiKey
from connectors.services import api_keys
from decisions.events import SYSTEM
from tests.rules import person

pytestmark = pytest.mark.django_db
SCOPES = ["decisions:read", "submissions:write"]


@pytest.fixture
def pair():
    """Client id and client secret of a fresh key."""
    _, presented = api_keys.create(
        name="OneTeg",
        scopes=SCOPES,
        user=person("OneTeg", "integration"),
        creator=None,
        actor=SYSTEM,
        expires_at=None,
        now=timezone.now(),
    )
    client_id = presented[:14]
    return client_id, presented.removeprefix(f"{client_id}_")


def ask(client, pair, address="/oauth2/token", **fields):
    basic = base64.b64encode(":".join(pair).encode()).decode()
    form = {"grant_type": "client_credentials", **fields}
    return client.post(address, form, headers={"Authorization": f"Basic {basic}"})


def token_of(client, pair, **fields):
    return ask(client, pair, **fields).json()["access_token"]


def decisions(client, token):
    return client.get("/api/v1/decisions", headers={"Authorization": f"Bearer {token}"})


def test_key_is_exchanged_for_a_token_that_opens_what_the_key_opens(client, pair):
    answer = ask(client, pair)
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 3600)
    assert answer["Cache-Control"] == "no-store"
    assert set(body["scope"].split()) == set(SCOPES)
    assert decisions(client, body["access_token"]).status_code == 200


def test_token_with_fewer_scopes_opens_less(client, pair):
    token = token_of(client, pair, scope="submissions:write")
    assert decisions(client, token).status_code == 403


def test_scope_that_the_key_lacks_is_refused(client, pair):
    answer = ask(client, pair, scope="deliveries:write")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    "address", ["/oauth2/token", "/tenants/00000000-0000-4000-8000-000000000001/oauth2/token"]
)
def test_json_body_of_opentexts_clients_is_read(client, pair, address):
    body = {"client_id": pair[0], "client_secret": pair[1], "grant_type": "client_credentials"}
    answer = client.post(address, json.dumps(body), content_type="application/json")
    assert answer.status_code == 200
    assert decisions(client, answer.json()["access_token"]).status_code == 200


@pytest.mark.parametrize("body", ["[]", "{", '"text"', "[" * 100_000])
def test_json_that_is_no_object_is_refused(client, body):
    answer = client.post("/oauth2/token", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "wrong", [("clr_aaaaaaaaaa", "x" * 43), ("", ""), ("clr_nöpe", "ö"), ("admin", "admin")]
)
def test_unknown_client_gets_nothing(client, wrong):
    answer = ask(client, wrong)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_other_grants_are_refused(client, pair):
    answer = ask(client, pair, grant_type="password", username="a", password="b")
    assert answer.status_code in {400, 401}
    assert AccessToken.objects.count() == 0


def test_token_itself_is_not_stored(client, pair):
    token = token_of(client, pair)
    assert token not in str(list(AccessToken.objects.values()))


def test_token_dies_with_its_key_and_after_its_hour(client, pair):
    token = token_of(client, pair)
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert decisions(client, token).status_code == 401
    AccessToken.objects.update(expires=timezone.now() + timedelta(hours=1))
    assert decisions(client, token).status_code == 200
    api_keys.revoke(ApiKey.objects.get(), actor=SYSTEM, now=timezone.now())
    assert decisions(client, token).status_code == 401
    assert ask(client, pair).status_code == 401


def test_old_tokens_are_forgotten(client, pair):
    token_of(client, pair)
    assert api_keys.forget_tokens(now=timezone.now()) == 0
    assert api_keys.forget_tokens(now=timezone.now() + timedelta(hours=2)) == 1
