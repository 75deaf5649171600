"""Expected failures, worded for the user: pages show the words, the API maps them in one place."""

from collections.abc import Sequence
from typing import TypedDict


class Fault(TypedDict, total=False):
    """One thing wrong with an input: where (JSON pointer), what, and what to do."""

    code: str
    where: str
    message: str
    hint: str


class Expected(Exception):
    """A failure the user can do something about; `str()` is the sentence shown."""


class Refused(Expected):
    """The world has moved on, or the rules of the house forbid it (409)."""


class Invalid(Expected):
    """The input is wrong (422); `faults` says where and what to do."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = list(faults)
