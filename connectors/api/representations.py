"""How records look to callers of the API."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from connectors.models import Delivery
from decisions.errors import Invalid
from decisions.models import Decision, Submission

BASE = "/api/v1"


def moment(at: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds") if at else None


def submission_address(submission: Submission) -> str:
    return f"{settings.BASE_URL}{BASE}/submissions/{submission.pk}"


def submission_body(
    submission: Submission, decision: Decision | None = None, *, facts: bool = False
) -> dict[str, Any]:
    """A submission and where it stands; `decision` is there once the rules have run."""
    body: dict[str, Any] = {
        "id": str(submission.pk),
        "model": submission.model.key,
        "state": submission.state,
        "reference": submission.reference,
        "title": submission.title,
        "received_at": moment(submission.received_at),
        "updated_at": moment(submission.updated_at),
        "url": submission_address(submission),
        "page": f"{settings.BASE_URL}/submissions/{submission.pk}/",
        "decision": decision_body(decision) if decision else None,
    }
    if facts:
        body["facts"] = submission.facts
        body["evidence"] = [
            {
                "source": evidence.source,
                "facts": evidence.facts,
                "problem": evidence.problem,
                "read_at": moment(evidence.read_at),
            }
            for evidence in submission.evidence.all()
        ]
    return body


def decision_body(decision: Decision) -> dict[str, Any]:
    """A decision; `outcome` stays `review` until a person settles it."""
    return {
        "id": str(decision.pk),
        "submission": str(decision.submission_id),
        "outcome": decision.outcome,
        "rules_outcome": decision.rules_outcome,
        "destination": decision.destination or None,
        "reasons": decision.reasons,
        "conditions": decision.conditions,
        "outputs": decision.outputs,
        "failed": decision.failed,
        "problems": decision.problems,
        "settled_by": decision.settled_by or None,
        "settled_at": moment(decision.settled_at),
        "evaluated_at": moment(decision.evaluated_at),
        "updated_at": moment(decision.updated_at),
        "url": f"{settings.BASE_URL}{BASE}/decisions/{decision.pk}",
        "page": f"{settings.BASE_URL}/decisions/{decision.pk}/",
    }


def decision_row(decision: Decision) -> dict[str, Any]:
    """A decision in a list, with the rules it was made under."""
    version = decision.ruleset.version
    return {
        **decision_body(decision),
        "model": decision.model.key,
        "version": version.number,
        "content_hash": version.content_hash,
        "reference": decision.submission.reference,
        "title": decision.submission.title,
    }


def delivery_body(delivery: Delivery) -> dict[str, Any]:
    decision = delivery.action.decision
    return {
        "id": str(delivery.pk),
        "connector": delivery.connector.key,
        "topic": delivery.action.topic,
        "decision": str(decision.pk),
        "submission": str(decision.submission_id),
        "reference": decision.submission.reference,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_attempt_at": moment(delivery.next_attempt_at),
        "last_attempt_at": moment(delivery.last_attempt_at),
        "last_code": delivery.last_code,
        "last_problem": delivery.last_problem,
        "page": f"{settings.BASE_URL}/deliveries/{delivery.pk}/",
    }


def taken_body(taken: Submission | Invalid, faults: list[dict[str, Any]]) -> dict[str, Any]:
    """One place in the answer to a batch."""
    if isinstance(taken, Invalid):
        return {"accepted": False, "detail": str(taken), "errors": faults}
    return {
        "accepted": True,
        "id": str(taken.pk),
        "state": taken.state,
        "url": submission_address(taken),
    }
