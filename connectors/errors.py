"""Failures of talking to the outside world, worded for the people who read them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said to one attempt; `text` is cut to what is kept for people to read."""

    code: int | None
    text: str = ""
    elapsed_ms: int = 0


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


class SignatureRefused(Exception):
    """A webhook whose signature, id or time does not hold."""


class KeyRefused(Exception):
    """An API key that does not open anything (401)."""
