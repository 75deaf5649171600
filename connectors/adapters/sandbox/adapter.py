"""Takes every delivery without a network, so that rules can be tried before anyone listens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.adapters.base import PLATFORM_FIELD, Envelope, Party
from connectors.adapters.kinds import TOOLS, Kind
from connectors.adapters.line import Line
from connectors.errors import Answer


class SandboxParty(Party):
    """Answers as a receiver would; what was sent stands on the page of the delivery."""

    kind = Kind(
        key="sandbox",
        label="Sandbox",
        group=TOOLS,
        icon="test-tube",
        does="Takes everything, sends nothing, shows what it was.",
        fields=(PLATFORM_FIELD,),
        sends=True,
    )

    def deliver(self, envelope: Envelope, line: Line) -> Answer:
        return Answer(code=200, text=f"Kept in the sandbox, {len(envelope.content):,} bytes.")

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        return "It answered 200 without a network."
