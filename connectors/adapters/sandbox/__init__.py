"""A connector that sends nothing: its deliveries can be looked at on the page."""

from connectors.adapters.sandbox.adapter import SandboxParty

__all__ = ["SandboxParty"]
