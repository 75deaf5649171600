"""Batches against the row engine: the same values, rows and problems, item by item."""

from __future__ import annotations

import datetime as py
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.engine import Decide, Invalid, load_model
from decisions.engine.batch import shared
from tests.benchmarks import tables as benchmark
from tests.decisions.engine import dmn
from tests.decisions.engine.random_cells import VALUES, cells, write

SINGLE = ("FIRST", "UNIQUE")
POLICIES = ["FIRST", "UNIQUE", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
OPTIONAL = "<extensionElements><clearance:optional/></extensionElements>"
ODD: list[Any] = [
    None,
    True,
    0,
    1.0,
    -0.0,
    2.5,
    0.1,
    float("nan"),
    float("inf"),
    10**40,
    -(2**63),
    2**63,
    Decimal("1.0"),
    Decimal("0.30000000000000004"),
    Decimal("NaN"),
    "zz",
    "a\0",
    "",
    "2024-02-29",
    py.date(2024, 2, 29),
    py.datetime(2024, 2, 29, tzinfo=py.UTC),
    py.timedelta(1),
    [1],
    {"a": 1},
    (),
    b"x",
]


def facts_of(columns: dict[str, Any], count: int) -> list[dict[str, Any]]:
    listed = {
        name: column if isinstance(column, list) else to_list(column)
        for name, column in columns.items()
    }
    return [{name: column[place] for name, column in listed.items()} for place in range(count)]


def to_list(column: Any) -> list[Any]:
    return list(column) if isinstance(column, tuple) else column.tolist()


def agree(decide: Decide, columns: dict[str, Any], *, names: tuple[str, ...] = ("D",)) -> Any:
    """Hold a batch against the row engine; gives the batch."""
    batch = decide.evaluate_many(columns)
    count = len(next(iter(columns.values()), ()))
    assert len(batch) == count
    assert tuple(batch.outputs) == names
    listed = {name: column.tolist() for name, column in batch.outputs.items()}
    assert all(len(column) == count for column in listed.values())
    failed = []
    for place, facts in enumerate(facts_of(columns, count)):
        result = decide(facts)
        value = batch.value(place)
        assert exact(value) == exact(result.value), facts
        assert batch.hits(place) == result.rows, facts
        assert batch.problems.get(place, []) == result.problems, facts
        given_out = {name: column[place] for name, column in listed.items()}
        if len(names) == 1:
            assert exact(given_out[names[0]]) == exact(value)
        else:
            assert exact(given_out) == exact(value or dict.fromkeys(names))
        failed.append(result.failed)
        hits = [row for _, row in result.rows]
        found = batch.rows[place]
        if isinstance(batch.rows, list):
            assert found == result.rows
        else:
            assert int(found) == (hits[0] if len(hits) == 1 else 0)
    assert batch.failed.tolist() == failed
    return batch


def exact(value: Any) -> Any:
    """Tell 1, 1.0 and true apart, and 1.0 from 1.00."""
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [exact(part) for part in value]
    return type(value), str(value)


def table_model(
    kinds: list[str],
    rules: list[list[str]],
    policy: str = "FIRST",
    *,
    outputs: tuple[tuple[str, str], ...] = (("out", "number"),),
    optional: bool = False,
    types: list[str] | None = None,
    items: str = "",
    **more: Any,
) -> Decide:
    names = [f"in{place}" for place in range(len(kinds))]
    columns = list(zip(names, types or kinds, strict=True))
    body = dmn.table(policy, columns, outputs, rules, **more)
    inputs = [
        dmn.input_data(name, kind, OPTIONAL if optional else "")
        for name, kind in zip(names, kinds, strict=True)
    ]
    model = load_model(dmn.file(items, *inputs, dmn.decision("D", body, inputs=names)))
    return model.decision("D")


@st.composite
def cases(draw: st.DrawFn) -> tuple[Decide, dict[str, list[Any]], tuple[str, ...]]:
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4))
    rows = draw(st.lists(st.tuples(*(cells(kind) for kind in kinds)), max_size=14))
    policy = draw(st.sampled_from(POLICIES))
    several = draw(st.booleans()) and policy in ("FIRST", "UNIQUE", "ANY")
    texts = st.sampled_from(["1", "2", "3", "1.50", "null", "1 + 1"])
    made = [[draw(texts) for _ in range(1 + several)] for _ in rows]
    outputs = (("out", "number"), ("more", "number")) if several else (("out", "number"),)
    decide = table_model(
        kinds,
        [[*(cell.text for cell in row), *out] for row, out in zip(rows, made, strict=True)],
        policy,
        outputs=outputs,
        optional=draw(st.booleans()),
        order={"out": "3, 2, 1, 1.50"},
        aggregation=draw(st.sampled_from(["", "SUM", "MAX"])) if policy == "COLLECT" else "",
        default=draw(st.sampled_from(["", "7", "3 + 4"])),
    )
    count = draw(st.integers(0, 8))
    columns = {}
    for place, kind in enumerate(kinds):
        odd = draw(st.booleans())
        values = st.one_of(VALUES[kind], st.sampled_from(ODD)) if odd else VALUES[kind]
        columns[f"in{place}"] = draw(st.lists(values, min_size=count, max_size=count))
    return decide, columns, ("out", "more") if several else ("D",)


