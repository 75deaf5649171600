"""What an analysis finds: golden messages, and random tables against every class of facts."""

from __future__ import annotations

import datetime as py
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.engine import Invalid, Model, evaluate_unary_tests, load_model
from decisions.engine.analysis.findings import Analysis, Finding
from decisions.engine.analysis.search import Budget
from tests.benchmarks import partitions, tables
from tests.decisions.engine import dmn
from tests.decisions.engine.random_cells import Cell, cells

OPTIONAL = "<extensionElements><clearance:optional/></extensionElements>"
LIBRARY = Path("decisions/library/podcast_sponsorship.dmn")


def model_of(
    policy: str,
    columns: Iterable[tuple[str, str]],
    rows: list[list[str]],
    *,
    outputs: Iterable[tuple[str, str]] = (("out", ""),),
    optional: Iterable[str] = (),
    more: Iterable[str] = (),
    **options: Any,
) -> Model:
    """Load one table whose columns read inputs of the same names."""
    columns = list(columns)
    body = dmn.table(policy, columns, outputs, rows, **options)
    names = list(dict.fromkeys(name for name, _ in columns))
    kinds = dict(columns)
    inputs = [
        dmn.input_data(name, kinds[name], OPTIONAL if name in optional else "") for name in names
    ]
    return load_model(dmn.file(*more, *inputs, dmn.decision("D", body, inputs=names)))


def said(analysis: Analysis) -> list[str]:
    return [f"{f.severity} {f.code}: {f.message} {f.hint}".strip() for f in analysis.findings]


def of_code(analysis: Analysis, code: str) -> list[Finding]:
    return [finding for finding in analysis.findings if finding.code == code]


# Gaps


def test_gap_over_several_columns_is_told_with_an_example_and_a_row_to_add() -> None:
    model = model_of(
        "UNIQUE",
        [("age", "number"), ("country", "string")],
        [["< 18", "-", "1"], [">= 18", '"DE", "AT"', "2"]],
    )
    (gap,) = model.analyse().findings
    assert gap.message == 'No row matches when age is 18 or more and country is not "AT" or "DE".'
    assert gap.hint == 'For example age 18 and country "other". Add a row for it, or widen one.'
    assert (gap.code, gap.severity, gap.table, gap.decision) == ("table.gap", "warning", "t", "D")
    assert gap.columns == ("age", "country")
    assert gap.example == {"age": 18, "country": "other"}
    assert gap.region == (">= 18", 'not("AT", "DE")')
    assert model.decision("D")(dict(gap.example)).rows == []


@pytest.mark.parametrize(
    ("kind", "rows", "region"),
    [
        ("number", ["<= 5", "> 6"], "(5..6]"),
        ("number", ["< 5", "> 5"], "5"),
        ("number", ["[1..2]"], "< 1, > 2"),
        ("number", ["1", "2.50"], "not(1, 2.5)"),
        ("boolean", ["true"], "false"),
        ("string", ['"a"'], 'not("a")'),
        ("string", ['not("a\\"b")'], '"a\\"b"'),
        ("string", ['< "b"', '> "b"'], '"b"'),
        ("date", ['< date("2026-01-01")', '> date("2026-01-02")'],
         '[date("2026-01-01")..date("2026-01-02")]'),
        ("date", ['<= date("2026-02-28")', '> date("2026-03-01")'], 'date("2026-03-01")'),
        ("days and time duration", ['<= duration("P1D")'], '> duration("P1D")'),
        ("years and months duration", ['<= duration("P1Y")'], '>= duration("P1Y1M")'),
    ],
)  # fmt: skip
def test_gap_is_written_as_the_cell_that_takes_it(kind: str, rows: list[str], region: str) -> None:
    model = model_of("UNIQUE", [("x", kind)], [[row, "1"] for row in rows])
    (gap,) = model.analyse().findings
    assert gap.region == (region,)
    closed = model_of("UNIQUE", [("x", kind)], [[row, "1"] for row in [*rows, region]])
    assert closed.analyse().findings == ()


@pytest.mark.parametrize(
    "rows",
    [
        ['<= date("2026-02-28")', '>= date("2026-03-01")'],
        ['< date("2024-02-29")', '> date("2024-02-28")'],
    ],
)
def test_there_is_no_gap_between_two_days(rows: list[str]) -> None:
    model = model_of("FIRST", [("x", "date")], [[row, "1"] for row in rows])
    assert of_code(model.analyse(), "table.gap") == []


