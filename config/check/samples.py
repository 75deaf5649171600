"""What the check sends: the example of the use case and bookings of shows whose feeds it serves."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from config.check.servers import FeedServer
from config.demo.submissions import demo_submissions
from connectors.adapters.rss import facts_of, parse_feed

ROOT = Path(__file__).resolve().parents[2]
BOOKINGS = 24
EXAMPLE = "spotify/use_cases/1_podcast_sponsorship.example.json"
FEEDS = "spotify/data/rss"
Facts = dict[str, Any]


@dataclass(frozen=True)
class Samples:
    """The submissions to send, the example first, and where they are from."""

    submissions: list[Facts]
    source: str


def samples(feeds: FeedServer, *, now: datetime) -> Samples:
    """Build the submissions and have their feeds served."""
    shared = Path(os.environ.get("CLEARANCE_SHARED") or ROOT.parent / "shared")
    drafts = [arrival.facts for arrival in demo_submissions(now, count=BOOKINGS + 1)]
    if (shared / EXAMPLE).is_file() and (shared / FEEDS).is_dir():
        example = json.loads((shared / EXAMPLE).read_text())
        saved = sorted((shared / FEEDS).glob("*.xml"))
        bookings = list(_from_saved_feeds(saved, drafts, feeds, now))
        source = f"the example and {len(saved)} saved feeds of {shared.name}/"
    else:
        example, *_ = drafts
        bookings = [_with_own_feed(facts, feeds, now) for facts in drafts[1:]]
        source = "own samples (no folder shared/ beside this one)"
    return Samples([_with_own_feed(_moved_to(example, now), feeds, now), *bookings], source)


def _from_saved_feeds(
    saved: list[Path], drafts: list[Facts], feeds: FeedServer, now: datetime
) -> Iterator[Facts]:
    """Book every show: once as its feed describes it, then as an agency that knows better."""
    for number in range(BOOKINGS):
        path = saved[number % len(saved)]
        content = path.read_bytes()
        says = facts_of(parse_feed(content), now=now)
        draft = dict(drafts[number + 1])
        show = {
            "name": (says["title"] or path.stem)[:100],
            "languages": says["languages"] or ["en"],
            "media_type": "audio",
        }
        if says["explicit"] is not None:
            show["explicit"] = says["explicit"]
        draft |= {"show": show, "rss_url": feeds.add(path.name, content)}
        if number < len(saved):
            for name in ("episodes_last_90d", "last_release_date", "transcript_coverage"):
                draft.pop(name, None)
                if says[name] is not None:
                    draft[name] = says[name]
        yield draft


def _moved_to(example: Facts, now: datetime) -> Facts:
    """The example as if it came today: rules look at how long ago a release was."""
    today = now.date()
    released = date.fromisoformat(example["last_release_date"])
    moved = today - timedelta(days=5) - released
    flight = {
        name: (date.fromisoformat(day) + moved).isoformat()
        for name, day in example["flight"].items()
    }
    return {**example, "last_release_date": (released + moved).isoformat(), "flight": flight}


def _with_own_feed(facts: Facts, feeds: FeedServer, now: datetime) -> Facts:
    name = f"{facts['request_id']}.xml".lower()
    return {**facts, "rss_url": feeds.add(name, feed_of(facts, now=now).encode())}


def feed_of(facts: Facts, *, now: datetime) -> str:
    """Write the feed that a show would have if everything a booking says of it were true."""
    show = facts["show"]
    released = date.fromisoformat(facts.get("last_release_date") or now.date().isoformat())
    newest = now.replace(year=released.year, month=released.month, day=released.day, hour=6)
    count = max(1, facts.get("episodes_last_90d") or 1)
    step = timedelta(days=max(1.0, (80 - (now - newest).days) / count))
    transcribed = round(count * (facts.get("transcript_coverage") or 0))
    items = "".join(
        f"<item><title>Episode {count - number}</title><guid>{number}</guid>"
        f"<pubDate>{format_datetime(newest - number * step)}</pubDate>"
        + ('<podcast:transcript url="t.vtt" type="text/vtt"/>' if number < transcribed else "")
        + "</item>"
        for number in range(count)
    )
    explicit = "true" if show.get("explicit") else "false"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>'
        f"<title>{escape(show.get('name') or facts['request_id'])}</title>"
        f"<language>{escape(show['languages'][0])}</language>"
        f"<itunes:explicit>{explicit}</itunes:explicit>{items}</channel></rss>"
    )
