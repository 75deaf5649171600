"""What else the rules answered beside outcome and reasons, in lines for the page of a decision."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# These have places of their own on the page, or are for services only.
ELSEWHERE = {
    "outcome",
    "reasons",
    "conditions",
    "queue",
    "destination",
    "actions",
    "after_review",
    "answer",
    "explanation",
}
MOST = 24


class Answer(NamedTuple):
    """One output: where it stands in the answer, and its value."""

    path: str
    value: Any

    @property
    def label(self) -> str:
        path = re.sub("_eur$", " in EUR", self.path)
        return path.replace(".", ": ")


def answers_of(outputs: Mapping[str, Any] | None) -> list[Answer]:
    """List the further outputs that read as a line: no nulls, nothing empty, no long structures."""
    return list(_lines(outputs or {}))[:MOST]


def _lines(outputs: Mapping[str, Any]) -> Iterator[Answer]:
    for name, value in outputs.items():
        if name in ELSEWHERE:
            continue
        parts = value if isinstance(value, Mapping) else {"": value}
        for inner, said in parts.items():
            if _reads(said):
                yield Answer(f"{name}.{inner}" if inner else name, said)


def _reads(value: Any) -> bool:
    if isinstance(value, list):
        return 0 < len(value) <= 8 and all(isinstance(item, str | int) for item in value)
    return value not in (None, "") and not isinstance(value, Mapping)
