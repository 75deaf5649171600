"""What every step of a delivery to the Ads API knows, and how it says what it did."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.adapters.line import Line
from connectors.errors import Answer, DeliveryError


@dataclass(frozen=True, slots=True)
class Task:
    """One step to take: for which ad account, of which decision, and what earlier steps left."""

    line: Line
    account: str
    outputs: Mapping[str, Any]
    title: str
    id: str
    settings: Mapping[str, Any]
    repeated: bool
    now: datetime
    members: Callable[[], Sequence[str]]


def answer(
    done: Mapping[str, Any], step: str, *, more: bool = False, wait_until: datetime | None = None
) -> Answer:
    """A step that was taken."""
    return Answer(
        code=200, text=step, more=more, progress=dict(done), step=step, wait_until=wait_until
    )


def code_of(error: DeliveryError) -> int | None:
    """The number of the answer behind a failure."""
    return error.answer.code if error.answer else None