def test_there_is_a_gap_between_whole_numbers_unless_the_type_asks_for_them() -> None:
    rows = [["<= 5", "1"], [">= 6", "2"]]
    assert of_code(model_of("UNIQUE", [("x", "number")], rows).analyse(), "table.gap")[
        0
    ].example == {"x": 5.1}
    whole = dmn.item("tWhole", "number", allowed="floor(?) = ?")
    assert model_of("UNIQUE", [("x", "tWhole")], rows, more=[whole]).analyse().findings == ()


def test_null_is_a_gap_where_the_input_is_optional_only() -> None:
    rows = [["<= 5", "1"], ["> 5", "2"]]
    assert model_of("UNIQUE", [("x", "number")], rows).analyse().findings == ()
    model = model_of("UNIQUE", [("x", "number")], rows, optional=["x"])
    assert said(model.analyse()) == [
        "warning table.gap: No row matches when x is empty. For example x empty. "
        "Add a row for it, or widen one."
    ]
    assert model.analyse().findings[0].region == ("null",)


@pytest.mark.parametrize("where", ["column", "type"])
def test_allowed_values_bound_the_gaps(where: str) -> None:
    rows = [['"a"', "1"], ['"b", "x"', "2"]]
    allowed = '"a", "b", "c"'
    if where == "column":
        model = model_of("UNIQUE", [("x", "string")], rows, allowed={"x": allowed})
    else:
        kind = dmn.item("tLetter", "string", allowed=allowed)
        model = model_of("UNIQUE", [("x", "tLetter")], rows, more=[kind])
    assert said(model.analyse()) == [
        'warning table.value: "x" is no value that "x" can have. Known here: a, b, c.',
        'warning table.gap: No row matches when x is "c". For example x "c". '
        "Add a row for it, or widen one.",
    ]


def test_condition_of_a_type_chooses_the_example_and_drops_single_values() -> None:
    kind = dmn.item("tCode", "string", allowed='matches(?, "^x+$")')
    model = model_of("UNIQUE", [("c", "tCode")], [['"xx"', "1"], ['"y"', "2"]], more=[kind])
    (value,) = of_code(model.analyse(), "table.value")
    assert value.message == '"y" is no value that "c" can have.'
    (gap,) = of_code(model.analyse(), "table.gap")
    assert gap.example == {"c": "x"}


def test_gap_is_told_with_doubt_where_no_value_of_the_type_was_found() -> None:
    kind = dmn.item("tCode", "string", allowed='matches(?, "^Q[0-9]{5}$")')
    model = model_of("UNIQUE", [("c", "tCode")], [['"Q12345"', "1"]], more=[kind])
    (gap,) = model.analyse().findings
    assert gap.message == 'No row matches when c is not "Q12345", if there is such a value.'
    assert gap.example is None


def test_rows_with_expressions_close_no_gap_and_are_named() -> None:
    model = model_of(
        "UNIQUE", [("x", "number"), ("y", "number")], [["< 5", "-", "1"], [">= 5", "> x", "2"]]
    )
    analysis = model.analyse()
    assert said(analysis) == [
        "warning table.gap: No row matches when x is 5 or more, unless row 2 does. "
        "For example x 5. Add a row for it, or widen one."
    ]
    assert [(item.row, item.columns) for item in analysis.unjudged] == [(2, ("y",))]
    assert analysis.complete


def test_table_of_expressions_only_is_said_to_be_unknown() -> None:
    model = model_of("UNIQUE", [("x", "number"), ("y", "number")], [["> y", "-", "1"]])
    assert [f.message for f in of_code(model.analyse(), "table.unknown")] == [
        "Whether a row always matches cannot be told: row 1 has a cell that must be worked out."
    ]


def test_gaps_of_tables_with_an_answer_for_no_row_are_told_on_request_only() -> None:
    rows = [["5", "1"]]
    for policy, options in (("UNIQUE", {"default": "0"}), ("COLLECT", {}), ("RULE ORDER", {})):
        model = model_of(policy, [("x", "number")], rows, **options)
        assert of_code(model.analyse(), "table.gap") == []
        (gap,) = of_code(model.analyse(every=True), "table.gap")
        assert (gap.severity, gap.region) == ("info", ("not(5)",))


