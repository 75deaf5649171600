"""What the engine says when something is wrong: a code, a message, a place and a way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; `error` taints the result, `warning` does not.

    `position` counts characters from 1 inside the expression that `where` names.
    """

    code: str
    message: str
    where: str = ""
    hint: str = ""
    severity: Severity = "error"
    position: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the problem as JSON-able plain values."""
        return {
            "code": self.code,
            "message": self.message,
            "where": self.where,
            "hint": self.hint,
            "severity": self.severity,
            "position": self.position,
        }

    def __str__(self) -> str:
        place = f"{self.where}, character {self.position}" if self.position else self.where
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} {self.hint}" if self.hint else text


@dataclass(frozen=True, slots=True)
class Site:
    """The place of one operation in a model, kept beside the generated code that performs it."""

    where: str
    position: int | None = None

    def problem(
        self, code: str, message: str, hint: str = "", severity: Severity = "error"
    ) -> Problem:
        """Build a problem at this place."""
        return Problem(code, message, self.where, hint, severity, self.position)


NOWHERE = Site("")


class Refused(Exception):
    """Carries one problem out of the depth of a parser or a reader; never leaves the engine."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Invalid(LookupError):
    """Raised at the door when a caller names a decision or rule that the model does not have."""


def wrong_argument(what: str, wanted: str, given: object) -> TypeError:
    """Build what the door raises for an argument of a type it cannot take: a mistake in a call."""
    shown = repr(given)
    shown = shown if len(shown) <= 40 else f"a {type(given).__name__}"
    return TypeError(f"{what} must be given as {wanted}, not {shown}.")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the known name closest to `name`, or list a few known names, or say nothing."""
    names = sorted(set(known))
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    close = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{folded[close[0]]}"?'
    if 0 < len(names) <= 12:
        return "Known here: " + ", ".join(names) + "."
    return ""
