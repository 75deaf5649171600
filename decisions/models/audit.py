"""The audit log, which is also the outbox: events, receipts, seals and the mark of the sweep."""

from django.db import models

from decisions.enums import ActorKind, event_kinds


class AuditEvent(models.Model):
    """One thing that happened; never changed, never deleted.

    `detail` holds ids, codes, hashes and row numbers, no facts.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=40, choices=event_kinds)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    submission_id = models.UUIDField(null=True)
    caused_by = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "id"], name="audit_kind"),
            models.Index(fields=["actor_id", "id"], name="audit_actor"),
            models.Index(fields=["subject_id", "id"], name="audit_subject"),
            models.Index(
                fields=["submission_id", "id"],
                name="audit_submission",
                condition=models.Q(submission_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"

    def save(self, *args: object, **kwargs: object) -> None:
        raise TypeError("Audit events are recorded by decisions.events.record only.")

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise TypeError("Audit events are never deleted.")


class Receipt(models.Model):
    """A subscriber's word that it has answered an event, written with its work."""

    event = models.ForeignKey(
        AuditEvent, on_delete=models.PROTECT, related_name="receipts", db_index=False
    )
    subscriber = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="one_receipt")]

    def __str__(self) -> str:
        return f"{self.subscriber}: {self.event_id}"


class SweepMark(models.Model):
    """Up to here every event has all its receipts; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    reached = models.UUIDField()

    def __str__(self) -> str:
        return str(self.reached)


class AuditSeal(models.Model):
    """A link of the chain that proves the log complete and unchanged.

    `content_hash` is SHA-256 over the previous seal's hash and the hashes of the events from
    `first_event` to `last_event` in order of id.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    first_event = models.UUIDField()
    last_event = models.UUIDField()
    count = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number} {self.content_hash[:12]}"