def test_table_without_rows_is_told() -> None:
    assert said(model_of("UNIQUE", [("x", "number")], []).analyse()) == [
        "warning table.empty: The table has no rows. Add one."
    ]


def test_two_columns_on_one_expression_are_judged_together() -> None:
    model = model_of(
        "UNIQUE",
        [("x", "number"), ("x", "number")],
        [[">= 0", "<= 9", "1"], ["< 0", "-", "2"], ["-", "> 9", "3"], ["> 5", "< 3", "4"]],
    )
    assert said(model.analyse()) == [
        'warning table.unreachable: Row 4 can never match: > 5 and < 3 in "x" and "x" '
        "exclude one another. Correct the cell, or remove the row."
    ]


# What expressions can give


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("count(xs)", ["0", "> 0"]),
        ("string length(s)", ["0", ">= 1"]),
        ("n > 5", ["true", "false"]),
        ("n = m", ["true", "false"]),
        ("m != null", ["true", "false"]),
        ("n > 5 and n < 9", ["true", "false"]),
        ('if n > 5 then "a" else "b"', ['"a"', '"b"']),
        ("list contains(xs, 1)", ["true", "false"]),
        ("Level", ['"low"', '"high"']),
        ("Parts.big", ["true", "false"]),
        ("Parts.level", ['"low"', '"high"']),
    ],
)
def test_gap_is_told_only_where_the_expression_can_reach_it(text: str, rows: list[str]) -> None:
    body = dmn.table("UNIQUE", [(text, "")], [("out", "")], [[row, "1"] for row in rows])
    level = dmn.table(
        "FIRST", [("n", "number")], [("level", "string")], [["< 5", '"low"'], ["-", '"high"']],
        identity="level",
    )  # fmt: skip
    analysis = load_model(
        dmn.file(
            dmn.item("tNumbers", "number", more=' isCollection="true"'),
            dmn.input_data("n", "number"),
            dmn.input_data("m", "number", OPTIONAL),
            dmn.input_data("s", "string"),
            dmn.input_data("xs", "tNumbers"),
            dmn.decision("Level", level, inputs=["n"]),
            dmn.decision("Parts", "{big: n > 5, level: Level}", inputs=["n"], decisions=["Level"]),
            dmn.decision("D", body, inputs=["n", "m", "s", "xs"], decisions=["Level", "Parts"]),
        )
    ).analyse(table="t")
    assert analysis.findings == ()


@pytest.mark.parametrize(
    ("text", "rows"), [("m > 5", ["true", "false"]), ("m", ["<= 5", "> 5"]), ("n + m", ["-"])]
)
def test_null_is_reached_where_a_side_may_be_null(text: str, rows: list[str]) -> None:
    body = dmn.table("UNIQUE", [(text, "")], [("out", "")], [[row, "1"] for row in rows])
    inputs = dmn.input_data("n", "number"), dmn.input_data("m", "number", OPTIONAL)
    model = load_model(dmn.file(*inputs, dmn.decision("D", body, inputs=["n", "m"])))
    gaps = of_code(model.analyse(), "table.gap")
    assert [gap.region for gap in gaps] == ([] if rows == ["-"] else [("null",)])


def test_tables_in_knowledge_models_and_contexts_are_analysed() -> None:
    def table(identity: str) -> str:
        return dmn.table("UNIQUE", [("x", "boolean")], [("o", "")], [["true", "1"]],
                         identity=identity)  # fmt: skip

    context = (
        '<context><contextEntry><variable name="x"/>'
        f"{dmn.literal('true')}</contextEntry><contextEntry>{table('inner')}</contextEntry></context>"
    )
    model = load_model(
        dmn.file(
            dmn.knowledge("F", {"x": "boolean"}, table("called")),
            dmn.decision("D", context, knowledge=["F"]),
        )
    )
    found = [(f.table, f.decision, f.region) for f in of_code(model.analyse(), "table.gap")]
    assert found == [("called", "F", ("false, null",))]


# Overlaps


