"""What each use brings to the demo: queues, people, receivers, submissions and verdicts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

HOUR = 60
DAY = 9 * HOUR  # A business day runs from 9:00 to 18:00.
APPROVE, REJECT = ["approve"], ["reject"]
REASON_CODE_FIELDS = ("code", "sentence", "outcomes")


class Queue(NamedTuple):
    """One review queue; the minutes are business minutes, unless it works round the clock."""

    key: str
    name: str
    description: str
    first_response_minutes: int
    decision_minutes: int
    reason_codes: tuple[tuple[str, str, list[str]], ...]
    round_the_clock: bool = False


class Judgement(NamedTuple):
    """One way an item may end; `note` is for colleagues, `answer` for the submitter.

    The first way of a list is the usual one.
    """

    outcome: str
    reasons: tuple[str, ...]
    note: str
    answer: str = ""
    conditions: tuple[tuple[str, str], ...] = ()


class Arrival(NamedTuple):
    """One submission as it arrives, and what its feed says then (None: the feed is silent)."""

    received_at: datetime
    facts: dict[str, Any]
    feed: dict[str, Any] | None = None


class Receiver(NamedTuple):
    """Who hears of what was decided; in the demo a sandbox that only notes it."""

    key: str
    name: str
    topics: list[str]


@dataclass(frozen=True)
class Use:
    """One model of the library with all that the demo shows of it.

    `arrivals` invents as many submissions of the thirty days before a moment as it is asked for.
    `by_reason` and `by_queue` are how reviewers judge: by the rules' reason code, else by queue.
    """

    key: str
    sender: str  # The system that sends the submissions, one of `people.SYSTEMS`.
    count: int
    queues: tuple[Queue, ...]
    members: Mapping[str, tuple[str, ...]]
    receivers: tuple[Receiver, ...]
    arrivals: Callable[[datetime, int], list[Arrival]]
    by_reason: Mapping[str, tuple[Judgement, ...]]
    by_queue: Mapping[str, tuple[Judgement, ...]]

    def judgements(self, queue: str, reason: str) -> tuple[Judgement, ...]:
        """The ways an item of `queue` may end that the rules sent there for `reason`.

        What waits for several reasons sits in the most urgent queue, whose codes alone serve.
        """
        return self.by_reason.get(reason, ()) or self.by_queue[queue]
