"""What is read is written again: every element, every version of DMN, and after edits."""

from __future__ import annotations

import copy
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from decisions import engine
from decisions.engine import Invalid, load_model, write_definitions
from decisions.engine import model as m
from decisions.engine.xml import read_definitions
from decisions.engine.xml_write import slow_write_definitions
from tests.decisions.engine import dmn
from tests.decisions.engine.trees import said

HERE = Path(__file__).parent
EVERY = (HERE / "samples" / "every_element.dmn").read_bytes()
LIBRARY = HERE.parents[2] / "decisions" / "library" / "podcast_sponsorship.dmn"
SHARED = Path(os.environ.get("CLEARANCE_SHARED", HERE.parents[3] / "shared"))
TCK_FILES = sorted((SHARED / "tck").rglob("*.dmn"))
DATES = {
    "1.2": ("http://www.omg.org/spec/DMN/20180521/", "http://www.omg.org/spec/DMN/20180521/"),
    "1.3": ("https://www.omg.org/spec/DMN/20191111/", "https://www.omg.org/spec/DMN/20191111/"),
    "1.4": ("https://www.omg.org/spec/DMN/20211108/", "https://www.omg.org/spec/DMN/20191111/"),
}


def of_version(source: bytes, version: str) -> bytes:
    """Write the namespaces of an older version into a file of DMN 1.5."""
    text, (model, diagram) = source.decode(), DATES[version]
    text = text.replace("https://www.omg.org/spec/DMN/20230324/DMNDI/", f"{diagram}DMNDI/")
    return text.replace("https://www.omg.org/spec/DMN/20230324/", model).encode()


def assert_kept(source: bytes) -> bytes:
    """Read, write and read; nothing may be lost or change; gives what was written."""
    first = read_definitions(source)
    written = write_definitions(first)
    second = read_definitions(written)
    assert replace(second, hash="") == replace(first, hash="")
    assert write_definitions(second) == written
    assert slow_write_definitions(second) == slow_write_definitions(first) == written
    assert said(written) == said(source)
    return written


def test_every_element_is_written_again() -> None:
    assert_kept(EVERY)


@pytest.mark.parametrize("version", DATES)
def test_older_version_is_lifted_to_dmn_1_5(version: str) -> None:
    older = of_version(EVERY, version)
    assert older != EVERY
    written = assert_kept(older)
    assert written == write_definitions(read_definitions(EVERY))
    assert DATES[version][0].encode() + b"MODEL" not in written


def test_library_is_written_as_it_is_shipped() -> None:
    assert load_model(LIBRARY).to_xml() == LIBRARY.read_bytes()


@pytest.mark.skipif(not TCK_FILES, reason=f"no TCK found in {SHARED}")
def test_every_file_of_the_tck_is_written_again() -> None:
    for path in TCK_FILES:
        assert_kept(path.read_bytes())


def test_written_file_is_indented_with_a_line_for_each_cell() -> None:
    table = dmn.table("FIRST", [("n", "number")], [("o", "")], [("> 1", '"a"')], notes=["why"])
    model = load_model(dmn.file(dmn.input_data("n"), dmn.decision("D", table, inputs=["n"])))
    assert model.to_xml().decode().splitlines()[4:20] == [
        "  </inputData>",
        '  <decision id="id_D" name="D">',
        '    <variable name="D"/>',
        "    <informationRequirement>",
        '      <requiredInput href="#id_n"/>',
        "    </informationRequirement>",
        '    <decisionTable id="t" hitPolicy="FIRST">',
        '      <input label="n">',
        '        <inputExpression typeRef="number"><text>n</text></inputExpression>',
        "      </input>",
        '      <output label="o" name="o"/>',
        "      <rule>",
        "        <inputEntry><text>&gt; 1</text></inputEntry>",
        '        <outputEntry><text>"a"</text></outputEntry>',
        "        <annotationEntry><text>why</text></annotationEntry>",
        "      </rule>",
    ]


# Texts


@pytest.mark.parametrize(
    "text", ["1 +\n\t2\n  + 3", "a\rb", '"<&>" + ]]>', "x // naïve 🚀", "'\"'", "a\u2028b\u00a0c"]
)
def test_text_keeps_its_line_breaks_and_signs(text: str) -> None:
    definitions = m.Definitions(
        name="M",
        namespace="urn:m",
        description=text,
        decisions=(m.Decision("d", "D", "", m.LiteralExpression("", "", 0, text=text)),),
    )
    read = read_definitions(write_definitions(definitions))
    expression = read.decisions[0].expression
    assert isinstance(expression, m.LiteralExpression)
    assert (expression.text, read.description) == (text, text)


