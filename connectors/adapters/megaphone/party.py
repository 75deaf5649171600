"""Megaphone as a connector: shows, episodes and campaigns of an account that pays for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.adapters.base import Party, Reading
from connectors.adapters.kinds import SPOTIFY, Input, Kind, SetUpField
from connectors.adapters.line import Line
from connectors.adapters.megaphone import api, reading


class MegaphoneParty(Party):
    """Read with a person's token. Downloads and impressions are not in the API: bring a file."""

    kind = Kind(
        key="megaphone",
        label="Megaphone",
        group=SPOTIFY,
        icon="mic",
        does="Reads shows, episodes and campaigns of a Megaphone account.",
        steps=(
            "Make a token in Megaphone under User settings, API token.",
            "Copy the network and the organisation from the address of any page of Megaphone.",
            "Downloads and listeners are not in its API: bring them under File imports.",
        ),
        fields=(
            SetUpField("network_id", "Network", "The id after /networks/ in its addresses."),
            SetUpField(
                "organization_id",
                "Organisation",
                "For campaigns; the id after /organizations/.",
                required=False,
            ),
            SetUpField("api_token", "API token", "It is a password.", Input.SECRET),
        ),
        fetched=reading.FETCHED,
        polls_every=timedelta(hours=6),
        base="https://cms.megaphone.fm/api",
    )

    def read(
        self, line: Line, settings: Mapping[str, Any], cursor: Mapping[str, Any], *, now: datetime
    ) -> Reading:
        return reading.read(line, settings, cursor)

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        found = api.network(line, str(settings["network_id"]))
        name = str(found.get("name") or "The network")[:100]
        count = found.get("podcastsCount")
        return f"{name} answered" + (f", with {count:,} shows." if isinstance(count, int) else ".")
