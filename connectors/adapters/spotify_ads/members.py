"""The list of an audience: each member a SHA-256, so that no plain address leaves this module.

Spotify wants the SHA-256 of the trimmed, lower-case e-mail address; a phone number is written with
its plus sign and digits first (E.164). A list is made in memory for one upload and never kept.
"""

import csv
import hashlib
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from connectors.errors import DeliveryError

HASH = re.compile(r"[0-9a-f]{64}\Z")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}\Z")
LOOSE = re.compile(r"[\s().\-/]")
SUBJECT = "subject_id"
COLUMNS = ("email_sha256", "hashed_email", "phone_sha256", "hashed_phone", "email", "phone")


def hashed(identifier: str) -> str:
    """The SHA-256 of an e-mail address or phone number; "" for what is neither. A hash stays."""
    text = identifier.strip().lower()
    if HASH.match(text):
        return text
    if not MAIL.match(text):
        text = LOOSE.sub("", text)
        text = f"+{text[2:]}" if text.startswith("00") else text
        if not PHONE.match(text):
            return ""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def listed(found: Any) -> list[str]:
    """Members that a decision names itself: hashes only, since decisions are kept."""
    wanted = [str(one) for one in found] if isinstance(found, list) else []
    if any(not HASH.match(one) for one in wanted):
        raise DeliveryError(
            "The decision names members that are not SHA-256. Nothing was sent. Give the model "
            "hashes only: plain addresses must not be kept in a decision.",
            permanent=True,
        )
    return wanted


def from_file(content: bytes, *, only: Collection[str] | None = None) -> Iterator[str]:
    """Members of a text file: CSV with one of our column names, or one identifier a line.

    With `only` the file must name people in a column `subject_id`, and the others are passed over.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DeliveryError("The list of members is not UTF-8 text.", permanent=True) from None
    rows: Iterator[list[str]] = csv.reader(io.StringIO(text))
    first = next(rows, [])
    names = [name.strip().lower() for name in first]
    column = next((names.index(name) for name in COLUMNS if name in names), None)
    subject = names.index(SUBJECT) if SUBJECT in names else None
    if only is not None and (subject is None or column is None):
        raise DeliveryError(
            f"The list of members must have a column {SUBJECT} and one of {', '.join(COLUMNS)}: "
            "only those whom the rules assigned may go to Spotify.",
            permanent=True,
        )
    if column is None:
        if first and not hashed(first[0]):
            raise DeliveryError(
                f"The list of members has none of the columns {', '.join(COLUMNS)}.",
                permanent=True,
            )
        column, rows = 0, chain([first], rows)
    for row in rows:
        if len(row) <= max(column, subject or 0) or not row[column].strip():
            continue
        if only is None or row[subject or 0].strip() in only:
            yield row[column]


def as_csv(identifiers: Iterable[str], *, header: str) -> bytes:
    """The file for Spotify: each member once, in a stable order, so that an upload can go on."""
    members = {found for one in identifiers if (found := hashed(one))}
    lines = ([header] if header else []) + sorted(members)
    return ("\n".join(lines) + "\n").encode("ascii") if members else b""


def count_of(content: bytes, *, header: str) -> int:
    """How many members a file holds."""
    return max(content.count(b"\n") - bool(header), 0)


def wanted_of(outputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a decision says of its audience; raises DeliveryError that names what is missing."""
    found = outputs.get("audience")
    if found is None and isinstance(outputs.get("membership"), Mapping):
        request = outputs["membership"].get("request")
        raise DeliveryError(
            f"This decision is about one person. Send audience request {request} as a refresh: "
            "its whole list is then made anew, without those who left.",
            permanent=True,
        )
    if not isinstance(found, Mapping) or not str(found.get("name") or "").strip():
        raise DeliveryError(
            "The decision gives no audience with a name. The model must have an output “audience”.",
            permanent=True,
        )
    return found
