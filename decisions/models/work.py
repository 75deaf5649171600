"""The work: submissions with their facts, evidence, decisions and actions.

Facts stand in `Submission.facts`, `Evidence.facts` and `Execution.inputs` only. What is derived
from them and may repeat them (`outputs`, `problems`, `Decision.conditions`, the headline) can be
erased with them; everything else holds ids, hashes and row numbers.
"""

from django.db import connection, models
from django.db.models.expressions import RawSQL

from decisions.enums import Outcome, SettledBy, SubmissionState


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def matching(self, text: str) -> "SubmissionQuerySet":
        """Submissions whose reference starts with `text`, or whose title has words that do."""
        words = [word for word in text.lower().split() if any(c.isalnum() for c in word)][:8]
        if not words:
            return self.filter(reference__startswith=text.strip())
        if connection.vendor == "postgresql":
            terms = " & ".join(
                f"'{word.replace(chr(39), '').replace(chr(92), '')}':*" for word in words
            )
            by_title = self.annotate(
                titled=RawSQL(
                    "to_tsvector('simple', decisions_submission.title) @@ to_tsquery('simple', %s)",
                    [terms],
                    output_field=models.BooleanField(),
                )
            )
            return by_title.filter(
                models.Q(reference__startswith=text.strip()) | models.Q(titled=True)
            )
        named = models.Q()
        for word in words:
            named &= models.Q(title__icontains=word)
        return self.filter(models.Q(reference__startswith=text.strip()) | named)


class Submission(models.Model):
    """What came in; `facts` are frozen on arrival."""

    id = models.UUIDField(primary_key=True, editable=False)
    model = models.ForeignKey(
        "DecisionModel", on_delete=models.PROTECT, related_name="submissions", db_index=False
    )
    state = models.CharField(max_length=20, choices=SubmissionState.choices)
    reference = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    facts = models.JSONField()
    facts_hash = models.CharField(max_length=64)
    source = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["model", "id"], name="submission_model"),
            models.Index(fields=["state", "id"], name="submission_state"),
            models.Index(fields=["updated_at", "id"], name="submission_updated"),
            models.Index(
                fields=["reference"], name="submission_reference", opclasses=["varchar_pattern_ops"]
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.reference or str(self.id)


class Evidence(models.Model):
    """What a source said about a submission: a second witness beside the submitter's facts."""

    id = models.UUIDField(primary_key=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="evidence")
    source = models.CharField(max_length=40)
    facts = models.JSONField(null=True)
    facts_hash = models.CharField(max_length=64)
    problem = models.CharField(max_length=500, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "source"], name="one_evidence_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.submission}"


class Decision(models.Model):
    """The record for one submission: what the rules said, and how it ended.

    `rows` is the trace: [[table id, rule number], ...] in the order of evaluation.
    `outcome` is where it stands: `review` until a person settles it. `reasons` and `conditions`
    are those of whoever settled it, the rules or a person; what the rules said stays in `outputs`.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="decision")
    model = models.ForeignKey(
        "DecisionModel", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ruleset = models.ForeignKey(
        "Ruleset", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rules_outcome = models.CharField(max_length=10, choices=Outcome.choices)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    destination = models.CharField(max_length=80, blank=True)
    reasons = models.JSONField(default=list)
    conditions = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    outputs = models.JSONField(null=True)
    problems = models.JSONField(default=list)
    failed = models.BooleanField(default=False)
    input_hash = models.CharField(max_length=64)
    output_hash = models.CharField(max_length=64)
    evaluated_at = models.DateTimeField()
    duration_us = models.PositiveIntegerField()
    settled_by = models.CharField(max_length=10, choices=SettledBy.choices, blank=True)
    settled_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["model", "id"], name="decision_model"),
            models.Index(fields=["outcome", "id"], name="decision_outcome"),
            models.Index(fields=["settled_by", "id"], name="decision_settled_by"),
            models.Index(fields=["updated_at", "id"], name="decision_updated"),
            models.Index(fields=["id"], name="decision_failed", condition=models.Q(failed=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(failed=False) | models.Q(rules_outcome=Outcome.REVIEW),
                name="failed_means_review",
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at=None, settled_by="", outcome=Outcome.REVIEW)
                | (models.Q(settled_at__isnull=False) & ~models.Q(outcome=Outcome.REVIEW)),
                name="settled_once_and_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.submission_id}"


class Action(models.Model):
    """What should happen because a decision was settled; `topic` names it to connectors."""

    id = models.UUIDField(primary_key=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="actions")
    topic = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "topic"], name="one_action_a_topic")
        ]

    def __str__(self) -> str:
        return self.topic


class Execution(models.Model):
    """One answer of rules that give values and no outcome, such as which approvals are required.

    Nothing waits for a person and nothing follows from it, so it is neither a submission nor a
    decision; its inputs, ruleset and time are all that its replay needs.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    model = models.ForeignKey(
        "DecisionModel", on_delete=models.PROTECT, related_name="executions", db_index=False
    )
    ruleset = models.ForeignKey(
        "Ruleset", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    inputs = models.JSONField()
    outputs = models.JSONField(null=True)
    rows = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    failed = models.BooleanField(default=False)
    input_hash = models.CharField(max_length=64)
    output_hash = models.CharField(max_length=64)
    source = models.CharField(max_length=120, blank=True)
    evaluated_at = models.DateTimeField()
    duration_us = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["model", "id"], name="execution_model")]

    def __str__(self) -> str:
        return f"{self.model}: {self.id}"
