"""Comparisons of our rules with a decision service that is to be left."""

from django.db import models

from connectors.enums import ComparisonState
from connectors.models.connectors import Connector
from decisions.models import DecisionModel, Execution, Submission, User


class Comparison(models.Model):
    """One run over the newest cases of a model: each is asked there and here.

    Cases are taken from `newest` on towards older ones; `reached` is the last that was asked.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    connector = models.ForeignKey(Connector, on_delete=models.PROTECT, related_name="comparisons")
    model = models.ForeignKey(DecisionModel, on_delete=models.PROTECT, related_name="+")
    remote_key = models.CharField(max_length=200)
    state = models.CharField(
        max_length=10, choices=ComparisonState.choices, default=ComparisonState.RUNNING
    )
    total = models.PositiveIntegerField()
    same = models.PositiveIntegerField(default=0)
    different = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    newest = models.UUIDField()
    reached = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # In a row that got no answer.
    next_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connector", "model"],
                condition=models.Q(state=ComparisonState.RUNNING),
                name="one_running_comparison",
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} at {self.connector}"

    @property
    def compared(self) -> int:
        return self.same + self.different + self.failed


class Difference(models.Model):
    """One case that is answered otherwise there, or not at all; its facts stay where they are."""

    id = models.UUIDField(primary_key=True, editable=False)
    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="differences")
    submission = models.ForeignKey(
        Submission, null=True, on_delete=models.CASCADE, related_name="+"
    )
    execution = models.ForeignKey(Execution, null=True, on_delete=models.CASCADE, related_name="+")
    ours = models.JSONField()
    theirs = models.JSONField(null=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.problem or "Different"
