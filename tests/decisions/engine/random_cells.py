"""Grows cells of tables as texts, and the values they are about."""

from __future__ import annotations

import datetime as py
from typing import Any, NamedTuple

from hypothesis import strategies as st

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "number": st.one_of(
        st.integers(-3, 3), st.decimals(-3, 3, places=1, allow_nan=False, allow_infinity=False)
    ),
    "string": st.sampled_from(["", "a", "b", "a b", 'q"q', "ä🐎", "-", "not(x)", "\\"]),
    "boolean": st.booleans(),
    "date": st.dates(py.date(2024, 2, 27), py.date(2024, 3, 3)),
}


def write(value: Any) -> str:
    """Write a constant as FEEL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f'date("{value}")' if isinstance(value, py.date) else str(value)


class Cell(NamedTuple):
    """A cell as text, and the values it names."""

    text: str
    values: tuple[Any, ...] = ()


@st.composite
def cells(draw: st.DrawFn, kind: str) -> Cell:
    """Grow a cell."""
    values = VALUES[kind]
    form = draw(st.sampled_from(["any", "list", "not", "compare", "range", "expression"]))
    if kind == "boolean" and form in ("compare", "range"):
        form = "list"
    if form == "any":
        return Cell("-")
    if form in ("list", "not"):
        chosen = tuple(draw(st.lists(values, min_size=1, max_size=3)))
        text = ", ".join(map(write, chosen))
        return Cell(f"not({text})" if form == "not" else text, chosen)
    if form == "range":
        low, high = sorted([draw(values), draw(values)])
        ends = draw(st.booleans()), draw(st.booleans())
        text = f"{'[' if ends[0] else '('}{write(low)}..{write(high)}{']' if ends[1] else ')'}"
        return Cell(text, (low, high))
    value = draw(values)
    if form == "compare":
        operator = draw(st.sampled_from(["<", "<=", ">", ">="]))
        return Cell(f"{operator} {write(value)}", (value,))
    return Cell(f"? = {write(value)}", (value,))
