"""Compares a watched feed with what Spotify's Web API says of the same show."""

import re
from datetime import datetime, timedelta
from functools import partial

import structlog

from connectors.adapters import Line
from connectors.adapters.rss import Change, Feed, differences_to_spotify
from connectors.adapters.spotify_web import api
from connectors.adapters.spotify_web.failures import problem_of
from connectors.enums import ConnectorKind
from connectors.errors import DeliveryError, QuotaUsedUp
from connectors.models import Connector, WatchedFeed
from connectors.services import signing_in
from connectors.services.configuration import pause_for_quota
from connectors.services.lines import bare_line, keep_notes
from decisions.errors import Expected

log = structlog.get_logger(__name__)

SHOW = re.compile(r"spotify:show:([A-Za-z0-9]{1,64})\Z")
EVERY = timedelta(hours=24)  # Calls are rationed for each account, feeds are not.


class Comparing:
    """The line to Spotify for one run, opened at the first show that is to be compared."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._closed = False
        self._connector: Connector | None = None

    def differences(self, feed: WatchedFeed, says: Feed, *, changed: bool) -> list[Change] | None:
        """Where Spotify shows another thing; None where it was not asked, or did not answer."""
        named = SHOW.match(feed.show_uri)
        fresh = feed.compared_at is not None and self._now - feed.compared_at < EVERY
        if named is None or (fresh and not changed) or not self._open():
            return None
        connector = self._connector
        assert connector is not None
        market = str(connector.settings.get("market") or "GB")
        line: Line | None = None
        try:
            line = spotify_line(connector, now=self._now)
            show = api.show(line, named[1], market=market)
            page = api.show_episodes(line, named[1], market=market)
        except QuotaUsedUp as error:
            self._closed = True
            pause_for_quota(connector, reason=error.message, until=error.until, now=self._now)
            return None
        except (DeliveryError, Expected) as error:
            log.info("feed_not_compared", feed=str(feed.pk), problem=str(error)[:200])
            return None
        finally:
            if line is not None:
                keep_notes(connector, line.notes, now=self._now)
        items = page.get("items")
        episodes = (
            [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
        )
        return differences_to_spotify(says, show, episodes, now=self._now)

    def _open(self) -> bool:
        if self._connector is None and not self._closed:
            self._connector = signed_in_connector()
            self._closed = self._connector is None
        return not self._closed


def signed_in_connector() -> Connector | None:
    """The Web API connector that may be asked now."""
    rows = Connector.objects.filter(
        kind=ConnectorKind.SPOTIFY_WEB, paused_at=None, ended_at=None, sign_in__isnull=False
    )
    return rows.order_by("pk").first()


def spotify_line(connector: Connector, *, now: datetime) -> Line:
    """A line with a token; raises DeliveryError, or SignInNeeded when a person must consent."""
    line = bare_line(connector)
    line.token = signing_in.token_of(connector, now=now)
    line.problem_of = partial(problem_of, now=now)
    return line
