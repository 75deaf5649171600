"""UUIDv7 keys (RFC 9562) that sort by the time of what they name: id order is time order."""

import os
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

_lock = threading.Lock()
_last = (0, 0)


def new_id(at: datetime) -> UUID:
    """Return a UUIDv7 for the moment `at` (aware, 1970 or later).

    Ids made in one process for the same millisecond sort in the order they were made (12-bit
    counter, RFC 9562 section 6.2 method 1); the other 62 bits are random. A library's uuid7 takes
    the clock, not the moment of the event, so back-dated and replayed records would sort wrongly.
    """
    global _last
    milliseconds = (at - EPOCH) // MILLISECOND
    with _lock:
        made = _last[1] + 1 if _last[0] == milliseconds else 0
        _last = (milliseconds, made)
    overflow, counter = divmod(made, 1 << 12)
    milliseconds += overflow
    random = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 7 << 76 | counter << 64 | 2 << 62 | random)


def id_at(moment: datetime) -> UUID:
    """Return the smallest id of `moment`: a bound for ranges of time over an id column."""
    return UUID(int=(moment - EPOCH) // MILLISECOND << 80)
