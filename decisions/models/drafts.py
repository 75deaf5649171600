"""The work on a draft: every change of it, comments on its rows, and tests of its rules."""

from django.db import models
from simple_history.models import HistoricalRecords

from decisions.models.people import User
from decisions.models.rules import DecisionModel, ModelVersion
from decisions.models.work import Decision


class DraftChange(models.Model):
    """One edit of a draft, never changed: what was done, how to undo it, and which rows it touched.

    `operations` and `inverse` are lists of operations of the engine's editing; `touched` lists
    what they changed, as {"row": id} or {"table": id}. `undoes` names the change this one took
    back, so that undo and redo are changes like any other.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    summary = models.CharField(max_length=300)
    operations = models.JSONField()
    inverse = models.JSONField()
    touched = models.JSONField(default=list)
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(fields=["version", "revision"], name="draft_change_revision")
        ]

    def __str__(self) -> str:
        return self.summary


class RowComment(models.Model):
    """What somebody said about a row of a table; it follows the row's id through the versions."""

    id = models.UUIDField(primary_key=True, editable=False)
    model = models.ForeignKey(DecisionModel, on_delete=models.PROTECT, related_name="comments")
    table_id = models.CharField(max_length=200)
    row_id = models.CharField(max_length=200)
    text = models.CharField(max_length=2000)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["written_at", "id"]
        indexes = [models.Index(fields=["model", "row_id"], name="comment_row")]

    def __str__(self) -> str:
        return self.text[:60]


class RuleTest(models.Model):
    """A case with the outputs expected of it; it belongs to a version and is frozen with it.

    `facts` are the inputs of a submission, with evidence under its input name; `expected` holds
    any outputs of the model's decision by path, such as {"outcome": "reject", "tier": "B"}.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="tests")
    name = models.CharField(max_length=200)
    facts = models.JSONField()
    expected = models.JSONField()
    at = models.DateTimeField(null=True)  # The moment the rules read as now; null means any.
    from_decision = models.ForeignKey(
        Decision, null=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="rule_test_name")]

    def __str__(self) -> str:
        return self.name
