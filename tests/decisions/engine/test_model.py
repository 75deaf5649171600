"""Models: graphs, knowledge models, services, imports and boxed expressions."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from decisions.engine import Invalid, Model, load_model
from tests.decisions.engine import dmn


def value_of(*elements: str, facts: dict[str, Any] | None = None, name: str = "D") -> Any:
    model = load_model(dmn.file(*elements))
    assert model.problems == []
    result = model.decision(name)(facts or {})
    assert result.problems == []
    return result.value


def test_required_decisions_run_first_and_their_values_are_kept() -> None:
    model = load_model(
        dmn.file(
            dmn.input_data("x", "number"),
            dmn.decision("Top", "Left side + Right", decisions=["Left side", "Right"]),
            dmn.decision("Left side", "Base + 1", decisions=["Base"]),
            dmn.decision("Right", "Base * 2", decisions=["Base"]),
            dmn.decision("Base", "x", inputs=["x"]),
        )
    )
    result = model.decision("Top")({"x": 5})
    assert (result.value, model.problems) == (16, [])
    assert result.values == {"Base": 5, "Left side": 6, "Right": 10, "Top": 16}
    assert list(result.values) == ["Base", "Left side", "Right", "Top"]


def test_decision_is_found_by_name_or_id_and_else_refused() -> None:
    model = load_model(dmn.file(dmn.decision("Screening", "1")))
    assert model.decision("id_Screening")({}).value == 1
    with pytest.raises(Invalid, match=r'no decision "Screning"\. Did you mean "Screening"\?'):
        model.decision("Screning")


def test_circle_of_decisions_is_a_problem_not_a_hang() -> None:
    model = load_model(
        dmn.file(dmn.decision("A", "B", decisions=["B"]), dmn.decision("B", "A", decisions=["A"]))
    )
    assert "model.circular" in {problem.code for problem in model.problems}
    assert model.decision("A")({}).failed


def test_knowledge_model_is_called_by_position_name_and_invocation() -> None:
    add = dmn.knowledge("add up", {"a": "number", "b": "number"}, "a + 10 * b")
    invocation = (
        f"<invocation>{dmn.literal('add up')}"
        f'<binding><parameter name="b"/>{dmn.literal("1")}</binding>'
        f'<binding><parameter name="a"/>{dmn.literal("2")}</binding></invocation>'
    )
    elements = [
        add,
        dmn.decision("P", "add up(1, 2)", knowledge=["add up"]),
        dmn.decision("N", "add up(b: 1, a: 2)", knowledge=["add up"]),
        dmn.decision("I", invocation, knowledge=["add up"]),
    ]
    assert [value_of(*elements, name=name) for name in "PNI"] == [21, 12, 12]


def test_knowledge_model_may_call_itself() -> None:
    body = "if n <= 1 then 1 else n * factorial(n - 1)"
    factorial = dmn.knowledge("factorial", {"n": "number"}, body)
    call = dmn.decision("D", "factorial(20)", knowledge=["factorial"])
    assert value_of(factorial, call) == 2432902008176640000


def test_table_in_a_knowledge_model_records_its_hits() -> None:
    body = dmn.table(
        "FIRST", [("n", "number")], [("o", "string")], [("> 5", '"big"'), ("-", '"no"')]
    )
    model = load_model(
        dmn.file(
            dmn.knowledge("size", {"n": "number"}, body),
            dmn.decision("D", "for n in [1, 9] return size(n)", knowledge=["size"]),
        )
    )
    result = model.decision("D")({})
    assert (result.value, result.rows) == (["no", "big"], [("t", 2), ("t", 1)])


SERVICE = (
    '<decisionService id="s" name="Price service"><variable name="Price service"/>'
    '<outputDecision href="#id_Price"/><inputDecision href="#id_Base"/>'
    '<inputData href="#id_q"/></decisionService>'
)
PRICED = [
    dmn.input_data("q", "number"),
    dmn.decision("Base", "100", type_ref="number"),
    dmn.decision("Price", "Base * q", decisions=["Base"], inputs=["q"]),
    SERVICE,
]


def test_service_takes_its_input_decisions_instead_of_deciding_them() -> None:
    model = load_model(dmn.file(*PRICED))
    assert model.decision("Price")({"q": 2}).value == 200
    assert model.service("Price service")({"q": 2, "Base": 7}).value == 14
    assert model.services == [
        {
            "id": "s",
            "name": "Price service",
            "description": "",
            "inputs": ["q", "Base"],
            "outputs": ["Price"],
        }
    ]


def test_service_is_a_function_in_expressions() -> None:
    call = (
        '<decision id="c" name="C"><variable name="C"/><knowledgeRequirement>'
        '<requiredKnowledge href="#s"/></knowledgeRequirement>'
        f"{dmn.literal('Price service(3, 5)')}</decision>"
    )
    assert value_of(*PRICED, call, name="C") == 15


def test_boxed_expressions() -> None:
    one, two = dmn.literal("1"), dmn.literal("2")
    entry = '<contextEntry><variable name="a b"/>{}</contextEntry>'.format
    relation = (
        '<relation><column name="x"/><column name="y"/>'
        f"<row>{one}{two}</row><row>{two}{one}</row></relation>"
    )
    cases = {
        f"<list>{one}{two}</list>": [1, 2],
        f"<context>{entry(one)}<contextEntry>{dmn.literal('a b + 1')}</contextEntry></context>": 2,
        f"<context>{entry(one)}</context>": {"a b": 1},
        relation: [{"x": 1, "y": 2}, {"x": 2, "y": 1}],
        f"<conditional><if>{dmn.literal('1 > 2')}</if><then>{one}</then><else>{two}</else>"
        "</conditional>": 2,
        f"<filter><in>{relation}</in><match>{dmn.literal('x > y')}</match></filter>": [
            {"x": 2, "y": 1}
        ],
        f'<for iteratorVariable="i"><in>{dmn.literal("[1, 2]")}</in>'
        f"<return>{dmn.literal('i * 10')}</return></for>": [10, 20],
        f'<some iteratorVariable="i"><in>{dmn.literal("[1, 2]")}</in>'
        f"<satisfies>{dmn.literal('i > 1')}</satisfies></some>": True,
        f'<every iteratorVariable="i"><in>{dmn.literal("[1, 2]")}</in>'
        f"<satisfies>{dmn.literal('i > 1')}</satisfies></every>": False,
        '<functionDefinition><formalParameter name="a"/>'
        f"{dmn.literal('a')}</functionDefinition>": "function",
    }
    for body, expected in cases.items():
        found = value_of(dmn.decision("D", body))
        assert (getattr(found, "name", found)) == expected


def test_import_brings_types_knowledge_and_decisions_under_its_name() -> None:
    library = dmn.file(
        dmn.item("tKind", "string", allowed='"a", "b"'),
        dmn.knowledge("twice", {"n": "number"}, "n * 2"),
        dmn.decision("Base", "4"),
        namespace="urn:lib",
    )
    main = dmn.file(
        '<import name="lib" namespace="urn:lib" importType="dmn"/>',
        dmn.input_data("k", "lib.tKind"),
        '<decision id="d" name="D"><informationRequirement>'
        '<requiredDecision href="urn:lib#id_Base"/></informationRequirement>'
        '<informationRequirement><requiredInput href="#id_k"/></informationRequirement>'
        '<knowledgeRequirement><requiredKnowledge href="urn:lib#id_twice"/></knowledgeRequirement>'
        f"{dmn.literal('lib.twice(lib.Base) + string length(k)')}</decision>",
    )
    model = load_model(main, resolver=lambda namespace, _: {"urn:lib": library}.get(namespace))
    assert model.problems == []
    assert model.decision("D")({"k": "a"}).value == 9
    missing = load_model(main)
    assert "import.missing" in {problem.code for problem in missing.problems}


def test_value_that_does_not_fit_the_declared_type_becomes_null_with_an_error() -> None:
    model = load_model(dmn.file(dmn.decision("D", '"text"', type_ref="number")))
    result = model.decision("D")({})
    assert (result.value, [p.code for p in result.problems]) == (None, ["type.result"])


def test_single_item_and_list_of_one_are_taken_for_each_other() -> None:
    listed = dmn.item("tNames", "string", more=' isCollection="true"')
    assert value_of(listed, dmn.decision("D", '"a"', type_ref="tNames")) == ["a"]
    assert value_of(dmn.decision("D", '["a"]', type_ref="string")) == "a"


def test_dates_come_out_as_python_dates() -> None:
    assert value_of(dmn.decision("D", 'date("2024-02-28") + @"P1D"')) == date(2024, 2, 29)


def test_hash_ignores_layout_comments_and_diagram_but_no_content() -> None:
    plain = dmn.file(dmn.decision("D", "1"))
    spaced = plain.replace("<decision ", "\n  <!-- note -->\n  <decision ")
    drawn = plain.replace(
        "</definitions>",
        '<d:DMNDI xmlns:d="https://www.omg.org/spec/DMN/20230324/DMNDI/"/></definitions>',
    )
    other = dmn.file(dmn.decision("D", "2"))
    hashes = [load_model(text).hash for text in (plain, spaced, drawn, other)]
    assert (len({*hashes[:3]}), hashes[3] == hashes[0]) == (1, False)


def test_model_is_read_from_text_bytes_and_path(tmp_path: Path) -> None:
    text = dmn.file(dmn.decision("D", '"ä"'))
    path = tmp_path / "model.dmn"
    path.write_text(text, encoding="utf-8")
    found = [load_model(source) for source in (text, text.encode(), path)]
    assert [model.decision("D")({}).value for model in found] == ["ä"] * 3
    assert len({model.hash for model in found}) == 1


def test_problem_of_a_cell_says_row_and_column() -> None:
    body = dmn.table("FIRST", [("n", "")], [("o", "")], [("> 1", "1"), ("> >", "2")])
    model = load_model(dmn.file(dmn.input_data("n"), dmn.decision("D", body, inputs=["n"])))
    assert [str(problem) for problem in model.problems] == [
        'decision "D", row 2, column "n", character 3: ">" is not expected here.'
    ]


def test_problem_of_a_repeated_cell_is_told_row_by_row() -> None:
    rows = [("> >", "1"), ('"a"', "x"), ("> >", "x"), ('"a"', '"b"'), ("2", "1")]
    body = dmn.table("FIRST", [("n", "number")], [("o", "number")], rows)
    model = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", body, inputs=["n"]))
    )
    assert [(problem.code, problem.where) for problem in model.problems] == [
        ("syntax", 'decision "D", row 1, column "n"'),
        ("syntax", 'decision "D", row 3, column "n"'),
        ("type.comparison", 'decision "D", row 2, column "n"'),
        ("name.unknown", 'decision "D", row 2, column "o"'),
        ("name.unknown", 'decision "D", row 3, column "o"'),
        ("type.comparison", 'decision "D", row 4, column "n"'),
        ("type.output", 'decision "D", row 4, column "o"'),
    ]


def test_broken_cell_never_matches_and_taints_the_result() -> None:
    body = dmn.table("FIRST", [("n", "")], [("o", "")], [("> >", "1"), ("-", "2")])
    model = load_model(dmn.file(dmn.input_data("n"), dmn.decision("D", body, inputs=["n"])))
    result = model.decision("D")({"n": 1})
    assert (result.value, result.failed) == (2, True)


def test_problem_elsewhere_in_the_model_does_not_taint_a_decision() -> None:
    model = load_model(dmn.file(dmn.decision("Good", "1"), dmn.decision("Bad", "1 +")))
    assert (model.decision("Good")({}).failed, model.decision("Bad")({}).failed) == (False, True)


def test_description_is_json_with_tables_and_edges() -> None:
    body = dmn.table("FIRST", [("n", "number")], [("o", "string")], [("> 1", '"a"')], notes=["why"])
    model = load_model(
        dmn.file(dmn.input_data("n", "number"), dmn.decision("D", body, inputs=["n"]))
    )
    described = json.loads(json.dumps(model.describe()))
    assert described["edges"] == [{"from": "id_n", "to": "id_D"}]
    table = described["decisions"][0]["table"]
    assert table["inputs"] == [{"label": "n", "text": "n", "type": "number", "allowed": ""}]
    assert table["rules"] == [
        {
            "number": 1,
            "id": "",
            "inputs": ["> 1"],
            "outputs": ['"a"'],
            "annotations": ["why"],
            "annotation": "why",
        }
    ]
    assert described["decisions"][0]["requires"] == ["n"]


def test_names_of_a_model_never_reach_the_generated_code() -> None:
    evil = "x'); import os; ('"
    model = load_model(
        dmn.file(
            dmn.input_data(evil, "string"),
            dmn.decision("D", '"""); import os #"', inputs=[evil]),
            dmn.decision("__import__", "__builtins__"),
        )
    )
    source = model.decision("D").program.source + model.decision("__import__").program.source
    assert "import" not in source
    assert model.decision("__import__")({}).value is None


