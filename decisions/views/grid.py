"""The grid of a reference table as one form: cells as text, read back by their column's type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from decisions.errors import Fault
from decisions.faults import words_of
from decisions.services.reference_values import text_of, value_of

MOST_ROWS = 100
MOST_FIELDS = 900  # Django takes 1,000 fields of one form; some are ours.

Column = Mapping[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One field of the form."""

    column: Column
    name: str
    text: str
    fault: str

    @property
    def long(self) -> bool:
        return len(self.text) > 28 or "\n" in self.text

    @property
    def choices(self) -> Sequence[str]:
        return list(self.column.get("choices", ()))

    @property
    def stray(self) -> bool:
        return self.text not in ("", *self.choices)

    @property
    def type(self) -> str:
        return str(self.column.get("type", "any"))


@dataclass(frozen=True)
class GridRow:
    """One line of the form; `origin` is its number in the content that is edited, 0 if new."""

    place: int
    number: int
    origin: int
    cells: list[Cell]


@dataclass
class Grid:
    """The rows of a table that one page edits, in place of `size` rows from `start` on.

    What stands before and after them is kept, so that a table of any length can be edited.
    """

    columns: Sequence[Column]
    start: int
    size: int
    rows: list[list[str]]
    origins: list[int]
    fresh: int = -1
    faults: dict[tuple[int, str], str] = field(default_factory=dict)

    def shown(self) -> list[GridRow]:
        return [
            GridRow(place, self.start + place + 1, origin, self._cells(place, texts))
            for place, (texts, origin) in enumerate(zip(self.rows, self.origins, strict=True))
        ]

    def _cells(self, place: int, texts: list[str]) -> list[Cell]:
        return [
            Cell(column, f"c-{place}-{at}", text, self.faults.get((place, column["name"]), ""))
            for at, (column, text) in enumerate(zip(self.columns, texts, strict=True))
        ]

    def put_faults(self, faults: Sequence[Fault]) -> list[str]:
        """Tie faults to cells of this page; return the sentences about others."""
        elsewhere = []
        names = {column["name"] for column in self.columns}
        for fault in faults:
            number, _, name = fault.get("where", "").lstrip("/").partition("/")
            words = words_of(fault)
            place = int(number) - 1 - self.start if number.isdigit() else -1
            if 0 <= place < len(self.rows) and name in names:
                self.faults[place, name] = words
            else:
                elsewhere.append(f"Row {number}: {words}" if number else words)
        return elsewhere

    def merged_into(self, content: Sequence[Row]) -> list[Row]:
        """Return the whole table with the rows of this page; cells left alone keep their value."""
        edited = [
            row_of(texts, self.columns, origin_in(content, origin))
            for texts, origin in zip(self.rows, self.origins, strict=True)
        ]
        return [*content[: self.start], *edited, *content[self.start + self.size :]]


def origin_in(content: Sequence[Row], number: int) -> Row | None:
    """Return the row that an edited one was before; None for a new one."""
    return content[number - 1] if 0 < number <= len(content) else None


def row_of(texts: Sequence[str], columns: Sequence[Column], before: Row | None) -> Row:
    """Read the cells of a row; those left as they were keep their value."""
    row = {}
    for column, text in zip(columns, texts, strict=True):
        name = column["name"]
        kept = before is not None and text == text_of(before.get(name), column)
        row[name] = before.get(name) if before and kept else value_of(text, column)
    return row


def rows_a_page(columns: Sequence[Column]) -> int:
    return max(1, min(MOST_ROWS, MOST_FIELDS // (len(columns) + 1)))


def grid_of(content: Sequence[Row], columns: Sequence[Column], *, first: int) -> Grid:
    """Return the page of a table that holds row number `first`."""
    step = rows_a_page(columns)
    start = min(max(0, first - 1), max(0, len(content) - 1)) // step * step
    part = content[start : start + step]
    texts = [[text_of(row.get(c["name"]), c) for c in columns] for row in part]
    origins = list(range(start + 1, start + 1 + len(part)))
    return Grid(columns, start, len(part), texts, origins)


def posted_grid(form: QueryDict, columns: Sequence[Column], *, total: int) -> Grid:
    """Read the grid that came back, with the row added or removed that its button asked for."""
    start = min(whole(form.get("start")), total)
    size = min(whole(form.get("size")), total - start)
    count = min(whole(form.get("rows")), 2 * MOST_ROWS)
    rows = [
        [_posted(form, f"c-{place}-{at}") for at in range(len(columns))] for place in range(count)
    ]
    origins = [whole(form.get(f"o-{place}")) for place in range(count)]
    grid = Grid(columns, start, size, rows, origins)
    if "remove" in form:
        place = whole(form.get("remove"))
        del grid.rows[place : place + 1]
        del grid.origins[place : place + 1]
    if "add" in form:
        grid.fresh = len(grid.rows)
        grid.rows.append(["" for _ in columns])
        grid.origins.append(0)
    return grid


def whole(text: str | None) -> int:
    """Read a whole number of ours; anything else is 0."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _posted(form: QueryDict, name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").replace("\0", "")
