"""Failures of talking to the outside world, worded for the people who read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from decisions.errors import Refused


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said to one attempt; `text` is cut to what is kept for people to read.

    With `more` the delivery has further steps: `progress` is stored, then the next one is taken.
    `step` names in a few words what was done; `wait_until` is when the next one may be taken.
    """

    code: int | None
    text: str = ""
    elapsed_ms: int = 0
    more: bool = False
    progress: Mapping[str, Any] = field(default_factory=dict)
    step: str = ""
    wait_until: datetime | None = None


class DeliveryError(Exception):
    """A call to the outside world that did not do its work.

    `permanent` means that the same call will fail again until a person changes something;
    `retry_after` is the number of seconds the other side asked us to wait.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        answer: Answer | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.answer = answer
        self.retry_after = retry_after


class TokenRefused(DeliveryError):
    """The party no longer takes our token (401): a fresh one may help, once."""

    def __init__(self, message: str, *, answer: Answer | None = None) -> None:
        super().__init__(message, permanent=False, answer=answer)


class FeedMoved(DeliveryError):
    """A feed says for good that it lives at another address; nobody follows it by themselves."""

    def __init__(self, message: str, *, to: str) -> None:
        super().__init__(message, permanent=True)
        self.to = to


class SignInNeeded(DeliveryError):
    """A person must consent (again) before the party is called; until then work waits."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False)


class QuotaUsedUp(DeliveryError):
    """The party takes nothing more from us until `until`: the connector pauses, work waits."""

    def __init__(self, message: str, *, until: datetime, answer: Answer | None = None) -> None:
        super().__init__(message, permanent=False, answer=answer)
        self.until = until


class SignatureRefused(Exception):
    """A webhook whose signature, id or time does not hold."""


class KeyRefused(Exception):
    """An API key that does not open anything (401)."""


class AnswerLater(Refused):
    """What was asked was taken in, and its answer takes longer than a caller can wait."""
