"""The work of people: items that wait for a verdict, and verdicts.

Facts are never copied here: an item points at its submission and decision.
"""

from django.db import models
from django.db.models import Q

from decisions.enums import Outcome
from decisions.models import Decision, Submission, User
from reviews.enums import ItemState
from reviews.models.queues import ReviewQueue

UNCLOSED = Q(closed_at__isnull=True)


class ReviewItem(models.Model):
    """One decision that waits for a person. `lease_number` counts the claims it has seen."""

    id = models.UUIDField(primary_key=True, editable=False)
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="review_items", db_index=False
    )
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="review_item")
    queue = models.ForeignKey(
        ReviewQueue, on_delete=models.PROTECT, related_name="items", db_index=False
    )
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.OPEN)
    opened_at = models.DateTimeField()
    first_response_due = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_by = models.ForeignKey(
        User,
        null=True,
        on_delete=models.PROTECT,
        related_name="claimed_items",
        db_index=False,
    )
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_number = models.PositiveIntegerField(default=0)
    responded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["queue", "due_at", "id"], name="item_queue", condition=UNCLOSED),
            models.Index(fields=["due_at", "id"], name="item_due", condition=UNCLOSED),
            models.Index(
                fields=["claimed_by", "due_at", "id"],
                name="item_claimed_by",
                condition=Q(claimed_by__isnull=False),
            ),
            models.Index(
                fields=["lease_until"], name="item_lease", condition=Q(lease_until__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state=ItemState.CLAIMED,
                    claimed_by__isnull=False,
                    claimed_at__isnull=False,
                    lease_until__isnull=False,
                )
                | (
                    Q(claimed_by=None, claimed_at=None, lease_until=None)
                    & ~Q(state=ItemState.CLAIMED)
                ),
                name="claimed_by_whom_until_when",
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.CLOSED, closed_at__isnull=False)
                | (Q(closed_at=None) & ~Q(state=ItemState.CLOSED)),
                name="closed_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue_id}: {self.submission_id}"


class Verdict(models.Model):
    """How one person judged one item; never changed.

    `reasons` holds reason codes of the queue, `conditions` [{"code", "text"}]. `note` is for
    colleagues, `note_to_submitter` is not.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    item = models.OneToOneField(ReviewItem, on_delete=models.PROTECT, related_name="verdict")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    destination = models.CharField(max_length=80, blank=True)
    conditions = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    note = models.TextField(blank=True)
    note_to_submitter = models.TextField(blank=True)
    reviewer = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="verdicts",
        db_index=False,
    )
    recorded_at = models.DateTimeField()
    lease_number = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["reviewer", "id"], name="verdict_reviewer")]
        constraints = [
            models.CheckConstraint(condition=~Q(outcome=Outcome.REVIEW), name="verdict_settles"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.item_id}"
