"""How versions go live: proposals with their approvals, impact reports, challengers, guardrails."""

from django.db import models
from simple_history.models import HistoricalRecords

from decisions.enums import ChallengerMode, GuardrailState, Outcome, ProposalState, RunState
from decisions.models.people import User
from decisions.models.references import ReferenceTableVersion
from decisions.models.rules import DecisionModel, ModelVersion
from decisions.models.work import Decision, Submission


class ImpactReport(models.Model):
    """What other rules would have done with real submissions: a replay, and what it found.

    The candidate is `version`, with `references` in place of the current contents of their
    tables; the baseline is what was live when it ran. `found` holds the counts: matrix, queues,
    money. `source` names the file where it was not a window of submissions.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    model = models.ForeignKey(DecisionModel, on_delete=models.PROTECT, related_name="impacts")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="impacts")
    baseline = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    references: "models.ManyToManyField[ReferenceTableVersion, models.Model]" = (
        models.ManyToManyField(ReferenceTableVersion, related_name="+")
    )
    candidate_hash = models.CharField(max_length=64)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    found = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)  # When its last chunk was written.
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"Impact of {self.version}"

    @property
    def unfinished(self) -> bool:
        return self.state in {RunState.WAITING, RunState.RUNNING}


class ImpactFile(models.Model):
    """The facts of a file that an impact is worked out for: [[line, facts], ...]."""

    report = models.OneToOneField(
        ImpactReport, primary_key=True, on_delete=models.CASCADE, related_name="file"
    )
    rows = models.JSONField()

    def __str__(self) -> str:
        return self.report.source


class ImpactFlip(models.Model):
    """One submission that would be decided otherwise; `cause` names the row that answers first.

    `facts` are kept only where the submission came from a file.
    """

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(ImpactReport, on_delete=models.CASCADE, related_name="flips")
    submission = models.ForeignKey(
        Submission, null=True, on_delete=models.PROTECT, related_name="+"
    )
    line = models.PositiveIntegerField(null=True)  # Of the file.
    facts = models.JSONField(null=True)
    before = models.CharField(max_length=10, choices=Outcome.choices)
    after = models.CharField(max_length=10, choices=Outcome.choices)
    before_destination = models.CharField(max_length=80, blank=True)
    after_destination = models.CharField(max_length=80, blank=True)
    rows_before = models.JSONField(default=list)
    rows_after = models.JSONField(default=list)
    cause = models.CharField(max_length=300, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        indexes = [models.Index(fields=["report", "before", "after", "id"], name="flip_kind")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class Proposal(models.Model):
    """A draft put up for approval. Approvals count for exactly this content.

    `parts` holds {"hash", "words"} of each thing approved: of "rules", "references", "tests",
    "impact" and "guardrails". `content_hash` is the hash of them all.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(
        max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    reason = models.CharField(max_length=500)
    parts = models.JSONField()
    content_hash = models.CharField(max_length=64)
    impact = models.ForeignKey(
        ImpactReport, null=True, on_delete=models.PROTECT, related_name="proposals"
    )
    approvers_needed = models.PositiveSmallIntegerField(default=1)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=500, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(state=ProposalState.OPEN),
                name="one_open_proposal",
            )
        ]

    def __str__(self) -> str:
        return f"Proposal of {self.version}"


