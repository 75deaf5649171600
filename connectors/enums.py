"""The closed vocabularies of connectors and deliveries, and the transitions that may happen."""

from django.db.models import TextChoices


class ConnectorKind(TextChoices):
    SPOTIFY_WEB = "spotify_web", "Web API"
    SPOTIFY_ADS = "spotify_ads", "Ads API v3"
    RSS = "rss", "Podcast feeds"
    MEGAPHONE = "megaphone", "Megaphone"
    OPENTEXT = "opentext", "OpenText Decision Service"
    ONETEG = "oneteg", "OneTeg"
    WEBHOOK = "webhook", "Signed webhook"
    CRM = "crm", "CRM"
    HELP_DESK = "help_desk", "Help desk"
    CHAT = "chat", "Chat"
    EMAIL = "email", "E-mail"
    FILES = "files", "File imports"
    SANDBOX = "sandbox", "Sandbox"


class DeliveryState(TextChoices):
    PENDING = "pending", "Waits"
    SENDING = "sending", "Being sent"
    SUCCEEDED = "succeeded", "Delivered"
    FAILED = "failed", "Will be tried again"
    DEAD = "dead", "Given up"


# `sending` to `sending`: the worker that held it died, and another takes over; to `pending`: a
# step is done and the next one waits, or a sign-in or a quota is waited for.
DELIVERY_TRANSITIONS: dict[str, frozenset[str]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.SENDING}),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.SENDING,
            DeliveryState.PENDING,
            DeliveryState.SUCCEEDED,
            DeliveryState.FAILED,
            DeliveryState.DEAD,
        }
    ),
    DeliveryState.FAILED: frozenset({DeliveryState.SENDING, DeliveryState.PENDING}),
    DeliveryState.SUCCEEDED: frozenset({DeliveryState.PENDING}),
    DeliveryState.DEAD: frozenset({DeliveryState.PENDING}),
}


class PayloadState(TextChoices):
    WAITING = "waiting", "Waits for a mapping"
    TAKEN = "taken", "Became a submission"
    SKIPPED = "skipped", "Not for any mapping"
    REFUSED = "refused", "Cannot be mapped"


class ImportState(TextChoices):
    MAPPING = "mapping", "Waits for its columns"
    WAITING = "waiting", "Waits for a worker"
    RUNNING = "running", "Being read"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Broke off"


# `running` to `running`: the worker that held it died, and another goes on where it was.
IMPORT_TRANSITIONS: dict[str, frozenset[str]] = {
    ImportState.MAPPING: frozenset({ImportState.WAITING}),
    ImportState.WAITING: frozenset({ImportState.RUNNING, ImportState.STOPPED, ImportState.FAILED}),
    ImportState.RUNNING: frozenset(
        {ImportState.RUNNING, ImportState.DONE, ImportState.STOPPED, ImportState.FAILED}
    ),
    ImportState.FAILED: frozenset({ImportState.WAITING}),
    ImportState.STOPPED: frozenset({ImportState.WAITING}),
}


class FileKind(TextChoices):
    CSV = "csv", "CSV"
    NDJSON = "ndjson", "NDJSON"
    XLSX = "xlsx", "XLSX"


class ComparisonState(TextChoices):
    RUNNING = "running", "Running"
    STOPPED = "stopped", "Stopped"
    DONE = "done", "Done"


class Scope(TextChoices):
    SUBMISSIONS_WRITE = "submissions:write", "Send submissions"
    SUBMISSIONS_READ = "submissions:read", "Read submissions"
    DECISIONS_READ = "decisions:read", "Read decisions"
    DRAFTS_WRITE = "drafts:write", "Hand in drafts of rules"
    WEBHOOKS_WRITE = "webhooks:write", "Subscribe to webhooks"
    DELIVERIES_WRITE = "deliveries:write", "Read and re-send deliveries"
