"""The Spotify Web API: shows and episodes are read, playlists are made and taken back."""

from connectors.adapters.spotify_web.party import SpotifyWebParty

__all__ = ["SpotifyWebParty"]
