"""Random tables and inputs against a naive reading of the same cells."""

from __future__ import annotations

import datetime as py
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.engine import load_model
from tests.decisions.engine import dmn

POLICIES = ["UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"]
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


@dataclass(frozen=True)
class Cell:
    """A cell: its text, and what it says about a value, by plain Python."""

    text: str
    kind: str
    values: tuple[Any, ...] = ()
    ends: tuple[bool, bool] = (True, True)

    def says(self, value: Any) -> bool | None:
        if self.kind == "any":
            return True
        if self.kind == "list":
            return value in self.values
        if self.kind == "not":
            return value not in self.values
        if value is None:
            return None
        low, high = self.values[0], self.values[-1]
        if self.kind == "range":
            above = low <= value if self.ends[0] else low < value
            return above and (value <= high if self.ends[1] else value < high)
        return {"<": value < low, "<=": value <= low, ">": value > low, ">=": value >= low}[
            self.kind
        ]


@st.composite
def cells(draw: st.DrawFn, kind: str) -> Cell:
    values = VALUES[kind]
    form = draw(st.sampled_from(["any", "list", "not", "compare", "range", "expression"]))
    if kind == "boolean" and form in ("compare", "range"):
        form = "list"
    if form == "any":
        return Cell("-", "any")
    if form in ("list", "not"):
        chosen = tuple(draw(st.lists(values, min_size=1, max_size=3)))
        text = ", ".join(map(write, chosen))
        return Cell(f"not({text})" if form == "not" else text, form, chosen)
    if form == "range":
        low, high = sorted([draw(values), draw(values)])
        ends = draw(st.booleans()), draw(st.booleans())
        text = f"{'[' if ends[0] else '('}{write(low)}..{write(high)}{']' if ends[1] else ')'}"
        return Cell(text, "range", (low, high), ends)
    value = draw(values)
    if form == "compare":
        operator = draw(st.sampled_from(["<", "<=", ">", ">="]))
        return Cell(f"{operator} {write(value)}", operator, (value,))
    return Cell(f"? = {write(value)}", "list", (value,))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[Cell]], str, list[list[Any]]]:
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4))
    rows = draw(st.lists(st.tuples(*(cells(kind) for kind in kinds)), min_size=1, max_size=8))
    inputs = draw(
        st.lists(
            st.tuples(*(st.one_of(st.none(), VALUES[kind]) for kind in kinds)),
            min_size=1,
            max_size=5,
        )
    )
    policy = draw(st.sampled_from(POLICIES))
    return kinds, [list(row) for row in rows], policy, [list(values) for values in inputs]


def expected(policy: str, hits: list[int]) -> Any:
    """Give what a table whose rows give their own numbers must answer."""
    if policy in ("COLLECT", "RULE ORDER"):
        return hits
    if not hits or (policy in ("UNIQUE", "ANY") and len(hits) > 1):
        return None
    return hits[0]


def model_of(kinds: list[str], rows: list[list[Cell]], policy: str, *, typed: bool) -> Any:
    names = [f"in{place}" for place in range(len(kinds))]
    body = dmn.table(
        policy,
        [(name, kind if typed else "") for name, kind in zip(names, kinds, strict=True)],
        [("out", "number")],
        [[*(cell.text for cell in row), str(number)] for number, row in enumerate(rows, 1)],
    )
    inputs = (
        dmn.input_data(name, kind if typed else "") for name, kind in zip(names, kinds, strict=True)
    )
    return load_model(dmn.file(*inputs, dmn.decision("D", body, inputs=names)))


@settings(max_examples=120, deadline=None)
@given(tables(), st.booleans())
def test_table_agrees_with_a_naive_reading(
    case: tuple[list[str], list[list[Cell]], str, list[list[Any]]], typed: bool
) -> None:
    kinds, rows, policy, inputs = case
    model = model_of(kinds, rows, policy, typed=typed)
    assert [p for p in model.problems if p.severity == "error"] == []
    decide = model.decision("D")
    for values in inputs:
        hits = [
            number
            for number, row in enumerate(rows, 1)
            if all(cell.says(value) is True for cell, value in zip(row, values, strict=True))
        ]
        facts = {f"in{place}": value for place, value in enumerate(values)}
        result = decide(facts)
        assert result.value == expected(policy, hits)
        read = hits[:1] if policy == "FIRST" else hits
        assert result.rows == [("t", number) for number in read]
        explained = next(entry for entry in result.explain() if entry["name"] == "D")
        assert explained["matched"] == read
        assert explained["value"] == result.value
        assert {rule["number"] for rule in explained["rules"] if rule["matched"]} == set(read)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("ab"), min_size=2, max_size=2), max_size=4), st.data())
def test_value_of_a_wrong_type_never_matches_a_constant(rows: Any, data: st.DataObject) -> None:
    table = [[Cell(write(text), "list", (text,)) for text in row] for row in rows]
    if not table:
        return
    model = model_of(["string", "string"], table, "COLLECT", typed=True)
    wrong = data.draw(st.one_of(st.integers(), st.booleans(), st.just(Decimal("1.5"))))
    result = model.decision("D")({"in0": wrong, "in1": "a"})
    assert (result.value, result.failed) == ([], True)


@pytest.mark.parametrize(("cell", "value"), [("[5..1]", None), ("> 1e22", None), ("< 1e22", 1)])
def test_long_table_takes_bounds_that_no_short_number_reaches(cell: str, value: Any) -> None:
    body = dmn.table("FIRST", [("n", "number")], [("out", "number")], [[cell, "1"]] * 12)
    model = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", body, inputs=["n"]))
    )
    assert model.decision("D")({"n": 3}).value == value
