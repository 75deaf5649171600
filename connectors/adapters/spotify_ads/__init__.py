"""The Spotify Ads API v3: audiences, drafts of ad sets, campaigns, and figures of delivery."""

from connectors.adapters.spotify_ads.party import SpotifyAdsParty

__all__ = ["SpotifyAdsParty"]
