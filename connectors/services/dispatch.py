"""Actions go out: one delivery for every connector that hears of the action's topic."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from connectors.adapters import sending_kinds
from connectors.enums import DeliveryState
from connectors.models import Connector, Delivery
from connectors.services import feed_watches
from connectors.services.backoff import ATTEMPTS
from connectors.services.platforms import is_for
from decisions import events
from decisions.enums import EventKind
from decisions.events import SYSTEM, Entry
from decisions.ids import new_id
from decisions.models import Action

SUBSCRIBER = "connectors.tasks.dispatch"


def dispatch(event_ids: Sequence[str | UUID], *, now: datetime) -> list[Delivery]:
    """Answer events of settled decisions with deliveries; a paused connector's wait."""
    with transaction.atomic():
        settled = {
            event.subject_id: event.pk
            for event in events.unanswered(event_ids, subscriber=SUBSCRIBER)
        }
        if not settled:
            return []
        connectors = list(
            Connector.objects.filter(kind__in=sending_kinds(), ended_at=None).order_by("pk")
        )
        actions = (
            Action.objects.filter(decision_id__in=settled)
            .select_related("decision")
            .only("topic", "decision__submission_id")
            .order_by("pk")
        )
        made: list[Delivery] = []
        entries: list[Entry] = []
        for action in actions:
            for connector in connectors:
                if connector.hears(action.topic) and is_for(connector, action):
                    delivery = _delivery(action, connector, now)
                    made.append(delivery)
                    entries.append(_requested(delivery, settled[action.decision_id]))
        feed_watches.begin([a for a in actions if a.topic == feed_watches.TOPIC], now=now)
        Delivery.objects.bulk_create(made, batch_size=500)
        events.record_many(entries, now=now)
    return made


def _delivery(action: Action, connector: Connector, now: datetime) -> Delivery:
    return Delivery(
        id=new_id(now),
        action=action,
        connector=connector,
        state=DeliveryState.PENDING,
        attempts_allowed=ATTEMPTS,
        next_attempt_at=now,
    )


def _requested(delivery: Delivery, cause: UUID) -> Entry:
    return Entry(
        EventKind.DELIVERY_REQUESTED,
        delivery,
        SYSTEM,
        delivery.action.decision.submission_id,
        {"connector": delivery.connector.key, "topic": delivery.action.topic},
        cause,
    )
