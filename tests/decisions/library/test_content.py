"""The library's files themselves: well formed, drawn, explained, and fitting their tables."""

import re
from collections import Counter
from typing import Any

import pytest
from lxml import etree

from tests.decisions.library.conftest import LIBRARY

DMN = "{https://www.omg.org/spec/DMN/20230324/MODEL/}"
DI = "{https://www.omg.org/spec/DMN/20230324/DMNDI/}"
OURS = "{urn:clearance:dmn}"
BASES = ("CODE", "LAW", "SPOTIFY", "HOUSE")


@pytest.fixture(scope="module")
def root() -> etree._Element:
    return etree.parse(LIBRARY / "podcast_sponsorship.dmn").getroot()


def test_ids_are_unique(root: etree._Element) -> None:
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert [key for key, count in ids.items() if count > 1] == []


def test_references_have_targets(root: etree._Element) -> None:
    ids = {element.get("id") for element in root.iter()}
    for element in root.iter():
        if href := element.get("href"):
            assert href.removeprefix("#") in ids
        if drawn := element.get("dmnElementRef"):
            assert drawn in ids


def test_everything_in_the_graph_is_drawn(root: etree._Element) -> None:
    nodes = ("decision", "inputData", "businessKnowledgeModel")
    edges = ("informationRequirement", "knowledgeRequirement")
    drawn = {element.get("dmnElementRef") for element in root.iter(f"{DI}DMNShape", f"{DI}DMNEdge")}
    wanted = {e.get("id") for e in root.iter(*(f"{DMN}{name}" for name in nodes))}
    wanted |= {
        e.get("id")
        for d in root.iter(f"{DMN}decision")
        for e in d.iter(*(f"{DMN}{name}" for name in edges))
    }
    assert wanted - drawn == set()


def test_shapes_do_not_overlap(root: etree._Element) -> None:
    boxes = [
        tuple(float(bounds.get(side)) for side in ("x", "y", "width", "height"))
        for bounds in root.iter("{http://www.omg.org/spec/DMN/20180521/DC/}Bounds")
    ]
    for number, (x, y, width, height) in enumerate(boxes):
        for left, top, wide, high in boxes[number + 1 :]:
            assert x + width <= left or left + wide <= x or y + height <= top or top + high <= y


def test_every_row_has_a_rule_a_sentence_and_a_basis(root: etree._Element) -> None:
    for table in root.iter(f"{DMN}decisionTable"):
        names = [annotation.get("name") for annotation in table.iter(f"{DMN}annotation")]
        assert names == ["Rule", "Why", "Basis"]
        for rule in table.iter(f"{DMN}rule"):
            number, why, basis = (
                entry.findtext(f"{DMN}text") for entry in rule.iter(f"{DMN}annotationEntry")
            )
            assert number == "all" or number.startswith("1."), rule.get("id")
            assert why.endswith("."), rule.get("id")
            assert any(word in basis for word in BASES), rule.get("id")


def test_all_sixteen_rules_stand_in_tables(root: etree._Element) -> None:
    rules = {rule.find(f"{DMN}annotationEntry/{DMN}text").text for rule in root.iter(f"{DMN}rule")}
    assert {f"1.{number}" for number in range(1, 17)} - rules == set()


def test_sources_name_tables_of_the_library(
    root: etree._Element, library_tables: list[dict[str, Any]]
) -> None:
    keys = {s.get("key") for s in root.iter(f"{OURS}source") if s.get("kind") == "reference"}
    assert keys == {table["key"] for table in library_tables}


def test_table_rows_fit_their_columns(library_tables: list[dict[str, Any]]) -> None:
    kinds = {"string": str, "number": (int, float), "list": list, "date": str}
    for table in library_tables:
        columns = {column["name"]: column for column in table["columns"]}
        for row in table["rows"]:
            assert row.keys() == columns.keys(), table["key"]
            for name, value in row.items():
                optional = columns[name].get("optional") and value is None
                assert optional or isinstance(value, kinds[columns[name]["type"]]), (name, row)


def test_values_of_tables_stand_in_the_model(
    root: etree._Element, library_tables: list[dict[str, Any]]
) -> None:
    components = {
        item.get("name"): {part.get("name") for part in item.iter(f"{DMN}itemComponent")}
        for item in root.iter(f"{DMN}itemDefinition")
    }
    for name, key in (("tLimits", "sponsorship_limits"), ("tMinimums", "audience_minimums")):
        (table,) = [table for table in library_tables if table["key"] == key]
        assert {row["key"] for row in table["rows"]} == components[name]


def test_house_limits_are_not_constants(root: etree._Element) -> None:
    """A number in a cell is a count of things found; every limit comes from a table."""
    for cell in root.iter(f"{DMN}inputEntry"):
        text = cell.findtext(f"{DMN}text") or ""
        assert set(re.findall(r"(?<![\w.])\d[\d.]*", text)) <= {"0"}, text
