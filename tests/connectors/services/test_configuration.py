"""Connectors are set up, changed, paused and tried out; secrets are kept encrypted."""

import json

import pytest
from cryptography.fernet import Fernet

from connectors.encryption import decrypt, encrypt
from connectors.errors import DeliveryError
from connectors.models import Connector
from connectors.services import configuration
from connectors.signing import verify
from decisions.errors import Invalid, Refused
from tests.connectors.records import NOW, kinds, sandbox, webhook
from tests.rules import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return person("Sam Osei", "admin")


def test_webhook_is_set_up_with_a_secret_that_is_not_stored_in_the_clear():
    connector = webhook("https://hooks.example.com/in")
    secret = configuration.secret_of(connector)
    assert secret.startswith("whsec_")
    assert secret not in str(Connector.objects.values().get())
    assert secret not in str(list(connector.history.values()))
    assert kinds() == ["connector.changed"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"key": "CRM hook"}, "key"),
        ({"name": ""}, "name"),
        ({"kind": "fax"}, "kind"),
        ({"settings": {}}, "url"),
        ({"settings": {"url": "ftp://example.com"}}, "url"),
        ({"settings": {"url": "https://u:p@example.com"}}, "url"),
        ({"settings": {"url": "https://example.com", "retries": 3}}, "retries"),
        ({"topics": ["Sponsorship Decided"]}, "topics"),
        ({"secret": "whsec_short"}, "secret"),
    ],
)
def test_connector_with_a_fault_is_not_set_up(changes, where):
    given = {
        "key": "crm",
        "name": "CRM",
        "kind": "webhook",
        "settings": {"url": "https://hooks.example.com/"},
        "topics": ["*"],
        "author": None,
        "now": NOW,
    }
    with pytest.raises(Invalid) as caught:
        configuration.create(**{**given, **changes})
    assert where in [fault["where"] for fault in caught.value.faults]
    assert Connector.objects.count() == 0


def test_key_of_another_connector_is_refused():
    sandbox(key="crm")
    with pytest.raises(Invalid) as caught:
        webhook("https://hooks.example.com/", key="crm")
    assert [fault["where"] for fault in caught.value.faults] == ["key"]


def test_change_is_on_the_history_with_who_and_why(admin):
    connector = webhook("https://hooks.example.com/in")
    configuration.configure(
        connector,
        name="CRM",
        settings={"url": "https://new.example.com/in"},
        topics=["sponsorship.decided"],
        author=admin,
        now=NOW,
    )
    newest = connector.history.first()
    assert (newest.history_user, newest.history_change_reason) == (admin, "changed")
    assert newest.settings == {"url": "https://new.example.com/in"}
    assert kinds() == ["connector.changed", "connector.changed"]


def test_pause_needs_a_reason_and_happens_once(admin):
    connector = sandbox()
    with pytest.raises(Invalid):
        configuration.pause(connector, reason=" ", author=admin, now=NOW)
    configuration.pause(connector, reason="Moving", author=admin, now=NOW)
    with pytest.raises(Refused, match="paused already"):
        configuration.pause(connector, reason="Moving", author=admin, now=NOW)
    configuration.resume(connector, author=admin, now=NOW)
    with pytest.raises(Refused, match="not paused"):
        configuration.resume(connector, author=admin, now=NOW)


def test_two_newest_secrets_are_kept(admin):
    connector = webhook("https://hooks.example.com/in")
    first = configuration.secret_of(connector)
    second = configuration.change_secret(connector, author=admin, now=NOW)
    assert decrypt(connector.encrypted_secrets) == (second, first)
    third = configuration.change_secret(connector, author=admin, now=NOW)
    assert decrypt(connector.encrypted_secrets) == (third, second)


def test_change_keeps_what_somebody_else_changed_meanwhile(admin):
    connector = webhook("https://hooks.example.com/in")
    opened_before = Connector.objects.get(pk=connector.pk)
    secret = configuration.change_secret(connector, author=admin, now=NOW)
    configuration.pause(connector, reason="Moving", author=admin, now=NOW)
    configuration.configure(
        opened_before,
        name="CRM",
        settings={"url": "https://new.example.com/in"},
        topics=["*"],
        author=admin,
        now=NOW,
    )
    kept = Connector.objects.get(pk=connector.pk)
    assert (kept.name, kept.paused_reason) == ("CRM", "Moving")
    assert configuration.secret_of(kept) == secret


@pytest.mark.usefixtures("loopback_allowed")
def test_webhook_is_tried_out_with_a_signed_message(receiver):
    connector = webhook(receiver.url("/in"))
    said = configuration.try_out(connector, now=NOW)
    assert said.startswith("It answered 200 in ")
    (request,) = receiver.requests
    secret = configuration.secret_of(connector)
    verify(request["content"], request["headers"], keys=[secret], now=NOW)
    assert json.loads(request["content"])["type"] == "clearance.test"


@pytest.mark.usefixtures("loopback_allowed")
def test_failing_try_out_says_why(receiver):
    receiver.answer(401)
    with pytest.raises(DeliveryError, match="401"):
        configuration.try_out(webhook(receiver.url()), now=NOW)


def test_secrets_are_readable_while_their_key_is_listed(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SECRET_ENCRYPTION_KEYS = [old]
    stored = encrypt(["whsec_a"])
    settings.SECRET_ENCRYPTION_KEYS = [new, old]
    assert decrypt(stored) == ("whsec_a",)
    settings.SECRET_ENCRYPTION_KEYS = [new]
    with pytest.raises(Refused, match="CLEARANCE_ENCRYPTION_KEYS"):
        decrypt(stored)
