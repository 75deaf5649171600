"""Random tables and inputs against a naive reading of the same cells and hit policies."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.engine import Decide, load_model
from decisions.engine.tables.hit_policy import AGGREGATIONS, POLICIES
from tests.decisions.engine import dmn
from tests.decisions.engine.naive_tables import VALUES, Cell, Table, UnaryTest

Choose = Callable[[Sequence[Any]], Any]


def grow_test(choose: Choose, kind: str, kinds: list[str]) -> UnaryTest:
    form = choose(["", "", "", "=", "!=", "<", "<=", ">", ">=", "range", "range", "list", "? =",
                   "? !=", "? <", "? >="])  # fmt: skip
    count = {"range": 2, "list": choose([1, 2, 3])}.get(form, 1)
    values, inputs = [], []
    for _ in range(count):
        of = choose(list(VALUES)) if choose(range(20)) == 0 else kind
        values.append(None if choose(range(15)) == 0 else choose(VALUES[of]))
        inputs.append(choose(range(len(kinds))) if choose(range(8)) == 0 else None)
    return UnaryTest(form, tuple(values), tuple(inputs), choose(["[]", "()", "(]", "[)"]))


def grow_cell(choose: Choose, kind: str, kinds: list[str]) -> Cell:
    count = choose([0, 1, 1, 1, 2, 3])
    tests = tuple(grow_test(choose, kind, kinds) for _ in range(count))
    return Cell(tests, count > 0 and choose(range(4)) == 0)


def grow_table(choose: Choose, *, most: int) -> Table:
    kinds = [choose(list(VALUES)) for _ in range(choose([1, 1, 2, 3, 4]))]
    count = choose(range(1, most + 1))
    rows = [[grow_cell(choose, kind, kinds) for kind in kinds] for _ in range(count)]
    policy = choose([*POLICIES, "COLLECT", "COLLECT"])
    given = [choose(["number", "number", *VALUES]) for _ in range(choose([1, 1, 2, 3]))]
    few = choose([1, 2, 9])
    made = [
        [None if choose(range(20)) == 0 else choose(VALUES[kind][:few]) for kind in given]
        for _ in rows
    ]
    table = Table(kinds, policy, "", rows, made)
    if policy == "COLLECT":
        table.aggregation = choose(["", *AGGREGATIONS])
    if policy in ("PRIORITY", "OUTPUT ORDER"):
        for place, kind in enumerate(given):
            if place == 0 or choose([True, False]):
                table.order[place] = sorted(VALUES[kind], key=lambda _: choose(range(99)))
    if choose(range(3)) == 0:
        places = [place for place in range(len(given)) if place == 0 or choose([True, False])]
        table.defaults = {place: choose(VALUES[given[place]]) for place in places}
    return table


def grow_facts(choose: Choose, kinds: list[str]) -> list[Any]:
    return [None if choose(range(8)) == 0 else choose(VALUES[kind]) for kind in kinds]


def assert_agreement(table: Table, decide: Decide, facts: Sequence[Any], *, typed: bool) -> None:
    result = decide({f"in{place}": fact for place, fact in enumerate(facts)})
    hits = table.hits(facts, typed=typed)
    assert result.rows == [("t", hit + 1) for hit in hits]
    expected = table.gives(hits)
    assert (result.value, type(result.value)) == (expected, type_like(expected, result.value))
    assert result.failed or not table.must_fail(hits)
    explained = next(entry for entry in result.explain() if entry["name"] == "D")
    assert explained["matched"] == [hit + 1 for hit in hits]


def type_like(expected: Any, found: Any) -> type:
    """Let an int be a Decimal of the same value, but nothing else be anything else."""
    numbers = {int, Decimal}
    return type(found) if {type(expected), type(found)} <= numbers else type(expected)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_table_agrees_with_a_naive_reading(data: st.DataObject) -> None:
    def choose(options: Sequence[Any]) -> Any:
        return data.draw(st.sampled_from(options))

    table, typed = grow_table(choose, most=4), choose([True, False])
    decide = table.decide(typed=typed)
    for _ in range(3):
        assert_agreement(table, decide, grow_facts(choose, table.kinds), typed=typed)


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=True))
def test_larger_table_agrees_with_a_naive_reading(chance: random.Random) -> None:
    table = grow_table(chance.choice, most=60)
    for typed in (True, False):
        decide = table.decide(typed=typed)
        for _ in range(5):
            assert_agreement(table, decide, grow_facts(chance.choice, table.kinds), typed=typed)


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=True))
def test_fact_of_a_wrong_type_counts_as_null_and_fails(chance: random.Random) -> None:
    table = grow_table(chance.choice, most=8)
    facts = grow_facts(chance.choice, table.kinds)
    place = chance.choice(range(len(facts)))
    wrong = chance.choice([["a", "list"], {"a": "context"}, object()])
    given_facts = {f"in{i}": wrong if i == place else fact for i, fact in enumerate(facts)}
    result = table.decide(typed=True)(given_facts)
    facts[place] = None
    assert result.failed
    assert result.rows == [("t", hit + 1) for hit in table.hits(facts, typed=True)]


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=True))
def test_fact_of_another_kind_than_its_cells_meets_none_of_them(chance: random.Random) -> None:
    table = grow_table(chance.choice, most=8)
    facts = [chance.choice(VALUES[chance.choice(list(VALUES))]) for _ in table.kinds]
    assert_agreement(table, table.decide(typed=False), facts, typed=False)


@pytest.mark.parametrize(("cell", "value"), [("[5..1]", None), ("> 1e22", None), ("< 1e22", 1)])
def test_long_table_takes_bounds_that_no_short_number_reaches(cell: str, value: Any) -> None:
    body = dmn.table("FIRST", [("n", "number")], [("out", "number")], [[cell, "1"]] * 12)
    model = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", body, inputs=["n"]))
    )
    assert model.decision("D")({"n": 3}).value == value
