"""Deliveries of actions to connectors, and every attempt at them."""

from django.db import models
from django.db.models import Q

from connectors.enums import DeliveryState


class Delivery(models.Model):
    """One sending of one action to one connector; its id is the `webhook-id` of every attempt.

    What is sent is not kept here: it is made from the decision each time, and each attempt keeps
    its hash. `next_attempt_at` says when to try again; while sending, when the worker's lease
    ends. `attempts_allowed` is raised when a person sends it again, and after each step of a
    delivery that has several; `progress` is what its steps left, `step_attempts` counts the tries
    of the step at hand.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    action = models.ForeignKey(
        "decisions.Action", on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    connector = models.ForeignKey(
        "Connector", on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_allowed = models.PositiveSmallIntegerField()
    step_attempts = models.PositiveSmallIntegerField(default=0)
    progress = models.JSONField(default=dict, blank=True)
    next_attempt_at = models.DateTimeField(null=True)
    last_attempt_at = models.DateTimeField(null=True)
    last_code = models.PositiveSmallIntegerField(null=True)
    last_elapsed_ms = models.PositiveIntegerField(null=True)
    last_problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "connector"], name="one_delivery_a_connector")
        ]
        indexes = [
            models.Index(fields=["connector", "id"], name="delivery_connector"),
            models.Index(fields=["state", "id"], name="delivery_state"),
            models.Index(
                fields=["connector", "next_attempt_at"],
                name="delivery_due",
                condition=Q(next_attempt_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.id}"


class DeliveryAttempt(models.Model):
    """One try: when, how it went, and what the other side said (cut to what people read)."""

    id = models.UUIDField(primary_key=True, editable=False)
    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="tries", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    succeeded = models.BooleanField()
    permanent = models.BooleanField(default=False)
    code = models.PositiveSmallIntegerField(null=True)
    elapsed_ms = models.PositiveIntegerField(null=True)
    step = models.CharField(max_length=100, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    answer = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number")
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.number}"
