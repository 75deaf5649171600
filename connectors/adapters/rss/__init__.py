"""Reads podcast feeds: what a show says about itself, as evidence for the rules."""

from connectors.adapters.rss.changes import (
    Change,
    broken_expectations,
    changes_between,
    differences_to_spotify,
)
from connectors.adapters.rss.facts import facts_of
from connectors.adapters.rss.feed import Feed
from connectors.adapters.rss.parser import FeedRefused, parse_feed
from connectors.adapters.rss.party import FeedParty
from connectors.adapters.rss.reader import FeedReading, read_feed

__all__ = [
    "Change",
    "Feed",
    "FeedParty",
    "FeedReading",
    "FeedRefused",
    "broken_expectations",
    "changes_between",
    "differences_to_spotify",
    "facts_of",
    "parse_feed",
    "read_feed",
]
