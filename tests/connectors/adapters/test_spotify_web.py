"""The Web API: calls the description accepts, failures in words, playlists in steps."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from connectors.adapters import Line
from connectors.adapters.spotify_web import api, playlists
from connectors.adapters.spotify_web.failures import problem_of
from connectors.adapters.spotify_web.playlists import Wanted, take_step
from connectors.errors import DeliveryError, QuotaUsedUp, TokenRefused
from connectors.http import Response
from tests.connectors.prism import prism, spec

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 60
SHOW = "5CfCWKI5pZ28U0uOzXkDHe"


@pytest.fixture(scope="module")
def spotify():
    with prism(spec("spotify-web-api-mock.yaml"), "--errors") as address:
        yield address


def line(address, outbound):
    return Line(
        base=address,
        token="any",
        client=outbound,
        problem_of=lambda response: problem_of(response, now=NOW),
    )


CALLS = {
    "me": api.me,
    "show": lambda at: api.show(at, SHOW, market="GB"),
    "show episodes": lambda at: api.show_episodes(at, SHOW, market="GB", limit=80),
    "episode": lambda at: api.episode(at, "512ojhOuo1ktJprKbVcKyQ", market="GB"),
    "track": lambda at: api.track(at, "4iV5W9uYEdYUVa79Axb7Rh", market="GB"),
    "search": lambda at: api.search(at, "night bus", kind="show", market="GB", limit=50),
    "playlist": lambda at: api.playlist(at, "3cEYpjA9oz9GiPac4AsH4n", fields="id,name"),
    "items": lambda at: api.playlist_items(at, "3cEYpjA9oz9GiPac4AsH4n", limit=1),
    "create": lambda at: api.create_playlist(
        at, name="Slow", description="", public=False, collaborative=False
    ),
    "change": lambda at: api.change_playlist(at, "3cEYpjA9oz9GiPac4AsH4n", public=False),
    "add": lambda at: api.add_items(
        at, "3cEYpjA9oz9GiPac4AsH4n", ["spotify:track:4iV5W9uYEdYUVa79Axb7Rh"], position=0
    ),
    "replace": lambda at: api.replace_items(at, "3cEYpjA9oz9GiPac4AsH4n", []),
    "reorder": lambda at: api.reorder_items(
        at, "3cEYpjA9oz9GiPac4AsH4n", start=1, before=0, count=1, snapshot="abc"
    ),
    "remove": lambda at: api.remove_items(
        at,
        "3cEYpjA9oz9GiPac4AsH4n",
        ["spotify:track:4iV5W9uYEdYUVa79Axb7Rh"],
        snapshot="abc",
    ),
    "cover": lambda at: api.put_cover(at, "3cEYpjA9oz9GiPac4AsH4n", JPEG),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_is_one_that_the_description_accepts(spotify, outbound, name):
    at = line(spotify, outbound)
    CALLS[name](at)
    assert [200 <= note.code < 300 for note in at.notes] == [True]


def test_own_playlists_are_read_page_by_page(receiver, outbound):
    page = [{"id": str(number)} for number in range(50)]
    receiver.answer(200, json.dumps({"items": page, "next": "https://evil.example/"}).encode())
    receiver.answer(200, json.dumps({"items": page[:3]}).encode())
    assert len(list(api.my_playlists(line(receiver.url(""), outbound)))) == 53
    paths = [request["path"] for request in receiver.requests]
    assert paths == ["/me/playlists?limit=50&offset=0", "/me/playlists?limit=50&offset=50"]


def refusal(code, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return problem_of(Response(code, named, body, False, 5), now=NOW)


def said(message, **more):
    return json.dumps({"error": {"status": 0, "message": message, **more}}).encode()


def test_used_up_quota_is_told_apart_from_a_rate():
    quota = refusal(429, said("Too many requests", reason="QUOTA_EXCEEDED"))
    assert isinstance(quota, QuotaUsedUp)
    assert quota.until == datetime(2026, 11, 24, tzinfo=UTC)
    rate = refusal(429, said("API rate limit exceeded"), retry_after="7")
    assert (type(rate), rate.permanent, rate.retry_after) == (DeliveryError, False, 7)


@pytest.mark.parametrize(
    ("code", "body", "kind", "permanent"),
    [
        (401, said("The access token expired"), TokenRefused, False),
        (403, said("Insufficient client scope"), DeliveryError, True),
        (404, said("Resource not found"), DeliveryError, True),
        (400, b"<html>", DeliveryError, True),
        (500, b"", DeliveryError, False),
        (503, b"[", DeliveryError, False),
    ],
)
def test_each_refusal_says_whether_it_passes(code, body, kind, permanent):
    failure = refusal(code, body)
    assert (type(failure), failure.permanent) == (kind, permanent)


class Shelf:
    """A stand-in for Spotify that remembers what was made, and can lose an answer on the way."""

    def __init__(self):
        self.lists, self.made, self.calls, self.lose = {}, 0, [], ""

    def request(self, method, address, *, headers=None, content=None, limits=None):
        path = urlsplit(address).path
        self.calls.append(f"{method} {path}")
        body = self.answer(method, path, content)
        if self.lose and self.lose in f"{method} {path}":
            self.lose = ""
            raise DeliveryError("It did not answer within 10 seconds.", permanent=False)
        return Response(200, {}, json.dumps(body).encode(), False, 1)

    def answer(self, method, path, content):
        parts = path.strip("/").split("/")
        if path == "/me/playlists" and method == "POST":
            self.made += 1
            made = {"id": f"p{self.made}", "uris": [], **json.loads(content)}
            made["external_urls"] = {"spotify": f"https://open.spotify.com/playlist/p{self.made}"}
            self.lists[made["id"]] = made
            return made
        if path == "/me/playlists":
            return {"items": list(self.lists.values())}
        found = self.lists[parts[1]]
        if parts[-1] == "images":
            found["cover"] = base64.b64decode(content)
        elif parts[-1] == "items" and method == "GET":
            return {"total": len(found["uris"]), "items": []}
        elif parts[-1] == "items" and method == "POST":
            asked = json.loads(content)
            found["uris"][asked["position"] : asked["position"]] = asked["uris"]
        elif parts[-1] == "items":
            found["uris"] = json.loads(content)["uris"]
        else:
            found.update(json.loads(content))
        return {"snapshot_id": "s"}


URIS = tuple(f"spotify:track:{number:022d}" for number in range(230))
WANTED = Wanted(
    name="Slow Sunday",
    description="What our baristas play",
    public=True,
    collaborative=False,
    uris=URIS,
    cover=base64.b64encode(JPEG).decode(),
    go_live=None,
)


def make(shelf, wanted=WANTED, *, progress=None, now=NOW, most=20):
    """Take steps as the sender does: after a lost answer the same step again, told so."""
    progress, repeated, steps = progress or {}, False, []
    for _ in range(most):
        at = Line(base="https://api.example", token="t", client=shelf)
        try:
            answer = take_step(at, wanted, progress, mark="mark 1", repeated=repeated, now=now)
        except DeliveryError as error:
            if error.permanent:
                raise
            repeated = True
            continue
        repeated, progress = False, dict(answer.progress)
        steps.append(answer.step)
        if not answer.more or answer.wait_until:
            return answer, steps
    raise AssertionError("it never ends")


def test_playlist_is_made_in_steps_and_shown_only_when_it_is_whole():
    shelf = Shelf()
    answer, steps = make(shelf)
    (made,) = shelf.lists.values()
    assert (made["name"], made["public"], tuple(made["uris"])) == ("Slow Sunday", True, URIS)
    assert made["description"] == "What our baristas play"
    assert made["cover"] == JPEG
    assert answer.progress["link"] == "https://open.spotify.com/playlist/p1"
    assert steps == [
        "Made the playlist, still private",
        "Gave it its cover",
        "Added items 1 to 100",
        "Added items 101 to 200",
        "Added items 201 to 230",
        "Public now",
    ]


@pytest.mark.parametrize(
    "lost", ["POST /me/playlists", "images", "POST /playlists", "PUT /playlists/p1"]
)
def test_lost_answer_makes_nothing_twice(lost):
    shelf = Shelf()
    shelf.lose = lost
    make(shelf)
    (made,) = shelf.lists.values()
    assert tuple(made["uris"]) == URIS
    assert made["public"] is True


def test_playlist_that_somebody_changed_meanwhile_is_left_alone():
    shelf = Shelf()
    make(shelf, Wanted(**{**vars(WANTED), "uris": URIS[:100]}))
    shelf.lists["p1"]["uris"].append("spotify:track:other")
    progress = {"playlist": "p1", "cover": True, "items": 100}
    with pytest.raises(DeliveryError, match="somebody changed it"):
        take_step(
            Line(base="https://api.example", client=shelf),
            WANTED,
            progress,
            mark="mark 1",
            repeated=True,
            now=NOW,
        )


def test_playlist_goes_public_at_its_time():
    shelf = Shelf()
    later = NOW + timedelta(days=2)
    planned = Wanted(**{**vars(WANTED), "go_live": later})
    answer, _ = make(shelf, planned)
    assert answer.wait_until == later
    assert shelf.lists["p1"]["public"] is False
    make(shelf, planned, progress=answer.progress, now=later)
    assert shelf.lists["p1"]["public"] is True


def test_roll_back_hides_and_empties_the_playlist():
    shelf = Shelf()
    answer, _ = make(shelf)
    make(shelf, progress={**answer.progress, "undo": True})
    assert (shelf.lists["p1"]["public"], shelf.lists["p1"]["uris"]) == (False, [])


@pytest.mark.parametrize("cover", [b"GIF89a", JPEG + b"\x00" * 200_000])
def test_cover_that_spotify_would_refuse_is_not_sent(cover):
    with pytest.raises(DeliveryError, match="JPEG of at most 256 KB") as caught:
        make(Shelf(), Wanted(**{**vars(WANTED), "cover": base64.b64encode(cover).decode()}))
    assert caught.value.permanent


@pytest.mark.parametrize("outputs", [{}, {"playlist": None}, {"playlist": {"name": ""}}])
def test_decision_without_a_playlist_is_named(outputs):
    with pytest.raises(DeliveryError, match="output “playlist”"):
        playlists.wanted_of(outputs)
