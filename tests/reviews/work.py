"""Queues, people and decisions that wait for them, made through the services."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from decisions.enums import Outcome, SubmissionState
from decisions.events import SYSTEM
from decisions.ids import new_id
from decisions.models import (
    AuditEvent,
    Decision,
    DecisionModel,
    ModelVersion,
    Ruleset,
    Submission,
)
from decisions.services import settlement
from reviews.models import BusinessCalendar, ReviewItem, ReviewQueue
from reviews.services import queues, routing

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # A Monday; London is on UTC.
WEEK = {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
CODES = [
    {"code": "IN_CONTEXT", "sentence": "News or documentary context", "outcomes": ["approve"]},
    {"code": "UNSUITABLE", "sentence": "Not suitable for the brand", "outcomes": ["reject"]},
    {"code": "OTHER_TEAM", "sentence": "Belongs elsewhere", "outcomes": ["reject", "route"]},
]


def make_calendar(*, holidays: tuple[str, ...] = ()) -> BusinessCalendar:
    return queues.create_calendar(
        key="london",
        name="London office",
        time_zone="Europe/London",
        weekly_hours=WEEK,
        holidays=[{"date": day, "name": "Holiday"} for day in holidays],
        by=None,
        actor=SYSTEM,
        now=NOW,
    )


def make_queue(key: str = "brand_safety", *, members: Any = (), **more: Any) -> ReviewQueue:
    """Make a queue with the reason codes above: first response in 1 h, verdict in 4 h."""
    fields: dict[str, Any] = {
        "name": key.replace("_", " ").capitalize(),
        "first_response_minutes": 60,
        "decision_minutes": 240,
        **more,
    }
    queue = queues.create_queue(key=key, members=members, by=None, actor=SYSTEM, now=NOW, **fields)
    queues.set_reason_codes(queue, CODES, reason="First", by=None, actor=SYSTEM, now=NOW)
    return queue


def make_model() -> DecisionModel:
    """Return a model with a version and a ruleset, so that decisions can point at them."""
    model = DecisionModel.objects.filter(key="sponsorship").first()
    if model is None:
        model = DecisionModel.objects.create(
            id=new_id(NOW),
            key="sponsorship",
            name="Podcast sponsorship",
            fallback_queue="brand_safety",
            topics={"approve": ["sponsorship.decided"], "reject": ["sponsorship.decided"]},
        )
        version = ModelVersion.objects.create(
            id=new_id(NOW), model=model, number=1, dmn="", content_hash="0" * 64, created_at=NOW
        )
        Ruleset.objects.create(id=new_id(NOW), version=version, content_hash="1" * 64)
    return model


def sent_to_review(
    *,
    queue: str = "brand_safety",
    reference: str = "SPO-1",
    outputs: dict[str, Any] | None = None,
    at: datetime = NOW,
    **facts: Any,
) -> Decision:
    """Write what the rules write when they send a submission to a person."""
    model = make_model()
    submission = Submission.objects.create(
        id=new_id(at),
        model=model,
        state=SubmissionState.IN_REVIEW,
        reference=reference,
        title=f"Cold Harbour × {reference}",
        facts={"show": {"name": "Cold Harbour"}, **facts},
        facts_hash="2" * 64,
        received_at=at,
        updated_at=at,
    )
    said = settlement.Judged(
        ruleset_id=Ruleset.objects.get(version__model=model).pk,
        outcome=Outcome.REVIEW,
        destination=queue,
        reasons=["FLOOR_DOUBT"],
        conditions=[],
        rows=[["safety", 2]],
        outputs=outputs or {"outcome": "review", "queue": queue},
        problems=[],
        failed=False,
        input_hash="3" * 64,
        output_hash="4" * 64,
        duration_us=20,
    )

    with transaction.atomic():
        (decision,) = settlement.write([(submission, said)], model, now=at)
    return decision


def event_of(decision: Decision) -> str:
    """Return the id of the event that asks for a review of `decision`."""
    found = AuditEvent.objects.get(kind="decision.needs_review", subject_id=decision.pk)
    return str(found.pk)


def opened(*, at: datetime = NOW, **more: Any) -> ReviewItem:
    """Return an item that waits in its queue."""
    (item,) = routing.open_item([event_of(sent_to_review(at=at, **more))], now=at)
    return item


def kinds_of(item: ReviewItem) -> list[str]:
    """Return what the audit log says happened to an item's submission since it was opened."""
    said = AuditEvent.objects.filter(submission_id=item.submission_id).order_by("id")
    kinds = list(said.values_list("kind", flat=True))
    return kinds[kinds.index("review.opened") :]


def later(**by: float) -> datetime:
    return NOW + timedelta(**by)
