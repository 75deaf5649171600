"""Evidence that is to be read, and what a feed said last time."""

from django.db import models


class FeedCopy(models.Model):
    """One feed by the hash of its address; `feed` is what was read, without dates counted."""

    address_hash = models.CharField(max_length=64, primary_key=True)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    feed = models.JSONField()
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address_hash[:12]


class EvidenceRequest(models.Model):
    """A submission whose evidence is to be read. The row remembers when to try (again).

    `next_attempt_at` is empty once the evidence was handed on.
    """

    submission = models.OneToOneField(
        "decisions.Submission", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="evidence_due",
                condition=models.Q(next_attempt_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.submission_id)
