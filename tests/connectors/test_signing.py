"""Webhook signatures: the published example, changed secrets, forged and old messages."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import SignatureRefused
from connectors.signing import new_secret, secret_bytes, sign, verify

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OLD, NEW = new_secret(), new_secret()


def signed(content=b'{"a":1}', *, keys=(NEW,), at=NOW):
    return sign(content, message_id="msg_1", at=at, keys=keys)


def test_signature_equals_the_example_of_the_specification():
    # https://github.com/standard-webhooks/standard-webhooks, example of its libraries.
    headers = sign(
        b'{"test": 2432232314}',
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, tz=UTC),
        keys=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_signed_content_is_accepted():
    verify(b'{"a":1}', signed(), keys=[NEW], now=NOW)


def test_header_names_are_read_in_any_case():
    headers = {name.title(): value for name, value in signed().items()}
    verify(b'{"a":1}', headers, keys=[NEW], now=NOW)


@pytest.mark.parametrize("keys", [[OLD], [NEW], [NEW, OLD]])
def test_both_secrets_are_accepted_while_one_is_being_changed(keys):
    verify(b'{"a":1}', signed(keys=(OLD, NEW)), keys=keys, now=NOW)


def test_receiver_with_both_secrets_accepts_either():
    verify(b'{"a":1}', signed(keys=(OLD,)), keys=[NEW, OLD], now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "-5"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1a," + signed()["webhook-signature"][3:]},
        {"webhook-signature": "v1,é"},
    ],
)
def test_changed_header_is_refused(change):
    with pytest.raises(SignatureRefused):
        verify(b'{"a":1}', {**signed(), **change}, keys=[NEW], now=NOW)


def test_changed_content_is_refused():
    with pytest.raises(SignatureRefused, match="does not fit"):
        verify(b'{"a":2}', signed(), keys=[NEW], now=NOW)


def test_other_secret_is_refused():
    with pytest.raises(SignatureRefused, match="does not fit"):
        verify(b'{"a":1}', signed(), keys=[OLD], now=NOW)


@pytest.mark.parametrize(
    ("age", "accepted"), [(299, True), (300, True), (301, False), (-300, True), (-301, False)]
)
def test_time_is_accepted_within_five_minutes(age, accepted):
    headers = signed(at=NOW - timedelta(seconds=age))
    if accepted:
        verify(b'{"a":1}', headers, keys=[NEW], now=NOW)
    else:
        with pytest.raises(SignatureRefused, match="five minutes"):
            verify(b'{"a":1}', headers, keys=[NEW], now=NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64!", "x" * 200])
def test_unusable_secret_is_refused(secret):
    with pytest.raises(ValueError, match="whsec_"):
        secret_bytes(secret)


def test_new_secrets_differ_and_can_be_read():
    assert len(secret_bytes(NEW)) == 32
    assert NEW != OLD
