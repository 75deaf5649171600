"""Signed webhooks for any receiver of Standard Webhooks."""

from connectors.adapters.webhook.adapter import WebhookAdapter

__all__ = ["WebhookAdapter"]
