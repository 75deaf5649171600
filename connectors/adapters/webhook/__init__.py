"""Signed webhooks for any receiver of Standard Webhooks."""

from connectors.adapters.webhook.adapter import WebhookParty

__all__ = ["WebhookParty"]
