"""Payloads come in: kept first, then mapped to facts and handed to the rules. Nothing is lost."""

import hashlib
from collections.abc import Mapping as Headers
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from connectors.adapters import party_of
from connectors.encryption import decrypt
from connectors.enums import PayloadState
from connectors.errors import SignatureRefused
from connectors.models import Connector, Mapping, Payload
from connectors.services.lines import credentials_of
from connectors.signing import verify_as
from decisions import events
from decisions.enums import ActorKind, EventKind
from decisions.errors import Expected, Fault, Invalid, Refused
from decisions.events import Actor
from decisions.ids import id_at, new_id
from decisions.models import DecisionModel, User
from decisions.services import intake, mapping

KEPT = timedelta(days=30)
MOST_AT_ONCE = 500
# Where parties name what they send, so that a repetition is known as one.
ID_HEADERS = (
    "webhook-id",
    "x-zendesk-webhook-invocation-id",
    "x-hubspot-event-id",
    "x-request-id",
)


def accept(
    connector: Connector,
    content: bytes,
    value: Any,
    *,
    headers: Headers[str, str],
    address: str,
    now: datetime,
) -> list[Payload]:
    """Take in what a party sent; raises SignatureRefused, or Refused where nothing is awaited.

    A list stands for several payloads. What was sent before changes nothing.
    """
    if not party_of(connector.kind).kind.listens:
        raise Refused(f"{connector.name} takes no payloads.")
    scheme = str(connector.settings.get("scheme") or "standard")
    theirs = credentials_of(connector).get("inbound_secret", "")
    keys = (theirs,) if theirs else decrypt(connector.encrypted_secrets)
    try:
        verify_as(scheme, content, headers, keys=keys, address=address, now=now)
    except ValueError:
        words = f"The secret of {connector.name} does not fit the way it signs. Tell its admin."
        raise SignatureRefused(words) from None
    found = {name.lower(): text for name, text in headers.items()}
    named = next((found[name] for name in ID_HEADERS if found.get(name)), "")
    first = named[:150] or hashlib.sha256(content).hexdigest()
    parts = value if isinstance(value, list) else [value]
    if len(parts) > MOST_AT_ONCE:
        raise Refused(f"Send at most {MOST_AT_ONCE} payloads at once.")
    ids = [first] if len(parts) == 1 else [f"{first}:{n}" for n in range(1, len(parts) + 1)]
    kept = [_keep(connector, key, part, now=now) for key, part in zip(ids, parts, strict=True)]
    fresh = [payload for payload in kept if payload is not None]
    current = current_mappings(connector)
    for payload in fresh:
        if connector.paused_at is None:
            take(payload, current, now=now)
    return fresh


def take(payload: Payload, mappings: Sequence[Mapping], *, now: datetime) -> Payload:
    """Turn a payload into a submission by the first mapping that takes it."""
    if not mappings:
        return _move(payload, PayloadState.WAITING, "No mapping is written yet.")
    chosen = next(
        (one for one in mappings if mapping.holds(one.condition, payload.content, now=now)), None
    )
    if chosen is None:
        return _move(payload, PayloadState.SKIPPED, "No mapping takes it.")
    mapped = mapping.map_payload(chosen.entries, payload.content, now=now)
    try:
        if mapped.faults:
            raise Invalid("An expression cannot be computed.", mapped.faults)
        with transaction.atomic():
            payload.submission = intake.submit(
                chosen.model.key,
                mapped.facts,
                source=payload.connector.name,
                actor=actor_of(payload.connector),
                now=now,
            )
            return _move(payload, PayloadState.TAKEN, "", chosen)
    except Expected as error:
        payload.submission = None
        return _move(payload, PayloadState.REFUSED, _words(error), chosen)


def again(payload: Payload, *, now: datetime) -> Payload:
    """Map a payload once more, after its mapping or the rules changed."""
    if payload.state == PayloadState.TAKEN:
        raise Refused("This payload became a submission already.")
    if payload.content is None:
        raise Refused("The content of this payload was dropped after a month.")
    return take(payload, current_mappings(payload.connector), now=now)


def save_mapping(
    connector: Connector,
    model: DecisionModel,
    *,
    entries: Headers[str, str],
    condition: str,
    reason: str,
    author: User,
    now: datetime,
) -> Mapping:
    """Write the next version of a mapping; raises Invalid with the input of each fault."""
    kept = {path: text.strip() for path, text in entries.items() if text.strip()}
    faults: list[Fault] = []
    for path, text in (*kept.items(), *([("condition", condition)] if condition.strip() else [])):
        faults += mapping.check_expression(text, where=path, now=now)
    if not kept:
        faults.append(Fault(where="entries", message="Fill at least one input."))
    if not reason.strip():
        faults.append(Fault(where="reason", message="Say why, for those who read it later."))
    if faults:
        raise Invalid("The mapping was not saved.", faults)
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)
        newest = Mapping.objects.filter(connector=connector, model=model).aggregate(
            number=Max("number")
        )
        made = Mapping.objects.create(
            id=new_id(now),
            connector=connector,
            model=model,
            number=(newest["number"] or 0) + 1,
            entries=kept,
            condition=condition.strip(),
            reason=reason.strip()[:300],
            created_at=now,
            created_by=author,
        )
        detail = {"connector": connector.key, "model": model.key, "version": made.number}
        events.record(
            EventKind.MAPPING_CHANGED,
            connector,
            actor=Actor.person(author),
            now=now,
            detail=detail,
        )
    return made


def current_mappings(connector: Connector) -> list[Mapping]:
    """The newest mapping of each model, by the model's key."""
    newest: dict[str, Mapping] = {}
    rows = Mapping.objects.filter(connector=connector).select_related("model")
    for one in rows.order_by("model__key", "number"):
        newest[one.model.key] = one
    return list(newest.values())


def forget_contents(*, now: datetime) -> int:
    """Drop the contents of payloads older than a month; what became of them stays."""
    old = Payload.objects.filter(pk__lt=id_at(now - KEPT)).exclude(content=None)
    return old.update(content=None)


def actor_of(connector: Connector) -> Actor:
    return Actor(ActorKind.CONNECTOR, connector.pk, connector.name)


def _keep(connector: Connector, message_id: str, content: Any, *, now: datetime) -> Payload | None:
    try:
        with transaction.atomic():
            return Payload.objects.create(
                id=new_id(now),
                connector=connector,
                message_id=message_id,
                content=content,
                received_at=now,
            )
    except IntegrityError:
        return None


def _move(
    payload: Payload, state: PayloadState, problem: str, chosen: Mapping | None = None
) -> Payload:
    payload.state, payload.problem, payload.mapping = state, problem[:500], chosen
    payload.save(update_fields=["state", "problem", "mapping", "submission"])
    return payload


def _words(error: Expected) -> str:
    faults = getattr(error, "faults", [])[:3]
    parts = [
        f"{fault.get('where', '').lstrip('/')}: {fault.get('message', '')}" for fault in faults
    ]
    return " ".join([str(error), *parts])