def loaded(source: str) -> Model:
    return load_model(source)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", "xml.syntax"),
        ("<a/>", "xml.namespace"),
        (dmn.file().replace("20230324", "19990101"), "xml.namespace"),
        (dmn.file('<decision id="d" name="D"/>'), "model.expression"),
        (dmn.file(dmn.decision("D", "1"), dmn.decision("D", "2")), "model.name"),
        (dmn.file(dmn.decision("D", "1", inputs=["gone"])), "model.reference"),
        (dmn.file(dmn.decision("D", "1", type_ref="tGone")), "type.unknown"),
        (dmn.file(dmn.item("tA", "tA")), "type.circular"),
        (dmn.file(dmn.item("tA", "string", allowed='"a')), "syntax"),
        (dmn.file(dmn.decision("D", dmn.table("WRONG", [], [("o", "")], [["1"]]))), "table.policy"),
        (
            dmn.file(dmn.decision("D", dmn.table("FIRST", [("1", "")], [("o", "")], [["1"]]))),
            "table.row",
        ),
    ],
)
def test_faulty_model_loads_with_a_problem(source: str, code: str) -> None:
    model = loaded(source)
    assert code in {problem.code for problem in model.problems}
    assert all(problem.message and problem.where for problem in model.problems)
    assert json.dumps(model.describe())


