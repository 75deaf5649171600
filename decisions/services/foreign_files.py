"""Reads decision tables of other tools: .otdt files of OpenText, and DMN files of Flowable.

Sources: required_approvals.otdt of github.com/opentext/demo-contract-approval-app, and Flowable's
DmnJsonConverter.java, whose words both use.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from decisions.errors import Invalid
from decisions.services.foreign_tables import Column, ForeignTable
from decisions.services.juel import (
    ANY,
    BOOLEAN,
    DATE,
    LIST,
    NUMBER,
    STRING,
    Inexact,
    listed_values,
    unwrapped,
)

HIT_POLICIES = frozenset(
    {"FIRST", "UNIQUE", "ANY", "PRIORITY", "OUTPUT ORDER", "RULE ORDER", "COLLECT"}
)
AGGREGATIONS = {"+": "SUM", "<": "MIN", ">": "MAX", "#": "COUNT"}
TYPES = {
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "collection": LIST,
    **dict.fromkeys(("number", "integer", "long", "double", "short", "float"), NUMBER),
}
# The signs of lists, as the modeler offers them, by what they ask.
COLLECTION = {
    **dict.fromkeys(("IS IN", "ALL OF", "IN"), "allOf"),
    **dict.fromkeys(("IS NOT IN", "NONE OF", "NOT IN"), "noneOf"),
    **dict.fromkeys(("ANY OF", "ANY"), "anyOf"),
    **dict.fromkeys(("NOT ALL OF", "NOT ANY"), "notAllOf"),
}
# For a value that is no list, ANY asks what IN asks, and NOT ANY what NOT IN asks.
SINGLE = {"anyOf": "allOf", "notAllOf": "noneOf"}


def read_otdt(content: bytes) -> ForeignTable:
    """Read a table of OpenText's Decision Service; raises Invalid where it is none."""
    try:
        file = json.loads(content)
        data = file["data"]
        inputs = [_otdt_column(one) for one in data["inputExpressions"]]
        outputs = [_otdt_column(one) for one in data["outputExpressions"]]
        answers = [(str(one["id"]), _type(one)) for one in data["outputExpressions"]]
        rows = [
            (
                [_otdt_cell(rule, one) for one in data["inputExpressions"]],
                [_otdt_answer(rule, column, kind) for column, kind in answers],
                "",
            )
            for rule in data["rules"]
        ]
        return ForeignTable(
            key=str(data["key"]),
            name=str(data["name"]),
            namespace=str(data.get("namespace") or "opentext"),
            hit_policy=_policy(data["hitIndicator"]),
            aggregation=AGGREGATIONS.get(str(data.get("collectOperator") or ""), ""),
            inputs=inputs,
            outputs=outputs,
            rows=rows,
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise Invalid(
            "The file is not a decision table of OpenText. Give an .otdt file as the studio "
            "saves it, or a DMN file."
        ) from None


def _otdt_column(one: Mapping[str, Any]) -> Column:
    name = str(one["variableId"])
    entries = tuple(str(entry) for entry in one.get("entries") or ())
    return Column(name, _type(one), str(one.get("label") or name), entries)


def _type(one: Mapping[str, Any]) -> str:
    return TYPES.get(str(one.get("type")), ANY)


def _otdt_cell(rule: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """The cell as Flowable's converter writes it into DMN."""
    column, kind, name = str(one["id"]), _type(one), str(one["variableId"])
    sign = str(rule.get(f"{column}_operator") or "").strip()
    text = str(rule.get(f"{column}_expression") or "").strip()
    if text in {"", "-"} or sign == "-- NA --":
        return "-"
    if unwrapped(text) is not None:
        return text
    if sign in {"==", "!=", "<", ">", "<=", ">="}:
        return f"{sign} {_literal(text, kind)}"
    if sign not in COLLECTION:
        return f"{sign} {text}".strip()
    asks = COLLECTION[sign]
    values = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if kind == LIST:
        return f"${{collection:{asks}({name}, {values})}}"
    return f"${{collection:{SINGLE.get(asks, asks)}({values}, {name})}}"


def _otdt_answer(rule: Mapping[str, Any], column: str, kind: str) -> str:
    text = str("" if rule.get(column) is None else rule[column]).strip()
    return text if text in {"", "-"} or unwrapped(text) is not None else _literal(text, kind)


def _literal(text: str, kind: str) -> str:
    if kind == STRING and not (text[:1] == '"' == text[-1:] and len(text) > 1):
        return json.dumps(text, ensure_ascii=False)
    if kind == DATE and re.match(r"\d{4}-", text):
        return f"date:toDate('{text}')"
    return text.lower() if kind == BOOLEAN else text


def _policy(given: Any) -> str:
    policy = str(given or "UNIQUE").upper()
    if policy not in HIT_POLICIES:
        raise ValueError(policy)
    return policy


def is_flowable(root: etree._Element) -> bool:
    """Whether a file is Flowable's: its tables read variables that nothing declares, in JUEL."""
    marks = " ".join(
        [*filter(None, root.nsmap.values()), root.get("namespace", ""), root.get("exporter", "")]
    ).lower()
    tables = root.find(".//{*}decisionTable") is not None
    return tables and ("flowable" in marks or "activiti" in marks)


def read_flowable(root: etree._Element) -> ForeignTable:
    """Read the one table of a file of Flowable; raises Invalid when there are several."""
    decisions = root.findall("{*}decision")
    if len(decisions) != 1:
        raise Invalid(
            f"The file has {len(decisions)} decisions of Flowable. Export each decision table as "
            "a file of its own."
        )
    (decision,) = decisions
    table = decision.find("{*}decisionTable")
    if table is None:
        raise Invalid("The decision of this file is no decision table.")
    key = decision.get("id", "decision")
    return ForeignTable(
        key=key,
        name=decision.get("name") or key,
        namespace=root.get("namespace") or "flowable",
        hit_policy=table.get("hitPolicy", "UNIQUE"),
        aggregation=table.get("aggregation", ""),
        inputs=[
            Column(
                text=_text(one.find("{*}inputExpression")),
                type=TYPES.get(_kind(one.find("{*}inputExpression")), ANY),
                label=one.get("label") or _text(one.find("{*}inputExpression")),
            )
            for one in table.findall("{*}input")
        ],
        outputs=[
            Column(
                text=one.get("name", ""),
                type=TYPES.get(one.get("typeRef", ""), ANY),
                label=one.get("label") or one.get("name") or "",
                entries=tuple(_entries(_text(one.find("{*}outputValues")))),
            )
            for one in table.findall("{*}output")
        ],
        rows=[
            (
                [_text(cell) for cell in rule.findall("{*}inputEntry")],
                [_text(cell) for cell in rule.findall("{*}outputEntry")],
                " ".join((rule.findtext("{*}description") or "").split()),
            )
            for rule in table.findall("{*}rule")
        ],
    )


def _text(element: etree._Element | None) -> str:
    return "" if element is None else (element.findtext("{*}text") or "").strip()


def _kind(element: etree._Element | None) -> str:
    return "" if element is None else element.get("typeRef", "")


def _entries(text: str) -> list[str]:
    try:
        return [value.strip('"') for value in listed_values(text)] if text else []
    except Inexact:
        return []