@settings(max_examples=250, deadline=None)
@given(cases())
def test_batch_agrees_with_the_row_engine(case: Any) -> None:
    decide, columns, names = case
    agree(decide, columns, names=names)


# Numbers: floats are the decimals that their texts are

NUMBERS = st.sampled_from(
    [
        "0.1",
        "0.3",
        "0.30000000000000004",
        "-0.5",
        "1e22",
        "5",
        "5.000000000000000000000000000000001",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789.123456789",
    ]
)


def near(text: str) -> st.SearchStrategy[float]:
    middle = float(text)
    return st.sampled_from(
        [
            float(np.nextafter(middle, -np.inf)),
            middle,
            float(np.nextafter(middle, np.inf)),
            -0.0,
            3e300,
            5e-324,
        ]
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", ""]), NUMBERS), min_size=1, max_size=12
    ),
    st.data(),
)
def test_numbers_are_compared_exactly(tests: list[tuple[str, str]], data: st.DataObject) -> None:
    rules = [[f"{sign} {Decimal(text):f}", str(row)] for row, (sign, text) in enumerate(tests)]
    decide = table_model(["number"], rules, "COLLECT")
    first = table_model(["number"], rules)
    floats = data.draw(st.lists(st.sampled_from([t for _, t in tests]).flatmap(near), max_size=6))
    whole = st.one_of(
        st.integers(-6, 6), st.integers(2**63 - 3, 2**63 - 1), st.integers(-(2**63), -(2**63) + 2)
    )
    ints = data.draw(st.lists(whole, max_size=6))
    for column in (np.array(floats, np.float64), floats, np.array(ints, np.int64), ints):
        agree(decide, {"in0": column})
        agree(first, {"in0": column})


@pytest.mark.parametrize("kind", ["int8", "int32", "uint8", "uint64", "float32", "float64", "bool"])
def test_arrays_of_every_kind_stand_for_python_numbers(kind: str) -> None:
    decide = table_model(["number"], [["< 2", "1"], ["[2..3]", "2"], ["> 0.5", "3"]])
    batch = agree(decide, {"in0": np.array([0, 1, 2, 3, 100]).astype(kind)})
    assert batch.failed.any() == (kind == "bool")


# Other columns

DAYS = [['< date("2024-03-01")', "1"], ['date("2024-03-01")', "2"], ["-", "3"]]


@pytest.mark.parametrize(
    "column",
    [
        np.array(["2024-02-29", "2024-03-01", "2024-03-02", "NaT"], "M8[D]"),
        np.array(["2024-02-29", "2024-03-01"], "M8[s]"),
        [
            py.date(2024, 2, 29),
            "2024-03-01",
            "2024-02-30",
            py.datetime(2024, 3, 1, tzinfo=py.UTC),
            5,
        ],
    ],
)
def test_dates_come_in_every_form(column: Any) -> None:
    agree(table_model(["date"], DAYS), {"in0": column})


