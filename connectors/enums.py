"""The closed vocabularies of connectors and deliveries, and the transitions that may happen."""

from django.db.models import TextChoices


class ConnectorKind(TextChoices):
    WEBHOOK = "webhook", "Signed webhook"
    SANDBOX = "sandbox", "Sandbox"
    RSS = "rss", "Podcast feeds"


# Kinds that deliveries go out to; the others are read from.
SENDING_KINDS = frozenset({ConnectorKind.WEBHOOK, ConnectorKind.SANDBOX})


class DeliveryState(TextChoices):
    PENDING = "pending", "Waits"
    SENDING = "sending", "Being sent"
    SUCCEEDED = "succeeded", "Delivered"
    FAILED = "failed", "Will be tried again"
    DEAD = "dead", "Given up"


# `sending` to `sending`: the worker that held it died, and another takes over.
DELIVERY_TRANSITIONS: dict[str, frozenset[str]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.SENDING}),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.SENDING,
            DeliveryState.SUCCEEDED,
            DeliveryState.FAILED,
            DeliveryState.DEAD,
        }
    ),
    DeliveryState.FAILED: frozenset({DeliveryState.SENDING, DeliveryState.PENDING}),
    DeliveryState.SUCCEEDED: frozenset({DeliveryState.PENDING}),
    DeliveryState.DEAD: frozenset({DeliveryState.PENDING}),
}


class Scope(TextChoices):
    SUBMISSIONS_WRITE = "submissions:write", "Send submissions"
    SUBMISSIONS_READ = "submissions:read", "Read submissions"
    DECISIONS_READ = "decisions:read", "Read decisions"
    DELIVERIES_WRITE = "deliveries:write", "Read and re-send deliveries"
