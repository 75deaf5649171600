"""Grows cells of tables as texts, and the values they are about."""

from __future__ import annotations

import datetime as py
from typing import Any

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


@st.composite
def cells(draw: st.DrawFn, kind: str) -> str:
    """Grow the text of a cell."""
    values = VALUES[kind]
    form = draw(st.sampled_from(["any", "list", "not", "compare", "range", "expression"]))
    if kind == "boolean" and form in ("compare", "range"):
        form = "list"
    if form == "any":
        return "-"
    if form in ("list", "not"):
        chosen = tuple(draw(st.lists(values, min_size=1, max_size=3)))
        text = ", ".join(map(write, chosen))
        return f"not({text})" if form == "not" else text
    if form == "range":
        low, high = sorted([draw(values), draw(values)])
        ends = draw(st.booleans()), draw(st.booleans())
        return f"{'[' if ends[0] else '('}{write(low)}..{write(high)}{']' if ends[1] else ')'}"
    value = draw(values)
    if form == "compare":
        operator = draw(st.sampled_from(["<", "<=", ">", ">="]))
        return f"{operator} {write(value)}"
    return f"? = {write(value)}"