def test_overlap_under_unique_is_an_error_with_an_example() -> None:
    model = model_of("UNIQUE", [("x", "number")], [["<= 5", "1"], ["-", "2"], [">= 5", "3"]])
    analysis = model.analyse()
    assert said(analysis)[0] == (
        "error table.overlap: Rows 1 and 2 match at once, but the hit policy UNIQUE allows one. "
        "For example x 0. Make the rows exclude one another, or choose the hit policy FIRST "
        "or PRIORITY."
    )
    assert [f.rows for f in analysis.findings] == [(1, 2), (1, 3), (2, 3)]
    assert [f.region for f in analysis.findings] == [("<= 5",), ("5",), (">= 5",)]
    for finding in analysis.findings:
        result = model.decision("D")(dict(finding.example or {}))
        assert {("t", row) for row in finding.rows} <= set(result.rows)


def test_overlap_under_any_is_an_error_where_outputs_differ() -> None:
    rows = [["<= 5", '"a"'], [">= 5", '"a"'], ["5", '"b"'], ["<= 5", '"a"']]
    assert said(model_of("ANY", [("x", "number")], rows).analyse()) == [
        f"error table.overlap: Rows {first} and {second} match at once and give different results, "
        "but the hit policy ANY asks for the same. For example x 5. Make their outputs agree, or "
        "choose the hit policy FIRST or PRIORITY."
        for first, second in ((1, 3), (2, 3), (3, 4))
    ] + ["warning table.duplicate: Row 4 says the same as row 1. Remove one of them."]


def test_overlap_under_first_is_told_on_request_only() -> None:
    model = model_of("FIRST", [("x", "number")], [["<= 5", "1"], ["-", "2"]])
    assert model.analyse().findings == ()
    assert said(model.analyse(every=True)) == [
        "info table.overlap: Rows 1 and 2 match at once; row 1 comes first. For example x 0."
    ]


def test_overlaps_beyond_the_list_are_counted() -> None:
    model = model_of("UNIQUE", [("x", "number")], [["-", "1"]] * 20)
    analysis = model.analyse()
    assert len(of_code(analysis, "table.overlap")) == 50
    assert [(item.code, item.listed, item.total) for item in analysis.left] == [
        ("table.overlap", 50, 190)
    ]
    assert not analysis.complete


# Rows that never decide


def test_row_with_an_empty_range_is_unreachable() -> None:
    model = model_of("UNIQUE", [("x", "number")], [["[5..1]", "1"], ["-", "2"]])
    assert said(model.analyse()) == [
        'warning table.unreachable: Row 1 can never match: [5..1] in "x" takes no possible value. '
        "Correct the cell, or remove the row."
    ]


def test_row_outside_allowed_values_is_unreachable() -> None:
    model = model_of(
        "FIRST", [("x", "number")], [["> 100", "1"], ["-", "2"]], allowed={"x": "[0..100]"}
    )
    assert said(model.analyse()) == [
        'warning table.unreachable: Row 1 can never match: > 100 in "x" takes no possible value. '
        "Correct the cell, or remove the row."
    ]


def test_row_shadowed_by_several_together_names_them() -> None:
    model = model_of(
        "FIRST",
        [("x", "number"), ("b", "boolean")],
        [["> 90", "-", "1"], ["< 5", "-", "2"], [">= 5", "true", "3"], [">= 5", "false", "4"],
         ["[3..9]", "-", "5"], ["3", "true", "6"]],
    )  # fmt: skip
    assert said(model.analyse()) == [
        "warning table.shadowed: Row 5 is never reached: rows 2, 3 and 4 together take all it "
        "takes. Move it up, narrow the rows before it, or remove it.",
        "warning table.shadowed: Row 6 is never reached: row 2 takes all it takes. "
        "Move it up, narrow the rows before it, or remove it.",
    ]
    assert [f.rows for f in model.analyse().findings] == [(5, 2, 3, 4), (6, 2)]


def test_row_with_an_expression_shadows_nothing_but_may_be_shadowed() -> None:
    model = model_of(
        "FIRST",
        [("x", "number"), ("y", "number")],
        [["-", "> x", "1"], ["< 5", "-", "2"], ["3", "< x", "3"], ["-", "-", "4"]],
    )
    (shadowed,) = model.analyse().findings
    assert (shadowed.code, shadowed.rows) == ("table.shadowed", (3, 2))


