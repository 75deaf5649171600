"""API keys: made, shown once, recognised, and taken back."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from oauth2_provider.models import get_access_token_model

from connectors.enums import Scope
from connectors.errors import KeyRefused
from connectors.models import ApiKey
from decisions import events
from decisions.enums import EventKind, Role
from decisions.errors import Fault, Invalid, Refused
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import User

SHAPE = re.compile(r"clr_([a-z0-9]{10})_([A-Za-z0-9_-]{43})\Z")
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
SEEN_EVERY = timedelta(minutes=1)


def create(
    *,
    name: str,
    scopes: Collection[str],
    user: User,
    creator: User | None,
    actor: Actor,
    expires_at: datetime | None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Make a key for an integration; the second value is the key itself, never seen again."""
    if faults := _faults(name, scopes, user, expires_at, now):
        raise Invalid("The key was not made.", faults)
    prefix = "".join(secrets.choice(LETTERS) for _ in range(10))
    secret = secrets.token_urlsafe(32)
    key = ApiKey(
        id=new_id(now),
        name=name.strip(),
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        user=user,
        created_at=now,
        created_by=creator,
        expires_at=expires_at,
    )
    with transaction.atomic():
        key.save(force_insert=True)
        detail = {"prefix": prefix, "scopes": key.scopes, "user": str(user.pk)}
        events.record(EventKind.API_KEY_CREATED, key, actor=actor, now=now, detail=detail)
    return key, f"clr_{prefix}_{secret}"


def revoke(key: ApiKey, *, actor: Actor, now: datetime) -> ApiKey:
    """Take a key back, at once and for good."""
    with transaction.atomic():
        won = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)
        if not won:
            raise Refused("This key was taken back before.")
        events.record(
            EventKind.API_KEY_REVOKED, key, actor=actor, now=now, detail={"prefix": key.prefix}
        )
    key.refresh_from_db()
    return key


def recognise(presented: str, *, now: datetime) -> ApiKey:
    """The key behind a key or a token that a caller presents; raises KeyRefused.

    A token may carry fewer scopes than its key: those stand on the key that is returned.
    """
    if presented.startswith("clr_"):
        return authenticate(presented, now=now)
    token = (
        get_access_token_model()
        .objects.select_related("application")
        .filter(token_checksum=checksum(presented), expires__gt=now)
        .first()
    )
    found = (
        ApiKey.objects.select_related("user")
        .filter(prefix=token.application.client_id.removeprefix("clr_"))
        .first()
        if token
        else None
    )
    if token is None or found is None:
        raise KeyRefused("This token is not known, or its hour is over. Ask for a new one.")
    _check(found, now)
    found.scopes = sorted(set(found.scopes) & set(token.scope.split()))
    return found


def forget_tokens(*, now: datetime) -> int:
    """Drop tokens whose hour is over; return how many."""
    gone, _ = get_access_token_model().objects.filter(expires__lte=now).delete()
    return int(gone)


def checksum(token: str) -> str:
    """What a token is recognised by."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def authenticate(presented: str, *, now: datetime) -> ApiKey:
    """The key that a caller presents; raises KeyRefused with what to do."""
    shape = SHAPE.match(presented)
    found = ApiKey.objects.select_related("user").filter(prefix=shape[1]).first() if shape else None
    # An unknown prefix costs the same comparison as a known one.
    known = found.secret_hash if found else "0" * 64
    fits = hmac.compare_digest(_hash(shape[2] if shape else ""), known)
    if found is None or not fits:
        raise KeyRefused("This API key is not known. Check that it was copied whole (clr_…).")
    _check(found, now)
    return found


def _check(found: ApiKey, now: datetime) -> None:
    """Refuse a key that is known but opens nothing any more; note that it was used."""
    if found.revoked_at is not None:
        raise KeyRefused("This API key was taken back. Ask an admin for a new one.")
    if not found.is_usable(now):
        raise KeyRefused(f"This API key expired on {found.expires_at:%d %B %Y}. Ask for a new one.")
    if not found.user.is_active:
        raise KeyRefused("The integration of this API key is switched off. Ask an admin.")
    if found.last_used_at is None or found.last_used_at <= now - SEEN_EVERY:
        ApiKey.objects.filter(
            Q(last_used_at=None) | Q(last_used_at__lte=now - SEEN_EVERY), pk=found.pk
        ).update(last_used_at=now)


def _hash(secret: str) -> str:
    # The secret has 256 random bits, so a plain hash cannot be guessed back.
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def _faults(
    name: str, scopes: Collection[str], user: User, expires_at: datetime | None, now: datetime
) -> list[Fault]:
    faults: list[Fault] = []
    if not name.strip():
        faults.append(Fault(where="name", message="Say what the key is for, like “CRM, live”."))
    if not scopes:
        faults.append(Fault(where="scopes", message="Choose at least one thing the key may do."))
    faults += [
        Fault(where="scopes", message=f"“{scope}” is not a scope.")
        for scope in scopes
        if scope not in Scope.values
    ]
    if not user.groups.filter(name=Role.INTEGRATION).exists():
        message = f"{user} is not an integration. Give it the role, or choose another."
        faults.append(Fault(where="user", message=message))
    if expires_at is not None and expires_at <= now:
        faults.append(Fault(where="expires_at", message="Choose a day that is still to come."))
    return faults
