"""Opens the line to a party, with secrets and a token, and keeps what was called."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from connectors.adapters import CallNote, Line, party_of
from connectors.adapters.base import BASE_ADDRESS
from connectors.encryption import decrypt, encrypt
from connectors.models import Call, Connector
from decisions.ids import id_at, new_id

KEPT = timedelta(days=7)


def bare_line(connector: Connector) -> Line:
    """A line without a token."""
    kind = party_of(connector.kind).kind
    return Line(
        base=str(connector.settings.get(BASE_ADDRESS) or kind.base.format(**connector.settings)),
        credentials=credentials_of(connector),
        signing=decrypt(connector.encrypted_secrets),
    )


def credentials_of(connector: Connector) -> dict[str, str]:
    """What an admin typed as secret, by name; raises Refused when no encryption key fits."""
    found = decrypt(connector.encrypted_credentials)
    return dict(json.loads(found[0])) if found else {}


def seal_credentials(credentials: dict[str, str]) -> str:
    """Credentials as the database keeps them."""
    return encrypt([json.dumps(credentials)]) if credentials else ""


def keep_notes(connector: Connector, notes: Iterable[CallNote], *, now: datetime) -> None:
    """Keep calls for the page of the connector."""
    Call.objects.bulk_create(
        [
            Call(
                id=new_id(now),
                connector=connector,
                at=now,
                method=note.method,
                path=note.path,
                code=note.code,
                elapsed_ms=note.elapsed_ms,
                problem=note.problem[:300],
            )
            for note in notes
        ]
    )


def forget_calls(*, now: datetime) -> int:
    """Drop calls that are older than a week; return how many."""
    gone, _ = Call.objects.filter(pk__lt=id_at(now - KEPT)).delete()
    return gone
