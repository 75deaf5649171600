"""A connector is disconnected: signed out, what was read is deleted, and the log proves it."""

import hashlib
from collections import Counter
from datetime import datetime

from django.db import transaction

from connectors.models import Call, Connector, FetchedRecord, Poll, SignIn
from decisions import events, history
from decisions.canonical import canonical
from decisions.enums import EventKind
from decisions.errors import Refused
from decisions.events import Actor
from decisions.models import User

REASON = "Disconnected: what was read is deleted. Sign in again and resume it to go on."


def disconnect(connector: Connector, *, author: User, now: datetime) -> Counter[str]:
    """Forget the consent and all that was read from the party; return how much of what.

    The event counts what was deleted and holds a hash over it, so that a copy found later can be
    told to be the same. Deliveries stay on record: they are what Clearance did itself.
    """
    with transaction.atomic():
        # The reading is locked first: one that is under way finds its row gone and keeps nothing.
        polls = list(Poll.objects.select_for_update().filter(connector=connector))
        found = Connector.objects.select_for_update().get(pk=connector.pk)
        records = FetchedRecord.objects.filter(connector=found)
        counts, digest = _sum_up(found)
        signed_in, _ = SignIn.objects.filter(connector=found).delete()
        if not (counts or signed_in or polls):
            raise Refused(f"{found.name} is not connected: nothing was read, nobody is signed in.")
        records.delete()
        Poll.objects.filter(connector=found).delete()
        calls, _ = Call.objects.filter(connector=found).delete()
        found.paused_at, found.paused_until, found.paused_reason = now, None, REASON
        history.save(found, by=author, reason="disconnected", now=now)
        events.record(
            EventKind.CONNECTOR_CHANGED,
            found,
            actor=Actor.person(author),
            now=now,
            detail={
                "connector": found.key,
                "change": "disconnected",
                "deleted": {**counts, "Sign-in": signed_in, "Note of a call": calls},
                "hash": digest,
            },
        )
    return counts


def _sum_up(connector: Connector) -> tuple[Counter[str], str]:
    """How many records of what there are, and the SHA-256 over all of them in their order."""
    counts: Counter[str] = Counter()
    digest = hashlib.sha256()
    rows = FetchedRecord.objects.filter(connector=connector).order_by("what", "external_id")
    for row in rows.values_list("what", "external_id", "name", "content").iterator():
        counts[row[0]] += 1
        digest.update(canonical(list(row)))
    return counts, digest.hexdigest()
