"""What one cell of a draft would mean: checked while it is typed, and what may be typed there."""

import re
from typing import Any

from decisions import engine
from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services.drafting import loaded_draft

MOST_KNOWN = 64
# By content and table: every key that somebody presses asks about the same table again.
_before: dict[tuple[str, str], list[engine.Problem]] = {}
_WORD = re.compile(r"[.\s]*(\w+)|(.)", re.DOTALL)  # Of `limits.mosst`, "mosst" is what is wrong.


def check_cell(version: ModelVersion, *, table: str, column: str, text: str) -> dict[str, Any]:
    """Read the text of a cell without keeping it.

    Gives {"text", "feel", "meaning", "problems"}: the text as it will be shown, its FEEL, what it
    means in words, and what is wrong with it, each {"message", "hint", "severity", "at"} where
    `at` counts characters of the text. Raises Invalid when there is no such table or column.
    """
    loaded = loaded_draft(version)
    try:
        texts = engine.texts_of(loaded, table)
        trial = engine.try_cell(
            loaded.definitions, table=table, column=column, typed=text, texts=texts
        )
    except engine.Invalid as error:
        raise Invalid(str(error)) from error
    key = (version.content_hash, table)
    if key not in _before:
        if len(_before) >= MOST_KNOWN:
            _before.clear()
        _before[key] = _problems_of(trial.without)
    before, after = _before[key], _problems_of(trial.with_text)
    problems = [
        {
            "message": problem.message,
            "hint": problem.hint,
            "severity": problem.severity,
            "at": _place(trial.shown, trial.feel, problem.position),
        }
        for problem in engine.new_problems(before, after)
    ]
    return {
        "text": trial.shown,
        "feel": trial.feel,
        "meaning": trial.meaning,
        "problems": problems,
    }


def completions(version: ModelVersion, *, table: str, column: str) -> list[dict[str, str]]:
    """List what may be typed into a column; raises Invalid when there is none of this id."""
    try:
        return engine.completions(loaded_draft(version), table=table, column=column)
    except engine.Invalid as error:
        raise Invalid(str(error)) from error


def _problems_of(content: Any) -> list[engine.Problem]:
    return engine.load_model(engine.write_definitions(content)).problems


def _place(shown: str, feel: str, position: int | None) -> list[int] | None:
    """Find the word at a position of the FEEL in the text that people see, if it is there."""
    start = shown.find(feel)
    if position is None or start < 0:
        return None
    at = start + position - 1
    word = _WORD.match(shown, at)
    return list(word.span(word.lastindex or 0)) if word else [at, at]
