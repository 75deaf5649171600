"""Fetches a podcast feed, asking only for what changed since the last time."""

from dataclasses import dataclass

from connectors import http
from connectors.adapters.rss.feed import Feed
from connectors.adapters.rss.parser import FeedRefused, parse_feed
from connectors.errors import DeliveryError, FeedMoved

LIMITS = http.Limits(seconds=10.0, size=10 * 1024 * 1024, cut=False)
MOVED = {301, 308}
LATER = {408, 425, 429}
ACCEPT = "application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class FeedReading:
    """One visit to a feed; `feed` is None when it has not changed since `etag` or `modified`."""

    feed: Feed | None
    etag: str
    modified: str


def read_feed(url: str, *, etag: str = "", modified: str = "") -> FeedReading:
    """Fetch and read a feed; raises DeliveryError, permanent when a person must act."""
    headers = {"Accept": ACCEPT}
    if etag:
        headers["If-None-Match"] = etag
    if modified:
        headers["If-Modified-Since"] = modified
    response = http.client().request("GET", url, headers=headers, limits=LIMITS)
    if response.code == 304 and (etag or modified):
        return FeedReading(feed=None, etag=etag, modified=modified)
    if response.code in MOVED:
        raise FeedMoved(_refusal_words(response), to=response.headers.get("location", "")[:500])
    if response.code != 200:
        raise DeliveryError(
            _refusal_words(response), permanent=response.code < 500 and response.code not in LATER
        )
    try:
        feed = parse_feed(response.body)
    except FeedRefused as error:
        raise DeliveryError(str(error), permanent=True) from error
    if any(problem.code == "not_well_formed" for problem in feed.problems):
        # A feed that broke off is asked for whole the next time, not for what changed.
        return FeedReading(feed=feed, etag="", modified="")
    return FeedReading(
        feed=feed,
        etag=response.headers.get("etag", "")[:200],
        modified=response.headers.get("last-modified", "")[:100],
    )


def _refusal_words(response: http.Response) -> str:
    if 300 <= response.code < 400:
        return (
            f"The feed answered {response.code} and points to another address. Redirects are not "
            "followed: submit the final address of the feed."
        )
    if response.code in {404, 410}:
        return f"There is no feed at this address (answer {response.code}). Check the address."
    return f"The feed answered {response.code} instead of its content."
