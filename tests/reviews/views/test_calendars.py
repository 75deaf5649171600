"""The calendar page: leads keep hours and holidays, and are told what cannot be read."""

import pytest
from django.urls import reverse

from decisions.models import AuditEvent
from reviews.models import BusinessCalendar
from tests.reviews.work import WEEK, make_calendar
from tests.rules import person

pytestmark = pytest.mark.django_db

URL = reverse("reviews:calendar", kwargs={"key": "london"})


@pytest.fixture
def lead(client):
    make_calendar(holidays=("2026-12-25",))
    client.force_login(person("Lee", "lead"))


def sent(client, **changes):
    return {**client.get(URL).context["form"].initial, "reason": "New year", **changes}


def test_saving_what_is_shown_changes_nothing_but_history(client, lead):
    assert client.post(URL, sent(client)).status_code == 302
    calendar = BusinessCalendar.objects.get()
    assert calendar.weekly_hours == WEEK
    assert calendar.holidays == [{"date": "2026-12-25", "name": "Holiday"}]
    assert calendar.history.latest().history_change_reason == "New year"
    assert AuditEvent.objects.latest("id").detail == {"changed": [], "key": "london"}


def test_hours_and_holidays_are_written_as_people_write(client, lead):
    holidays = "2027-01-01 New Year\n\n2027-03-26\n"
    days = {"mon": "09:00-12:30, 13:30 to 17:00", "sat": "10:00–12:00"}
    assert client.post(URL, sent(client, holidays=holidays, **days)).status_code == 302
    calendar = BusinessCalendar.objects.get()
    assert calendar.weekly_hours["mon"] == [["09:00", "12:30"], ["13:30", "17:00"]]
    assert calendar.weekly_hours["sat"] == [["10:00", "12:00"]]
    assert calendar.holidays == [
        {"date": "2027-01-01", "name": "New Year"},
        {"date": "2027-03-26", "name": ""},
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"time_zone": "Mars"}, "“Mars” is not a time zone"),
        ({"mon": "nine to five"}, "mon: write hours like 09:00 to 17:30"),
        ({"mon": "all day"}, "mon: write hours like 09:00 to 17:30"),
        ({"holidays": "Christmas"}, "Write each holiday with its date"),
        ({"reason": ""}, "This field is required"),
        (dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ""), "Give working hours on one day"),
    ],
)
def test_what_cannot_be_read_is_named_and_kept_on_the_page(client, lead, changes, words):
    answer = client.post(URL, sent(client, name="Changed", **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert BusinessCalendar.objects.get().name == "London office"


@pytest.mark.parametrize(("role", "code"), [("reviewer", 403), ("auditor", 403), ("admin", 200)])
def test_leads_and_admins_open_it(client, role, code):
    make_calendar()
    client.force_login(person("Pat", role))
    assert client.get(URL).status_code == code
