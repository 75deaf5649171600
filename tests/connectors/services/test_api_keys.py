"""API keys: made and shown once, recognised, refused with a reason, taken back."""

from datetime import timedelta

import pytest

from connectors.errors import KeyRefused
from connectors.models import ApiKey
from connectors.services import api_keys
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM
from tests.connectors.records import NOW, kinds
from tests.rules import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm():
    return person("CRM", "integration")


def made(user, **changes):
    given = {
        "name": "CRM, live",
        "scopes": ["submissions:write", "decisions:read"],
        "user": user,
        "creator": None,
        "actor": SYSTEM,
        "expires_at": None,
        "now": NOW,
    }
    return api_keys.create(**{**given, **changes})


def test_key_is_recognised_and_only_its_hash_is_kept(crm):
    key, presented = made(crm)
    assert api_keys.authenticate(presented, now=NOW) == key
    stored = ApiKey.objects.values().get()
    assert presented.split("_", 2)[2] not in str(stored)
    assert stored["scopes"] == ["decisions:read", "submissions:write"]
    assert kinds() == ["api_key.created"]


@pytest.mark.parametrize(
    "change",
    [
        lambda key: "",
        lambda key: "clr_",
        lambda key: key[:-1],
        lambda key: key[:-1] + ("a" if key[-1] != "a" else "b"),
        lambda key: key + "x",
        lambda key: key.replace("clr_", "CLR_"),
        lambda key: "clr_aaaaaaaaaa_" + key.split("_", 2)[2],
        lambda key: key + "\n",
        lambda key: "ü" * 58,
    ],
)
def test_wrong_key_is_refused(crm, change):
    _, presented = made(crm)
    with pytest.raises(KeyRefused, match="not known"):
        api_keys.authenticate(change(presented), now=NOW)


def test_expired_key_is_refused_from_its_last_moment_on(crm):
    _, presented = made(crm, expires_at=NOW + timedelta(days=1))
    api_keys.authenticate(presented, now=NOW + timedelta(hours=23, minutes=59))
    with pytest.raises(KeyRefused, match="expired on 24 November 2026"):
        api_keys.authenticate(presented, now=NOW + timedelta(days=1))


def test_key_taken_back_is_refused(crm):
    key, presented = made(crm)
    api_keys.revoke(key, actor=SYSTEM, now=NOW)
    with pytest.raises(KeyRefused, match="taken back"):
        api_keys.authenticate(presented, now=NOW)
    with pytest.raises(Refused, match="before"):
        api_keys.revoke(key, actor=SYSTEM, now=NOW)
    assert kinds() == ["api_key.created", "api_key.revoked"]


def test_key_of_a_switched_off_integration_is_refused(crm):
    _, presented = made(crm)
    crm.is_active = False
    crm.save()
    with pytest.raises(KeyRefused, match="switched off"):
        api_keys.authenticate(presented, now=NOW)


def test_last_use_is_written_at_most_once_a_minute(crm, django_assert_num_queries):
    key, presented = made(crm)
    api_keys.authenticate(presented, now=NOW)
    with django_assert_num_queries(1):
        api_keys.authenticate(presented, now=NOW + timedelta(seconds=59))
    key.refresh_from_db()
    assert key.last_used_at == NOW
    api_keys.authenticate(presented, now=NOW + timedelta(seconds=60))
    key.refresh_from_db()
    assert key.last_used_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": "  "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"expires_at": NOW}, "expires_at"),
    ],
)
def test_key_with_a_fault_is_not_made(crm, changes, where):
    with pytest.raises(Invalid) as caught:
        made(crm, **changes)
    assert [fault["where"] for fault in caught.value.faults] == [where]
    assert ApiKey.objects.count() == 0


def test_key_for_somebody_who_is_no_integration_is_not_made():
    with pytest.raises(Invalid) as caught:
        made(person("Mateo Ruiz", "reviewer"))
    assert [fault["where"] for fault in caught.value.faults] == ["user"]
