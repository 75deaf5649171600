"""Adapters: each speaks the protocol of one kind of outside party and writes to no table."""

from connectors.adapters.base import Adapter, Envelope
from connectors.adapters.sandbox import SandboxAdapter
from connectors.adapters.webhook import WebhookAdapter

ADAPTERS: dict[str, Adapter] = {"webhook": WebhookAdapter(), "sandbox": SandboxAdapter()}

__all__ = ["ADAPTERS", "Adapter", "Envelope"]