def test_times_of_nanoseconds_are_read_as_dates_and_times() -> None:
    decide = table_model(["Any"], [["-", "1"]], types=[""])
    batch = decide.evaluate_many({"in0": np.array(["2024-02-29T10:00"], "M8[ns]")})
    assert batch.value(0) == 1


def test_masked_and_text_arrays_are_read_as_their_lists() -> None:
    decide = table_model(["string"], [['"a"', "1"], ['"b", "c"', "2"]], optional=True)
    for column in (
        np.array(["a", "b", "zz"]),
        np.array(["a", None, 5, "c"], object),
        np.ma.array(["a", "b"], mask=[False, True], dtype=object),
    ):
        agree(decide, {"in0": column})


def test_allowed_values_of_inputs_and_columns_are_kept() -> None:
    items = dmn.item("tAge", "number", allowed="[0..120]") + dmn.item(
        "tOdd", "number", allowed="1, 3"
    )
    items += dmn.item("tName", "string", allowed='matches(?, "[a-z]+")')
    rules = [[">= 18", "-", '"x", "y"', "1"], ["-", "3", "-", "2"]]
    decide = table_model(
        ["tAge", "tOdd", "tName"], rules, items=items, allowed={"in0": "< 100", "in2": '"x", "z"'}
    )
    columns: dict[str, Any] = {
        "in0": np.array([18, 5, 121, -1, 110, 99, 5]),
        "in1": [3, 3, 1, 3, 2, 1.0, Decimal("3.0")],
        "in2": ["x", "z", "x", "y", "Z9", "z", "y"],
    }
    assert agree(decide, columns).failed.tolist() == [False, False, True, True, True, False, True]
    agree(decide, {**columns, "in0": columns["in0"] / 2, "in1": np.array(3.0).repeat(7)})


def test_column_of_a_narrower_type_than_its_input_agrees() -> None:
    items = dmn.item("tSmall", "number", allowed="< 5")
    decide = table_model(["number"], [["< 3", "1"], ["-", "2"]], types=["tSmall"], items=items)
    assert agree(decide, {"in0": [1, 4, 7]}).failed.tolist() == [False, False, True]


def test_row_with_an_expression_is_left_to_the_row_engine() -> None:
    rules = [["< 5", "? > in1", "1"], ["-", "< 7", "in0 + in1"], ["-", "-", "3"]]
    agree(table_model(["number", "number"], rules), {"in0": [1, 4, 9, 9], "in1": [0, 9, 5, 8]})


def test_two_rows_of_unique_are_a_problem_of_their_item_only() -> None:
    decide = table_model(["number"], [["< 5", "1"], ["> 3", "2"]], "UNIQUE")
    batch = agree(decide, {"in0": np.array([1, 4, 9])})
    assert (batch.rows.tolist(), list(batch.problems)) == ([1, 0, 2], [1])


# More than one decision


def chain(last: str, *more: str, service: str = "") -> Any:
    first = dmn.table(
        "FIRST",
        [("n", "number"), ("c", "string")],
        [("grade", "string"), ("limit", "number")],
        [
            ["< 10", '"a"', '"low"', "1"],
            ["-", '"b"', '"high"', "2.5"],
            ["> 50", "-", '"high"', "n"],
        ],
        identity="t1",
    )
    inputs = dmn.input_data("n", "number"), dmn.input_data("c", "string")
    elements = (dmn.decision("A", first, inputs=["n", "c"]), *more)
    return load_model(dmn.file(*inputs, *elements, last, service)).decision("D")


COLUMNS = {"n": [5, 5, 20, 60, 60, 9, "x"], "c": ["a", "b", "a", "a", "b", "zz", "a"]}