def test_row_that_never_wins_under_priority_is_told() -> None:
    model = model_of(
        "PRIORITY",
        [("x", "number")],
        [["> 5", '"low"'], ["> 3", '"high"'], ["-", '"low"']],
        outputs=[("out", "string")],
        order={"out": '"high", "low"'},
    )
    assert said(model.analyse()) == [
        'warning table.outranked: Row 1 never wins with "low": row 2 matches whenever it does '
        "and comes before it. Narrow the other rows, change the order of the output values, "
        "or remove it."
    ]


# Cells, columns, the model


def test_problems_of_the_model_come_with_table_row_and_column() -> None:
    model = model_of("FIRST", [("age", "number")], [['"x"', "1"], ["> agee", "2"], ["-", "3"]])
    analysis = model.analyse()
    assert [
        (f.code, f.severity, f.table, f.decision, f.rows, f.columns) for f in analysis.findings
    ] == [
        ("type.comparison", "warning", "t", "D", (1,), ("age",)),
        ("name.unknown", "error", "t", "D", (2,), ("age",)),
        ("table.unreachable", "warning", "t", "D", (1,), ("age",)),
    ]
    assert analysis.findings[1].hint == 'Did you mean "age"?'


def test_model_that_cannot_be_read_gives_its_problems() -> None:
    model = load_model("<nonsense")
    assert [f.code for f in model.analyse().findings] == [p.code for p in model.problems]


def test_values_without_an_order_that_nobody_gives_are_told() -> None:
    model = model_of(
        "UNIQUE",
        [("x", "number")],
        [["> 1", '@"10:00:00Z"'], ["<= 1", '@"10:00:00Z"']],
        outputs=[("at", "time")],
        order={"at": '@"10:00:00Z", @"10:00:00@Europe/Paris", @"10:00:00"'},
    )
    assert said(model.analyse()) == [
        'info table.unused_value: No row gives 10:00:00 or 10:00:00@Europe/Paris for "at".',
    ]


def test_columns_nobody_asks_about_and_values_nobody_gives_are_told() -> None:
    model = model_of(
        "UNIQUE",
        [("x", "number"), ("y", "number")],
        [["-", "-", '"a"', ""]],
        outputs=[("grade", "string"), ("note", "string")],
        order={"grade": '"a", "b", "c"'},
    )
    assert said(model.analyse()) == [
        'warning table.unused_output: No row gives a value for "note". '
        "Remove the column, or fill it in.",
        'warning table.unused_input: No row asks about "x". Remove the column, or fill it in.',
        'warning table.unused_input: No row asks about "y". Remove the column, or fill it in.',
        'info table.unused_value: No row gives "b" or "c" for "grade".',
    ]


def test_what_nothing_uses_is_told() -> None:
    model = load_model(
        dmn.file(
            dmn.input_data("used", "number"),
            dmn.input_data("drawn", "number"),
            dmn.input_data("loose", "number"),
            dmn.knowledge("F", {"a": ""}, "a"),
            dmn.decision("First", "used + 1", inputs=["used", "drawn"]),
            dmn.decision("Main", "First + 1", decisions=["First"]),
            dmn.decision("Aside", "1"),
        )
    )
    assert said(model.analyse()) == [
        'warning model.unused_input: No decision reads the input "loose". '
        "Remove it, or connect it to the decision that needs it.",
        'warning model.unused_knowledge: Nothing calls the knowledge model "F". '
        "Remove it, or connect it to the decision that needs it.",
        'warning model.unread: "First" requires "drawn" but does not read it. '
        "Remove the requirement.",
        'info model.unused_decision: Nothing requires "Aside": it is decided only when asked '
        "for by name.",
    ]


def test_one_table_is_analysed_alone() -> None:
    model = model_of("UNIQUE", [("x", "boolean")], [["true", "1"]], more=[dmn.input_data("y")])
    assert {f.table for f in model.analyse().findings} == {"t", ""}
    assert {f.table for f in model.analyse(table="t").findings} == {"t"}
    with pytest.raises(Invalid, match="Known here: t"):
        model.analyse(table="other")


def test_analysis_is_plain_data() -> None:
    days = [['<= date("2026-01-01")', "1"]]
    analysis = model_of("UNIQUE", [("x", "date")], days).analyse()
    assert json.loads(json.dumps(analysis.as_dict())) == analysis.as_dict()
    assert analysis.as_dict()["findings"][0]["example"] == {"x": "2026-01-02"}


