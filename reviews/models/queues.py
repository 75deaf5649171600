"""How reviews run: business calendars, review queues and their reason codes."""

from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

from decisions.models import User

UPPER_SNAKE = RegexValidator(
    r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*\Z", "Write codes in capitals, like SIGNAL_IS_WRONG."
)


class BusinessCalendar(models.Model):
    """When a team works.

    `weekly_hours` maps mon … sun to spans like ["09:00", "17:30"]; `holidays` lists
    {"date": "2026-12-25", "name": "Christmas Day"}, days without work.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64)
    weekly_hours = models.JSONField(default=dict)
    holidays = models.JSONField(default=list)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ReviewQueue(models.Model):
    """Where items wait for people who may judge them, and how soon they are promised a verdict.

    The minutes are business minutes of `calendar`; without a calendar the queue runs around the
    clock. Nobody takes items from a paused queue; what comes in still waits there.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    calendar = models.ForeignKey(
        BusinessCalendar, null=True, blank=True, on_delete=models.PROTECT, related_name="queues"
    )
    first_response_minutes = models.PositiveIntegerField()
    decision_minutes = models.PositiveIntegerField()
    members: "models.ManyToManyField[User, models.Model]" = models.ManyToManyField(
        User, related_name="review_queues", blank=True
    )
    paused_at = models.DateTimeField(null=True, editable=False)
    paused_reason = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords(m2m_fields=[members])

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def paused(self) -> bool:
        return self.paused_at is not None


class ReasonCode(models.Model):
    """A reason that verdicts in a queue may give; `sentence` is what people read.

    `outcomes` lists the outcomes it may serve: approve, reject, route.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    queue = models.ForeignKey(
        ReviewQueue, on_delete=models.PROTECT, related_name="reason_codes", db_index=False
    )
    code = models.CharField(max_length=60, validators=[UPPER_SNAKE])
    sentence = models.CharField(max_length=200)
    outcomes = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "code"], name="reason_code_of_queue")
        ]

    def __str__(self) -> str:
        return self.code
