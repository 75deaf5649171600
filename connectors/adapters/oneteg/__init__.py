"""OneTeg, and any other integration platform: it calls our API, and hears signed webhooks."""

from connectors.adapters.oneteg.party import OneTegParty

__all__ = ["OneTegParty"]
