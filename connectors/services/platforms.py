"""Episodes go out platform by platform: each platform's connector hears of its own alone."""

from collections.abc import Mapping
from typing import Any

from connectors.adapters.base import PLATFORM
from connectors.models import Connector
from decisions.models import Action

TOPIC = "episode.publish"


def is_for(connector: Connector, action: Action) -> bool:
    """Whether a decision opens the platform of `connector`; without one it hears of all."""
    platform = connector.settings.get(PLATFORM)
    if not platform or action.topic != TOPIC:
        return True
    return bool(_entries(action.decision.outputs, platform))


def only_for(connector: Connector, message: dict[str, Any]) -> dict[str, Any]:
    """The message as the platform of `connector` may see it: its own entries."""
    platform = connector.settings.get(PLATFORM)
    if not platform or message["type"] != TOPIC:
        return message
    outputs = message["data"]["outputs"] or {}
    spoken = outputs.get("per_platform")
    kept = {
        **outputs,
        "publish": _entries(outputs, platform),
        "per_platform": {
            key: value
            for key, value in (spoken.items() if isinstance(spoken, Mapping) else ())
            if key == platform
        },
    }
    return {**message, "data": {**message["data"], "outputs": kept}}


def _entries(outputs: Any, platform: str) -> list[Any]:
    listed = outputs.get("publish") if isinstance(outputs, Mapping) else None
    entries = listed if isinstance(listed, list) else []
    return [one for one in entries if isinstance(one, Mapping) and one.get("platform") == platform]