def test_comment_within_a_text_leaves_the_rest_of_the_text() -> None:
    body = dmn.table("FIRST", [("n", "number")], [("o", "")], [("1, 2", "7")], notes=["so"])
    body = body.replace("1, 2", "1 <!-- one -->, 2").replace("so", "s<!-- not -->o")
    model = load_model(dmn.file(dmn.input_data("n"), dmn.decision("D", body, inputs=["n"])))
    rule = model.decisions[0]["table"]["rules"][0]
    assert (rule["inputs"], rule["annotations"]) == (["1 , 2"], ["so"])


def test_rows_are_read_however_they_are_built() -> None:
    rows = [
        "<rule id='a'><description>first</description>"
        "<inputEntry id='i'><text>1</text></inputEntry><outputEntry><text>2</text></outputEntry>"
        "<annotationEntry><text>note</text></annotationEntry></rule>",
        "<rule id='b'><extensionElements><x xmlns='urn:x'><text>no</text></x></extensionElements>"
        "<inputEntry><description>of the entry</description><text> 3\n</text></inputEntry>"
        "<annotationEntry/><outputEntry><text><![CDATA[4]]></text></outputEntry></rule>",
        "<rule id='c'><inputEntry/><outputEntry><text/><text>5</text></outputEntry></rule>",
    ]
    body = dmn.table("FIRST", [("n", "number")], [("o", "")], [])
    body = body.replace("</decisionTable>", f"{''.join(rows)}</decisionTable>")
    model = load_model(dmn.file(dmn.input_data("n"), dmn.decision("D", body, inputs=["n"])))
    assert [
        (rule["id"], rule["inputs"], rule["outputs"], rule["annotations"], rule["annotation"])
        for rule in model.decisions[0]["table"]["rules"]
    ] == [
        ("a", ["1"], ["2"], ["note"], "note; first"),
        ("b", ["3"], ["4"], [""], ""),
        ("c", [""], [""], [], ""),
    ]


