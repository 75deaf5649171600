"""What the check found, as a table for people."""

import time
from dataclasses import dataclass, field


class CheckFailed(Exception):
    """Something did not happen as it should; the text says what."""


@dataclass
class Report:
    """Lines of the table in the order in which things happened."""

    lines: list[tuple[str, int, float, str]] = field(default_factory=list)
    _since: float = field(default_factory=time.monotonic)

    def add(self, what: str, count: int, note: str = "") -> None:
        """Add a line with the seconds since the line before."""
        now = time.monotonic()
        self.lines.append((what, count, now - self._since, note))
        self._since = now

    def text(self) -> str:
        width = max((len(line[0]) for line in self.lines), default=0)
        head = f"{'what':<{width}}  {'count':>5}  {'seconds':>7}"
        rows = [
            f"{what:<{width}}  {count:>5}  {seconds:>7.1f}  {note}".rstrip()
            for what, count, seconds, note in self.lines
        ]
        return "\n".join([head, "-" * len(head), *rows])
