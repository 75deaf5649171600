"""API keys, and what came in under them."""

from datetime import datetime

from django.conf import settings
from django.db import models


class ApiKey(models.Model):
    """A key of an integration. The key itself is shown once and kept only as its hash."""

    id = models.UUIDField(primary_key=True, editable=False)
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys"
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} (clr_{self.prefix}…)"

    def is_usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class InboundMessage(models.Model):
    """A request with an Idempotency-Key, and the answer that a repetition gets again.

    `answer` may repeat what the decision says; it is forgotten after some days.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="messages")
    idempotency_key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["api_key", "idempotency_key"], name="one_answer_a_key")
        ]

    def __str__(self) -> str:
        return self.idempotency_key
