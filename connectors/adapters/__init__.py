"""Adapters: each speaks the protocol of one kind of outside party and writes to no table."""

from connectors.adapters.base import Envelope, Party
from connectors.adapters.files import FilesParty
from connectors.adapters.line import CallNote, Line
from connectors.adapters.megaphone import MegaphoneParty
from connectors.adapters.oneteg import OneTegParty
from connectors.adapters.opentext import OpenTextParty
from connectors.adapters.rss import FeedParty
from connectors.adapters.sandbox import SandboxParty
from connectors.adapters.spotify_ads import SpotifyAdsParty
from connectors.adapters.spotify_web import SpotifyWebParty
from connectors.adapters.tools import ChatParty, CrmParty, HelpDeskParty
from connectors.adapters.webhook import WebhookParty

PARTIES: dict[str, Party] = {
    party.kind.key: party
    for party in (
        SpotifyWebParty(),
        SpotifyAdsParty(),
        FeedParty(),
        OpenTextParty(),
        MegaphoneParty(),
        OneTegParty(),
        CrmParty(),
        HelpDeskParty(),
        ChatParty(),
        WebhookParty(),
        FilesParty(),
        SandboxParty(),
    )
}


def party_of(kind: str) -> Party:
    """The party of a connector's kind; raises KeyError for one that is not built in."""
    return PARTIES[kind]


def sending_kinds() -> list[str]:
    """Kinds that deliveries go out to; the others are only read from."""
    return [key for key, party in PARTIES.items() if party.kind.sends]


__all__ = ["PARTIES", "CallNote", "Envelope", "Line", "Party", "party_of", "sending_kinds"]
