"""Says what to do about a name that is not known, or about words that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from decisions.engine.feel.lexer import KEYWORDS
from decisions.engine.feel.names import Names, normal_name
from decisions.engine.problems import Problem, did_you_mean

_WORDS = re.compile(r"[^\W\d]\w*(?: [\w'-]+)+")


@dataclass(frozen=True, slots=True)
class Elements:
    """What the whole model has: the label of each element by its name, required or not."""

    labels: Mapping[str, str] = field(default_factory=dict)

    def requirement(self, name: str, where: str) -> str:
        """Suggest to require an element; nothing where there is none, or at its own place."""
        label = self.labels.get(name)
        return f"Add a requirement to the {label}." if label and not _is_in(where, label) else ""

    def unknown_name(self, name: str, known: Iterable[str], where: str, *, is_text: bool) -> str:
        """Say what to do about a name that is not known; `is_text` where a text may be meant."""
        return (
            self.requirement(name, where)
            or (f'Put a text in quotes: "{name}".' if is_text else "")
            or did_you_mean(name, known)
            or "Add a requirement, or check the spelling."
        )

    def unread(self, problem: Problem, text: str, known: Names) -> Problem:
        """Give the problem of a text that cannot be read a better hint where words are the cause.

        A name of several words is read as one only where it is required.
        """
        if problem.code != "syntax":
            return problem
        words = normal_name(text)
        for name in sorted(self.labels, key=len, reverse=True):
            if " " in name and name in words and known.longest(name, 0) != (name, len(name)):
                hint = self.requirement(name, problem.where)
                if hint:
                    return replace(problem, hint=hint)
        if _WORDS.fullmatch(words) and KEYWORDS.isdisjoint(words.split()):
            return replace(problem, hint=f'Put a text in quotes: "{words}".')
        return problem


NO_ELEMENTS = Elements()


def _is_in(where: str, label: str) -> bool:
    return where == label or where.startswith(f"{label},")
