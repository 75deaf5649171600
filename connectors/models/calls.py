"""Calls to outside parties, for the page of a connector; forgotten after a week."""

from django.db import models


class Call(models.Model):
    """One call: no query, no body, no token. Its id is in order of time."""

    id = models.UUIDField(primary_key=True, editable=False)
    connector = models.ForeignKey(
        "Connector", on_delete=models.CASCADE, related_name="calls", db_index=False
    )
    at = models.DateTimeField()
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=200)
    code = models.PositiveSmallIntegerField(null=True)
    elapsed_ms = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["connector", "id"], name="call_connector")]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.code}"
