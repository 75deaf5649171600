"""The whole sign-in against an OAuth server that nobody here wrote."""

import http.client
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.adapters.spotify_web import SpotifyWebParty
from connectors.encryption import encrypt
from connectors.errors import SignInNeeded
from connectors.models import Connector, SignIn
from connectors.services import configuration, signing_in
from decisions.errors import Invalid
from tests.connectors.prism import oauth_server
from tests.connectors.records import NOW
from tests.rules import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]
BACK = "http://127.0.0.1:8000/connectors/signed-in/"


@pytest.fixture(scope="module")
def server():
    with oauth_server(*SpotifyWebParty.kind.oauth.scopes) as address:
        yield address


@pytest.fixture
def connector(server, receiver):
    receiver.answer(200, b'{"id": "acmecoffee", "display_name": "Acme Coffee"}')
    return configuration.create(
        key="acme",
        name="Acme Coffee",
        kind="spotify_web",
        settings={
            "client_id": "app",
            "market": "GB",
            "base_address": receiver.url(""),
            "token_address": f"{server}/token",
            "authorize_address": f"{server}/authorize",
        },
        credentials={"client_secret": "hush"},
        topics=["playlist.create"],
        author=None,
        now=NOW,
    )


def consent(address):
    """What a browser would bring back."""
    parts = urlsplit(address)
    browser = http.client.HTTPConnection(parts.netloc, timeout=10)
    browser.request("GET", f"{parts.path}?{parts.query}")
    answer = browser.getresponse()
    browser.close()
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def test_person_signs_in_and_the_token_is_refreshed(connector, receiver):
    sam = person("Sam Osei", "admin")
    asking = signing_in.begin(connector, back_to=BACK)
    code = consent(asking.address)
    row = signing_in.finish(connector, code=code, asking=asking, back_to=BACK, author=sam, now=NOW)
    assert (row.account_id, row.account_name) == ("acmecoffee", "Acme Coffee")
    first = receiver.requests[-1]["headers"]["authorization"]
    assert first.startswith("Bearer ey")
    later = NOW + timedelta(days=2)
    token = signing_in.token_of(Connector.objects.get(), now=later)
    assert token.count(".") == 2


def test_refresh_that_the_server_ends_asks_for_a_sign_in(connector):
    SignIn.objects.create(
        connector=connector, encrypted_tokens=encrypt(["a", "over"]), authorised_at=NOW
    )
    with pytest.raises(SignInNeeded):
        signing_in.token_of(connector, now=NOW)
    assert SignIn.objects.get().refused_at == NOW


def test_code_of_another_asking_is_refused(connector):
    sam = person("Sam Osei", "admin")
    code = consent(signing_in.begin(connector, back_to=BACK).address)
    other = signing_in.begin(connector, back_to=BACK)
    with pytest.raises(Invalid, match="sign-in did not work"):
        signing_in.finish(connector, code=code, asking=other, back_to=BACK, author=sam, now=NOW)
