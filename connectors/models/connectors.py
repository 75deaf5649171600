"""Connectors: the outside parties an admin has set up."""

from django.db import models
from simple_history.models import HistoricalRecords

from connectors.enums import ConnectorKind

EVERY_TOPIC = "*"


class Connector(models.Model):
    """One outside party. `topics` names the actions it hears of, ["*"] means all.

    `encrypted_secrets` holds the signing secrets, newest first, `encrypted_credentials` what an
    admin typed as secret, by name; neither leaves this table. A pause that the party asked for,
    because a quota is used up, ends by itself at `paused_until`. A webhook that an integration
    asked for has the key as its `subscriber`; one that it ended hears nothing any more and stays
    for the record.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=ConnectorKind.choices)
    settings = models.JSONField(default=dict, blank=True)
    topics = models.JSONField(default=list, blank=True)
    encrypted_secrets = models.TextField(blank=True, editable=False)
    encrypted_credentials = models.TextField(blank=True, editable=False)
    paused_at = models.DateTimeField(null=True, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    paused_reason = models.CharField(max_length=300, blank=True)
    subscriber = models.ForeignKey(
        "ApiKey", null=True, on_delete=models.PROTECT, related_name="webhooks", editable=False
    )
    ended_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    history = HistoricalRecords(excluded_fields=["encrypted_secrets", "encrypted_credentials"])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def hears(self, topic: str) -> bool:
        return topic in self.topics or EVERY_TOPIC in self.topics
