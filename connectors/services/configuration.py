"""Admins set connectors up, pause them, change their secrets and try them out."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from connectors.adapters import ADAPTERS, Envelope
from connectors.adapters.rss import facts_of, read_feed
from connectors.encryption import decrypt, encrypt
from connectors.enums import SENDING_KINDS, ConnectorKind
from connectors.errors import DeliveryError
from connectors.models import Connector
from connectors.models.connectors import EVERY_TOPIC
from connectors.signing import new_secret, secret_bytes
from decisions import events, history
from decisions.canonical import canonical
from decisions.enums import EventKind
from decisions.errors import Fault, Invalid, Refused
from decisions.events import SYSTEM, Actor
from decisions.ids import new_id
from decisions.models import User

TOPIC = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z")
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}\Z")
SECRETS_KEPT = 2  # The one in use and the one before it, while receivers change over.


def create(
    *,
    key: str,
    name: str,
    kind: str,
    settings: Mapping[str, Any],
    topics: Sequence[str],
    author: User | None,
    now: datetime,
    secret: str = "",
) -> Connector:
    """Set a connector up; a webhook without a `secret` gets a fresh one.

    `author` is None when Clearance does it by itself, as in the demo.
    """
    faults = _faults(name, kind, settings, topics)
    if not KEY.match(key):
        message = "Use small letters, digits and hyphens, like crm-webhook."
        faults.append(Fault(where="key", message=message))
    elif Connector.objects.filter(key=key).exists():
        faults.append(Fault(where="key", message="Another connector has this key."))
    if kind == ConnectorKind.WEBHOOK:
        secret = secret or new_secret()
        try:
            secret_bytes(secret)
        except ValueError as error:
            faults.append(Fault(where="secret", message=str(error)))
    if faults:
        raise Invalid("The connector was not set up.", faults)
    connector = Connector(
        id=new_id(now),
        key=key,
        name=name.strip(),
        kind=kind,
        settings=dict(settings),
        topics=list(dict.fromkeys(topics)),
        encrypted_secrets=encrypt([secret]) if kind == ConnectorKind.WEBHOOK else "",
        created_at=now,
    )
    return _save(connector, "set up", author=author, now=now)


def configure(
    connector: Connector,
    *,
    name: str,
    settings: Mapping[str, Any],
    topics: Sequence[str],
    author: User | None,
    now: datetime,
) -> Connector:
    """Change a connector; deliveries that wait go to the new address."""
    if faults := _faults(name, connector.kind, settings, topics):
        raise Invalid("The connector was not changed.", faults)
    with transaction.atomic():
        _lock(connector)
        connector.name = name.strip()
        connector.settings = dict(settings)
        connector.topics = list(dict.fromkeys(topics))
        return _save(connector, "changed", author=author, now=now)


def pause(connector: Connector, *, reason: str, author: User, now: datetime) -> Connector:
    """Hold everything back until the connector is resumed."""
    if not reason.strip():
        raise Invalid(
            "The connector was not paused.",
            [Fault(where="reason", message="Say why, for the people who wait for it.")],
        )
    with transaction.atomic():
        _lock(connector)
        if connector.paused_at is not None:
            raise Refused(f"{connector.name} is paused already.")
        connector.paused_at, connector.paused_reason = now, reason.strip()[:300]
        return _save(connector, "paused", author=author, now=now)


def resume(connector: Connector, *, author: User, now: datetime) -> Connector:
    """Let go what waited."""
    with transaction.atomic():
        _lock(connector)
        if connector.paused_at is None:
            raise Refused(f"{connector.name} is not paused.")
        connector.paused_at, connector.paused_reason = None, ""
        return _save(connector, "resumed", author=author, now=now)


def change_secret(connector: Connector, *, author: User, now: datetime) -> str:
    """Make a new signing secret; the one before it signs too until the next change."""
    if connector.kind != ConnectorKind.WEBHOOK:
        raise Refused("Only webhooks are signed.")
    secret = new_secret()
    with transaction.atomic():
        _lock(connector)
        earlier = decrypt(connector.encrypted_secrets)
        connector.encrypted_secrets = encrypt([secret, *earlier][:SECRETS_KEPT])
        _save(connector, "secret changed", author=author, now=now)
    return secret


def secret_of(connector: Connector) -> str:
    """The newest signing secret, for the admin who copies it to the receiver."""
    return next(iter(decrypt(connector.encrypted_secrets)), "")


def try_out(connector: Connector, *, address: str = "", now: datetime) -> str:
    """Try a connector out and say how it went; raises DeliveryError when it did not work.

    A webhook gets a signed message of the type `clearance.test`; a feed reader reads `address`.
    """
    if connector.kind == ConnectorKind.RSS:
        reading = read_feed(address)
        if reading.feed is None:
            raise DeliveryError("The feed did not answer with its content.", permanent=False)
        facts = facts_of(reading.feed, now=now)
        return f"“{facts['title']}” was read: {facts['episodes']} episodes."
    message = {
        "type": "clearance.test",
        "timestamp": now.isoformat(timespec="milliseconds"),
        "data": {"connector": connector.key},
    }
    envelope = Envelope(
        id=f"test_{new_id(now)}",
        at=now,
        content=canonical(message),
        settings=connector.settings,
        secrets=decrypt(connector.encrypted_secrets),
    )
    answer = ADAPTERS[connector.kind].deliver(envelope)
    return f"{connector.name} answered {answer.code} in {answer.elapsed_ms} ms."


def _faults(
    name: str, kind: str, settings: Mapping[str, Any], topics: Sequence[str]
) -> list[Fault]:
    faults: list[Fault] = []
    if not name.strip():
        faults.append(Fault(where="name", message="Give the connector a name."))
    if kind not in ConnectorKind.values:
        faults.append(Fault(where="kind", message=f"“{kind}” is not a kind of connector."))
    faults += [
        Fault(where="topics", message=f"“{topic}” is not a topic, like sponsorship.decided.")
        for topic in topics
        if topic != EVERY_TOPIC and not TOPIC.match(topic)
    ]
    if kind in SENDING_KINDS:
        problems = ADAPTERS[kind].check_settings(settings)
        faults += [Fault(where=where, message=text) for where, text in problems.items()]
    return faults


def _lock(connector: Connector) -> None:
    """Read the row again and keep it: saving writes all of it, and must undo nobody's change."""
    connector.refresh_from_db(from_queryset=Connector.objects.select_for_update())


def _save(connector: Connector, change: str, *, author: User | None, now: datetime) -> Connector:
    with transaction.atomic():
        history.save(connector, by=author, reason=change, now=now)
        events.record(
            EventKind.CONNECTOR_CHANGED,
            connector,
            actor=Actor.person(author) if author else SYSTEM,
            now=now,
            detail={"connector": connector.key, "change": change, "topics": connector.topics},
        )
    return connector