def second(*inputs: tuple[str, str], rules: list[list[str]], policy: str = "FIRST") -> str:
    body = dmn.table(policy, inputs, [("out", "number")], rules, identity="t2")
    return dmn.decision("D", body, inputs=["n"], decisions=["A"])


def test_table_reads_a_part_of_what_another_gives() -> None:
    rules = [['"low"', "-", "1"], ['"high"', "< 30", "2"], ["-", "-", "3"]]
    decide = chain(second(("A.grade", "string"), ("n", "number"), rules=rules))
    agree(decide, COLUMNS)
    assert decide.evaluate_many({"n": [5, 20], "c": ["b", "b"]}).hits(1) == [("t1", 2), ("t2", 2)]


def test_table_of_many_hits_after_another_agrees() -> None:
    rules = [['"low"', "1"], ['"high"', "2"], ["-", "3"]]
    agree(chain(second(("A.grade", "string"), rules=rules, policy="COLLECT")), COLUMNS)


@pytest.mark.parametrize(
    "text", ["A.limit + 1", 'if A.grade = "low" then [1] else {x: A.limit}', "A.limit + n", "A"]
)
def test_expression_after_a_table_agrees(text: str) -> None:
    needs = ["n"] if "n" in text.split() else []
    agree(chain(dmn.decision("D", text, inputs=needs, decisions=["A"])), COLUMNS)


def test_decision_without_a_table_agrees() -> None:
    model = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", "n / 2", inputs=["n"]))
    )
    agree(model.decision("D"), {"n": np.array([1, 2, 3])})


def test_declared_type_of_the_decision_is_kept() -> None:
    body = dmn.table(
        "FIRST", [("n", "number")], [("out", "")], [["1", '"a"'], ["2", "2"], ["3", "[3]"]]
    )
    model = load_model(
        dmn.file(
            dmn.input_data("n", "number"), dmn.decision("D", body, inputs=["n"], type_ref="number")
        )
    )
    assert agree(model.decision("D"), {"n": [1, 2, 3, 4]}).outputs["D"].tolist() == [
        None,
        2,
        3,
        None,
    ]


def test_service_gives_a_column_for_each_of_its_decisions() -> None:
    inputs = dmn.input_data("n", "number")
    made = dmn.decision("A", "n + 1", inputs=["n"]) + dmn.decision("B", "n * 2", inputs=["n"])
    service = (
        '<decisionService id="s" name="S"><outputDecision href="#id_A"/>'
        '<outputDecision href="#id_B"/><inputData href="#id_n"/></decisionService>'
    )
    decide = load_model(dmn.file(inputs, made, service)).service("S")
    agree(decide, {"n": [1, 2, None]}, names=("A", "B"))


def test_input_decision_of_a_service_is_held_against_the_type_of_the_column() -> None:
    small = dmn.item("tSmall", "number", allowed="< 5")
    body = dmn.table("FIRST", [("A", "tSmall")], [("out", "number")], [["null", "1"], ["-", "2"]])
    made = dmn.decision("A", "1", type_ref="tSmall") + dmn.decision("D", body, decisions=["A"])
    service = (
        '<decisionService id="s" name="S"><outputDecision href="#id_D"/>'
        '<inputDecision href="#id_A"/></decisionService>'
    )
    decide = load_model(dmn.file(small, made, service)).service("S")
    agree(decide, {"A": [1, 7, None]}, names=("S",))


def test_rows_that_a_type_makes_lists_are_one_column() -> None:
    parts = dmn.part("a", "number") + dmn.part("b", "number")
    items = dmn.item("tList", parts=parts, more=' isCollection="true"')
    outputs = [("a", "number"), ("b", "number")]
    body = dmn.table("FIRST", [("n", "number")], outputs, [["1", "2", "3"]])
    decision = dmn.decision("D", body, inputs=["n"], type_ref="tList")
    model = load_model(dmn.file(items, dmn.input_data("n", "number"), decision))
    batch = agree(model.decision("D"), {"n": [1, 2]})
    assert batch.outputs["D"].tolist() == [[{"a": 2, "b": 3}], None]


# The door


