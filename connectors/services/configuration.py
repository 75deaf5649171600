"""Admins set connectors up, pause them, change their secrets and try them out."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from connectors.adapters import PARTIES, party_of
from connectors.encryption import decrypt, encrypt
from connectors.models import ApiKey, Connector
from connectors.models.connectors import EVERY_TOPIC
from connectors.services import signing_in
from connectors.services.lines import bare_line, credentials_of, keep_notes, seal_credentials
from connectors.signing import new_secret, secret_bytes
from decisions import events, history
from decisions.enums import EventKind
from decisions.errors import Fault, Invalid, Refused
from decisions.events import SYSTEM, Actor
from decisions.ids import new_id
from decisions.models import User

TOPIC = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z")
KEY = re.compile(r"(?!(?:new|signed-in)\Z)[a-z0-9][a-z0-9-]{0,79}\Z")
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
    credentials: Mapping[str, str] | None = None,
    subscriber: ApiKey | None = None,
) -> Connector:
    """Set a connector up; one that signs what it sends gets a fresh `secret` where none is given.

    `credentials` are the secrets its kind asks for, by name. `author` is None when Clearance does
    it by itself, as in the demo.
    """
    typed = {name: value.strip() for name, value in (credentials or {}).items() if value.strip()}
    faults = _faults(name, kind, settings, topics, credentials=typed)
    if not KEY.match(key):
        message = "Use small letters, digits and hyphens, like crm-webhook."
        faults.append(Fault(where="key", message=message))
    elif Connector.objects.filter(key=key).exists():
        faults.append(Fault(where="key", message="Another connector has this key."))
    signs = kind in PARTIES and party_of(kind).kind.signs
    if signs:
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
        encrypted_secrets=encrypt([secret]) if signs else "",
        encrypted_credentials=seal_credentials(typed),
        subscriber=subscriber,
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
    credentials: Mapping[str, str] | None = None,
) -> Connector:
    """Change a connector; deliveries that wait go to the new address. Empty credentials stay."""
    typed = {name: value.strip() for name, value in (credentials or {}).items() if value.strip()}
    typed = credentials_of(connector) | typed
    if faults := _faults(name, connector.kind, settings, topics, credentials=typed):
        raise Invalid("The connector was not changed.", faults)
    with transaction.atomic():
        _lock(connector)
        connector.encrypted_credentials = seal_credentials(typed)
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
        connector.paused_at, connector.paused_until, connector.paused_reason = None, None, ""
        return _save(connector, "resumed", author=author, now=now)


def change_secret(connector: Connector, *, author: User, now: datetime) -> str:
    """Make a new signing secret; the one before it signs too until the next change."""
    if not party_of(connector.kind).kind.signs:
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


def try_out(connector: Connector, *, now: datetime) -> str:
    """Make one harmless call and say how it went; raises DeliveryError when it did not work."""
    party, line = party_of(connector.kind), bare_line(connector)
    if party.kind.oauth is not None:
        line.token = signing_in.token_of(connector, now=now)
    try:
        return party.try_out(line, connector.settings, now=now)
    finally:
        keep_notes(connector, line.notes, now=now)


def _faults(
    name: str,
    kind: str,
    settings: Mapping[str, Any],
    topics: Sequence[str],
    *,
    credentials: Mapping[str, str],
) -> list[Fault]:
    faults: list[Fault] = []
    if not name.strip():
        faults.append(Fault(where="name", message="Give the connector a name."))
    faults += [
        Fault(where="topics", message=f"“{topic}” is not a topic, like sponsorship.decided.")
        for topic in topics
        if topic != EVERY_TOPIC and not TOPIC.match(topic)
    ]
    if kind not in PARTIES:
        return [*faults, Fault(where="kind", message=f"“{kind}” is not a kind of connector.")]
    party = party_of(kind)
    faults += [
        Fault(where=one.name, message=f"Give the {one.label[:1].lower()}{one.label[1:]}.")
        for one in party.kind.fields
        if one.name in party.kind.secret_names and one.required and one.name not in credentials
    ]
    problems = party.check_settings(settings)
    return faults + [Fault(where=where, message=text) for where, text in problems.items()]


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


def end(connector: Connector, *, author: User, now: datetime) -> Connector:
    """End a connector: it hears nothing any more, and what it was sent stays on record."""
    with transaction.atomic():
        _lock(connector)
        connector.ended_at, connector.topics = now, []
        return _save(connector, "ended", author=author, now=now)


def pause_for_quota(connector: Connector, *, reason: str, until: datetime, now: datetime) -> None:
    """Hold everything back until the party's quota is there again; ends by itself."""
    with transaction.atomic():
        _lock(connector)
        if connector.paused_at is None:
            connector.paused_at, connector.paused_until = now, until
            connector.paused_reason = reason[:300]
            _save(connector, "paused", author=None, now=now)


def resume_due(*, now: datetime) -> int:
    """Resume connectors whose quota is there again; return how many."""
    due = list(Connector.objects.filter(paused_until__lte=now).values_list("pk", flat=True))
    for key in due:
        with transaction.atomic():
            connector = Connector.objects.select_for_update().get(pk=key)
            if connector.paused_until is not None and connector.paused_until <= now:
                connector.paused_at = connector.paused_until = None
                connector.paused_reason = ""
                _save(connector, "resumed", author=None, now=now)
    return len(due)
