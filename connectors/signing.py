"""Signatures of webhooks as in Standard Webhooks (standardwebhooks.com), symmetric scheme v1."""

import base64
import binascii
import contextlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from connectors.errors import SignatureRefused

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)


def new_secret() -> str:
    """A fresh secret of 32 random bytes, in the form receivers paste into their libraries."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def secret_bytes(secret: str) -> bytes:
    """The key inside a `whsec_` secret; raises ValueError that says how a secret looks."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        raise ValueError("A secret is whsec_ followed by 24 to 64 bytes in base64.")
    return key


def sign(content: bytes, *, message_id: str, at: datetime, keys: Iterable[str]) -> dict[str, str]:
    """Headers that prove `content`; one signature per secret, so that secrets can be changed."""
    seconds = str(int(at.timestamp()))
    signatures = [_signature(content, message_id, seconds, key) for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signatures),
    }


def verify(
    content: bytes, headers: Mapping[str, str], *, keys: Iterable[str], now: datetime
) -> None:
    """Raise SignatureRefused unless one signature fits one secret and the time is near `now`."""
    found = {name.lower(): value for name, value in headers.items()}
    message_id = found.get("webhook-id", "")
    seconds = found.get("webhook-timestamp", "")
    given = found.get("webhook-signature", "").split()
    if not message_id or not given:
        raise SignatureRefused("The webhook carries no id or no signature.")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 13):
        raise SignatureRefused("The time of the webhook is not a number of seconds.")
    if abs(int(seconds) - now.timestamp()) > TOLERANCE.total_seconds():
        raise SignatureRefused("The webhook is more than five minutes away from our clock.")
    expected = [_signature(content, message_id, seconds, key) for key in keys]
    # Every pair is compared, so that the time taken says nothing about which one fitted.
    fits = [
        hmac.compare_digest(ours.encode("ascii"), theirs.encode("utf-8"))
        for ours in expected
        for theirs in given
    ]
    if not any(fits):
        raise SignatureRefused("The signature does not fit the content of the webhook.")


def verify_as(
    scheme: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    keys: Iterable[str],
    address: str,
    now: datetime,
) -> None:
    """Check what a party signed in its own way; raises SignatureRefused.

    `standard`: Standard Webhooks. `hubspot`: X-HubSpot-Signature-v3 over method, address, body and
    milliseconds. `zendesk`: X-Zendesk-Webhook-Signature over time and body. `slack`:
    X-Slack-Signature v0 over time and body. `bearer`: a secret in the header Authorization, for
    parties that sign nothing (Salesforce flows). Sources: the developer pages of each party.
    """
    if scheme == "standard":
        verify(content, headers, keys=keys, now=now)
        return
    found = {name.lower(): value for name, value in headers.items()}
    if scheme == "bearer":
        given, at = found.get("authorization", "").removeprefix("Bearer "), now
        expected = list(keys)
    else:
        given, at, expected = _foreign(scheme, content, found, keys, address)
    if abs(at - now) > TOLERANCE:
        raise SignatureRefused("The webhook is more than five minutes away from our clock.")
    fits = [hmac.compare_digest(one.encode("utf-8"), given.encode("utf-8")) for one in expected]
    if not given or not any(fits):
        raise SignatureRefused("The signature does not fit the content of the webhook.")


def _foreign(
    scheme: str, content: bytes, found: Mapping[str, str], keys: Iterable[str], address: str
) -> tuple[str, datetime, list[str]]:
    """What a party's own scheme gave, when, and what it should be with each key."""
    if scheme == "hubspot":
        stamp = found.get("x-hubspot-request-timestamp", "")
        signed = b"POST" + address.encode() + content + stamp.encode()
        given = found.get("x-hubspot-signature-v3", "")
        expected = [_base64(key, signed) for key in keys]
        return given, _moment(stamp, milliseconds=True), expected
    if scheme == "zendesk":
        stamp = found.get("x-zendesk-webhook-signature-timestamp", "")
        given = found.get("x-zendesk-webhook-signature", "")
        return given, _moment(stamp), [_base64(key, stamp.encode() + content) for key in keys]
    stamp = found.get("x-slack-request-timestamp", "")
    signed = f"v0:{stamp}:".encode() + content
    digests = [hmac.digest(key.encode(), signed, "sha256").hex() for key in keys]
    given = found.get("x-slack-signature", "")
    return given, _moment(stamp), [f"v0={digest}" for digest in digests]


def _base64(key: str, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key.encode(), signed, "sha256")).decode("ascii")


def _moment(stamp: str, *, milliseconds: bool = False) -> datetime:
    """A time as parties write it: seconds, milliseconds, or ISO 8601."""
    with contextlib.suppress(ValueError, OverflowError, OSError):
        if stamp.isascii() and stamp.isdigit() and len(stamp) < 15:
            return datetime.fromtimestamp(int(stamp) / (1000 if milliseconds else 1), tz=UTC)
        at = datetime.fromisoformat(stamp)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    raise SignatureRefused("The webhook carries no time that can be read.")


def _signature(content: bytes, message_id: str, seconds: str, key: str) -> str:
    signed = b".".join((message_id.encode("utf-8"), seconds.encode("ascii"), content))
    digest = hmac.digest(secret_bytes(key), signed, "sha256")
    return "v1," + base64.b64encode(digest).decode("ascii")
