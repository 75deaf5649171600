"""Files of facts for an impact preview: JSON lines or CSV, every line checked before it counts."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from decisions import engine
from decisions.canonical import canonical
from decisions.errors import Fault, Invalid
from decisions.models import ModelVersion
from decisions.services.drafting import loaded_draft

MOST_BYTES = 10 * 2**20
MOST_LINES = 20_000
MOST_FAULTS = 20


@dataclass(frozen=True)
class FactsFile:
    """The facts of a file that may be replayed, each with the number of its line."""

    name: str
    rows: list[tuple[int, dict[str, Any]]]


def read_file(name: str, content: bytes, version: ModelVersion) -> FactsFile:
    """Read a file against the inputs of `version`; raises Invalid and names every bad line.

    JSON lines hold one object of facts each. The head of a CSV names facts, with a dot for parts
    of them (`show.name`); a cell that reads as JSON is taken so, any other is a text.
    """
    if len(content) > MOST_BYTES:
        raise Invalid("The file is larger than 10 MiB. Split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is not UTF-8 text. Save it as JSON lines or CSV UTF-8.") from error
    reader = _csv_rows(text) if name.lower().endswith(".csv") else _json_rows(text)
    loaded = loaded_draft(version)
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[Fault] = []
    for number, facts, problem in reader:
        problems = [problem] if problem else _problems(loaded, facts)
        if problems:
            faults.append(Fault(where=f"line {number}", message=problems[0]))
        rows.append((number, facts))
        if len(faults) == MOST_FAULTS:
            break
        if len(rows) > MOST_LINES:
            raise Invalid(f"The file has more than {MOST_LINES:,} lines. Split it.")
    if faults:
        raise Invalid("The file was not read, because lines of it do not fit the inputs.", faults)
    if not rows:
        raise Invalid("The file holds no facts. Give one submission a line.")
    return FactsFile(name[:200] or "File", rows)


def _problems(loaded: engine.Model, facts: dict[str, Any]) -> list[str]:
    read = {s["input"] for s in loaded.sources if s["kind"] == "evidence"}
    asked = {name: value for name, value in facts.items() if name not in read}
    try:
        canonical(facts)
    except ValueError as error:
        return [f"{str(error).capitalize()}."]
    found = [p for p in loaded.check(asked) if p.severity == "error"]
    return [f"{p.where.lstrip('/')}: {p.message}" if p.where else p.message for p in found]


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any], str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            facts = json.loads(line)
        except (ValueError, RecursionError):
            yield number, {}, "This is no JSON. Write one object a line."
            continue
        yield number, *((facts, "") if isinstance(facts, dict) else ({}, "This is no object."))


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, Any], str]]:
    reader = csv.reader(io.StringIO(text))
    try:
        head = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(head):
                message = f"It has {len(cells)} cells, the head has {len(head)}."
                yield reader.line_num, {}, message
                continue
            facts: dict[str, Any] = {}
            for name, cell in zip(head, cells, strict=True):
                if cell != "":
                    _put(facts, name.split("."), _value(cell))
            yield reader.line_num, facts, ""
    except csv.Error as error:
        yield reader.line_num, {}, f"This is no CSV: {error}."


def _put(facts: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inner = facts.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        facts = inner
    facts[path[-1]] = value


def _value(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
