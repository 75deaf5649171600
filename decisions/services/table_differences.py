"""What differs between two forms of a decision table: rows, cells and columns, by their meaning."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

NOTHING = frozenset({"", "-"})
ALIKE = 0.5  # Rows that share so many cells are one row that was edited, not one gone and one come.


@dataclass(frozen=True)
class Cell:
    """One cell as FEEL before and after; None where its column was not there.

    `kind` is that of its column: inputs, outputs or annotations.
    """

    label: str
    before: str | None
    after: str | None
    kind: str
    changed: bool


@dataclass(frozen=True)
class RowDifference:
    """One row that differs, with its numbers; `kind` is add, del, chg or mov."""

    kind: str
    before: int | None
    after: int | None
    moved: bool
    cells: tuple[Cell, ...]

    @property
    def number(self) -> int:
        return self.after or self.before or 0


@dataclass(frozen=True)
class Setting:
    """Something other than a row that differs: `kind` is add, del or chg."""

    kind: str
    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class TableDifference:
    """What differs in one table; `kind` is add, del, chg or same."""

    id: str
    name: str
    kind: str
    rows_before: int
    rows_after: int
    headings: tuple[tuple[str, str], ...]  # (label, kind) of the columns shown.
    settings: tuple[Setting, ...]
    rows: tuple[RowDifference, ...]

    def count(self, kind: str) -> int:
        return sum(row.kind == kind for row in self.rows)

    @property
    def moved(self) -> int:
        return sum(row.moved for row in self.rows)

    @property
    def cells_changed(self) -> int:
        changed = [row for row in self.rows if row.kind == "chg"]
        return sum(cell.changed for row in changed for cell in row.cells)


@dataclass(frozen=True)
class _Column:
    """A column of either side: its place in the rows before and after."""

    kind: str  # inputs, outputs or annotations
    label: str
    before: int | None
    after: int | None


def table_difference(name: str, before: Any, after: Any) -> TableDifference:
    """Compare two tables of the engine's content; one of them may be None."""
    columns = _columns(before, after)
    shown = [column for column in columns if column.after is not None or after is None]
    rows = tuple(_rows(before, after, columns, shown))
    settings = tuple(_settings(before, after, columns)) if before and after else ()
    kind = "add" if before is None else "del" if after is None else "chg"
    if kind == "chg" and not rows and not settings:
        kind = "same"
    return TableDifference(
        id=(after or before).id,
        name=name,
        kind=kind,
        rows_before=len(before.rules) if before else 0,
        rows_after=len(after.rules) if after else 0,
        headings=tuple((column.label, column.kind) for column in shown),
        settings=settings,
        rows=rows,
    )


def _columns(before: Any, after: Any) -> list[_Column]:
    """Pair the columns of both sides: by id, then by what they read or are called."""
    found: list[_Column] = []
    for kind in ("inputs", "outputs", "annotations"):
        old = list(getattr(before, kind)) if before else []
        new = list(getattr(after, kind)) if after else []
        pairs = _paired([_column_keys(c) for c in old], [_column_keys(c) for c in new])
        origin = {now: was for was, now in pairs}
        found += [
            _Column(kind, _label(column), origin.get(place), place)
            for place, column in enumerate(new)
        ]
        found += [
            _Column(kind, _label(column), place, None)
            for place, column in enumerate(old)
            if place not in origin.values()
        ]
    return found


def _column_keys(column: Any) -> list[str]:
    """Return what a column may be known by, the surest first."""
    if isinstance(column, str):
        return [column]
    return [column.id, getattr(column, "text", ""), getattr(column, "name", ""), column.label]


