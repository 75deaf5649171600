"""The columns of a sheet as those of a table: found by their heads, in whatever order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.errors import Fault
from decisions.services.exporting import HEAD, KINDS, ROW_ID, column_key
from decisions.services.sheet_files import Sheet, refuse


@dataclass(frozen=True)
class Columns:
    """The columns of a table by id; `places` says where those stand that a sheet has."""

    ids: list[str]
    kinds: Mapping[str, str]
    labels: Mapping[str, str]
    allowed: Mapping[str, Sequence[str] | None]
    places: Mapping[str, int]
    id_place: int | None
    head: int

    def id_in(self, sheet: Sheet, line: int) -> str:
        return "" if self.id_place is None else sheet.cell(line, self.id_place).strip()

    def texts_in(self, sheet: Sheet, line: int) -> dict[str, str]:
        """Give the cells of a line by column; an empty test is one that asks nothing."""
        return {
            column: self._text(column, sheet.cell(line, at)) for column, at in self.places.items()
        }

    def _text(self, column: str, text: str) -> str:
        return "-" if self.kinds[column] == "inputs" and not text.strip() else text

    def by_kind(self, texts: Mapping[str, str]) -> dict[str, list[str]]:
        """Give the cells of a new row as an operation takes them."""
        return {
            kind: [texts.get(column, "") for column in self.ids if self.kinds[column] == kind]
            for kind in KINDS
        }


def columns_of(shown: Mapping[str, Any], sheet: Sheet) -> Columns:
    """Find a table's columns in a sheet; raises Invalid where its head names others.

    A sheet that was exported says the kind of each column and what it reads or gives; any other
    has one row of heads.
    """
    table = [(kind, _id(kind, at, c), c) for kind in KINDS for at, c in enumerate(shown[kind])]
    kinds = {word.casefold() for word in KINDS.values()}
    heads = {text.strip().casefold() for text in (sheet.rows[0] if sheet.rows else ())}
    named = heads - {"", ROW_ID.casefold()}
    exported = bool(named) and named <= kinds
    width = max((len(row) for row in sheet.rows), default=0)
    places: dict[str, int] = {}
    id_place: int | None = None
    faults: list[Fault] = []
    for at in range(width):
        head = [sheet.cell(line, at).strip() for line in range(HEAD if exported else 1)]
        if head[0].casefold() == ROW_ID.casefold():
            id_place = at
            continue
        found = _found(table, head)
        # Of columns that nothing tells apart, the sheet has them in the order of the table.
        found = [i for i in found if i not in places][:1] or found if exported else found
        if not any(head) and not any(sheet.cell(n, at) for n in range(len(sheet.rows))):
            continue
        message = _wrong(found, places, head, table)
        if message:
            line = 1 if exported else 0
            faults.append(Fault(where=sheet.place(line, at), message=message, hint=""))
        else:
            places[found[0]] = at
    if not places and not faults:
        faults.append(Fault(where=sheet.place(0, 0), message="No column has a head.", hint=""))
    refuse("The columns of the sheet are not those of the table. Nothing was changed.", faults)
    return Columns(
        ids=[column for _, column, _ in table],
        kinds={column: kind for kind, column, _ in table},
        labels={column: _label(kind, c) for kind, column, c in table},
        allowed={column: None if isinstance(c, str) else c["allowed"] for _, column, c in table},
        places=places,
        id_place=id_place,
        head=HEAD if exported else 1,
    )


def _id(kind: str, at: int, column: Any) -> str:
    return f"annotation:{at}" if kind == "annotations" else str(column["id"])


def _label(kind: str, column: Any) -> str:
    return column if isinstance(column, str) else str(column["label"] or column_key(kind, column))


def _found(table: Sequence[tuple[str, str, Any]], head: Sequence[str]) -> list[str]:
    """List the columns that a head may mean, those of the same expression or name first."""
    if len(head) == HEAD:
        kind = next((k for k, word in KINDS.items() if word.casefold() == head[0].casefold()), "")
        own = [(k, i, c) for k, i, c in table if not kind or k == kind]
        key = head[1] if kind == "annotations" else head[2]
        exact = [i for k, i, c in own if key and column_key(k, c) == key]
        both = [i for k, i, c in own if i in exact and _label(k, c) == head[1]]
        named = [i for k, i, c in own if _label(k, c).casefold() == head[1].casefold()]
        return both or exact or named
    exact = [i for k, i, c in table if _label(k, c).casefold() == head[0].casefold()]
    return exact or [i for k, i, c in table if column_key(k, c).casefold() == head[0].casefold()]


def _wrong(
    found: Sequence[str],
    places: Mapping[str, int],
    head: Sequence[str],
    table: Sequence[tuple[str, str, Any]],
) -> str:
    name = (head[1] if len(head) == HEAD else head[0])[:60]
    if not found:
        known = ", ".join(_label(kind, column) for kind, _, column in table)
        return f"“{name}” is no column of this table. Its columns are {known}."
    if len(found) > 1:
        return f"The table has several columns called “{name}”. Use a sheet that was exported."
    return f"The column “{name}” is there twice. Remove one." if found[0] in places else ""
