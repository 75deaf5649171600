"""Files that people upload, and what became of each of their rows."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from connectors.enums import FileKind, ImportState


class FileImport(models.Model):
    """One uploaded file. It lies in the folder of uploads, as UTF-8 text once it is being read.

    `offset` is the byte after the last row that was read, `line` its number as spreadsheets count,
    `rows` how many were; they move in the transaction that takes the rows. `sample` holds the
    first rows, `encoding` and `delimiter` say how the file came. `forgotten_at` is when the file
    was deleted.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    connector = models.ForeignKey("Connector", on_delete=models.PROTECT, related_name="imports")
    model = models.ForeignKey("decisions.DecisionModel", on_delete=models.PROTECT, related_name="+")
    mapping = models.ForeignKey("Mapping", null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=FileKind.choices)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    columns = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    size = models.PositiveBigIntegerField()
    content_hash = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=ImportState.choices, default=ImportState.MAPPING
    )
    offset = models.PositiveBigIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    length = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["content_hash"], name="import_content"),
            models.Index(
                fields=["uploaded_at"], name="import_kept", condition=Q(forgotten_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def taken(self) -> int:
        return self.rows - self.rejected

    @property
    def unfinished(self) -> bool:
        return self.state in {ImportState.WAITING, ImportState.RUNNING}


class ImportedRow(models.Model):
    """What became of one row: a submission, or its cells with the reasons against it.

    `number` counts as spreadsheets do: the head is row 1. `subject` is the reference of the
    submission, by which runs of the same file are compared.
    """

    file = models.ForeignKey(
        FileImport, on_delete=models.CASCADE, related_name="outcomes", db_index=False
    )
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    submission = models.ForeignKey(
        "decisions.Submission", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    cells = models.JSONField(null=True)
    reasons = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["file", "subject"], name="import_subject"),
            models.Index(
                fields=["file", "number"],
                name="import_rejected",
                condition=Q(reasons__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} row {self.number}"