def test_given_inputs_need_no_column() -> None:
    decide = table_model(["number", "string"], [["< 5", '"a"', "1"], ["-", '"b"', "2"]])
    agree(decide.given({"in1": "b"}), {"in0": [1, 9]})
    agree(decide.given({"in1": "b"}), {"in0": [1, 9, 9], "in1": ["a", "b", None]})
    agree(decide.given({"in1": 5}), {"in0": [1, 9]})


def test_unknown_columns_are_a_warning_of_every_item() -> None:
    decide = table_model(["number"], [["< 5", "1"]])
    batch = agree(decide, {"in0": [1, 9, "x"], "other": ["p", "q", "r"]})
    assert [problems[-1].code for problems in batch.problems.values()] == ["input.unknown"] * 3


def test_fault_of_the_model_taints_every_item() -> None:
    decide = table_model(["number"], [["< 5", "1 +"], ["-", "2"]])
    assert agree(decide, {"in0": [1, 9]}).failed.all()


def test_optional_input_without_a_column_is_null() -> None:
    decide = table_model(["number", "string"], [["< 5", "null", "1"]], optional=True)
    batch = decide.evaluate_many({"in0": [1, 9, None]})
    assert batch.outputs["D"].tolist() == [1, None, None]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"in0": [1]}, 'There is no column for "in1".'),
        ({"in0": [1], "in1": []}, 'All columns must be of one length: "in0" has 1, "in1" has 0.'),
        ({"in0": 5, "in1": []}, 'The column "in0" must be a list or an array of one dimension.'),
        ([1, 2], "The columns must be a mapping of names to columns, or an Arrow table."),
    ],
)
def test_columns_that_cannot_be_read_are_refused(columns: Any, said: str) -> None:
    decide = table_model(["number", "string"], [["< 5", '"a"', "1"]])
    with pytest.raises(Invalid) as refusal:
        decide.evaluate_many(columns)
    assert str(refusal.value) == said


@pytest.mark.parametrize("columns", [{"in0": []}, {"in0": np.array([])}, {"in0": ()}])
def test_empty_batch_has_empty_columns(columns: Any) -> None:
    for policy in ("FIRST", "COLLECT"):
        agree(table_model(["number"], [["< 5", "1"]], policy), columns)


def test_time_is_that_of_the_caller() -> None:
    decide = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", "today().day + n", inputs=["n"]))
    )
    now = py.datetime(2024, 2, 29, tzinfo=py.UTC)
    assert decide.decision("D").evaluate_many({"n": [1]}, now=now).outputs["D"].tolist() == [30]


def test_every_item_may_have_a_time_of_its_own() -> None:
    model = load_model(
        dmn.file(
            dmn.input_data("n", "number"),
            dmn.decision("A", "today().day", inputs=[]),
            dmn.decision("D", "A + n", inputs=["n"], decisions=["A"]),
        )
    )
    days = [py.datetime(2024, 2, day, 12, tzinfo=py.UTC) for day in (1, 1, 29, 2)]
    batch = model.decision("D").evaluate_many({"n": [1, 1, 1, 0]}, now=days)
    assert batch.outputs["D"].tolist() == [2, 2, 30, 2]


def test_time_that_is_read_after_tables_is_that_of_the_item() -> None:
    decide = chain(dmn.decision("D", "A.limit + today().day", decisions=["A"]))
    days = (py.datetime(2024, 2, 1, tzinfo=py.UTC), py.datetime(2024, 2, 2, tzinfo=py.UTC))
    batch = decide.evaluate_many({"n": [5, 5], "c": ["a", "a"]}, now=days)
    assert batch.outputs["D"].tolist() == [2, 3]


def test_times_that_are_not_one_for_each_item_are_refused() -> None:
    decide = table_model(["number"], [["< 5", "1"]])
    with pytest.raises(Invalid, match="There are 1 times for 2 items"):
        decide.evaluate_many({"in0": [1, 2]}, now=[None])


# What items have in common