def test_date_written_as_a_call_is_a_constant_of_a_long_table() -> None:
    cells = [f'[date("2026-{month:02}-01")..date("2026-{month:02}-28")]' for month in range(1, 13)]
    rows = [(cell, str(number)) for number, cell in enumerate(cells, 1)]
    body = dmn.table("FIRST", [("d", "date")], [("o", "number")], rows)
    decide = load_model(
        dmn.file(dmn.input_data("d", "date"), dmn.decision("D", body, inputs=["d"]))
    ).decision("D")
    assert [decide({"d": f"2026-{month:02}-28"}).value for month in (1, 7, 12)] == [1, 7, 12]
    assert decide({"d": "2026-07-29"}).value is None
    assert "bit_length" in decide.program.source


def test_name_like_a_function_hides_it_in_cells() -> None:
    body = dmn.table("FIRST", [("n", "number")], [("o", "number")], [("number(4)", "1")])
    source = dmn.file(
        dmn.knowledge("number", {"x": "number"}, "x + 1"),
        dmn.input_data("n", "number"),
        dmn.decision("D", body, inputs=["n"], knowledge=["number"]),
    )
    decide = load_model(source).decision("D")
    assert (decide({"n": 5}).value, decide({"n": 4}).value) == (1, None)


def test_values_given_one_after_the_other_are_all_kept() -> None:
    source = dmn.file(
        dmn.input_data("a", "number"),
        dmn.input_data("b", "number"),
        dmn.decision("D", "a - b", inputs=["a", "b"]),
    )
    decide = load_model(source).decision("D").given({"a": 5}).given({"b": 2})
    assert (decide({}).value, decide({"b": 1}).value) == (3, 4)
    misspelt = decide.given({"bb": 1})({})
    assert [(problem.code, problem.where) for problem in misspelt.problems] == [
        ("input.unknown", "/bb")
    ]


def test_empty_expression_is_a_fault_of_the_model() -> None:
    model = load_model(dmn.file(dmn.decision("D", " ")))
    assert [problem.code for problem in model.problems] == ["model.expression"]
    assert model.decision("D")({}).failed


def test_facts_of_a_model_that_cannot_be_read_are_not_said_to_be_fine() -> None:
    assert [problem.code for problem in load_model("hello").check({})] == ["xml.syntax"]
