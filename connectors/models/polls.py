"""What is read from outside parties on a timetable: when next, and what was read last."""

from django.db import models


class Poll(models.Model):
    """The reading of one connector. `next_at` is when to read (again), `cursor` how far it came.

    While it is read, `next_at` is when another worker may take over.
    """

    connector = models.OneToOneField(
        "Connector", on_delete=models.CASCADE, primary_key=True, related_name="poll"
    )
    cursor = models.JSONField(default=dict, blank=True)
    next_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_problem = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.connector_id}: {self.next_at}"


class FetchedRecord(models.Model):
    """One thing as its party showed it last. `what` names what it is read for, among the kind's
    `fetched`; it is deleted at `forget_at`, and when the connector is disconnected.
    """

    connector = models.ForeignKey(
        "Connector", on_delete=models.CASCADE, related_name="fetched", db_index=False
    )
    what = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True)
    content = models.JSONField()
    fetched_at = models.DateTimeField()
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connector", "what", "external_id"], name="one_record_a_thing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.external_id}"
