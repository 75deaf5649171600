"""One account of Spotify, and what it lets Clearance do."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from connectors.adapters.base import Envelope, Party
from connectors.adapters.kinds import SPOTIFY, Fetched, Input, Kind, OAuth, SetUpField
from connectors.adapters.line import Line
from connectors.adapters.spotify_web import api, playlists
from connectors.adapters.spotify_web.failures import problem_of
from connectors.errors import Answer

LIFE = timedelta(days=180)


class SpotifyWebParty(Party):
    """Reads shows and episodes, makes playlists for the account that consented."""

    kind = Kind(
        key="spotify_web",
        label="Spotify Web API",
        group=SPOTIFY,
        icon="audio-lines",
        does="Reads shows and episodes, and makes the playlists you approve, for one account.",
        steps=(
            "Make an app at developer.spotify.com/dashboard, and choose Web API.",
            "Register the address below there as redirect URI.",
            "Copy client id and client secret from its settings to here.",
            "Sign in as the brand’s account. While the app is in development mode, put that "
            "account on its list of users first.",
        ),
        fields=(
            SetUpField("client_id", "Client ID", "32 letters and digits."),
            SetUpField("client_secret", "Client secret", kind=Input.SECRET),
            SetUpField(
                "market",
                "Market",
                "Two letters, like GB. Spotify says what is available there.",
                default="GB",
            ),
        ),
        oauth=OAuth(
            token="https://accounts.spotify.com/api/token",  # noqa: S106 - an address
            authorize="https://accounts.spotify.com/authorize",
            person=True,
            # What listening tells is not asked for: policy forbids it for advertising.
            scopes=(
                "playlist-modify-private",
                "playlist-modify-public",
                "playlist-read-private",
                "ugc-image-upload",
            ),
            life=LIFE,
        ),
        sends=True,
        topics=("playlist.create",),
        undoes=True,
        base="https://api.spotify.com/v1",
        fetched=(
            Fetched("Account id and name", "says whose playlists are made", LIFE),
            Fetched("Show and episode", "evidence of the rules", timedelta(days=30)),
        ),
    )

    def account(self, line: Line) -> tuple[str, str]:
        found = api.me(line)
        return str(found.get("account_id") or found.get("id", "")), str(
            found.get("display_name") or ""
        )

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        line.problem_of = partial(problem_of, now=now)
        _, name = self.account(line)
        return f"Spotify knows us as {name or 'the account that signed in'}."

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, str]:
        problems = super().check_settings(settings)
        market = str(settings.get("market", ""))
        if market and not (len(market) == 2 and market.isascii() and market.isupper()):
            problems.setdefault("market", "Write two capital letters, like GB.")
        return problems

    def deliver(self, envelope: Envelope, line: Line) -> Answer:
        line.problem_of = partial(problem_of, now=envelope.at)
        outputs = json.loads(envelope.content)["data"]["outputs"] or {}
        return playlists.take_step(
            line,
            playlists.wanted_of(outputs),
            envelope.progress,
            mark=f"Being made. {envelope.id}",
            repeated=envelope.repeated,
            now=envelope.at,
        )