# Large tables


def test_large_partition_is_proved_to_have_no_gap_and_no_overlap() -> None:
    cuts = partitions.make_cuts(300)
    model = load_model(tables.dmn_of([partitions.cells(cut) for cut in cuts], hit_policy="UNIQUE"))
    analysis = model.analyse(table="rules")
    assert (analysis.findings, analysis.complete) == ((), True)


def test_hole_in_a_large_partition_is_found() -> None:
    cuts = partitions.make_cuts(300)
    rows = [partitions.cells(cut) for cut in cuts]
    model = load_model(tables.dmn_of(rows[:123] + rows[124:], hit_policy="UNIQUE"))
    (gap,) = model.analyse(table="rules").findings
    assert model.decision(tables.DECISION)(dict(gap.example or {})).rows == []
    closed = tables.dmn_of([*rows[:123], *rows[124:], gap.region], hit_policy="UNIQUE")
    assert load_model(closed).analyse(table="rules").findings == ()


def test_list_of_innumerable_gaps_is_bounded_and_every_example_holds() -> None:
    model = load_model(tables.dmn(tables.make_rows(60)))
    analysis = model.analyse(table="rules")
    assert [(item.code, item.listed, item.total) for item in analysis.left] == [
        ("table.gap", 50, None)
    ]
    decide = model.decision(tables.DECISION)
    for gap in of_code(analysis, "table.gap"):
        result = decide(dict(gap.example or {}))
        assert (result.rows, result.problems) == ([], [])


def test_search_that_would_take_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("decisions.engine.analysis.checked.Budget", lambda steps: Budget(200))
    model = load_model(tables.dmn_of([partitions.cells(c) for c in partitions.make_cuts(50)]))
    analysis = model.analyse(table="rules")
    assert {item.code for item in analysis.left} == {"table.gap"}
    assert not analysis.complete


def test_shipped_model_has_no_errors_and_is_analysed_whole() -> None:
    analysis = load_model(LIBRARY).analyse()
    assert analysis.complete
    assert {f.code for f in analysis.findings if f.severity == "error"} == set()
    assert of_code(analysis, "table.shadowed") == of_code(analysis, "table.unreachable") == []
    by_table = {f.table for f in of_code(analysis, "table.gap")}
    assert not by_table & {"x_activity", "x_outcome", "x_suitability_tier"}


# Random tables against every class of facts


@dataclass(frozen=True)
class Case:
    """A random table: columns with what they may be, rows, and points that tell all apart."""

    kinds: tuple[str, ...]
    optional: tuple[bool, ...]
    allowed: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    outputs: tuple[str, ...]
    points: list[tuple[Any, ...]] = field(default_factory=list, compare=False)

    def model(self, policy: str) -> Model:
        names = [f"c{place}" for place in range(len(self.kinds))]
        return model_of(
            policy,
            list(zip(names, self.kinds, strict=True)),
            [
                [*(cell.text for cell in row), f'"{output}"']
                for row, output in zip(self.rows, self.outputs, strict=True)
            ],
            outputs=[("out", "string")],
            optional=[n for n, free in zip(names, self.optional, strict=True) if free],
            allowed=dict(zip(names, self.allowed, strict=True)),
            order={"out": '"p", "q"'},
        )

    def judged(self) -> set[int]:
        return {
            number
            for number, row in enumerate(self.rows, 1)
            if not any(cell.text.startswith("? ") for cell in row)
        }

    def matches(self) -> Iterator[tuple[tuple[Any, ...], set[int]]]:
        """Try every point on the table that collects all rows."""
        decide = self.model("COLLECT").decision("D")
        for point in product(*(self.values(place) for place in range(len(self.kinds)))):
            result = decide({f"c{place}": value for place, value in enumerate(point)})
            assert not result.failed
            yield point, {row for _, row in result.rows}

    def values(self, place: int) -> list[Any]:
        named = {v for row in self.rows for v in row[place].values}
        kind = self.kinds[place]
        found: set[Any] = set(named)
        if kind == "number":
            steps = (Decimal("-0.01"), Decimal("0.01"))
            found |= {Decimal(v) + step for v in named for step in steps}
            found |= {-50, -2, 0, 1, 2, 3, 50}
        elif kind == "string":
            found |= {v + tail for v in named for tail in ("\x01", "zz")} | {"", "zzz", "a", "b"}
        elif kind == "date":
            found |= {v + py.timedelta(days) for v in named for days in (-1, 1)}
            found |= {py.date(1990, 1, 1), py.date(2024, 2, 28), py.date(2050, 1, 1)}
        else:
            found = {True, False}
        text = self.allowed[place]
        kept = [v for v in found if not text or evaluate_unary_tests(text, v).value is True]
        return [*kept, None] if self.optional[place] else kept


