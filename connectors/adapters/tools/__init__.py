"""Business tools: they send signed payloads, and hear what was decided in a shape of their own."""

from connectors.adapters.tools.party import ChatParty, CrmParty, HelpDeskParty

__all__ = ["ChatParty", "CrmParty", "HelpDeskParty"]
