"""What a delivery says: made from the decision each time, byte for byte the same."""

from typing import Any

from django.conf import settings

from connectors.flat import flat
from connectors.models import Delivery
from connectors.services.platforms import only_for
from decisions.canonical import canonical
from decisions.models import Action, Decision
from decisions.services import mapping


def payload_of(action: Action) -> dict[str, Any]:
    """The message of an action: type, timestamp and data as Standard Webhooks has them.

    The timestamp is when the decision was settled, so that every attempt sends the same bytes.
    """
    decision: Decision = action.decision
    submission = decision.submission
    settled_at = decision.settled_at or decision.evaluated_at
    return {
        "type": action.topic,
        "timestamp": settled_at.isoformat(timespec="milliseconds"),
        "data": {
            "action_id": str(action.pk),
            "decision_id": str(decision.pk),
            "submission_id": str(submission.pk),
            "model": decision.model.key,
            "reference": submission.reference,
            "title": submission.title,
            "outcome": decision.outcome,
            "destination": decision.destination or None,
            "reasons": decision.reasons,
            "conditions": decision.conditions,
            "settled_by": decision.settled_by,
            "settled_at": settled_at.isoformat(timespec="milliseconds"),
            "outputs": decision.outputs,
            "link": f"{settings.BASE_URL}/decisions/{decision.pk}/",
        },
    }


def content_of(delivery: Delivery) -> bytes:
    """The bytes a delivery sends. Load it with `action__decision__submission` and `…__model`.

    A connector may have a shape of its own, FEEL over the message; raises Invalid where it fails.
    """
    message = only_for(delivery.connector, payload_of(delivery.action))
    if delivery.connector.settings.get("flat"):
        return canonical(flat(message))
    text = str(delivery.connector.settings.get("body") or "")
    if not text:
        return canonical(message)
    decided_at = delivery.action.decision.evaluated_at
    return canonical(mapping.shape(text, message, now=decided_at))
