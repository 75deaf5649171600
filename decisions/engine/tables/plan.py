"""How the rows of a table are found: which columns by masks, and which by asking the rows left.

A mask lookup costs the same whatever it leaves; asking a row costs little, but for every row left.
So the most telling columns are looked up until about one row is left, and that is asked the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log, prod
from typing import Any

from decisions.engine.numbers import CONTEXT, DIGITS, as_integer
from decisions.engine.tables.columns import Column, Masks, by_identity
from decisions.engine.tables.sets import spans_in
from decisions.engine.types import BOOLEAN, NUMBER, Type

SHORT = (1 << 30) - 1
"""Up to here Python compares integers fastest."""
_LONG = 10 ** (DIGITS + 1)
_ASKING = 100.0
"""What asking a row costs, in nanoseconds; half of the rows left are asked in vain."""


@dataclass(frozen=True)
class Check:
    """How a row is asked about one column: a test with {v} for the value and {a}, {b} for cells.

    `cells` holds what the test names: a column for each name, with a value for each row. A check
    `guards` when what it lets through needs no guard of its own: a text known by name, a number
    within `far` of 0.
    """

    test: str
    names: str
    cells: tuple[Sequence[Any], ...]
    guards: bool = False
    far: int = 0


@dataclass(frozen=True)
class Plan:
    """The columns to look up, in order, and those to ask the rows that are left about."""

    masked: tuple[int, ...]
    checks: Mapping[int, Check]


def plan_of(masks: Mapping[int, Masks], sure: Sequence[int]) -> Plan:
    """Choose how to find rows; columns that are never null (`sure`) may be asked about."""
    checks = {
        place: check
        for place in sure
        if place in masks and (check := check_of(masks[place].column)) is not None
    }
    rows = next(iter(masks.values())).column.rows
    chosen = [place for place in masks if place not in checks]
    left = float(rows) * prod(_share(masks[place]) for place in chosen)
    open_to_choice = sorted(checks, key=lambda place: _worth(masks[place]), reverse=True)
    for place in open_to_choice:
        gain = left * (1 - _share(masks[place])) * _ASKING / 2
        if gain > _price(masks[place]) or not chosen:
            chosen.append(place)
            left *= _share(masks[place])
    exact = {place for place in chosen if masks[place].spans is None}
    asked = sorted(checks.keys() - exact, key=lambda place: _share(masks[place]))
    return Plan(tuple(chosen), {place: checks[place] for place in asked})


def _share(masks: Masks) -> float:
    """Estimate which share of the rows a lookup leaves, when every class is as likely."""
    distinct = masks.masks
    return sum(mask.bit_count() for mask in distinct) / (len(distinct) * masks.column.rows)


def _price(masks: Masks) -> float:
    """Estimate what a lookup and its join cost, in nanoseconds."""
    column = masks.column
    lookup = 20.0 if column.kind == BOOLEAN or column.dense else 50.0
    if column.values is None and not column.dense:
        lookup = 50.0 + 10.0 * len(column.bounds).bit_length()
    return lookup + 25.0 + column.rows / 100


def _worth(masks: Masks) -> float:
    return -log(max(_share(masks), 1e-9)) / _price(masks)


def check_of(column: Column) -> Check | None:
    """Find the test that all rows of a column share, if there is one."""
    if column.open_rows:
        return None
    if column.values is None:
        return _span_check(column)
    cells = [cell for cell in column.cells if cell is not None]
    if any(cell.inverted and cell.values for cell in cells):
        return None
    values = [None if cell.inverted else cell.values for cell in cells]
    if column.kind == BOOLEAN:
        if any(value is not None and len(value) != 1 for value in values):
            return None
        single = [None if value is None else next(iter(value)) for value in values]
        return Check("({a} is None or {a} is {v})", "a", (single,))
    free = None in values
    if not free and all(len(value or ()) == 1 for value in values):
        named = [value for taken in values for value in taken or ()]
        return Check("{v} == {a}", "a", (named,), guards=True)
    test = "({a} is None or {v} in {a})" if free else "{v} in {a}"
    return Check(test, "a", (values,), not free)


def _span_check(column: Column) -> Check | None:
    """Find the comparison that all rows share: the same signs at both ends."""
    known: dict[int, Any] = {}
    for key, cell in by_identity(column.cells).items():
        taken = () if cell is None else spans_in(cell, column.kind)
        if len(taken) != 1:
            return None
        known[key] = taken[0]
    spans = [known[id(cell)] for cell in column.cells]
    near = all(-SHORT < bound < SHORT for bound in column.bounds) if column.kind == NUMBER else True
    far = SHORT if near else _LONG
    low, low_closed = _ends([start for start, _ in spans], column.kind, -far, after=False)
    high, high_closed = _ends([end for _, end in spans], column.kind, far, after=True)
    if low is None or high is None:
        return None
    lower = "{a} <" + "=" * low_closed if low else ""
    upper = "<" + "=" * high_closed + " {b}" if high else ""
    names = ("a" if low else "") + ("b" if high else "")
    ends = (end for end in (low, high) if end)
    return Check(f"{lower} {{v}} {upper}".strip(), names, tuple(ends), column.kind == NUMBER, far)


def _ends(
    ends: Sequence[Any], kind: Type, far: int, *, after: bool
) -> tuple[list[Any] | None, bool]:
    """Give one end of all rows in the same form, and whether it is the last value itself.

    Numbers are held against whole numbers where they are such, and an open end is far away; other
    kinds are held against their ends as they are. No list where no row has such an end; None
    where rows differ in form.
    """
    given = [end for end in ends if end is not None]
    if kind != NUMBER:
        if not given:
            return [], False
        return (list(ends), not after) if len(given) == len(ends) else (None, False)
    # Cells share their ends, and a decimal takes long to hash.
    shared = dict(zip(map(id, given), given, strict=True))
    last = {key: as_integer(CONTEXT.next_minus(Decimal(end))) for key, end in shared.items()}
    if last and None not in last.values():
        return [far if end is None else last[id(end)] for end in ends], after
    if any(value is not None for value in last.values()):
        return None, False
    return [far if end is None else end for end in ends], not after
