"""Governed rules: decision models, their versions, and the rulesets decisions were made under."""

from django.db import models
from simple_history.models import HistoricalRecords

from decisions.enums import VersionState
from decisions.models.references import ReferenceTableVersion


class DecisionModel(models.Model):
    """What is decided, by which rules, and what happens after.

    `headline` holds FEEL over the facts: {"title", "reference", "amount", "currency"}.
    `topics` names what is sent out per outcome: {"approve": ["sponsorship.decided"], ...}.
    `approvals` says how many people must approve, by the share of decisions that would change:
    [{"from_share": 0, "approvers": 1}, {"from_share": 0.05, "approvers": 2}].
    While `stopped_at` is set, the rules settle nothing: every submission goes to a person.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    icon = models.CharField(max_length=40, default="split")
    decision_name = models.CharField(max_length=200, default="Decision")
    headline = models.JSONField(default=dict)
    topics = models.JSONField(default=dict)
    fallback_queue = models.SlugField(max_length=80)
    live_version = models.ForeignKey(
        "ModelVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    challenger = models.ForeignKey(
        "Challenger", null=True, on_delete=models.PROTECT, related_name="+"
    )  # The one that runs, so that the hot path need not ask.
    approvals = models.JSONField(default=list)
    stopped_at = models.DateTimeField(null=True)
    stopped_reason = models.CharField(max_length=500, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ModelVersion(models.Model):
    """One DMN content of a model; once published it never changes.

    `revision` counts the changes of a draft, its entity tag; `based_on` is the version it was
    started from. `publish_at` and `retire_at` are the moments set for going live and for going
    back to the version before.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    model = models.ForeignKey(DecisionModel, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=10, choices=VersionState.choices, default=VersionState.DRAFT
    )
    dmn = models.TextField()
    content_hash = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey("User", null=True, on_delete=models.PROTECT, related_name="+")
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=0)
    publish_at = models.DateTimeField(null=True)
    retire_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    history = HistoricalRecords(excluded_fields=["dmn"])

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["model", "number"], name="model_version_number"),
            models.UniqueConstraint(
                fields=["model"],
                condition=models.Q(state=VersionState.PUBLISHED),
                name="one_live_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} v{self.number}"


class Ruleset(models.Model):
    """All the rules one decision was made under: a model version and the reference tables it read.

    One row per combination that was ever in force, so that 100 million decisions point at it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="rulesets")
    references: "models.ManyToManyField[ReferenceTableVersion, models.Model]" = (
        models.ManyToManyField(ReferenceTableVersion, related_name="rulesets")
    )
    content_hash = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"{self.version} {self.content_hash[:6]}"
