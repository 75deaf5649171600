"""What changed between two contents of a reference table: by row and cell, never by line."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from decisions.enums import ReferenceKind

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RowChange:
    """One row: `kind` is add, del or chg; `cells` hold (column, before, after, changed)."""

    kind: str
    number: int
    cells: list[tuple[str, Any, Any, bool]]


def changes_between(
    before: Sequence[Row], after: Sequence[Row], *, columns: Sequence[str], kind: str
) -> list[RowChange]:
    """Return the rows that differ, numbered as in `after` (as in `before` where removed).

    Named values are matched by their key; rows by their content, and within a replaced stretch
    by their place, so that an edited cell reads as a change and not as a row gone and one come.
    """
    pairs = _by_key(before, after) if kind == ReferenceKind.VALUES else _by_content(before, after)
    return [
        _change(old, new, columns, number) for old, new, number in pairs if dict(old) != dict(new)
    ]


def _by_key(before: Sequence[Row], after: Sequence[Row]) -> list[tuple[Row, Row, int]]:
    old = {str(row.get("key")): row for row in before}
    new = {str(row.get("key")) for row in after}
    pairs = [(old.get(str(row.get("key")), {}), row, place) for place, row in enumerate(after, 1)]
    gone: list[tuple[Row, Row, int]] = [
        (row, {}, place) for place, row in enumerate(before, 1) if str(row.get("key")) not in new
    ]
    return [*pairs, *gone]


def _by_content(before: Sequence[Row], after: Sequence[Row]) -> list[tuple[Row, Row, int]]:
    old, new = [_spelled(row) for row in before], [_spelled(row) for row in after]
    pairs: list[tuple[Row, Row, int]] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        for step in range(max(old_to - old_from, new_to - new_from)):
            was = before[old_from + step] if old_from + step < old_to else {}
            now_is = after[new_from + step] if new_from + step < new_to else {}
            number = new_from + step + 1 if now_is else old_from + step + 1
            pairs.append((was, now_is, number))
    return pairs


def _spelled(row: Row) -> str:
    return json.dumps(row, sort_keys=True, default=str)


def _change(old: Row, new: Row, columns: Sequence[str], number: int) -> RowChange:
    kind = "add" if not old else "del" if not new else "chg"
    cells = [
        (name, old.get(name), new.get(name), kind != "chg" or old.get(name) != new.get(name))
        for name in columns
    ]
    return RowChange(kind, number, cells)
