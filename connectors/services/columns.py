"""Columns of a file become expressions: suggested by name, with the conversion their cells need."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.models import ModelVersion
from decisions.services import outline

AUTOMATIC = "auto"
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RESERVED = {"and", "or", "in", "if", "then", "else", "for", "return", "some", "every", "function"}


@dataclass(frozen=True)
class Conversion:
    """One way to read a cell: FEEL with X for the cell, for inputs of some types."""

    key: str
    label: str
    feel: str
    types: frozenset[str]
    fits: str = ""  # What a cell looks like that asks for it.


_NUMBERS = frozenset({"number"})
_DATES = frozenset({"date"})
_PARTS = 'split(X, "[./-]")'
AS_IT_IS = Conversion("", "As it is", "X", frozenset())
CONVERSIONS = (
    Conversion("number", "Number, 1234.56", "number(X)", _NUMBERS, r"[+-]?\d+(\.\d+)?"),
    Conversion(
        "number_us",
        "Number, 1,234.56",
        'number(X, ",", ".")',
        _NUMBERS,
        r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?",
    ),
    Conversion(
        "number_eu",
        "Number, 1.234,56",
        'number(X, ".", ",")',
        _NUMBERS,
        r"[+-]?\d+(,\d+|(\.\d{3})+(,\d+)?)",
    ),
    Conversion(
        "percent",
        "Percent, 12.5 %",
        'number(replace(X, "[ %]", "")) / 100',
        _NUMBERS,
        r"[+-]?\d+(\.\d+)? ?%",
    ),
    Conversion(
        "day_first",
        "Date, 31/12/2026",
        f"date(number({_PARTS}[3]), number({_PARTS}[2]), number({_PARTS}[1]))",
        _DATES,
        r"(1[3-9]|2\d|3[01]|0?[1-9]|1[0-2])[./-]\d{1,2}[./-]\d{4}",
    ),
    Conversion(
        "month_first",
        "Date, 12/31/2026",
        f"date(number({_PARTS}[3]), number({_PARTS}[1]), number({_PARTS}[2]))",
        _DATES,
        r"\d{1,2}[./-](1[3-9]|2\d|3[01])[./-]\d{4}",
    ),
    Conversion(
        "yes_no",
        "Yes or no",
        'if list contains(["yes", "y", "true", "1", "x"], lower case(string(X))) then true else '
        'if list contains(["no", "n", "false", "0", "-"], lower case(string(X))) then false '
        "else null",
        frozenset({"boolean"}),
        r"(?i)yes|no|y|n|true|false|[01x-]",
    ),
    Conversion(
        "list",
        "List, a; b; c",
        'if X = null then [] else split(X, " *[;|] *")',
        frozenset({"list"}),
        r".+",
    ),
)
_BY_KEY = {one.key: one for one in CONVERSIONS}


@dataclass(frozen=True)
class Place:
    """One input that a file may fill."""

    path: str
    label: str
    type: str
    optional: bool
    many: bool

    @property
    def conversions(self) -> list[Conversion]:
        """The ways to read a cell for it, the plain one first."""
        kind = "list" if self.many and self.type != "record" else self.type
        return [AS_IT_IS, *(one for one in CONVERSIONS if kind in one.types)]


def places_of(version: ModelVersion) -> list[Place]:
    """The inputs of a model that a submitter gives, down to what one cell can hold.

    A list of records stays whole: only FEEL of one's own makes one out of cells.
    """
    fields = [one for one in outline.fields_of(version) if not one.source]
    parents = {one.path.rpartition(".")[0] for one in fields}
    whole = tuple(f"{one.path}." for one in fields if one.many and one.path in parents)
    return [
        Place(
            one.path,
            one.label,
            "record" if one.path in parents else one.base or one.type,
            one.optional,
            one.many,
        )
        for one in fields
        if not one.path.startswith(whole) and (one.many or one.path not in parents)
    ]


def feel_of(column: str, conversion: str = "") -> str:
    """The expression that reads a column."""
    plain = PLAIN.match(column) and column not in _RESERVED
    quoted = column.replace("\\", "\\\\").replace('"', '\\"')
    cell = f"payload.{column}" if plain else f'get value(payload, "{quoted}")'
    return _BY_KEY.get(conversion, AS_IT_IS).feel.replace("X", cell)


def choice_of(text: str, columns: Iterable[str]) -> tuple[str, str] | None:
    """The column and the conversion behind an expression; None for one that somebody wrote."""
    for column in columns:
        for conversion in (AS_IT_IS, *CONVERSIONS):
            if feel_of(column, conversion.key) == text:
                return column, conversion.key
    return None


def suggested(
    places: Sequence[Place],
    columns: Sequence[str],
    sample: Sequence[Mapping[str, Any]],
    known: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """An expression for each input that a column fits by its name; `known` holds other names."""
    by_name = {_folded(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for place in places:
        last = place.path.rpartition(".")[2]
        names = [place.path, place.label, last, *known.get(last, ())]
        if place.type == "record":
            continue
        column = next((by_name[name] for name in map(_folded, names) if name in by_name), None)
        if column is not None:
            cells = [row.get(column) for row in sample]
            found[place.path] = feel_of(column, fitting(place, cells))
    return found


def fitting(place: Place, cells: Iterable[Any]) -> str:
    """The conversion that reads most of some cells for an input; "" for as they are."""
    said = [cell for cell in cells if cell is not None]
    offered = place.conversions[1:]
    if not offered or not all(isinstance(cell, str) for cell in said):
        return ""
    counts = {one.key: sum(bool(re.fullmatch(one.fits, cell)) for cell in said) for one in offered}
    best = max(counts, key=lambda key: counts[key])
    # A date that fits nothing may be one as it is; a number is never a text.
    return "" if place.type == "date" and not counts[best] else best


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def choices_of(entries: Mapping[str, str], columns: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Column and conversion of each input that is read from a column, by its path."""
    found = {path: choice_of(text, columns) for path, text in entries.items()}
    return {path: choice for path, choice in found.items() if choice is not None}


def unread(
    chosen: Mapping[str, tuple[str, str]], values: Mapping[str, Any], facts: Mapping[str, Any]
) -> list[str]:
    """Cells that say something which their conversion made nothing of.

    FEEL gives null for “abc” as a number, and null leaves an optional input out: in a file that
    would lose what somebody wrote.
    """
    return [
        f"{path}: “{str(values[column])[:60]}” in the column {column} does not read as "
        f"“{_BY_KEY[conversion].label}”."
        for path, (column, conversion) in chosen.items()
        if conversion and values.get(column) is not None and inner(facts, path) is None
    ]


def inner(facts: Mapping[str, Any], path: str) -> Any:
    value: Any = facts
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
