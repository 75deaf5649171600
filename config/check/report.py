"""What the check found, as a table for people."""

import time


class CheckFailed(Exception):
    """Something did not happen as it should; the text says what."""


class Report:
    """Lines of the table, printed as things happen, each with the seconds since the one before."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        print(f"{'what':<28}{'count':>6}{'seconds':>9}\n{'-' * 43}", flush=True)

    def add(self, what: str, count: int, note: str = "") -> None:
        now = time.monotonic()
        print(f"{what:<28}{count:>6}{now - self._since:>9.1f}  {note}".rstrip(), flush=True)
        self._since = now
