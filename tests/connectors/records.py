"""Settled decisions and connectors for tests, written straight into the tables."""

from datetime import UTC, datetime

from django.db import transaction

from connectors.services import configuration
from decisions import events
from decisions.enums import EventKind, Outcome, SettledBy, SubmissionState
from decisions.events import RULES
from decisions.ids import new_id
from decisions.models import (
    Action,
    AuditEvent,
    Decision,
    DecisionModel,
    ModelVersion,
    Ruleset,
    Submission,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOPIC = "spending.decided"


def ruleset(now=NOW):
    found = Ruleset.objects.first()
    if found is not None:
        return found
    model = DecisionModel.objects.create(
        id=new_id(now), key="spending", name="Spending", fallback_queue="triage"
    )
    version = ModelVersion.objects.create(
        id=new_id(now), model=model, number=1, dmn="<x/>", content_hash="a" * 64, created_at=now
    )
    return Ruleset.objects.create(id=new_id(now), version=version, content_hash="b" * 64)


def settled_decision(*, reference="REQ-1", topics=(TOPIC,), now=NOW):
    """A decision settled by rules with its actions; returns it with its `decision.settled`."""
    rules = ruleset(now)
    submission = Submission.objects.create(
        id=new_id(now),
        model=rules.version.model,
        state=SubmissionState.SETTLED,
        reference=reference,
        title=f"Spending {reference}",
        facts={"id": reference},
        facts_hash="c" * 64,
        received_at=now,
        updated_at=now,
    )
    decision = Decision.objects.create(
        id=new_id(now),
        submission=submission,
        model=rules.version.model,
        ruleset=rules,
        rules_outcome=Outcome.APPROVE,
        outcome=Outcome.APPROVE,
        reasons=["WITHIN_LIMIT"],
        outputs={"outcome": "approve", "tier": "B"},
        input_hash="d" * 64,
        output_hash="e" * 64,
        evaluated_at=now,
        duration_us=5,
        settled_by=SettledBy.RULES,
        settled_at=now,
        updated_at=now,
    )
    for topic in topics:
        Action.objects.create(id=new_id(now), decision=decision, topic=topic)
    with transaction.atomic():
        event = events.record(
            EventKind.DECISION_SETTLED,
            decision,
            actor=RULES,
            now=now,
            submission_id=submission.pk,
        )
    return decision, event


def webhook(url, *, key="crm", topics=("*",), now=NOW):
    return configuration.create(
        key=key,
        name=key.title(),
        kind="webhook",
        settings={"url": url},
        topics=topics,
        author=None,
        now=now,
    )


def sandbox(*, key="sandbox", topics=("*",), now=NOW):
    return configuration.create(
        key=key, name="Sandbox", kind="sandbox", settings={}, topics=topics, author=None, now=now
    )


def kinds(submission_id=None):
    """Kinds of the events on the log, in their order."""
    rows = AuditEvent.objects.order_by("pk")
    if submission_id is not None:
        rows = rows.filter(submission_id=submission_id)
    return list(rows.values_list("kind", flat=True))
