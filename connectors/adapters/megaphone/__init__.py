"""Megaphone, Spotify's paid host of podcasts: read only."""

from connectors.adapters.megaphone.party import MegaphoneParty

__all__ = ["MegaphoneParty"]
