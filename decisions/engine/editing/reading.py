"""Reads a row of a table out as one sentence, in words that need no FEEL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_COMPARED = (
    (re.compile(r">=\s*(.+)"), "is {} or more"),
    (re.compile(r"<=\s*(.+)"), "is {} or less"),
    (re.compile(r">\s*(.+)"), "is over {}"),
    (re.compile(r"<\s*(.+)"), "is under {}"),
    (re.compile(r"not\s*\((.+)\)"), "is none of {}"),
    (re.compile(r"!=\s*(.+)"), "is not {}"),
)
_RANGE = re.compile(r"([\[(\]])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])\[])")
_WORDS = {"null": "is unknown", "true": "holds", "false": "does not hold"}


def sentence(table: Mapping[str, Any], row: Sequence[Any]) -> str:
    """Say what a row of `shown_table` means: "If Amount is over 5, then outcome is reject."."""
    _, inputs, outputs, _ = row
    tests = [
        f"{column['label']} {_test(text)}"
        for column, text in zip(table["inputs"], inputs, strict=True)
        if text not in ("", "-")
    ]
    results = [
        f"{column['label']} is {_value(text)}"
        for column, text in zip(table["outputs"], outputs, strict=True)
        if text not in ("", "null")
    ]
    then = _joined(results, "and") or "nothing is said"
    return _ended(f"If {_joined(tests, 'and')}, then {then}" if tests else f"In any case, {then}")


def meaning(label: str, text: str, *, tested: bool) -> str:
    """Say what one cell means, `tested` or given: "Amount is over 5.", "Outcome is reject."."""
    if tested:
        said = "may be anything" if text in ("", "-") else _test(text)
    else:
        said = "stays empty" if text in ("", "null") else f"is {_value(text)}"
    return _ended(f"{label} {said}")


def _ended(words: str) -> str:
    """End a sentence with one full stop, also where its last value is a sentence already."""
    return words if words.removesuffix('"').endswith((".", "!", "?", "…")) else f"{words}."


def _test(text: str) -> str:
    """Say what a cell asks for."""
    if text in _WORDS:
        return _WORDS[text]
    span = _RANGE.fullmatch(text)
    if span is not None:
        low = f"is {span[2]} or more" if span[1] == "[" else f"is over {span[2]}"
        return f"{low} and {'up to' if span[4] == ']' else 'under'} {span[3]}"
    for pattern, words in _COMPARED:
        found = pattern.fullmatch(text)
        if found is not None and "," not in found[1]:
            return words.format(_value(found[1]))
        if found is not None and words == "is none of {}":
            return words.format(_joined([part.strip() for part in found[1].split(",")], "or"))
    if text.startswith("="):
        return f"meets {_value(text)}"
    if '"' in text or "(" in text or "[" in text:
        return f"is among {text}"
    parts = [part.strip() for part in text.split(",")]
    return f"is {_joined(['unknown' if part == 'null' else part for part in parts], 'or')}"


def _value(text: str) -> str:
    return text.removeprefix("=").strip()


def _joined(parts: Sequence[str], word: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