_ALLOWED = {
    "number": ["", "[-2..2]", "> 0", "1, 2, 3"],
    "string": ["", '"a", "b", ""', 'not("a")'],
    "boolean": ["", "true"],
    "date": ["", '>= date("2024-02-28")'],
}


@st.composite
def cases(draw: st.DrawFn, most: int = 5) -> Case:
    kinds = draw(st.lists(st.sampled_from(sorted(_ALLOWED)), min_size=1, max_size=2))
    rows = draw(st.lists(st.tuples(*(cells(k) for k in kinds)), min_size=1, max_size=most))
    return Case(
        tuple(kinds),
        tuple(draw(st.booleans()) for _ in kinds),
        tuple(draw(st.sampled_from(_ALLOWED[kind])) for kind in kinds),
        tuple(rows),
        tuple(draw(st.sampled_from("pq")) for _ in rows),
    )


def takes(region: tuple[str, ...], point: tuple[Any, ...]) -> bool:
    return all(
        text == "-" or evaluate_unary_tests(text, value).value is True
        for text, value in zip(region, point, strict=True)
    )


def facts_of(case: Case, finding: Finding) -> tuple[Any, ...]:
    example = finding.example or {}
    return tuple(example[f"c{place}"] for place in range(len(case.kinds)))


@settings(max_examples=120, deadline=None)
@given(cases())
def test_gaps_are_the_points_that_no_row_takes(case: Case) -> None:
    analysis = case.model("COLLECT").analyse(every=True)
    assert analysis.complete
    judged = case.judged()
    assert {item.row for item in analysis.unjudged} == set(range(1, len(case.rows) + 1)) - judged
    if of_code(analysis, "table.unknown"):
        assert not judged or all(not rows & judged for _, rows in case.matches())
        return
    gaps = of_code(analysis, "table.gap")
    decide = case.model("COLLECT").decision("D")
    for gap in gaps:
        result = decide(dict(gap.example or {}))
        assert not {row for _, row in result.rows} & judged
        assert not result.failed
    for point, rows in case.matches():
        assert any(takes(gap.region, point) for gap in gaps) == (not rows & judged), point


@settings(max_examples=80, deadline=None)
@given(cases())
def test_overlaps_are_the_pairs_that_match_at_once(case: Case) -> None:
    model = case.model("UNIQUE")
    found = of_code(model.analyse(), "table.overlap")
    for finding in found:
        result = model.decision("D")(dict(finding.example or {}))
        assert set(finding.rows) <= {row for _, row in result.rows}
    expected: set[tuple[int, int]] = set()
    for _, rows in case.matches():
        expected.update(combinations(sorted(rows & case.judged()), 2))
    assert {finding.rows for finding in found} == expected


@settings(max_examples=120, deadline=None)
@given(cases(most=7), st.sampled_from(["FIRST", "PRIORITY"]))
def test_rows_that_never_decide_are_those_that_no_point_reaches(case: Case, policy: str) -> None:
    analysis = case.model(policy).analyse()
    judged = case.judged()
    dead = {
        finding.rows[0]
        for code in ("table.unreachable", "table.shadowed", "table.outranked")
        for finding in of_code(analysis, code)
    }

    def rank(row: int) -> tuple[str, int]:
        return (case.outputs[row - 1] if policy == "PRIORITY" else "", row)

    reached: set[int] = set()
    for _, rows in case.matches():
        sure = min((row for row in rows & judged), key=rank, default=None)
        reached.update(row for row in rows if sure is None or rank(row) <= rank(sure))
    assert not dead & reached
    assert judged - reached == dead & judged
