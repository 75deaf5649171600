"""What one cell of a draft would mean: checked while it is typed, and what may be typed there."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from decisions import engine
from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services.drafting import loaded_draft

_WORD = re.compile(r"[.\s]*(\w+)|(.)", re.DOTALL)  # Of `limits.mosst`, "mosst" is what is wrong.


def check_cell(version: ModelVersion, *, table: str, column: str, text: str) -> dict[str, Any]:
    """Read the text of a cell without keeping it.

    Gives {"text", "feel", "meaning", "problems"}: the text as it will be shown, its FEEL, what it
    means in words, and what is wrong with it, each {"message", "hint", "severity", "at"} where
    `at` counts characters of the text. Raises Invalid when there is no such table or column.
    """
    known = _skeleton_of(version)
    try:
        trial = engine.try_cell(
            known.definitions,
            table=table,
            column=column,
            typed=text,
            texts=known.texts.get(table, _NO_TEXTS),
        )
    except engine.Invalid as error:
        raise Invalid(str(error)) from error
    if table not in known.problems:
        known.problems[table] = _problems_of(trial.without)
    before, after = known.problems[table], _problems_of(trial.with_text)
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


@dataclass
class _Skeleton:
    """What a draft is without its rows, which have no say in what a cell would mean.

    `problems` are those of a table with one empty row, found when a cell of it is first checked:
    every key that somebody presses asks about the same table again.
    """

    revision: int
    content: str
    typed: bool
    definitions: engine.Definitions
    texts: dict[str, engine.Texts]
    problems: dict[str, list[engine.Problem]] = field(default_factory=dict)


MOST_KNOWN = 16
_skeletons: dict[UUID, _Skeleton] = {}
_NO_TEXTS = engine.Texts(frozenset())
_ON_ROWS = {"cells", "insert_rows", "remove_rows", "move_rows", "order_rows"}


def _skeleton_of(version: ModelVersion) -> _Skeleton:
    """Give the skeleton of a draft; one that is known stays true while only rows change.

    So the first check after a save need not read all rows again, whichever process saved.
    """
    known = _skeletons.get(version.pk)
    if known is None or not _holds(known, version):
        loaded = loaded_draft(version)
        tables = engine.tables_of(loaded.definitions)
        known = _Skeleton(
            version.revision,
            version.content_hash,
            all(map(engine.is_typed, tables)),
            engine.without_rows(loaded.definitions),
            {table.id: engine.texts_of(loaded, table.id) for table in tables},
        )
        while len(_skeletons) >= MOST_KNOWN:
            _skeletons.pop(next(iter(list(_skeletons)), version.pk), None)
        _skeletons[version.pk] = known
    return known


def _holds(known: _Skeleton, version: ModelVersion) -> bool:
    if (known.revision, known.content) == (version.revision, version.content_hash):
        return True
    if not known.typed or known.revision >= version.revision:
        return False
    since = version.changes.filter(
        revision__gt=known.revision, revision__lte=version.revision
    ).values_list("operations", flat=True)
    if not all(operation["op"] in _ON_ROWS for operations in since for operation in operations):
        return False
    known.revision, known.content = version.revision, version.content_hash
    return True


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
