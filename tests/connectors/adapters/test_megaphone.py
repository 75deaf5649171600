"""Megaphone: calls the description accepts, pages by Link, one a second, and no other host."""

import pytest

from connectors import http
from connectors.adapters import Line
from connectors.adapters.megaphone import MegaphoneParty, api, reading
from connectors.adapters.megaphone.api import Pace
from connectors.errors import DeliveryError
from tests.connectors.prism import prism, spec
from tests.connectors.records import NOW

FREE = Pace(0)


@pytest.fixture(scope="module")
def megaphone():
    with prism(spec("megaphone.yaml"), "--errors") as address:
        yield address


def line(address, outbound):
    return Line(base=address, client=outbound, credentials={"api_token": "secret"})


CALLS = {
    "network": lambda at: [api.network(at, "n1", pace=FREE)],
    "podcasts": lambda at: list(api.podcasts(at, "n1", pace=FREE)),
    "episodes": lambda at: list(api.episodes(at, "n1", "p1", pace=FREE)),
    "campaigns": lambda at: list(api.campaigns(at, "o1", pace=FREE)),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_is_one_that_the_description_accepts(megaphone, outbound, name):
    at = line(megaphone, outbound)
    # The example of Prism names no real next page.
    CALLS[name](at)
    assert [note.code for note in at.notes] == [200]


def test_call_without_token_is_refused_by_the_description(megaphone, outbound):

    answer = outbound.request("GET", f"{megaphone}/networks/n1", limits=http.Limits())
    assert answer.code == 401


def test_pages_follow_the_link_header(receiver, outbound):
    following = f'<{receiver.url("/networks/n1/podcasts?page=2")}>; rel="next", <x>; rel="last"'
    receiver.answer(200, b'[{"id": "a"}]', Link=following)
    receiver.answer(200, b'[{"id": "b"}]')
    at = line(receiver.url(""), outbound)
    assert [row["id"] for row in api.podcasts(at, "n1", pace=FREE)] == ["a", "b"]
    assert [one["path"] for one in receiver.requests] == [
        "/networks/n1/podcasts?per_page=100",
        "/networks/n1/podcasts?page=2",
    ]
    assert {one["headers"]["authorization"] for one in receiver.requests} == {
        'Token token="secret"'
    }


@pytest.mark.parametrize("place", ["http://evil.example/networks", "//evil.example/n", "file:///x"])
def test_next_page_elsewhere_is_not_called(receiver, outbound, place):
    receiver.answer(200, b"[]", Link=f'<{place}>; rel="next"')
    at = line(receiver.url(""), outbound)
    with pytest.raises(DeliveryError, match="another server"):
        list(api.podcasts(at, "n1", pace=FREE))
    assert len(receiver.requests) == 1


def test_page_that_points_to_itself_ends(receiver, outbound):
    receiver.answer(200, b'[{"id": "a"}]', Link=f'<{receiver.url("/again")}>; rel="next"')
    at = line(receiver.url(""), outbound)
    assert len(list(api.podcasts(at, "n1", pace=FREE))) == 2


def test_calls_are_a_second_apart():
    at, slept = [100.0], []

    def sleep(seconds):
        slept.append(seconds)
        at[0] += seconds

    pace = Pace(api.INTERVAL, clock=lambda: at[0], sleep=sleep)
    for _ in range(61):
        pace.wait()
    assert (slept, at[0]) == ([1.0] * 60, 160.0)


@pytest.mark.parametrize(
    ("code", "permanent", "later", "words"),
    [
        (401, True, None, "new one under User settings"),
        (403, True, None, "may not read"),
        (404, True, None, "does not know it"),
        (429, False, 7, "60 calls a minute"),
        (500, False, None, "may take it later"),
    ],
)
def test_failures_are_worded(receiver, outbound, code, permanent, later, words):
    receiver.answer(code, b"{}", **({"Retry-After": "7"} if code == 429 else {}))
    with pytest.raises(DeliveryError, match=words) as caught:
        api.network(line(receiver.url(""), outbound), "n1", pace=FREE)
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, later)


def test_body_that_breaks_off_is_told(receiver, outbound):
    receiver.answer(200, b'[{"id": "a"')
    with pytest.raises(DeliveryError, match="broke off"):
        list(api.podcasts(line(receiver.url(""), outbound), "n1", pace=FREE))


def test_try_out_names_the_network(receiver, outbound):
    receiver.answer(200, b'{"name": "Riverbend", "podcastsCount": 12}')
    said = MegaphoneParty().try_out(line(receiver.url(""), outbound), {"network_id": "n1"}, now=NOW)
    assert said == "Riverbend answered, with 12 shows."


def test_reading_goes_on_where_the_last_one_ended(receiver, outbound, monkeypatch):
    monkeypatch.setattr(reading, "SHOWS_AT_ONCE", 1)
    shows = b'[{"id": "s1", "title": "One", "subtitle": "-"}, {"id": "s2", "title": "Two"}]'
    settings, found = {"network_id": "n1"}, []
    cursor = {}
    for _ in range(3):
        receiver.answers.clear()
        receiver.answer(200, shows)
        receiver.answer(200, b'[{"id": "e", "title": "Episode", "duration": 60}]')
        read = reading.read(line(receiver.url(""), outbound), settings, cursor, pace=FREE)
        cursor = read.cursor
        found.append(cursor["show"])
    assert found == ["s1", "s2", "s1"]
    assert [(item.what, item.id, item.name) for item in read.items] == [
        ("Show", "s1", "One"),
        ("Show", "s2", "Two"),
        ("Episode", "e", "Episode"),
    ]
    assert read.items[2].content == {"duration": 60, "show": "s1"}
    assert read.items[0].content == {}
    assert {item.what for item in read.items} <= {one.name for one in reading.FETCHED}
