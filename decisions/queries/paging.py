"""Pages of endless lists, newest first: walked by key, without OFFSET and without COUNT."""

import base64
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; `newer` and `older` are cursors, empty where the list ends."""

    items: list[Row]
    newer: str = ""
    older: str = ""

    @property
    def shown(self) -> int:
        return len(self.items)


def page_of(
    rows: QuerySet[Row, Any], *, before: str = "", after: str = "", size: int = SIZE
) -> Page[Row]:
    """Return the page older than cursor `before`, newer than `after`, or the newest.

    The key of `rows` is a UUIDv7 `id`. A cursor that is not one of ours gives the newest page,
    and so does one that reaches the newest end, so that this page is always full.
    """
    if (key := read_cursor(after)) is not None:
        found = list(rows.filter(pk__gt=key).order_by("pk")[: size + 1])
        if len(found) > size:
            items = found[:size][::-1]
            return Page(items, newer=cursor_of(items[0]), older=cursor_of(items[-1]))
    key = None if after else read_cursor(before)
    if key is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows.order_by("-pk")[: size + 1])
    items = found[:size]
    return Page(
        items,
        newer=cursor_of(items[0]) if items and key is not None else "",
        older=cursor_of(items[-1]) if len(found) > size else "",
    )


def cursor_of(row: Model) -> str:
    """Return the opaque cursor that stands at `row`."""
    return _cursor(row.pk)


def cursor_above(row: Model) -> str:
    """Return the cursor whose older page begins with `row`."""
    return _cursor(UUID(int=row.pk.int + 1))


def _cursor(key: UUID) -> str:
    return pack(key.bytes)


def read_cursor(cursor: str) -> UUID | None:
    """Return the key a cursor stands at, or None for anything that is not a cursor."""
    content = unpack(cursor)
    return UUID(bytes=content) if len(content) == 16 else None


def pack(position: bytes) -> str:
    """Write a position as an opaque cursor."""
    return base64.urlsafe_b64encode(position).decode("ascii").rstrip("=")


def unpack(cursor: str) -> bytes:
    """Return the position a cursor holds; nothing for anything that is not a cursor."""
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except ValueError:
        return b""