def test_attribute_keeps_its_line_breaks_and_signs() -> None:
    label = 'One\n"two"\t<three> & four'
    table = m.TableExpression(
        "t", "", 0, hit_policy="FIRST", aggregation="", output_label=label,
        inputs=(), outputs=(), rules=(),
    )  # fmt: skip
    definitions = m.Definitions(
        name="M", namespace="urn:m", decisions=(m.Decision("d", "D", "", table),)
    )
    read = read_definitions(write_definitions(definitions))
    assert replace(read, hash="", order=(), prefixes=()) == definitions


def test_character_that_xml_cannot_hold_is_refused() -> None:
    definitions = m.Definitions(name="M", namespace="urn:m", description="a\x00b")
    with pytest.raises(Invalid, match=r"XML cannot hold the character U\+0000 of 'a\\x00b'\."):
        write_definitions(definitions)


def test_expressions_nested_too_deep_are_refused() -> None:
    box: m.Boxed = m.ListExpression("", "", 0, items=())
    for _ in range(2000):
        box = m.ListExpression("", "", 0, items=(box,))
    definitions = m.Definitions(
        name="M", namespace="urn:m", decisions=(m.Decision("d", "D", "", box),)
    )
    with pytest.raises(Invalid, match="nested too deep"):
        write_definitions(definitions)


def test_model_that_could_not_be_read_cannot_be_written() -> None:
    with pytest.raises(Invalid, match="could not be read"):
        load_model("<a/>").to_xml()


# Namespaces


def test_prefixes_of_the_file_stay_so_that_qualified_names_still_resolve() -> None:
    source = b"""<d:definitions xmlns="urn:own" xmlns:d="http://www.omg.org/spec/DMN/20180521/MODEL/"
        xmlns:other="urn:other" id="x" name="N" namespace="urn:own">
      <d:knowledgeSource id="k" name="K"/>
      <di:DMNDI xmlns:di="http://www.omg.org/spec/DMN/20180521/DMNDI/"><di:DMNDiagram>
        <di:DMNShape dmnElementRef="k"/><di:DMNShape xmlns:l="urn:l" dmnElementRef="l:k"/>
        <di:DMNShape dmnElementRef="other:k"/>
      </di:DMNDiagram></di:DMNDI></d:definitions>"""
    written = assert_kept(source)
    assert written.decode().splitlines()[1:] == [
        '<d:definitions xmlns="urn:own" xmlns:d="https://www.omg.org/spec/DMN/20230324/MODEL/"'
        ' xmlns:other="urn:other" xmlns:di="https://www.omg.org/spec/DMN/20230324/DMNDI/"'
        ' xmlns:l="urn:l" id="x" name="N" namespace="urn:own">',
        '  <d:knowledgeSource id="k" name="K"/>',
        "  <di:DMNDI>",
        "    <di:DMNDiagram>",
        '      <di:DMNShape dmnElementRef="k"/>',
        '      <di:DMNShape dmnElementRef="l:k"/>',
        '      <di:DMNShape dmnElementRef="other:k"/>',
        "    </di:DMNDiagram>",
        "  </di:DMNDI>",
        "</d:definitions>",
    ]


@pytest.mark.parametrize(
    "inner",
    [
        '<a xmlns=""><b xmlns="urn:b"><c xmlns=""/></b></a>',
        '<p:a xmlns:p="urn:1"/><p:a xmlns:p="urn:2" p:x="1"/>',
        '<p:a xmlns:p="urn:1" xml:lang="de" xml:space="preserve"> <p:b/> </p:a>',
        '<p:a xmlns:p="urn:1">one <p:b> <p:c/> <p:c/> </p:b> two<!-- gone --> three</p:a>',
        '<p:a xmlns:p="urn:1" xmlns:q="urn:2" p:y="1" q:x="q:z" plain="a &lt; b"/>',
    ],
)
def test_foreign_content_is_written_again(inner: str) -> None:
    extension = f"<extensionElements>{inner}</extensionElements>"
    kept = read_definitions(dmn.file(extension).encode()).kept
    written = assert_kept(dmn.file(extension).encode())
    assert read_definitions(written).kept == kept != m.NOTHING


def test_foreign_attribute_gets_a_prefix_where_the_file_has_none() -> None:
    kept = m.Kept((("{urn:a}x", "1"), ("{urn:b}x", "2")))
    written = write_definitions(m.Definitions(name="M", namespace="urn:m", kept=kept))
    assert written.decode().splitlines()[1] == (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" xmlns:ns="urn:a"'
        ' xmlns:ns1="urn:b" name="M" namespace="urn:m" ns:x="1" ns1:x="2"/>'
    )
    assert read_definitions(written).kept == kept


# Names


def test_input_and_its_variable_may_have_two_names() -> None:
    source = dmn.file('<inputData id="i" name="Shown"><variable name="meant"/></inputData>')
    assert load_model(source).definitions.inputs[0].name == "meant"
    assert_kept(source.encode())