def needing(name: str, body: str, *needs: str) -> str:
    """Write a decision; what it needs is told apart by its first letter."""
    return dmn.decision(
        name,
        body,
        inputs=[need for need in needs if need.islower() and need != "age"],
        decisions=[need for need in needs if not need.islower()],
        knowledge=[need for need in needs if need == "age"],
    )


GRADES = dmn.table(
    "COLLECT",
    [("Old", "number"), ("c", "Any")],
    [("out", "number")],
    [["< 9", "-", "Old + 1"], ["-", "null", "2"], ["> 3", "-", "3"]],
    identity="t1",
)
SHARED = dmn.file(
    dmn.input_data("n", "number"),
    dmn.input_data("c", "Any", OPTIONAL),
    dmn.input_data("day", "date"),
    dmn.knowledge("age", {"from": "date"}, "(today() - from).days"),
    needing("Kept", 'if n > 50 then [n, n / 0] else [n, "x"]', "n"),
    needing("Old", "if age(day) > 10 then Kept[1] else null", "day", "Kept", "age"),
    needing("Grade", GRADES, "c", "Old"),
    needing("D", "{grade: Grade, at: now(), c: c, sum: sum(Grade), k: Kept}", "c", "Grade", "Kept"),
)
PARTS = st.sampled_from(
    [None, True, 1, 1.0, 0.0, -0.0, "a", "1", [1], [True], {"a": 1}, {"a": "1"}]
)
TIMES = st.sampled_from(
    [
        py.datetime(2024, 2, 1, 23, tzinfo=py.UTC),
        py.datetime(2024, 2, 2, 1, tzinfo=py.timezone(py.timedelta(hours=2))),
        py.datetime(2024, 2, 2, tzinfo=py.UTC),
        py.datetime(2024, 2, 2),  # noqa: DTZ001  No time zone: rules that ask for it say so.
        None,
    ]
)
ITEMS = st.tuples(
    st.sampled_from([1, 5, 8, 60, 60.5, "x", None, True]),
    PARTS,
    st.sampled_from(["2024-01-20", "2024-01-23", "2024-01-24", py.date(2024, 1, 23), "soon"]),
    TIMES,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ITEMS, max_size=30), st.booleans())
def test_items_that_share_decisions_agree_with_the_row_engine(
    items: list[Any], forget: bool
) -> None:
    decide = load_model(SHARED).decision("D")
    with pytest.MonkeyPatch.context() as patch:
        if forget:
            patch.setattr(shared, "MOST", 2)
            patch.setattr(shared, "_LOOKS", {4: 1.1})
        columns = {"n": [i[0] for i in items], "c": [i[1] for i in items]}
        batch = decide.evaluate_many(
            {**columns, "day": [i[2] for i in items]}, now=[i[3] for i in items]
        )
    assert decide._ways.sharing is not None
    for place, (n, c, day, now) in enumerate(items):
        result = decide({"n": n, "c": c, "day": day}, now=now)
        assert exact(batch.value(place)) == exact(result.value)
        assert batch.hits(place) == result.rows
        assert batch.problems.get(place, []) == result.problems


def test_what_was_remembered_counts_as_work() -> None:
    costly = "count(for i in 1..600 return count(for j in 1..600 return j * n))"
    model = load_model(
        dmn.file(
            dmn.input_data("n", "number"),
            dmn.input_data("m", "number"),
            needing("A", costly, "n"),
            needing("B", costly, "n"),
            needing("D", costly + " + A + B + m", "n", "m", "A", "B"),
        )
    )
    decide = model.decision("D")
    batch = decide.evaluate_many({"n": [1, 1], "m": [1, 2]})
    for place in (0, 1):
        result = decide({"n": 1, "m": place + 1})
        assert [p.code for p in batch.problems[place]] == [p.code for p in result.problems]
        assert [p.code for p in result.problems] == ["limit.steps"]


# Large tables


