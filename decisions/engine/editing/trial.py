"""Tries the text of one cell in a model that is small enough to read while somebody types."""

from __future__ import annotations

from dataclasses import dataclass, replace

from decisions.engine import model as m
from decisions.engine.editing import content, places
from decisions.engine.editing.places import Texts
from decisions.engine.editing.reading import meaning
from decisions.engine.problems import Problem


@dataclass(frozen=True, slots=True)
class Trial:
    """A cell as it would be kept: `shown` to people, `feel` to the rules, `meaning` in words.

    `without` and `with_text` are the model with one row, with the cell empty and with the text:
    the problems that only the second has are those of the text.
    """

    shown: str
    feel: str
    meaning: str
    without: m.Definitions
    with_text: m.Definitions


def try_cell(
    definitions: m.Definitions, *, table: str, column: str, typed: str, texts: Texts
) -> Trial:
    """Put a text as it was typed into a table of one row.

    Raises Invalid when there is no such table or column, or the text cannot be kept.
    """
    found = content.table_called(definitions, table)
    names, at = place = places.column_of(found, {"column": column})
    clause = getattr(found, names)[at]
    feel = texts.feel(clause, places.text_of(typed))
    blank = places.rule_of(found, {"id": "trial"}, texts)
    filled = places.with_cell(found, blank, place, typed, texts)
    shown = texts.shown(clause, feel)
    names_of_it = (getattr(clause, one, "") for one in ("label", "text", "name"))
    label = next(filter(None, names_of_it), "")
    return Trial(
        shown,
        feel,
        meaning(label, shown, tested=names == "inputs") if label else "",
        _with_row(definitions, table, blank),
        _with_row(definitions, table, filled),
    )


def new_problems(before: list[Problem], after: list[Problem]) -> list[Problem]:
    """List the problems that only the second of two trials has."""
    return [problem for problem in after if problem not in before]


def _with_row(definitions: m.Definitions, table: str, rule: m.TableRule) -> m.Definitions:
    def small(other: m.TableExpression) -> m.TableExpression:
        return replace(other, rules=(rule,)) if other.id == table else other

    return content.with_tables(content.without_rows(definitions), small)