def test_decision_and_its_variable_may_have_two_names() -> None:
    body = '<decision id="d" name="Shown"><variable id="v" name="meant"/></decision>'
    assert_kept(dmn.file(body).encode())


def test_renamed_decision_takes_its_variable_along() -> None:
    definitions = load_model(dmn.file(dmn.decision("Old", "1"))).definitions
    renamed = replace(definitions.decisions[0], name="New")
    written = write_definitions(replace(definitions, decisions=(renamed,))).decode()
    assert (written.count('name="New"'), written.count('name="Old"')) == (2, 0)


# Edits


def table_of(definitions: m.Definitions) -> m.TableExpression:
    table = next(d.expression for d in definitions.decisions if d.id == "_table")
    assert isinstance(table, m.TableExpression)
    return table


def written_with(definitions: m.Definitions, **changes: Any) -> bytes:
    """Change the table of the sample and write it."""
    edited = replace(table_of(definitions), **changes)
    decisions = tuple(
        replace(d, expression=edited) if d.id == "_table" else d for d in definitions.decisions
    )
    changed = replace(definitions, decisions=decisions)
    written = write_definitions(changed)
    assert slow_write_definitions(changed) == written
    return written


def with_table(definitions: m.Definitions, **changes: Any) -> m.Definitions:
    """Change the table of the sample, write it and read it again."""
    return read_definitions(written_with(definitions, **changes))


def ids_of_cells(source: bytes) -> list[list[str]]:
    """List the ids of the cells of each rule of the sample's table."""
    table = next(e for e in etree.fromstring(source).iter() if e.get("id") == "_tableBox")
    return [
        [cell.get("id", "") for cell in rule.iterchildren("{*}inputEntry", "{*}outputEntry")]
        for rule in table.iterchildren("{*}rule")
    ]


EVERY_CELL = [["_cellA1", "_cellA2", "_cellA3"], ["_cellB1", "", "_cellB3"]]


def test_moved_rule_takes_its_cells_with_their_ids_along() -> None:
    every = read_definitions(EVERY)
    first, second = table_of(every).rules
    written = written_with(every, rules=(second, first))
    assert table_of(read_definitions(written)).rules == (second, first)
    assert ids_of_cells(written) == EVERY_CELL[::-1]


def test_inserted_rule_has_no_ids_and_a_removed_one_takes_its_own_away() -> None:
    every = read_definitions(EVERY)
    rule = m.TableRule("_new", ("1", "2"), ("3",), (), "", 0)
    written = written_with(every, rules=(rule, table_of(every).rules[1]))
    assert ids_of_cells(written) == [["", "", ""], EVERY_CELL[1]]


def test_copied_rule_has_no_ids_in_its_cells() -> None:
    every = read_definitions(EVERY)
    rules = table_of(every).rules
    written = written_with(every, rules=(*rules, replace(rules[0], id="_copy")))
    assert ids_of_cells(written) == [*EVERY_CELL, ["", "", ""]]


def test_edited_cell_keeps_its_id_and_what_else_it_carries() -> None:
    every = read_definitions(EVERY)
    first, second = table_of(every).rules
    edited = replace(first, inputs=("< 20", first.inputs[1]))
    written = written_with(every, rules=(edited, second))
    assert ids_of_cells(written) == EVERY_CELL
    assert written.replace(b"&lt; 20", b"&lt; 10") == write_definitions(every)


def test_cell_may_be_given_an_id() -> None:
    every = read_definitions(EVERY)
    first, second = table_of(every).rules
    edited = replace(second, inputs=(second.inputs[0], m.Text("1", "_new")))
    assert ids_of_cells(written_with(every, rules=(first, edited))) == [
        EVERY_CELL[0],
        ["_cellB1", "_new", "_cellB3"],
    ]


def without(cells: tuple[str, ...], place: int) -> tuple[str, ...]:
    return cells[:place] + cells[place + 1 :]


def test_inserted_column_leaves_the_other_cells_their_ids() -> None:
    every = read_definitions(EVERY)
    table = table_of(every)
    column = m.TableInput("_new", "New", "amount + 1", "number", "")
    rules = tuple(
        replace(rule, inputs=(rule.inputs[0], "-", *rule.inputs[1:])) for rule in table.rules
    )
    inputs = (table.inputs[0], column, *table.inputs[1:])
    written = written_with(every, inputs=inputs, rules=rules)
    assert table_of(read_definitions(written)).inputs == inputs
    assert ids_of_cells(written) == [
        ["_cellA1", "", "_cellA2", "_cellA3"],
        ["_cellB1", "", "", "_cellB3"],
    ]


