"""Evidence that is to be read, what a feed said last time, and which feeds are watched."""

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


class WatchedFeed(models.Model):
    """A feed that is read on the timetable; `seen` is what it said when changes were last noted.

    `drift` lists what nobody has marked as seen: code, text, when. `moved_to` is shown and never
    followed. Without `next_read_at` nobody watches it any more, or it is paused.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    address = models.CharField(max_length=2000)
    address_hash = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=500, blank=True)
    show_uri = models.CharField(max_length=200, blank=True)
    seen = models.JSONField(null=True)
    drift = models.JSONField(default=list)
    spotify_drift = models.JSONField(default=list)
    moved_to = models.CharField(max_length=500, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)
    next_read_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_read_at"],
                name="feed_due",
                condition=models.Q(next_read_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.title or self.address_hash[:12]


class FeedWatch(models.Model):
    """A decision that wants a feed watched, until a day or until a newer one takes its place.

    `expects` is what the decision said the feed should hold; when it no longer does, the
    submission is decided anew.
    """

    submission = models.OneToOneField(
        "decisions.Submission", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    feed = models.ForeignKey(WatchedFeed, on_delete=models.CASCADE, related_name="watches")
    expects = models.JSONField(default=dict)
    until = models.DateTimeField(null=True)
    began_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.submission_id)
