"""A decision table as OpenText's .otdt, where its cells can be said there exactly."""

import json
import re
import uuid
from typing import Any

from decisions import engine
from decisions.errors import Fault, Invalid, Refused
from decisions.models import ModelVersion
from decisions.services.drafting import loaded_draft

SCHEMA = "https://www.opentext.com/ocp/devx/decision/1.0.0/DecisionTable"
AGGREGATIONS = {"SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}
TYPES = {"string": "string", "number": "number", "boolean": "boolean", "date": "date"}
_TEXT = r'"((?:[^"\\]|\\.)*)"'
_LITERAL = rf'{_TEXT}|(-?\d+(?:\.\d+)?|true|false)|date\("(\d{{4}}-\d{{2}}-\d{{2}})"\)'
_CELL = re.compile(rf"(<=|>=|<|>)?\s*(?:{_LITERAL})\Z")
_NOT = re.compile(rf"not\(\s*(?:{_LITERAL})\s*\)\Z")
_LIST = re.compile(rf"{_TEXT}(?:\s*,\s*{_TEXT})+\Z")


def write_otdt(version: ModelVersion) -> bytes:
    """Write the one table of a version; raises Invalid with every cell that cannot be said."""
    loaded = loaded_draft(version)
    tables = [d for d in loaded.describe()["decisions"] if d["table"]]
    if len(loaded.decisions) != 1 or not tables:
        raise Refused("An .otdt file holds one decision table; this model is more. Take the DMN.")
    table = tables[0]["table"]
    bases = {f.path: f.base for f in engine.fields_of(loaded.definitions) if f.is_input}
    faults: list[Fault] = []
    rules = [_rule(rule, table, faults) for rule in table["rules"]]
    if faults:
        raise Invalid(f"{len(faults)} cells cannot be said in an .otdt file.", faults)
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, str(version.pk)))
    data: dict[str, Any] = {
        "id": key,
        "version": version.number,
        "name": version.model.name,
        "key": version.model.key,
        "namespace": str(uuid.uuid5(uuid.NAMESPACE_URL, loaded.definitions.namespace)),
        "hitIndicator": table["hit_policy"],
        **({"collectOperator": AGGREGATIONS[table["aggregation"]]} if table["aggregation"] else {}),
        "inputExpressions": [
            {
                "id": f"in_{place}",
                "type": TYPES.get(bases.get(one["text"], one["type"]), "string"),
                "variableId": one["text"],
                "label": one["label"] or one["text"],
                **_entries(one["allowed"]),
            }
            for place, one in enumerate(table["inputs"], 1)
        ],
        "outputExpressions": [
            {
                "id": f"out_{place}",
                "type": TYPES.get(one["type"], "string"),
                "variableId": one["name"] or version.model.key,
                "label": one["label"] or one["name"],
                **_entries(one["allowed"]),
            }
            for place, one in enumerate(table["outputs"], 1)
        ],
        "rules": rules,
    }
    file = {"id": key, "schemaId": SCHEMA, "serviceName": "decision", "data": data}
    return json.dumps(file, ensure_ascii=False, indent=2).encode()


def _rule(rule: dict[str, Any], table: dict[str, Any], faults: list[Fault]) -> dict[str, str]:
    written: dict[str, str] = {}
    for place, text in enumerate(rule["inputs"], 1):
        column = table["inputs"][place - 1]
        cell = _cell(text.strip()) if re.fullmatch(r"[A-Za-z_]\w*", column["text"]) else None
        sign, value = cell or ("", "")
        if cell is None:
            faults.append(_fault(rule["number"], column["label"] or column["text"], text))
        written |= {f"in_{place}_operator": sign, f"in_{place}_expression": value}
    for place, text in enumerate(rule["outputs"], 1):
        found = re.fullmatch(_LITERAL, text.strip())
        if found is None and text.strip() not in {"", "null", "-"}:
            faults.append(_fault(rule["number"], table["outputs"][place - 1]["name"], text))
        written[f"out_{place}"] = _value(found.groups()) if found else ""
    return written


def _cell(text: str) -> tuple[str, str] | None:
    """Operator and value of a cell, or None where there are none that mean the same."""
    if text in {"", "-"}:
        return "-- NA --", "-"
    if found := _CELL.match(text):
        return found[1] or "==", _value(found.groups()[1:])
    if found := _NOT.match(text):
        return "!=", _value(found.groups())
    if _LIST.match(text):
        return "IN", text
    return None


def _value(groups: tuple[str | None, ...]) -> str:
    quoted, plain, day = groups
    if quoted is not None:
        return re.sub(r"\\(.)", r"\1", quoted)
    return plain or day or ""


def _entries(allowed: str) -> dict[str, list[str]]:
    listed = re.findall(_TEXT, allowed)
    return {"entries": listed} if listed else {}


def _fault(number: int, column: str, text: str) -> Fault:
    return Fault(
        code="otdt.cell",
        where=f"Row {number}, {column}",
        message=f"“{text[:80]}” has no counterpart there.",
        hint="Split the row, or take the DMN file.",
    )
