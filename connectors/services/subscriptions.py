"""Webhooks that integrations subscribe to by themselves, each for its own key."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from connectors.models import ApiKey, Connector
from connectors.services import configuration
from decisions.errors import Refused
from decisions.ids import new_id

MOST = 50


def subscriptions_of(key: ApiKey) -> list[Connector]:
    """The webhooks of one key that are in force, oldest first."""
    return list(Connector.objects.filter(subscriber=key, ended_at=None).order_by("pk"))


def subscribe(
    key: ApiKey, *, url: str, topics: Sequence[str], name: str, flat: bool, now: datetime
) -> tuple[Connector, str]:
    """Send what is settled to `url`; the second value is its signing secret, told this once."""
    with transaction.atomic():
        ApiKey.objects.select_for_update().get(pk=key.pk)
        if len(subscriptions_of(key)) >= MOST:
            raise Refused(f"A key has at most {MOST} webhooks. Delete one first.")
        made = configuration.create(
            key=f"{key.prefix}-{new_id(now).hex[-8:]}",
            name=name.strip() or f"{key.name} webhook",
            kind="oneteg",
            settings={"url": url, **({"flat": "yes"} if flat else {})},
            topics=topics,
            author=key.user,
            now=now,
            subscriber=key,
        )
    return made, configuration.secret_of(made)


def unsubscribe(connector: Connector, *, key: ApiKey, now: datetime) -> None:
    """End a webhook: nothing more is sent, and what it was sent stays on record."""
    if connector.subscriber_id != key.pk or connector.ended_at is not None:
        raise Refused("This webhook is not one of yours.")
    configuration.end(connector, author=key.user, now=now)