def test_moved_column_takes_its_cells_along_also_when_it_is_edited() -> None:
    every = read_definitions(EVERY)
    table = table_of(every)
    rules = tuple(replace(rule, inputs=rule.inputs[::-1]) for rule in table.rules)
    first, second = table.inputs
    written = written_with(every, inputs=(second, replace(first, label="Other")), rules=rules)
    assert ids_of_cells(written) == [
        ["_cellA2", "_cellA1", "_cellA3"],
        ["", "_cellB1", "_cellB3"],
    ]


def test_removed_column_takes_its_ids_away() -> None:
    every = read_definitions(EVERY)
    table = table_of(every)
    rules = tuple(replace(rule, inputs=without(rule.inputs, 0)) for rule in table.rules)
    written = written_with(every, inputs=table.inputs[1:], rules=rules)
    assert ids_of_cells(written) == [["_cellA2", "_cellA3"], ["", "_cellB3"]]


def test_replaced_column_takes_over_the_cells() -> None:
    every = read_definitions(EVERY)
    column = m.TableInput("_new", "New", "amount + 1", "number", "")
    written = written_with(every, inputs=(column, table_of(every).inputs[1]))
    assert ids_of_cells(written) == EVERY_CELL


def test_rule_of_another_table_brings_the_ids_of_its_own_cells() -> None:
    every = read_definitions(EVERY)
    other = EVERY.replace(b"_cell", b"_other").replace(b"_rule", b"_row")
    rules = (*table_of(every).rules, *table_of(read_definitions(other)).rules)
    assert ids_of_cells(written_with(every, rules=rules)) == [
        *EVERY_CELL,
        ["_otherA1", "_otherA2", "_otherA3"],
        ["_otherB1", "", "_otherB3"],
    ]


def test_reworded_text_keeps_its_id_and_a_plain_text_has_none() -> None:
    column = table_of(read_definitions(EVERY)).inputs[0]
    reworded = m.reworded(column.text, "amount * 2")
    assert (reworded, m.reworded("plain", "b")) == ("amount * 2", "b")
    inputs = (replace(column, text=reworded), table_of(read_definitions(EVERY)).inputs[1])
    read = table_of(with_table(read_definitions(EVERY), inputs=inputs)).inputs[0]
    assert (read.text, read.text.id) == ("amount * 2", "_inputExpression1")  # type: ignore[attr-defined]


def test_annotations_and_types_can_be_added() -> None:
    every = read_definitions(EVERY)
    item = m.ItemDefinition("tNew", "string", allowed='"x"', id="_tNew")
    edited = with_table(replace(every, items=(*every.items, item)), annotations=("One",))
    assert (edited.items[-1], table_of(edited).annotations) == (item, ("One",))


def test_new_elements_come_after_those_of_the_file() -> None:
    model = load_model(dmn.file(dmn.decision("B", "1"), dmn.input_data("a")))
    new = m.InputData("id_new", "new", "number")
    edited = replace(model.definitions, inputs=(new, *model.definitions.inputs))
    read = read_definitions(write_definitions(edited))
    assert read.order == ("id_B", "id_a", "id_new")


def test_copied_text_carries_the_same() -> None:
    text = m.Text("a", "id", m.Kept((("label", "L"),)))
    copied = copy.deepcopy(text)
    assert (copied, copied.id, copied.kept) == (text, text.id, text.kept)


def test_model_built_from_nothing_is_written_and_decides() -> None:
    table = m.TableExpression(
        "t", "", 0, hit_policy="FIRST", aggregation="", output_label="",
        inputs=(m.TableInput("", "", "n", "number", ""),),
        outputs=(m.TableOutput("", "o", "", "string", "", ""),),
        rules=(m.TableRule("r", ("> 1",), ('"big"',), (), "", 0),),
    )  # fmt: skip
    definitions = m.Definitions(
        id="m",
        name="M",
        namespace="urn:m",
        inputs=(m.InputData("i", "n", "number", hints=m.Hints(optional=True)),),
        decisions=(m.Decision("d", "D", "string", table, ("#i",)),),
    )
    model = load_model(write_definitions(definitions))
    assert model.problems == []
    assert model.decision("D")({"n": 2}).value == "big"
    assert model.decision("D")({}).value is None


def test_example_of_the_page_on_writing_changes_a_rule() -> None:
    page = (Path(engine.__file__).parent / "README.md").read_text(encoding="utf-8")
    code = page.partition("## Writing")[2].partition("```python")[2].partition("```")[0]
    body = dmn.table("FIRST", [("a", "number")], [("o", "")], [("< 5", "1"), ("-", "2")])
    made = dmn.file(dmn.input_data("a"), dmn.decision("D", body, inputs=["a"]))
    names: dict[str, Any] = {"source": made}
    exec(code, names)
    decide = names["model"].decision("D")
    assert [decide({"a": number}).value for number in (19, 20)] == [1, 2]
