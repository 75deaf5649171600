"""What outside parties send by themselves, and how it becomes submissions."""

from django.conf import settings
from django.db import models

from connectors.enums import PayloadState


class Mapping(models.Model):
    """One version of how a connector's payloads become facts of a model. It never changes.

    `entries` holds FEEL by the path of an input; `condition` is FEEL that says which payloads it
    takes, empty for all. The highest number of a connector and a model counts.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    connector = models.ForeignKey("Connector", on_delete=models.PROTECT, related_name="mappings")
    model = models.ForeignKey("decisions.DecisionModel", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    entries = models.JSONField(default=dict)
    condition = models.TextField(blank=True)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["connector", "model", "number"], name="mapping_number")
        ]

    def __str__(self) -> str:
        return f"{self.connector} to {self.model} v{self.number}"


class Payload(models.Model):
    """One thing a party sent. `content` is dropped after a month; what became of it stays.

    `message_id` is the party's own id of it, or the hash of its content: what comes again under
    the same id changes nothing.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    connector = models.ForeignKey("Connector", on_delete=models.PROTECT, related_name="payloads")
    message_id = models.CharField(max_length=200)
    content = models.JSONField(null=True)
    received_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=PayloadState.choices, default=PayloadState.WAITING
    )
    problem = models.CharField(max_length=500, blank=True)
    mapping = models.ForeignKey(Mapping, null=True, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(
        "decisions.Submission", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "message_id"], name="payload_once")
        ]
        indexes = [models.Index(fields=["connector", "id"], name="payload_connector")]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.get_state_display()}"
