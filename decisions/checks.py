"""Start-up checks: every subscriber named in the wiring table is a real task."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from decisions.enums import EventKind


@register()
def subscribers_are_tasks(**_: Any) -> list[CheckMessage]:
    """Name each entry of EVENT_SUBSCRIBERS that is not an event or not a task."""
    found: list[CheckMessage] = []
    for kind, names in settings.EVENT_SUBSCRIBERS.items():
        if kind not in EventKind.values:
            found.append(
                Error(f"EVENT_SUBSCRIBERS: {kind!r} is not an event.", id="decisions.E001")
            )
        for name in names:
            try:
                is_task = hasattr(import_string(name), "delay")
            except ImportError:
                is_task = False
            if not is_task:
                found.append(
                    Error(f"EVENT_SUBSCRIBERS: {name!r} is not a task.", id="decisions.E002")
                )
    return found