@pytest.mark.parametrize("form", [list, np.array])
@pytest.mark.parametrize("policy", ["FIRST", "UNIQUE", "COLLECT"])
@pytest.mark.parametrize("rows", [9, 700])
def test_benchmark_tables_agree(rows: int, policy: str, form: Callable[[Any], Any]) -> None:
    made = benchmark.make_rows(rows)
    decide = load_model(benchmark.dmn(made, hit_policy=policy)).decision(benchmark.DECISION)
    facts = benchmark.make_facts(made, 200)
    columns = {name: form([fact[name] for fact in facts]) for name in benchmark.INPUTS}
    columns["age"] = form([fact["age"] + 0.5 for fact in facts])
    names = (benchmark.DECISION,) if policy == "COLLECT" else tuple(benchmark.OUTPUTS)
    agree(decide, columns, names=names)


def test_many_items_are_decided_in_bounded_memory() -> None:
    made = benchmark.make_rows(200)
    decide = load_model(benchmark.dmn(made)).decision(benchmark.DECISION)
    facts = benchmark.make_facts(made, 1_000)
    columns = {
        name: np.array([fact[name] for fact in facts] * 100, object if kind == "string" else None)
        for name, kind in benchmark.INPUTS.items()
    }
    decide.evaluate_many({name: column[:10] for name, column in columns.items()})
    tracemalloc.start()
    batch = decide.evaluate_many(columns)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert batch.outputs["row"].tolist()[:1_000] == batch.outputs["row"].tolist()[-1_000:]
    assert peak < 24_000_000


def test_table_that_tells_nothing_apart_is_left_to_the_row_engine() -> None:
    rules = [[f"> {row}", str(row)] for row in range(3_000)]
    batch = table_model(["number"], rules).evaluate_many({"in0": np.array([5, 2_999, -1])})
    assert batch.outputs["D"].tolist() == [0, 0, None]


# Arrow


def arrow() -> Any:
    return pytest.importorskip("pyarrow", reason="Arrow is not needed by the engine")


def test_arrow_columns_and_tables_agree() -> None:
    pa = arrow()
    rules = [
        ["< 5", '"a"', "true", '< date("2024-03-01")', "1"],
        ["-", '"b"', "-", "-", "2"],
        ["null", "-", "-", "-", "3"],
    ]
    decide = table_model(["number", "string", "boolean", "date"], rules, optional=True)
    columns: dict[str, list[Any]] = {
        "in0": [1, None, 9, 2],
        "in1": ["a", "b", None, "zz"],
        "in2": [True, None, False, True],
        "in3": [py.date(2024, 2, 29), None, py.date(2024, 3, 1), py.date(2024, 2, 29)],
    }
    table = pa.table(columns)
    chunked = pa.concat_tables([table.slice(0, 2), table.slice(2)])
    coded = {**{name: table[name] for name in columns}, "in1": table["in1"].dictionary_encode()}
    plain = agree(decide, columns)
    floats = {**coded, "in0": pa.array([1.5, None, float("nan"), 2.0])}
    for given_columns in (table, chunked, coded, table.slice(1), table.slice(4), floats):
        batch = decide.evaluate_many(given_columns)
        listed = (
            given_columns
            if isinstance(given_columns, dict)
            else {name: given_columns.column(name) for name in columns}
        )
        for place in range(len(batch)):
            result = decide({name: column.to_pylist()[place] for name, column in listed.items()})
            assert batch.value(place) == result.value
            assert batch.problems.get(place, []) == result.problems
    assert decide.evaluate_many(table).outputs["D"].tolist() == plain.outputs["D"].tolist()


def test_arrow_decimals_are_exact() -> None:
    pa = arrow()
    decide = table_model(["number"], [["<= 0.3", "1"], ["-", "2"]])
    column = pa.array([Decimal("0.3"), Decimal("0.31")])
    assert decide.evaluate_many({"in0": column}).outputs["D"].tolist() == [1, 2]


def test_cells_are_written_as_the_row_tests_write_them() -> None:
    decide = table_model(["string"], [[write('q"q'), "1"], [write("ä🐎"), "2"]])
    agree(decide, {"in0": ['q"q', "ä🐎", "\\"]})
