"""Configuration is saved with who, when and why; everything else about history is the library's."""

from datetime import datetime
from typing import Any

from decisions.models import User


def save(record: Any, *, by: User | None, reason: str, now: datetime) -> None:
    """Save a record that has history; its newest history row names the person and the reason."""
    record._history_user = by
    record._history_date = now
    record._change_reason = reason[:100]
    record.save()


def remove(record: Any, *, by: User | None, reason: str, now: datetime) -> None:
    """Delete a record that has history; its last history row names the person and the reason."""
    record._history_user = by
    record._history_date = now
    record._change_reason = reason[:100]
    record.delete()
