"""Rule tests as files: JSON as it is kept, and CSV with a column for each fact and output."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services.sheet_files import harmless, meant
from decisions.services.testing import Case

FACT, EXPECT = "fact: ", "expect: "


def to_json(version: ModelVersion) -> str:
    """Write the tests of a version as JSON."""
    rows = [
        {"name": t.name, "at": t.at and t.at.isoformat(), "facts": t.facts, "expected": t.expected}
        for t in version.tests.all()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def to_csv(version: ModelVersion) -> str:
    """Write the tests of a version as CSV; texts stand bare, all else as JSON."""
    tests = list(version.tests.all())
    facts = sorted({name for test in tests for name in test.facts})
    outputs = sorted({path for test in tests for path in test.expected})
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["name", "at", *(FACT + name for name in facts), *(EXPECT + p for p in outputs)])
    for test in tests:
        given = [_cell(test.facts, name) for name in facts]
        wanted = [_cell(test.expected, path) for path in outputs]
        row = [test.name, test.at.isoformat() if test.at else "", *given, *wanted]
        sheet.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def read(text: str) -> list[Case]:
    """Read tests from either form. Raises Invalid, with the line or the number of the test."""
    cases = _from_json(text) if text.lstrip().startswith(("[", "{")) else _from_csv(text)
    if not cases:
        raise Invalid("The file holds no test.")
    return cases


def _from_json(text: str) -> list[Case]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The file is not JSON: {error}.") from error
    if not isinstance(rows, list):
        raise Invalid("The file must hold a list of tests, as the export writes it.")
    return [_case(f"Test {number}", row) for number, row in enumerate(rows, 1)]


def _from_csv(text: str) -> list[Case]:
    try:
        lines = list(csv.DictReader(io.StringIO(text), restkey="", restval=""))
    except csv.Error as error:
        raise Invalid(f"The file is not CSV: {error}.") from error
    names = list(lines[0]) if lines else []
    unknown = [n for n in names if n not in {"name", "at"} and not n.startswith((FACT, EXPECT))]
    if lines and (unknown or "name" not in names):
        raise Invalid(
            f"The first line must name the columns: name, at, “{FACT}…”, “{EXPECT}…”"
            + (f"; “{unknown[0]}” is none of them." if unknown else ".")
        )
    return [
        _case(
            f"Line {number}",
            {
                "name": meant(line["name"]),
                "at": line.get("at") or None,
                "facts": _cells(line, FACT),
                "expected": _cells(line, EXPECT),
            },
        )
        for number, line in enumerate(lines, 2)
    ]


def _case(place: str, row: Any) -> Case:
    if not isinstance(row, Mapping):
        raise Invalid(f"{place} is no test: it needs name, facts and expected.")
    facts, expected = row.get("facts"), row.get("expected")
    if not isinstance(facts, Mapping) or not isinstance(expected, Mapping):
        raise Invalid(f"{place} needs facts and expected, each with names and values.")
    return Case(place, str(row.get("name") or ""), facts, expected, _moment(place, row.get("at")))


def _moment(place: str, given: Any) -> datetime | None:
    if given in (None, ""):
        return None
    try:
        found = parse_datetime(str(given))
    except ValueError:
        found = None
    if found is None or is_naive(found):
        raise Invalid(f"{place}: “{given}” is no moment. Write it like 2026-12-01T06:00:00+00:00.")
    return found


def _cell(values: Mapping[str, Any], name: str) -> str:
    """Write a value so that `_cells` reads the same: a text that looks like JSON is quoted."""
    if name not in values:
        return ""
    value = values[name]
    if isinstance(value, str) and value and _read(value) == value and value == value.strip():
        return value
    return json.dumps(value, ensure_ascii=False)


def _cells(line: Mapping[str, str], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): _read(meant(text))
        for name, text in line.items()
        if name.startswith(prefix) and text.strip()
    }


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
