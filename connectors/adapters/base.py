"""What every adapter that sends must offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connectors.errors import Answer


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivery as an adapter sees it: what to send, where, and with which secrets.

    `id` is the same for every attempt, so that the receiver can see a repetition;
    `at` is the time of this attempt.
    """

    id: str
    at: datetime
    content: bytes
    settings: Mapping[str, Any]
    secrets: tuple[str, ...] = ()


class Adapter(Protocol):
    """Sends envelopes to one kind of connector."""

    def deliver(self, envelope: Envelope) -> Answer:
        """Send `envelope` once; raises DeliveryError when the other side did not take it."""
        ...

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, str]:
        """Problems of a connector's settings: name of the field → what to write instead."""
        ...
