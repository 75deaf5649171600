"""The library's files themselves: well formed, drawn, explained, and fitting their tables."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from lxml import etree

from config.demo import library
from tests.decisions.library.conftest import LIBRARY

DMN = "{https://www.omg.org/spec/DMN/20230324/MODEL/}"
DI = "{https://www.omg.org/spec/DMN/20230324/DMNDI/}"
OURS = "{urn:clearance:dmn}"
BASES = ("CODE", "LAW", "SPOTIFY", "HOUSE")
# The rules of each model: the number of the use case, and that of its last rule.
RULES = {
    "podcast_sponsorship": (1, 16),
    "branded_playlist": (3, 16),
    "support_prioritisation": (6, 15),
    "lead_escalation": (8, 15),
    "commercial_music": (5, 15),
    "audience_segmentation": (2, 16),
    "subject_assignment": (2, 30),
    "consent_compliance": (7, 16),
    "content_distribution": (4, 17),
}
# A second model of a use goes on counting where the first one ends.
GOES_ON_FROM = {"subject_assignment": 17}
# What a model may share with others is written in the file of the model that came first.
FILES = {path.name: json.loads(path.read_text("utf-8")) for path in LIBRARY.glob("*.tables.json")}


def rules_of_use(key: str) -> list[str]:
    """The numbers of the rules that a model holds."""
    use, last = RULES[key]
    return [f"{use}.{number}" for number in range(GOES_ON_FROM.get(key, 1), last + 1)]


@pytest.fixture(scope="module", params=library.every_key())
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def root(key: str) -> etree._Element:
    return etree.parse(LIBRARY / f"{key}.dmn").getroot()


@pytest.fixture(scope="module")
def tables(key: str) -> list[dict[str, Any]]:
    return library.read(key).tables


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


def test_every_row_has_a_rule_a_sentence_and_a_basis(root: etree._Element, key: str) -> None:
    use, _ = RULES[key]
    for table in root.iter(f"{DMN}decisionTable"):
        names = [annotation.get("name") for annotation in table.iter(f"{DMN}annotation")]
        assert names == ["Rule", "Why", "Basis"]
        for rule in table.iter(f"{DMN}rule"):
            number, why, basis = (
                entry.findtext(f"{DMN}text") for entry in rule.iter(f"{DMN}annotationEntry")
            )
            assert number == "all" or number.startswith(f"{use}."), rule.get("id")
            assert why.endswith("."), rule.get("id")
            assert any(word in basis for word in BASES), rule.get("id")


def test_all_rules_of_the_use_case_stand_in_tables(root: etree._Element, key: str) -> None:
    rules = {rule.find(f"{DMN}annotationEntry/{DMN}text").text for rule in root.iter(f"{DMN}rule")}
    assert set(rules_of_use(key)) - rules == set()


def test_every_input_has_a_label_and_says_where_it_comes_from(root: etree._Element) -> None:
    for item in root.iter(f"{DMN}inputData"):
        field = item.find(f".//{OURS}field")
        assert field is not None, item.get("name")
        assert field.get("label"), item.get("name")
        assert field.get("source"), item.get("name")


def test_sources_name_tables_of_the_library(
    root: etree._Element, tables: list[dict[str, Any]]
) -> None:
    keys = {s.get("key") for s in root.iter(f"{OURS}source") if s.get("kind") == "reference"}
    assert keys == {table["key"] for table in tables}


def test_every_table_stands_in_one_file_beside_a_model_that_reads_it() -> None:
    owners = [(table["key"], name) for name, tables in FILES.items() for table in tables]
    assert len({key for key, _ in owners}) == len(owners)
    for key, name in owners:
        model = library.read(name.removesuffix(".tables.json"))
        assert key in {table["key"] for table in model.tables}


def test_table_rows_fit_their_columns(tables: list[dict[str, Any]]) -> None:
    kinds = {"string": str, "number": (int, float), "list": list, "date": str, "boolean": bool}
    for table in tables:
        columns = {column["name"]: column for column in table["columns"]}
        for row in table["rows"]:
            assert row.keys() == columns.keys(), table["key"]
            for name, value in row.items():
                optional = columns[name].get("optional") and value is None
                assert optional or isinstance(value, kinds[columns[name]["type"]]), (name, row)


def test_tables_have_the_values_and_columns_that_rules_read(
    root: etree._Element, tables: list[dict[str, Any]]
) -> None:
    types = {item.get("name"): item for item in root.iter(f"{DMN}itemDefinition")}
    for item in root.iter(f"{DMN}inputData"):
        source = item.find(f".//{OURS}source[@kind='reference']")
        if source is None:
            continue
        (table,) = [table for table in tables if table["key"] == source.get("key")]
        declared = types[item.find(f"{DMN}variable").get("typeRef")]
        if table["kind"] == "rows":
            declared = types[declared.findtext(f"{DMN}typeRef")]
        parts = {part.get("name") for part in declared.iter(f"{DMN}itemComponent")}
        has = [row["key"] for row in table["rows"]] if table["kind"] == "values" else None
        assert parts == set(has or (column["name"] for column in table["columns"])), table["key"]


def test_house_limits_are_not_constants(root: etree._Element) -> None:
    """A number in a cell is a count of things found; every limit comes from a table."""
    for cell in root.iter(f"{DMN}inputEntry"):
        text = re.sub(r'"[^"]*"', '""', cell.findtext(f"{DMN}text") or "")
        assert set(re.findall(r"(?<![\w.])\d[\d.]*", text)) <= {"0"}, text
