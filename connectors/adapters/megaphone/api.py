"""Calls to Megaphone: paged by the Link header, one a second, as its documents ask.

Source: developers.megaphone.fm (token, 60 requests a minute, RFC 5988 paging).
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from connectors import http
from connectors.adapters.line import Line, answer_of, plain_problem, read_json, retry_after
from connectors.errors import DeliveryError

PAGE = 100
MOST_PAGES = 50
INTERVAL = 1.0  # 60 requests a minute.
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')
WORDS = {
    401: "Megaphone does not take our token. Make a new one under User settings.",
    403: "The token may not read this. Ask for its account to be given the network.",
    404: "Megaphone does not know it. Compare network and organisation with its addresses.",
    422: "Megaphone could not read our call.",
}


class Pace:
    """Lets calls through one after another, `interval` seconds apart in this process."""

    def __init__(
        self,
        interval: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval, self._clock, self._sleep = interval, clock, sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        with self._lock:
            now = self._clock()
            free = max(self._next, now)
            self._next = free + self._interval
        if free > now:
            self._sleep(free - now)


PACE = Pace(INTERVAL)


def network(line: Line, network_id: str, *, pace: Pace = PACE) -> dict[str, Any]:
    """The account that holds the shows."""
    found = read_json(_get(line, f"/networks/{_part(network_id)}", pace))
    if not isinstance(found, dict):
        raise DeliveryError("Megaphone answered with something else.", permanent=False)
    return found


def podcasts(line: Line, network_id: str, *, pace: Pace = PACE) -> Iterator[dict[str, Any]]:
    """The shows of a network."""
    return _pages(line, f"/networks/{_part(network_id)}/podcasts?per_page={PAGE}", pace)


def episodes(
    line: Line, network_id: str, podcast_id: str, *, pace: Pace = PACE
) -> Iterator[dict[str, Any]]:
    """The episodes of a show that are out."""
    show = f"/networks/{_part(network_id)}/podcasts/{_part(podcast_id)}"
    return _pages(line, f"{show}/episodes?draft=false&per_page={PAGE}", pace)


def campaigns(line: Line, organization_id: str, *, pace: Pace = PACE) -> Iterator[dict[str, Any]]:
    """The campaigns that an organisation sold."""
    return _pages(line, f"/organizations/{_part(organization_id)}/campaigns", pace)


def _pages(line: Line, path: str, pace: Pace) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    address = path
    for _ in range(MOST_PAGES):
        response = _get(line, address, pace)
        rows = read_json(response)
        if not isinstance(rows, list):
            raise DeliveryError("Megaphone answered with something else.", permanent=False)
        yield from (row for row in rows if isinstance(row, dict))
        address = next_address(line.base, response)
        if not address or address in seen:
            return
        seen.add(address)


def next_address(base: str, response: http.Response) -> str:
    """Where the next page is, "" on the last; raises DeliveryError where it is somebody else's.

    The token goes with the call, so it must not leave for another host.
    """
    found = _NEXT.search(response.headers.get("link", ""))
    if found is None:
        return ""
    home, there = urlsplit(base), urlsplit(found[1])
    if (there.scheme, there.netloc) != (home.scheme, home.netloc) or not there.path.startswith(
        home.path
    ):
        raise DeliveryError(
            "Megaphone's answer points to another server for its next page, so it was not called.",
            permanent=True,
            answer=answer_of(response),
        )
    return found[1]


def problem_of(response: http.Response) -> DeliveryError:
    """The failure behind an answer that is not a success."""
    if response.code == 429:
        return DeliveryError(
            "Megaphone takes 60 calls a minute, and these were more. It is tried again later.",
            permanent=False,
            answer=answer_of(response),
            retry_after=retry_after(response) or 60,
        )
    if words := WORDS.get(response.code):
        return DeliveryError(words, permanent=True, answer=answer_of(response))
    return plain_problem(response)


def _get(line: Line, path: str, pace: Pace) -> http.Response:
    pace.wait()
    line.problem_of = problem_of
    token = line.credentials.get("api_token", "").replace('"', "")
    return line.call("GET", path, headers={"Authorization": f'Token token="{token}"'})


def _part(text: str) -> str:
    """A piece of a path; nothing else may slip through."""
    return quote(text, safe="")
