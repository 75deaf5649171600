"""Connectors: the outside parties an admin has set up."""

from django.db import models
from simple_history.models import HistoricalRecords

from connectors.enums import ConnectorKind

EVERY_TOPIC = "*"


class Connector(models.Model):
    """One outside party. `topics` names the actions it hears of, ["*"] means all.

    `encrypted_secrets` holds the signing secrets, newest first; it never leaves this table.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=ConnectorKind.choices)
    settings = models.JSONField(default=dict, blank=True)
    topics = models.JSONField(default=list, blank=True)
    encrypted_secrets = models.TextField(blank=True, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    paused_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(editable=False)
    history = HistoricalRecords(excluded_fields=["encrypted_secrets"])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def hears(self, topic: str) -> bool:
        return topic in self.topics or EVERY_TOPIC in self.topics
