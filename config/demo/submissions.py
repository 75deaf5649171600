"""Two hundred sponsorship submissions of the last thirty days, the same ones for the same `now`."""

from datetime import datetime, time, timedelta
from math import exp
from random import Random
from zoneinfo import ZoneInfo

from config.demo.bookings import Arrival, Draft
from config.demo.stories import ASKING, FAILING, PASSING, Story, plain

COUNT = 200
DAYS = 30
FIRST_NUMBER = 4001
LONDON = ZoneInfo("Europe/London")
HOUR_WEIGHTS = (0, 0, 0, 0, 0, 0, 1, 3, 8, 16, 20, 17, 9, 13, 18, 17, 13, 8, 3, 2, 1, 1, 0, 0)


def demo_submissions(now: datetime, *, count: int = COUNT) -> list[Arrival]:
    """Return `count` submissions of the 30 days before `now`, in the order they came."""
    pick = Random(4217)  # noqa: S311 - invented stories, not secrets
    times = _times(pick, now, count)
    told = _stories(pick, count)
    arrivals = []
    for number, (at, story) in enumerate(zip(times, told, strict=True), FIRST_NUMBER):
        draft = Draft(pick, at, number)
        story(draft)
        arrivals.append(draft.finish())
    return arrivals


def _times(pick: Random, now: datetime, count: int) -> list[datetime]:
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


def _stories(pick: Random, count: int) -> list[Story]:
    """Deal the stories out in their shares; of late, more than usual need a person."""
    clear, asking = _deal(PASSING + FAILING, count), _deal(ASKING, count)
    pick.shuffle(asking)
    late = asking[: len(asking) // 4]
    early = clear + asking[len(late) :]
    early = (early + [plain] * count)[: count - len(late)]
    pick.shuffle(early)
    cut = max(0, len(early) - 2 * len(late))
    last = early[cut:] + late
    pick.shuffle(last)
    return early[:cut] + last


def _deal(stories: tuple[tuple[int, Story], ...], count: int) -> list[Story]:
    return [story for weight, story in stories for _ in range(round(weight * count / COUNT))]
