"""Late verdicts counted from arrivals: against a plain simulation by minutes."""

import random
from datetime import date, timedelta

import pytest

from reviews.calendars import AROUND_THE_CLOCK, parse_hours
from reviews.queries.lateness import late_verdicts

MONDAY = date(2026, 11, 23)
OFFICE = parse_hours(
    "Europe/London",
    {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    [{"date": "2026-11-25", "name": "A day off"}],
)


def late(arrivals, **more):
    given = {"hours": OFFICE, "people": 1.0, "minutes": 60.0, "promised": 480, **more}
    days = {MONDAY + timedelta(days=day): count for day, count in arrivals.items()}
    return late_verdicts(days, **given)


def test_nothing_is_late_while_people_have_time():
    assert late({0: 6, 1: 6, 3: 6}) == 0


def test_what_is_beyond_the_hours_of_people_is_late():
    # One comes every 20 minutes and takes 60: the twelfth is the first to wait over 480 in all.
    assert late({0: 24}) == 24 - 11
    assert late({0: 24}, people=3.0) == 0


def test_days_without_work_pass_no_time():
    assert late({5: 8}) == 0
    assert late({2: 9}, promised=480) == 1


def test_a_queue_without_people_is_late_with_everything():
    assert late({0: 3, 1: 4}, people=0.0) == 7


@pytest.mark.parametrize("seed", range(8))
def test_counting_agrees_with_the_longest_row_of_work_before_each_verdict(seed):
    pick = random.Random(seed)
    days = {day: pick.randrange(1, 40) for day in range(pick.randrange(1, 6))}
    minutes, promised = pick.choice([48.0, 96.0]), pick.choice([60, 240, 700])
    came = sorted(
        day * 1440 + 1440 * (number + 0.5) / count
        for day, count in days.items()
        for number in range(count)
    )
    # An item is done when all work since some earlier arrival is, whichever of them is worst.
    done = [
        max(came[first] + (place - first + 1) * minutes for first in range(place + 1))
        for place in range(len(came))
    ]
    overdue = sum(end - begin > promised + 1e-6 for begin, end in zip(came, done, strict=True))
    found = late(days, hours=AROUND_THE_CLOCK, minutes=minutes, promised=promised)
    assert found == overdue
