"""Expected failures that more than one activity of reviews has."""

from decisions.errors import Refused


class NotMember(Refused):
    """Only members of a queue and leads work on its items."""


class ItemClosed(Refused):
    """Somebody recorded a verdict already."""


class ItemTaken(Refused):
    """Somebody else holds this item."""


class LeaseLost(Refused):
    """The lease that came with the request is not the one in force."""
