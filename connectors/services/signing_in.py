"""Consents: a person signs in at a party, tokens stay fresh, and an end is foreseen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction

from connectors.adapters import Line, oauth, party_of
from connectors.adapters.kinds import OAuth
from connectors.adapters.oauth import Asking, Tokens
from connectors.encryption import decrypt, encrypt
from connectors.enums import DeliveryState
from connectors.errors import DeliveryError, SignInNeeded
from connectors.models import Connector, Delivery, SignIn
from connectors.services.lines import bare_line, keep_notes
from decisions import events
from decisions.enums import EventKind
from decisions.errors import Invalid, Refused
from decisions.events import SYSTEM, Actor
from decisions.models import User

EARLY = timedelta(seconds=60)  # A token this near to its end is not used any more.
WARN_BEFORE = timedelta(days=30)
WAIT_BEFORE = timedelta(days=10)


class Consent(StrEnum):
    """Where a connector's consent stands."""

    NOT_NEEDED = "not_needed"
    MISSING = "missing"
    GOOD = "good"
    ENDS_SOON = "ends_soon"
    WAITS = "waits"
    OVER = "over"


@dataclass(frozen=True)
class Standing:
    """A connector's consent, and the moments that matter: from `waits_from` on work waits."""

    consent: Consent
    authorised_at: datetime | None = None
    waits_from: datetime | None = None
    ends_at: datetime | None = None


def standing_of(connector: Connector, *, now: datetime) -> Standing:
    """Where the consent of `connector` stands. Load it with `sign_in`."""
    asked = party_of(connector.kind).kind.oauth
    if asked is None or not asked.person:
        return Standing(Consent.NOT_NEEDED)
    row = _row(connector)
    if row is None or row.authorised_at is None:
        return Standing(Consent.MISSING)
    if asked.life is None:
        consent = Consent.OVER if row.refused_at else Consent.GOOD
        return Standing(consent, row.authorised_at)
    ends_at = row.authorised_at + asked.life
    waits_from = ends_at - WAIT_BEFORE
    if row.refused_at or now >= ends_at:
        consent = Consent.OVER
    elif now >= waits_from:
        consent = Consent.WAITS
    else:
        consent = Consent.ENDS_SOON if now >= ends_at - WARN_BEFORE else Consent.GOOD
    return Standing(consent, row.authorised_at, waits_from, ends_at)


def begin(connector: Connector, *, back_to: str) -> Asking:
    """Where to send the person who signs in; the session keeps the rest of it."""
    asked = _oauth(connector)
    if not asked.person:
        raise Refused(f"{connector.name} needs nobody to sign in.")
    client_id = str(connector.settings.get("client_id", ""))
    return oauth.ask(asked, connector.settings, client_id=client_id, back_to=back_to)


def finish(
    connector: Connector, *, code: str, asking: Asking, back_to: str, author: User, now: datetime
) -> SignIn:
    """Turn the code a person came back with into tokens; what waited goes out within seconds."""
    asked, line = _oauth(connector), bare_line(connector)
    try:
        tokens = oauth.tokens_for_code(
            asked, line, connector.settings, code=code, asking=asking, back_to=back_to, now=now
        )
        account = party_of(connector.kind).account(_with(line, tokens))
    except DeliveryError as error:
        raise Invalid(f"The sign-in did not work. {error}", []) from error
    finally:
        keep_notes(connector, line.notes, now=now)
    _check_scopes(asked, tokens)
    with transaction.atomic():
        row = _keep(connector, tokens)
        row.account_id, row.account_name = account
        row.authorised_at, row.authorised_by, row.refused_at = now, author, None
        row.save()
        Delivery.objects.filter(connector=connector, state=DeliveryState.PENDING).update(
            next_attempt_at=now
        )
        _record(connector, "signed in", actor=Actor.person(author), now=now)
    return row


