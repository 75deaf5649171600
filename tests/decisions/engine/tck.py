"""Runs cases of the DMN compatibility kit: python -m tests.decisions.engine.tck PATH."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from decisions.engine import Invalid, load_model
from decisions.engine.numbers import CONTEXT
from decisions.engine.temporal import (
    from_python,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
)

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)
TOLERANCE = Decimal("1e-8")


@dataclass
class Case:
    """One expected result: which folder and case, what was asked, and what came."""

    folder: str
    name: str
    expected: Any
    actual: Any = None
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return same(self.expected, self.actual)


def local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: Any, name: str) -> list[Any]:
    return [child for child in element if local(child) == name]


def read_value(element: Any) -> Any:
    """Read a value, list or components of a TCK file."""
    if element.get(NIL) == "true":
        return None
    for child in element:
        kind = local(child)
        if kind == "value":
            return None if child.get(NIL) == "true" else scalar(child)
        if kind == "list":
            if child.get(NIL) == "true":
                return None
            return [read_value(item) for item in children(child, "item")]
        if kind == "component":
            return {item.get("name"): read_value(item) for item in children(element, "component")}
    return None


def scalar(element: Any) -> Any:
    """Read one typed value."""
    text = "".join(element.itertext())
    kind = (element.get(TYPE) or "xsd:string").rpartition(":")[2]
    readers = {
        "boolean": lambda: text.strip() == "true",
        "date": lambda: parse_date(text.strip()),
        "time": lambda: parse_time(text.strip()),
        "dateTime": lambda: parse_datetime(text.strip()),
        "duration": lambda: parse_duration(text.strip()),
        "yearMonthDuration": lambda: parse_duration(text.strip()),
        "dayTimeDuration": lambda: parse_duration(text.strip()),
    }
    if kind in ("decimal", "double", "integer", "float", "int", "long"):
        return Decimal(text.strip())
    return readers[kind]() if kind in readers else text


def same(expected: Any, actual: Any) -> bool:
    """Compare as the TCK does: numbers within 1e-8, all else exactly."""
    actual = in_engine_terms(actual)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, Decimal) and isinstance(actual, int | Decimal):
        return abs(CONTEXT.subtract(expected, actual)) <= TOLERANCE
    if type(expected) is list and type(actual) is list:
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if type(expected) is dict and type(actual) is dict:
        return expected.keys() == actual.keys() and all(
            same(value, actual[name]) for name, value in expected.items()
        )
    return type(expected) is type(actual) and bool(expected == actual)


def in_engine_terms(value: Any) -> Any:
    try:
        return from_python(value)
    except (AttributeError, TypeError):
        return value


def cases_in(folder: Path) -> Iterator[Case]:
    """Run every case of a folder."""
    for test, model in tests_in(folder):
        yield from run_case(folder.name, test, model)


def tests_in(folder: Path) -> Iterator[tuple[Any, Any]]:
    """Give every test of a folder with its model."""
    for test_file in sorted(folder.glob("*.xml")):
        root = etree.parse(test_file).getroot()
        name = next(iter(children(root, "modelName"))).text
        path = folder / name
        model = load_model(path, resolver=lambda namespace, _: find_import(folder, namespace))
        for test in children(root, "testCase"):
            yield test, model


def find_import(folder: Path, namespace: str) -> bytes | None:
    """Find the file of an imported model in the folder."""
    for path in folder.glob("*.dmn"):
        if etree.parse(path).getroot().get("namespace") == namespace:
            return path.read_bytes()
    return None


def facts_of(test: Any, model: Any) -> dict[str, Any]:
    """Read the inputs of a test, by their names in the model."""
    facts = {}
    for node in children(test, "inputNode"):
        namespace, name = node.get("namespace"), node.get("name")
        value = read_value(node)
        facts[name] = value
        if namespace and model.graph is not None:
            for key in model.graph.parts:
                part = model.graph.parts[key]
                if part.file.definitions.namespace == namespace and part.name == name:
                    home = model.graph.files[model.definitions.namespace]
                    facts[model.graph.visible_name(home, key)] = value
    return facts


def target_of(test: Any, node: Any, model: Any) -> Any:
    """Give what a result node asks for; raises Invalid where the model lacks it."""
    if test.get("type") == "decisionService":
        return model.service(test.get("invocableName"))
    return model.decision(node.get("name"))


def run_case(folder: str, test: Any, model: Any) -> Iterator[Case]:
    facts = facts_of(test, model)
    is_service = test.get("type") == "decisionService"
    for node in children(test, "resultNode"):
        expected = read_value(next(iter(children(node, "expected"))))
        case = Case(folder, f"{test.get('id')} {node.get('name')}", expected)
        try:
            result = target_of(test, node, model)(facts, now=NOW)
            case.actual = result.value
            if is_service and node.get("name") in result.values:
                case.actual = result.values[node.get("name")]
            case.problems = [str(problem) for problem in result.problems]
        except Invalid as error:
            case.problems = [str(error)]
        yield case


def folders_in(root: Path) -> list[Path]:
    """List the folders below a path that hold test cases."""
    return sorted({path.parent for path in root.rglob("*.xml")})


def run_tree(root: Path) -> list[Case]:
    """Run every folder below a path that holds test cases."""
    return [case for folder in folders_in(root) for case in cases_in(folder)]


def print_score(cases: list[Case]) -> None:
    """Print passed/total for each folder that has misses, and overall."""
    for title, chosen in (
        ("all", cases),
        ("non-null", [case for case in cases if case.expected is not None]),
    ):
        passed = sum(case.passed for case in chosen)
        print(f"{title}: {passed} of {len(chosen)} ({100 * passed / max(1, len(chosen)):.2f} %)")


def main() -> None:
    cases = run_tree(Path(sys.argv[1]))
    for case in cases:
        if not case.passed:
            print(f"{case.folder} {case.name}: expected {case.expected!r}, got {case.actual!r}")
            for problem in case.problems[:3]:
                print(f"    {problem}")
    print_score(cases)


if __name__ == "__main__":
    main()
