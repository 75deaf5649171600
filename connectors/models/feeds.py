"""What a feed said last time, so that an unchanged one need not be read again."""

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