def token_of(connector: Connector, *, now: datetime, fresh: bool = False) -> str:
    """A token that can be used now, refreshed where it is due (or wanted `fresh`).

    Raises SignInNeeded from the day work has to wait, ten days before the consent ends, and
    DeliveryError when the party gives no token now.
    """
    asked = _oauth(connector)
    if asked.person:
        standing = standing_of(connector, now=now)
        if standing.consent not in {Consent.GOOD, Consent.ENDS_SOON}:
            raise SignInNeeded(
                f"{connector.name} waits until somebody signs in again, on its page."
            )
    row = _row(connector)
    if row is not None and not fresh and row.expires_at and row.expires_at - EARLY > now:
        return decrypt(row.encrypted_tokens)[0]
    line = bare_line(connector)
    try:
        tokens = _renewed(asked, row, line, connector, now)
    except SignInNeeded:
        _end(connector, now=now)
        raise
    finally:
        keep_notes(connector, line.notes, now=now)
    # A refresh token may be replaced on use, so the new one is stored before anything is called.
    if not asked.person:
        _keep(connector, tokens)
    elif not SignIn.objects.filter(connector=connector).update(**_stored(tokens)):
        # Somebody signed out meanwhile, and a consent must not come back by itself.
        raise SignInNeeded(f"{connector.name} waits until somebody signs in, on its page.")
    return tokens.access


def sign_out(connector: Connector, *, author: User, now: datetime) -> None:
    """Forget the consent and its tokens."""
    with transaction.atomic():
        gone, _ = SignIn.objects.filter(connector=connector).delete()
        if not gone:
            raise Refused(f"Nobody is signed in at {connector.name}.")
        _record(connector, "signed out", actor=Actor.person(author), now=now)


def _renewed(
    asked: OAuth, row: SignIn | None, line: Line, connector: Connector, now: datetime
) -> Tokens:
    if not asked.person:
        return oauth.tokens_for_client(asked, line, connector.settings, now=now)
    stored = decrypt(row.encrypted_tokens) if row else ()
    if len(stored) < 2 or not stored[1]:
        raise SignInNeeded(f"{connector.name} waits until somebody signs in, on its page.")
    return oauth.tokens_for_refresh(asked, line, connector.settings, refresh=stored[1], now=now)


def _keep(connector: Connector, tokens: Tokens) -> SignIn:
    row, _ = SignIn.objects.update_or_create(connector=connector, defaults=_stored(tokens))
    return row


def _stored(tokens: Tokens) -> dict[str, Any]:
    return {
        "encrypted_tokens": encrypt([tokens.access, tokens.refresh]),
        "expires_at": tokens.expires_at,
        **({"scopes": list(tokens.scopes)} if tokens.scopes else {}),
    }


def _end(connector: Connector, *, now: datetime) -> None:
    """The party said that the consent is over: once is enough to know."""
    with transaction.atomic():
        if SignIn.objects.filter(connector=connector, refused_at=None).update(refused_at=now):
            _record(connector, "sign-in ended by the other side", actor=SYSTEM, now=now)


def _check_scopes(asked: OAuth, tokens: Tokens) -> None:
    missing = set(asked.scopes) - set(tokens.scopes) if tokens.scopes else set()
    if missing:
        words = ", ".join(sorted(missing))
        raise Invalid(f"The sign-in leaves out what is needed: {words}. Allow all of it.", [])


def _with(line: Line, tokens: Tokens) -> Line:
    line.token, line.problem_of = tokens.access, None
    return line


def _oauth(connector: Connector) -> OAuth:
    asked = party_of(connector.kind).kind.oauth
    if asked is None:
        raise Refused(f"{connector.name} needs no sign-in.")
    return asked


def _row(connector: Connector) -> SignIn | None:
    return SignIn.objects.filter(connector=connector).first()


def _record(connector: Connector, change: str, *, actor: Actor, now: datetime) -> None:
    detail = {"connector": connector.key, "change": change}
    events.record(EventKind.CONNECTOR_CHANGED, connector, actor=actor, now=now, detail=detail)
