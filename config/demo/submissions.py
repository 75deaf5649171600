"""Two hundred sponsorship submissions of the last thirty days, the same ones for the same `now`."""

from datetime import datetime
from random import Random

from config.demo.arrivals import arrival_times
from config.demo.bookings import Draft
from config.demo.shape import Arrival
from config.demo.stories import ASKING, FAILING, PASSING, Story, plain

COUNT = 200
FIRST_NUMBER = 4001


def demo_submissions(now: datetime, *, count: int = COUNT) -> list[Arrival]:
    """Return `count` submissions of the 30 days before `now`, in the order they came."""
    pick = Random(4217)  # noqa: S311 - invented stories, not secrets
    times = arrival_times(pick, now, count)
    told = _stories(pick, count)
    arrivals = []
    for number, (at, story) in enumerate(zip(times, told, strict=True), FIRST_NUMBER):
        draft = Draft(pick, at, number)
        story(draft)
        arrivals.append(draft.finish())
    return arrivals


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
