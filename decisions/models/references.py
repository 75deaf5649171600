"""Reference tables: named values that admins edit and rules read by name."""

from django.db import models
from simple_history.models import HistoricalRecords

from decisions.enums import ReferenceKind


class ReferenceTable(models.Model):
    """The governed record; its values stand in versions, which never change.

    In force is the newest version whose time has come. One that waits for its time is the newest
    of all: none can be written after it until it is in force or taken back.
    `columns` is a list of {"name", "type", "label", "unit", "note"}. A table of named values has
    the columns `key` and `value` and reads as a FEEL context; one of rows as a list of contexts.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=ReferenceKind.choices)
    columns = models.JSONField(default=list)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ReferenceTableVersion(models.Model):
    """One content of a reference table, with who wrote it and why.

    It is in force from `effective_from` on, null meaning since it was written. A `trial` is never
    in force: it was only written to preview its impact, or was taken back before its time.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    table = models.ForeignKey(ReferenceTable, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    rows = models.JSONField()
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    effective_from = models.DateTimeField(null=True)
    trial = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["table", "number"], name="reference_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.table} v{self.number}"
