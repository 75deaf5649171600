"""The evidence that rules see: a feed looked at from one point in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.adapters.rss.feed import Feed

RECENT = timedelta(days=90)


def facts_of(feed: Feed, *, now: datetime) -> dict[str, Any]:
    """Evidence in JSON values. Shares are 0 to 1 with four digits; unknown is None.

    An episode counts as released when its date lies before `now`; `last_release_date` is the
    UTC day of the newest one. `transcript_coverage` is the share of all episodes that carry at
    least one transcript.
    """
    released = [at for text in feed.released if (at := datetime.fromisoformat(text)) <= now]
    newest = max(released, default=None)
    blocked = sorted(slug for slug, says in feed.blocks.items() if slug and says)
    return {
        "title": feed.title,
        "author": feed.author,
        "guid": feed.guid,
        "medium": feed.medium,
        "explicit": feed.explicit,
        "explicit_episodes": feed.explicit_episodes,
        "languages": list(feed.languages),
        "episodes": feed.episodes,
        "episodes_last_90d": sum(at >= now - RECENT for at in released) if feed.released else None,
        "last_release_date": newest.astimezone(UTC).date().isoformat() if newest else None,
        "transcript_coverage": (
            round(feed.transcribed_episodes / feed.episodes, 4) if feed.episodes else None
        ),
        "locked": feed.locked,
        "blocked_platforms": blocked,
        "blocked_everywhere": feed.blocks.get("", False),
        "blocks_spotify": is_blocked(feed, "spotify"),
        "license": feed.license,
        "ai_content": list(feed.ai_content),
        "problems": [problem.text for problem in feed.problems],
    }


def is_blocked(feed: Feed, platform: str) -> bool:
    """A platform's own "no" beats its own "yes", which beats the "yes" for all platforms."""
    return feed.blocks.get(platform, feed.blocks.get("", False))
