"""Finds what each cell of a table carries, after rules and columns were changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from decisions.engine import model as m

_Places = list[int | None]
_NONE: m.KeptCells = ((), (), ())


class Carried:
    """What the cells of a table carry: a cell is where its rule meets its column."""

    def __init__(self, table: m.TableExpression) -> None:
        self.columns: m.Columns = (table.inputs, table.outputs, table.annotations)
        self.places: dict[int, list[_Places | None]] = {}
        self.used: set[tuple[int, int]] = set()

    def by(self, rule: m.TableRule) -> Sequence[Sequence[m.Kept | str]]:
        """Give what the cells of a rule carry; of two copies of a rule, only the first carries."""
        if rule.marks is None or (id(rule.marks[0]), rule.marks[1]) in self.used:
            return _NONE
        marks, place = rule.marks
        self.used.add((id(marks), place))
        if id(marks) not in self.places:
            pairs = zip(self.columns, marks.columns, strict=True)
            self.places[id(marks)] = [_places(now, before) for now, before in pairs]
        row = marks.row(place)
        return [
            _moved(carried, places)
            for carried, places in zip(row, self.places[id(marks)], strict=True)
        ]


def _moved(carried: Sequence[m.Kept | str], places: _Places | None) -> Sequence[m.Kept | str]:
    """Bring what cells carry into the order that the columns have now."""
    if places is None:
        return carried
    return [
        m.NOTHING if place is None or place >= len(carried) else carried[place] for place in places
    ]


def _places(now: Sequence[Any], before: Sequence[Any]) -> _Places | None:
    """Give the place that each column had, by itself or by its id; None where all have theirs."""
    if len(now) == len(before) and all(map(_is_same, now, before)):
        return None
    free = dict(enumerate(before))
    places: _Places = []
    for column in now:
        place = next((p for p, other in free.items() if _is_same(column, other)), None)
        if place is not None:
            del free[place]
        places.append(place)
    if len(now) == len(before):  # A column was replaced by another, which takes its cells.
        places = [at if place is None and at in free else place for at, place in enumerate(places)]
    return places


def _is_same(column: Any, other: Any) -> bool:
    identity = getattr(column, "id", "")
    return column == other or bool(identity and identity == getattr(other, "id", ""))
