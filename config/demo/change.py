"""A change on its way: an author's draft, tried on the month and put up for approval."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from config.demo.people import AUTHOR
from config.demo.setup import MODEL, Office
from decisions.enums import EventKind, Outcome
from decisions.models import AuditEvent, Decision, DecisionModel, ModelVersion, User
from decisions.services import drafting, proposing, simulation, testing

TABLE = "x_alcohol_rules"
SHARE = "in_alcohol_rules_6"
# Within two points of the minimum a person looks; only what is further off is rejected.
OPERATIONS = [
    {
        "op": "cells",
        "table": TABLE,
        "cells": [["rule_alcohol_rules_3", SHARE, "< minimums.us_beer - 0.02"]],
    },
    {
        "op": "insert_rows",
        "table": TABLE,
        "before": "rule_alcohol_rules_4",
        "rows": [
            {
                "id": "rule_alcohol_rules_borderline",
                "inputs": ["true", "beer, cider", "-", "true", "-", "< minimums.us_beer + 0.02"],
                "outputs": [
                    "review",
                    "AUDIENCE_BORDERLINE",
                    "1.5",
                    "The share of listeners aged 21 or older is within two points of the minimum.",
                ],
                "annotations": ["1.5", "US beer and cider: a close call.", "HOUSE"],
            }
        ],
    },
]
REASON = (
    "Brands appealed against borderline US beer and cider rejections. Within two points of the "
    "minimum a person should look."
)


def propose_a_change(office: Office, *, now: datetime) -> None:
    """Write, try and propose a draft that waits for an approver."""
    author = office.named(AUTHOR.name)
    model = DecisionModel.objects.select_related("live_version").get(key=MODEL)
    live = model.live_version
    assert live is not None
    note = "Borderline US beer and cider to a person"
    draft = drafting.start_draft(model, based_on=live, author=author, note=note, now=now)
    edited = drafting.edit(
        draft, OPERATIONS, based_on=0, author=author, now=now + timedelta(minutes=9)
    ).version
    kept = Decision.objects.filter(model=model, failed=False, rules_outcome=Outcome.APPROVE)
    if (decision := kept.order_by("-pk").first()) is not None:
        testing.create_from_decision(
            edited,
            decision,
            name="An ordinary booking is approved",
            author=author,
            reason="It must stay so",
            now=now + timedelta(minutes=11),
        )
        _preview(edited, author, now=now + timedelta(minutes=12))
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    proposing.propose(
        edited,
        author=author,
        reason=REASON,
        now=now + timedelta(minutes=20),
        publish_at=timezone.make_aware(datetime.combine(tomorrow, time(6))),
    )


def _preview(draft: ModelVersion, author: User, *, now: datetime) -> None:
    """Work the impact out at once, as a worker would."""
    report = simulation.ask(draft, since=now - timedelta(days=30), until=now, by=author, now=now)
    asked = AuditEvent.objects.get(kind=EventKind.IMPACT_REQUESTED, subject_id=report.pk)
    simulation.simulate([asked.pk], clock=lambda: now)
