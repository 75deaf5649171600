"""Business time against a slow oracle that looks at every single minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.errors import Invalid
from reviews.calendars import (
    AROUND_THE_CLOCK,
    add_business_minutes,
    business_time,
    hours_from,
    parse_hours,
)

MINUTE = timedelta(minutes=1)
OFFICE = {
    day: [["09:00", "12:30"], ["13:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")
}
NIGHTS = {day: [["00:00", "06:00"], ["22:00", "24:00"]] for day in ("fri", "sat", "sun", "mon")}
ODD = {day: [["01:30", "02:30"]] for day in ("sat", "sun", "mon")}
HOLIDAYS = [
    {"date": "2026-12-25", "name": "Christmas Day"},
    {"date": "2026-03-30", "name": "Day off"},
]
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def counts(moment: datetime, zone: str, weekly: dict[str, list[list[str]]]) -> bool:
    """The oracle's whole knowledge: does the wall clock stand within a span of its day?"""
    wall = moment.astimezone(ZoneInfo(zone))
    if any(day["date"] == wall.date().isoformat() for day in HOLIDAYS):
        return False
    text = wall.strftime("%H:%M")
    return any(a <= text < b for a, b in weekly.get(NAMES[wall.weekday()], []))


def oracle_add(start: datetime, minutes: int, zone: str, weekly) -> datetime:
    moment = start
    while minutes:
        minutes -= counts(moment, zone, weekly)
        moment += MINUTE
    return moment


def oracle_between(start: datetime, end: datetime, zone: str, weekly) -> int:
    return sum(
        counts(start + n * MINUTE, zone, weekly) for n in range(max(0, (end - start) // MINUTE))
    )


ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
WEEKS = {"office": OFFICE, "nights": NIGHTS, "odd": ODD}
# Around the clock changes of 2026 in these zones, a holiday, and Christmas.
CHANGES = ((3, 7), (3, 27), (4, 3), (10, 2), (10, 23), (10, 30), (12, 24))
STARTS = st.builds(
    lambda at, minutes: datetime(2026, *at, tzinfo=UTC) + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(0, 3 * 1440),
)


@settings(max_examples=60, deadline=None)
@given(STARTS, st.integers(1, 900), st.sampled_from(ZONES), st.sampled_from(sorted(WEEKS)))
def test_due_time_equals_counting_minute_by_minute(start, minutes, zone, week):
    hours = parse_hours(zone, WEEKS[week], HOLIDAYS)
    assert add_business_minutes(start, minutes, hours) == oracle_add(
        start, minutes, zone, WEEKS[week]
    )


@settings(max_examples=60, deadline=None)
@given(STARTS, st.integers(-300, 8000), st.sampled_from(ZONES), st.sampled_from(sorted(WEEKS)))
def test_time_between_equals_counting_minute_by_minute(start, length, zone, week):
    hours = parse_hours(zone, WEEKS[week], HOLIDAYS)
    end = start + length * MINUTE
    assert business_time(start, end, hours) == MINUTE * oracle_between(
        start, end, zone, WEEKS[week]
    )


LONDON = parse_hours("Europe/London", OFFICE, HOLIDAYS)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-23T10:00", 60, "2026-11-23T11:00"),
        ("2026-11-23T12:00", 60, "2026-11-23T14:00"),  # Lunch does not count.
        ("2026-11-27T17:00", 60, "2026-11-30T09:30"),  # Nor does a weekend.
        ("2026-11-28T12:00", 30, "2026-11-30T09:30"),
        ("2026-12-24T17:00", 60, "2026-12-28T09:30"),  # Christmas Day, then a weekend.
        ("2026-11-23T16:30", 60, "2026-11-23T17:30"),  # To the last minute of the day.
        ("2026-03-27T17:00", 60, "2026-03-31T08:30"),  # Summer time began: 09:30 in London.
    ],
)
def test_office_hours_in_examples(start, minutes, due):
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert add_business_minutes(begin, minutes, LONDON) == datetime.fromisoformat(due).replace(
        tzinfo=UTC
    )


def test_seconds_of_the_start_are_kept():
    start = datetime(2026, 11, 23, 10, 0, 7, 250, tzinfo=UTC)
    assert add_business_minutes(start, 60, LONDON) == start + timedelta(hours=1)


def test_around_the_clock_counts_every_minute():
    start = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert add_business_minutes(start, 3000, AROUND_THE_CLOCK) == start + timedelta(minutes=3000)


def test_repeated_hour_counts_twice():
    hours = parse_hours("Europe/London", {"sun": [["01:00", "02:00"]]}, [])
    start = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 01:00 in summer time, an hour before.
    assert business_time(start, start + timedelta(hours=12), hours) == timedelta(hours=2)


def test_skipped_hour_does_not_count():
    hours = parse_hours("Europe/London", {"sun": [["01:00", "02:00"]]}, [])
    start = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
    assert business_time(start, start + timedelta(hours=12), hours) == timedelta(0)


def test_next_hours_skip_the_night():
    found = hours_from(datetime(2026, 11, 23, 15, 42, tzinfo=UTC), LONDON, count=4)
    assert [moment.strftime("%d %H") for moment in found] == ["23 15", "23 16", "23 17", "24 09"]


@pytest.mark.parametrize(
    ("zone", "weekly", "holidays", "where"),
    [
        ("Mars/Olympus", OFFICE, [], "time_zone"),
        ("../etc/passwd", OFFICE, [], "time_zone"),
        ("Europe/London", {}, [], "weekly_hours"),
        ("Europe/London", {"monday": [["09:00", "17:00"]]}, [], "weekly_hours"),
        ("Europe/London", {"mon": [["9", "17:00"]]}, [], "weekly_hours"),
        ("Europe/London", {"mon": [["17:00", "09:00"]]}, [], "weekly_hours"),
        ("Europe/London", {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}, [], "weekly_hours"),
        ("Europe/London", {"mon": [["09:00", "25:00"]]}, [], "weekly_hours"),
        ("Europe/London", OFFICE, [{"date": "25.12.2026"}], "holidays"),
        ("Europe/London", OFFICE, [{"name": "Christmas"}], "holidays"),
    ],
)
def test_calendar_that_cannot_be_read_names_the_fault(zone, weekly, holidays, where):
    with pytest.raises(Invalid) as caught:
        parse_hours(zone, weekly, holidays)
    assert {fault["where"] for fault in caught.value.faults} == {where}


def test_calendar_without_a_working_day_in_ten_years_is_refused():
    mondays = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(600)]
    days = [{"date": monday.isoformat()} for monday in mondays]
    hours = parse_hours("Europe/London", {"mon": [["09:00", "17:00"]]}, days)
    with pytest.raises(Invalid, match="no working hours"):
        add_business_minutes(datetime(2026, 1, 1, tzinfo=UTC), 1, hours)
