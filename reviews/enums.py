"""The closed vocabularies of reviews and the transitions that may happen."""

from django.db.models import TextChoices


class ItemState(TextChoices):
    OPEN = "open", "Open"
    CLAIMED = "claimed", "Claimed"
    CLOSED = "closed", "Closed"


# `claimed` to `open`: handed back, moved to another queue, or the lease ran out.
ITEM_TRANSITIONS: dict[str, frozenset[str]] = {
    ItemState.OPEN: frozenset({ItemState.CLAIMED}),
    ItemState.CLAIMED: frozenset({ItemState.OPEN, ItemState.CLOSED}),
    ItemState.CLOSED: frozenset(),
}