class Approval(models.Model):
    """One person's yes to a proposal, for the content it had then."""

    id = models.UUIDField(primary_key=True, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    content_hash = models.CharField(max_length=64)
    approved_at = models.DateTimeField()

    class Meta:
        ordering = ["approved_at"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "approver"], name="one_approval_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.approver}: {self.proposal}"


class Challenger(models.Model):
    """A second version beside the live one: in the shadow, or deciding a share of the traffic.

    In a roll-out the share is taken by a stable key of the submission, so that the same one
    always meets the same rules.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    model = models.ForeignKey(DecisionModel, on_delete=models.PROTECT, related_name="challengers")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=10, choices=ChallengerMode.choices)
    percent = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=200, blank=True)  # FEEL over the facts; empty: the id.
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["model"], condition=models.Q(ended_at=None), name="one_challenger"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} of {self.version}"


class ChallengerAnswer(models.Model):
    """What the challenger said of one decision."""

    id = models.BigAutoField(primary_key=True)
    challenger = models.ForeignKey(Challenger, on_delete=models.CASCADE, related_name="answers")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    destination = models.CharField(max_length=80, blank=True)
    rows = models.JSONField(default=list)
    output_hash = models.CharField(max_length=64)
    failed = models.BooleanField(default=False)
    same = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenger", "decision"], name="one_answer_a_decision")
        ]
        indexes = [models.Index(fields=["challenger", "same", "id"], name="answer_same")]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.decision_id}"


class Guardrail(models.Model):
    """What must never happen, written by compliance, in FEEL over the facts and the outputs.

    Where `applies` is true of the inputs, `forbidden` must not be true of the outputs:
    applies `category = "alcohol" and under_18_share >= 0.25`, forbidden `outcome = "approve"`.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    model = models.ForeignKey(DecisionModel, on_delete=models.PROTECT, related_name="guardrails")
    name = models.CharField(max_length=200)
    applies = models.TextField()
    forbidden = models.TextField()
    basis = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["model", "name"], name="guardrail_name")]

    def __str__(self) -> str:
        return self.name


class GuardrailCheck(models.Model):
    """What came of a guardrail on a version, for the rules, values and words it names by hash.

    `found` holds what a page tells of it: the argument, the places that could not be read, the
    facts of a counter-example with the row that answered.
    """

    id = models.BigAutoField(primary_key=True)
    guardrail = models.ForeignKey(Guardrail, on_delete=models.CASCADE, related_name="checks")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="checks")
    content_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=GuardrailState.choices)
    cases = models.PositiveIntegerField(default=0)
    found = models.JSONField(default=dict)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardrail", "version"], name="one_check_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.guardrail} on {self.version}: {self.state}"


class GuardrailBreach(models.Model):
    """A decision at run time that a guardrail stopped: the rules said what it forbids."""

    id = models.BigAutoField(primary_key=True)
    guardrail = models.ForeignKey(Guardrail, on_delete=models.PROTECT, related_name="breaches")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="breaches")
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardrail", "decision"], name="one_breach_a_decision")
        ]

    def __str__(self) -> str:
        return f"{self.guardrail}: {self.decision_id}"


class RowActivity(models.Model):
    """How often a row of a table hit on one day, and how often people then said otherwise.

    Where `table_id` and `row_id` are empty it counts the decisions of the version as a whole.
    """

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="activity")
    table_id = models.CharField(max_length=200)
    row_id = models.CharField(max_length=200)
    day = models.DateField()
    hits = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)  # Of the hits, by a person.
    overturned = models.PositiveIntegerField(default=0)  # Of those, otherwise than the rules.
    last_hit_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "table_id", "row_id", "day"], name="row_activity_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.row_id} {self.day}: {self.hits}"


class ActivityMark(models.Model):
    """Up to here every event is counted as activity; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    reached = models.UUIDField()

    def __str__(self) -> str:
        return str(self.reached)


class RowDrift(models.Model):
    """A row whose share of the decisions moved; open until the share is steady again."""

    id = models.UUIDField(primary_key=True, editable=False)
    model = models.ForeignKey(DecisionModel, on_delete=models.CASCADE, related_name="drifts")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    table_id = models.CharField(max_length=200)
    row_id = models.CharField(max_length=200)
    share_before = models.FloatField()
    share_now = models.FloatField()
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-found_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "table_id", "row_id"],
                condition=models.Q(ended_at=None),
                name="one_open_drift_a_row",
            )
        ]

    def __str__(self) -> str:
        return f"{self.row_id}: {self.share_before:.3f} → {self.share_now:.3f}"