def _paired(old: Sequence[list[str]], new: Sequence[list[str]]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for rank in range(max(map(len, [*old, *new]), default=0)):
        taken = {was for was, _ in pairs}, {now for _, now in pairs}
        waiting = defaultdict(list)
        for was, keys in enumerate(old):
            if was not in taken[0] and rank < len(keys) and keys[rank]:
                waiting[keys[rank]].append(was)
        for now, keys in enumerate(new):
            if now not in taken[1] and rank < len(keys) and waiting.get(keys[rank]):
                pairs.append((waiting[keys[rank]].pop(0), now))
    return pairs


def _label(column: Any) -> str:
    if isinstance(column, str):
        return column
    return str(column.label or getattr(column, "text", "") or getattr(column, "name", ""))


def _settings(before: Any, after: Any, columns: Sequence[_Column]) -> Iterable[Setting]:
    for name, field in (("Hit policy", "hit_policy"), ("Aggregation", "aggregation")):
        was, now_is = getattr(before, field), getattr(after, field)
        if was != now_is:
            yield Setting("chg", name, was.lower(), now_is.lower())
    for column in columns:
        words = f"Column “{column.label}”"
        if column.before is None:
            yield Setting("add", words)
        elif column.after is None:
            yield Setting("del", words)
        elif column.kind != "annotations":
            old = getattr(before, column.kind)[column.before]
            new = getattr(after, column.kind)[column.after]
            yield from _column_settings(words, old, new)
    for kind in ("inputs", "outputs", "annotations"):
        order = [
            column.before
            for column in columns
            if column.kind == kind and column.before is not None and column.after is not None
        ]
        if order != sorted(order):
            yield Setting("chg", "Order of the columns")


def _column_settings(words: str, old: Any, new: Any) -> Iterable[Setting]:
    fields = {
        "label": "its heading",
        "text": "what it reads",
        "name": "its name",
        "type_ref": "its type",
        "allowed": "its allowed values",
        "default": "what it gives otherwise",
    }
    for field, aspect in fields.items():
        was, now_is = getattr(old, field, ""), getattr(new, field, "")
        if was.strip() != now_is.strip():
            yield Setting("chg", f"{words}: {aspect}", was or "none", now_is or "none")


def _rows(
    before: Any, after: Any, columns: Sequence[_Column], shown: Sequence[_Column]
) -> Iterable[RowDifference]:
    """Give the rows that differ, in the order of the table after, removed ones where they stood."""
    old = [_Row(rule, columns, before=True) for rule in before.rules] if before else []
    new = [_Row(rule, columns, before=False) for rule in after.rules] if after else []
    pairs = _matched(old, new)
    moved = _moved(pairs)
    origin = {now: was for was, now in pairs}
    place = dict(pairs)
    entries: list[tuple[tuple[int, int, int], RowDifference]] = []
    for now, row in enumerate(new):
        was = origin.get(now)
        cells = tuple(_cells(old[was] if was is not None else None, row, shown))
        kind = "add" if was is None else "chg" if any(c.changed for c in cells) else ""
        if kind or was in moved:
            number = None if was is None else was + 1
            entry = RowDifference(kind or "mov", number, now + 1, was in moved, cells)
            entries.append(((now, 1, 0), entry))
    last = -1  # Where the row before a removed one stands now.
    for was, row in enumerate(old):
        if was in place:
            last = place[was]
            continue
        cells = tuple(_cells(row, None, shown))
        entries.append(((last, 2, was), RowDifference("del", was + 1, None, False, cells)))
    return [entry for _, entry in sorted(entries, key=lambda item: item[0])]


class _Row:
    """One row: its id, and its texts by the place of their column among all columns."""

    def __init__(self, rule: Any, columns: Sequence[_Column], *, before: bool) -> None:
        self.id = rule.id
        self.texts: dict[_Column, str] = {}
        for column in columns:
            place = column.before if before else column.after
            texts = getattr(rule, column.kind)
            if place is not None:
                self.texts[column] = str(texts[place]).strip() if place < len(texts) else ""
        common = [c for c in columns if c.before is not None and c.after is not None]
        self.content = tuple(_meant(self.texts[column], column) for column in common)


def _meant(text: str, column: _Column) -> str:
    return "-" if column.kind == "inputs" and text in NOTHING else text


def _matched(old: Sequence[_Row], new: Sequence[_Row]) -> list[tuple[int, int]]:
    """Pair rows: by id, then by content; where no id is known, by place if enough is the same."""
    pairs = _paired(
        [[row.id, repr(row.content)] for row in old], [[row.id, repr(row.content)] for row in new]
    )
    if {row.id for row in old if row.id} & {row.id for row in new}:
        return pairs
    gone = sorted(set(range(len(old))) - {was for was, _ in pairs})
    come = sorted(set(range(len(new))) - {now for _, now in pairs})
    for was, now in zip(gone, come, strict=False):
        if _likeness(old[was], new[now]) >= ALIKE:
            pairs.append((was, now))
    return pairs


def _likeness(old: _Row, new: _Row) -> float:
    same = sum(a == b for a, b in zip(old.content, new.content, strict=True))
    return same / len(old.content) if old.content else 0.0


def _moved(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Return the rows before that left their order: all but a longest run that kept it."""
    order = [was for was, _ in sorted(pairs, key=lambda pair: pair[1])]
    tails: list[int] = []  # The smallest end of a rising run, by its length.
    length_at: list[int] = []
    for was in order:
        length = bisect_left(tails, was)
        tails[length : length + 1] = [was]
        length_at.append(length)
    kept: set[int] = set()
    wanted, below = len(tails) - 1, len(order) and max(order) + 1
    for was, length in zip(reversed(order), reversed(length_at), strict=True):
        if length == wanted and was < below:
            kept.add(was)
            wanted, below = wanted - 1, was
    return set(order) - kept


def _cells(old: _Row | None, new: _Row | None, shown: Sequence[_Column]) -> Iterable[Cell]:
    for column in shown:
        was = old.texts.get(column) if old else None
        now_is = new.texts.get(column) if new else None
        if old and new:
            changed = _meant(was or "", column) != _meant(now_is or "", column)
            if was is None and now_is in NOTHING:
                changed = False
        else:
            changed = (now_is if new else was) not in NOTHING
        yield Cell(column.label, was, now_is, column.kind, changed)
