"""A small decision model for tests: amounts decide, odd ones go to a person."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from decisions.enums import EventKind
from decisions.errors import Invalid
from decisions.events import SYSTEM
from decisions.models import (
    AuditEvent,
    DecisionModel,
    ImpactReport,
    ModelVersion,
    Proposal,
    ReferenceTable,
    User,
)
from decisions.services import authoring, proposing, publishing, simulation

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HERE = Path(__file__).parent
FACTS: dict[str, Any] = {"id": "REQ-1", "amount": 500, "country": "GB"}


def person(name: str, *roles: str, email: str = "") -> User:
    """Make somebody who may sign in with the password `correct horse`."""
    from django.contrib.auth.models import Group

    user = User.objects.create_user(
        email or f"{name.lower().replace(' ', '.')}@example.com", "correct horse", name=name
    )
    # Tests with real transactions empty all tables, and the roles of the migration with them.
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


def small_model(
    *, dmn: str = "small.dmn", key: str = "spending", now: datetime = NOW, **changes: Any
) -> DecisionModel:
    """Publish the model of `tests/<dmn>`, with its reference table `limits`."""
    if not ReferenceTable.objects.filter(key="limits").exists():
        authoring.create_table(
            key="limits",
            name="Limits",
            kind="values",
            columns=[
                {"name": "key", "type": "string", "label": "Name"},
                {"name": "value", "type": "number", "label": "Value"},
            ],
            rows=[{"key": "most", "value": 1000}, {"key": "doubt", "value": 600}],
            author=None,
            actor=SYSTEM,
            now=now,
        )
    fields: dict[str, Any] = {
        "name": "Spending",
        "fallback_queue": "triage",
        "headline": {"title": '"Spending " + id', "reference": "id", "amount": "amount"},
        "topics": {"approve": ["spending.decided"], "reject": ["spending.decided"]},
    }
    model = authoring.create_model(
        key=key, author=None, actor=SYSTEM, now=now, **{**fields, **changes}
    )
    publish_dmn(model, (HERE / dmn).read_text(), now=now)
    return model


def publish_dmn(model: DecisionModel, dmn: str, *, now: datetime = NOW) -> None:
    """Take DMN text through draft, proposal and approval to live."""
    version = approved(model, dmn, now=now)
    publishing.publish(version, publisher=an_approver(), reason="Go", now=now)


def approved(model: DecisionModel, dmn: str = "", *, now: datetime = NOW) -> ModelVersion:
    """Take DMN text, the small model's where none is given, through draft and proposal to yes."""
    proposal = _proposal(model, dmn, now)
    return proposing.approve(proposal, approver=an_approver(), reason="Fine", now=now).version


def proposed(model: DecisionModel, dmn: str = "", *, now: datetime = NOW) -> ModelVersion:
    """Take DMN text, the small model's where none is given, to a proposal."""
    return _proposal(model, dmn, now).version


def _proposal(model: DecisionModel, dmn: str, now: datetime) -> Proposal:
    author = User.objects.filter(email="author@example.com").first() or person(
        "Ada Author", "rule_author", email="author@example.com"
    )
    text = dmn or (HERE / "small.dmn").read_text()
    version = authoring.draft_version(
        model, dmn=text, author=author, actor=SYSTEM, note="First", now=now
    )
    if DecisionModel.objects.get(pk=model.pk).live_version_id:
        preview(version, by=author, now=now)
    return proposing.propose(version, author=author, reason="Ready", now=now)


def an_approver() -> User:
    """Return the person who approves in tests."""
    return User.objects.filter(email="approver@example.com").first() or person(
        "Ari Approver", "approver", email="approver@example.com"
    )


def preview(version: ModelVersion, *, by: User, now: datetime) -> ImpactReport | None:
    """Work out what a version would change in the 30 days before `now`, if there is anything."""
    try:
        report = simulation.ask(
            ModelVersion.objects.get(pk=version.pk),
            since=now - timedelta(days=30),
            until=now + timedelta(days=1),
            by=by,
            now=now,
        )
    except Invalid:
        return None  # Nothing was decided then.
    asked = AuditEvent.objects.get(kind=EventKind.IMPACT_REQUESTED, subject_id=report.pk)
    simulation.simulate([asked.pk], clock=lambda: now)
    report.refresh_from_db()
    return report
