"""People talk about a row of a table: a comment stays with the row until somebody resolves it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from decisions import engine, events
from decisions.enums import EventKind
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import ModelVersion, RowComment, User
from decisions.services.drafting import loaded_draft

MOST_CHARACTERS = 2000


@dataclass(frozen=True)
class RowPlace:
    """A row of a version for people: its table by name, and its number from 1."""

    table_id: str
    row_id: str
    table: str
    number: int


def row_place(version: ModelVersion, table_id: str, row_id: str) -> RowPlace:
    """Find a row of a version; raises Invalid when it is not there."""
    for name, table in engine.named_tables(loaded_draft(version).definitions):
        for number, rule in enumerate(table.rules, 1):
            if table.id == table_id and rule.id == row_id:
                return RowPlace(table_id, row_id, name, number)
    raise Invalid("This row is no longer in the table.")


def comment_on(
    version: ModelVersion, *, table_id: str, row_id: str, text: str, author: User, now: datetime
) -> RowComment:
    """Write a comment on a row of a version; raises Invalid without text or row."""
    place = row_place(version, table_id, row_id)
    words = text.replace("\0", "").strip()
    if not words:
        raise Invalid("Write something first.")
    if len(words) > MOST_CHARACTERS:
        raise Invalid(f"A comment has at most {MOST_CHARACTERS:,} characters. Shorten it.")
    comment = RowComment(
        id=new_id(now),
        model=version.model,
        table_id=table_id,
        row_id=row_id,
        text=words,
        written_at=now,
        written_by=author,
    )
    with transaction.atomic():
        comment.save(force_insert=True)
        _record(EventKind.ROW_COMMENTED, comment, author, now, place)
    return comment


def resolve_comment(
    comment: RowComment, *, version: ModelVersion, by: User, now: datetime
) -> RowComment:
    """Mark a comment as dealt with; raises Refused when somebody else was first."""
    place = row_place(version, comment.table_id, comment.row_id)
    with transaction.atomic():
        unresolved = RowComment.objects.filter(pk=comment.pk, resolved_at=None)
        if not unresolved.update(resolved_at=now, resolved_by=by):
            raise Refused("Somebody has resolved this comment already.")
        comment.refresh_from_db()
        _record(EventKind.ROW_COMMENT_RESOLVED, comment, by, now, place)
    return comment


def _record(
    kind: EventKind, comment: RowComment, person: User, now: datetime, place: RowPlace
) -> None:
    detail = {"model": comment.model.key, "table": place.table, "row": place.number}
    events.record(kind, comment, actor=Actor.person(person), now=now, detail=detail)
