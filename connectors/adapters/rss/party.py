"""Podcast feeds as a connector: read as a second witness when a submission comes in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.adapters.base import Party
from connectors.adapters.kinds import SPOTIFY, Fetched, Input, Kind, SetUpField
from connectors.adapters.line import Line
from connectors.adapters.rss.facts import facts_of
from connectors.adapters.rss.reader import read_feed
from connectors.errors import DeliveryError

ADDRESS_FIELD = SetUpField(
    "address_field",
    "Fact with the feed's address",
    "The name of the fact in the submission. Left empty, rss_url.",
    required=False,
)
SAMPLE = SetUpField(
    "sample_address",
    "A feed to try it with",
    "Any feed you know. It is read when you press Test.",
    Input.ADDRESS,
    required=False,
)


class FeedParty(Party):
    """Feeds need no sign-in; the test reads the sample."""

    kind = Kind(
        key="rss",
        label="Podcast feeds",
        group=SPOTIFY,
        icon="rss",
        does="Reads what a show says about itself, as a second witness beside Spotify.",
        steps=("Nothing to ask for: feeds are public.",),
        fields=(ADDRESS_FIELD, SAMPLE),
        fetched=(Fetched("Feed of a show", "second witness of the rules", timedelta(days=30)),),
        only_one=True,
    )

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        address = str(settings.get(SAMPLE.name, ""))
        if not address:
            raise DeliveryError("Give a feed to read, under Change.", permanent=True)
        reading = read_feed(address)
        if reading.feed is None:
            raise DeliveryError("The feed did not answer with its content.", permanent=False)
        facts = facts_of(reading.feed, now=now)
        return f"“{facts['title']}” was read: {facts['episodes']} episodes."
