"""When the submissions of the demo arrive, and how stories are dealt to them."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from math import exp
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from config.demo.library import changed
from config.demo.shape import Arrival

Facts = dict[str, Any]
Story = Callable[[Random, datetime], Facts]
Request = Callable[[Random, datetime, int], Facts]

DAYS = 30
LONDON = ZoneInfo("Europe/London")
HOUR_WEIGHTS = (0, 0, 0, 0, 0, 0, 1, 3, 8, 16, 20, 17, 9, 13, 18, 17, 13, 8, 3, 2, 1, 1, 0, 0)


def arrival_times(pick: Random, now: datetime, count: int) -> list[datetime]:
    """Spread arrivals as offices send them: few at night and at weekends, more of late."""
    today = now.astimezone(LONDON).date()
    days = [today - timedelta(days=back) for back in range(DAYS + 1)]
    weights = [
        (1.0 if day.weekday() < 5 else 0.08) * (1 + 5 * exp(-back / 2))
        for back, day in enumerate(days)
    ]
    times: list[datetime] = []
    while len(times) < count:
        day = pick.choices(days, weights)[0]
        hour = pick.choices(range(24), HOUR_WEIGHTS)[0]
        seconds = pick.randrange(3600)
        local = datetime.combine(day, time(hour, seconds // 60, seconds % 60), LONDON)
        if now - timedelta(days=DAYS) < local < now - timedelta(minutes=2):
            times.append(local.astimezone(now.tzinfo) + timedelta(milliseconds=pick.randrange(999)))
    return sorted(times)


def told(
    request: Request, stories: Sequence[tuple[int, Story]], *, seed: int, first_number: int
) -> Callable[[datetime, int], list[Arrival]]:
    """Return what invents submissions: ordinary requests, each changed by a story of the deck.

    `stories` come in the shares of their weights. The same moment gives the same submissions.
    """

    def arrivals(now: datetime, count: int) -> list[Arrival]:
        pick = Random(seed)  # noqa: S311 - invented stories, not secrets
        times = arrival_times(pick, now, count)
        made = []
        for number, (at, story) in enumerate(
            zip(times, _dealt(pick, stories, count), strict=True), first_number
        ):
            facts = request(pick, at, number)
            made.append(Arrival(at, changed(facts, story(pick, at))))
        return made

    return arrivals


def _dealt(pick: Random, stories: Sequence[tuple[int, Story]], count: int) -> list[Story]:
    deck = [story for weight, story in stories for _ in range(weight)]
    whole, rest = divmod(count, len(deck))
    chosen = deck * whole + pick.sample(deck, rest)
    pick.shuffle(chosen)
    return chosen


def plain(pick: Random, at: datetime) -> Facts:
    """Nothing special: an ordinary request."""
    return {}


def written(at: datetime) -> str:
    """A moment as facts write it."""
    return at.replace(microsecond=0).isoformat()
