"""When to try again: after each failure later, and spread out so that not all come at once."""

import hashlib
from datetime import timedelta
from uuid import UUID

ATTEMPTS = 10
FIRST = timedelta(seconds=10)
FACTOR = 4
LONGEST = timedelta(hours=6)
SPREAD = 0.2


def wait_after(attempts: int, *, seed: UUID, asked: int | None = None) -> timedelta:
    """How long to wait after failed attempt number `attempts` (1 or more).

    10 s, 40 s, 160 s and so on up to 6 h, each 20 % shorter or longer by `seed`; at least the
    `asked` seconds of a Retry-After, but no more than 6 h of it. Ten attempts take about a day.
    """
    wait = min(FIRST * int(FACTOR ** min(attempts - 1, 10)), LONGEST)
    drawn = hashlib.sha256(seed.bytes + attempts.to_bytes(4, "big")).digest()
    spread = int.from_bytes(drawn[:4], "big") / 2**32 * 2 - 1
    spread_wait = wait * (1 + SPREAD * spread)
    return max(spread_wait, min(timedelta(seconds=asked or 0), LONGEST))
