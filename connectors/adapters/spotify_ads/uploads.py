"""A list goes up in parts: the session tells how far it came, so nothing starts over.

Source: Google Cloud Storage, "Resumable uploads" (`x-goog-resumable: start`, `Content-Range`, 308
with `Range`). The address is signed, so Spotify's token is never sent along.
"""

import re

from connectors import http
from connectors.adapters.line import Line
from connectors.errors import DeliveryError

PART = 4 << 20  # A multiple of 256 KiB, as the protocol asks.
UNFINISHED = 308
GONE = frozenset({404, 410})
LIMITS = http.Limits(seconds=40.0, size=16 << 10)
REACHED = re.compile(r"bytes=0-([0-9]+)\Z")


class SessionGone(Exception):
    """The session of an upload is over; a new one has to be opened."""


def begin(line: Line, address: str) -> str:
    """Open a session at a signed address; returns the address its parts go to."""
    headers = {"x-goog-resumable": "start", "Content-Type": "text/csv"}
    answer = line.call("POST", address, content=b"", headers=headers)
    place = answer.headers.get("location", "")
    if not place.startswith(("https://", "http://")):
        raise DeliveryError("The upload gave no place for the file.", permanent=False)
    return place


def reached(line: Line, place: str, *, size: int) -> int:
    """How many bytes have arrived; `size` when the file is whole."""
    headers = {"Content-Range": f"bytes */{size}"}
    answer = line.call(
        "PUT", place, content=b"", headers=headers, limits=LIMITS, also=GONE | {UNFINISHED}
    )
    return _reached(answer, size)


def put_part(line: Line, place: str, content: bytes, *, start: int) -> int:
    """Send the part that begins at `start`; returns how many bytes have arrived."""
    size = len(content)
    part = content[start : start + PART]
    headers = {
        "Content-Type": "text/csv",
        "Content-Range": f"bytes {start}-{start + len(part) - 1}/{size}",
    }
    answer = line.call(
        "PUT", place, content=part, headers=headers, limits=LIMITS, also=GONE | {UNFINISHED}
    )
    return _reached(answer, size)


def _reached(answer: http.Response, size: int) -> int:
    if answer.code in GONE:
        raise SessionGone
    if answer.code != UNFINISHED:
        return size
    found = REACHED.match(answer.headers.get("range", ""))
    return min(int(found.group(1)) + 1, size) if found else 0
