"""Takes every delivery without a network, so that rules can be tried before anyone listens."""

from collections.abc import Mapping
from typing import Any

from connectors.adapters.base import Envelope
from connectors.errors import Answer


class SandboxAdapter:
    """Answers as a receiver would; what was sent stands on the page of the delivery."""

    def deliver(self, envelope: Envelope) -> Answer:
        return Answer(code=200, text=f"Kept in the sandbox, {len(envelope.content):,} bytes.")

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, str]:
        return dict.fromkeys(settings, "The sandbox has no settings; leave this out.")
