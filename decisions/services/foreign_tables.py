"""Tables of Flowable and OpenText become DMN; what has no exact FEEL stays to be settled."""

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from decisions import engine
from decisions.services.juel import (
    ANY,
    BOOLEAN,
    LIST,
    STRING,
    Inexact,
    Names,
    Term,
    translated,
    unwrapped,
)

DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"
CLEARANCE = "urn:clearance:dmn"
ORIGINAL = "Original"
NOTE = "Note"
WRITTEN = {LIST: ANY}  # FEEL has no type for a list of anything.
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_SHORT = re.compile(r"(==|!=|<=|>=|<|>)?\s*(.+)\Z", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """One column: of an input the expression that is read, of an output its name."""

    text: str
    type: str
    label: str
    entries: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignTable:
    """A table as it was written elsewhere, with its cells in JUEL."""

    key: str
    name: str
    namespace: str
    hit_policy: str
    aggregation: str
    inputs: list[Column]
    outputs: list[Column]
    rows: list[tuple[list[str], list[str], str]] = field(default_factory=list)


@dataclass(frozen=True)
class Translation:
    """The table as DMN, and what nobody but a person can translate."""

    dmn: bytes
    unsettled: list[str]


def to_dmn(table: ForeignTable) -> Translation:
    """Translate a table. A cell that stays is kept as it was, where FEEL finds a mistake in it.

    So the draft cannot be proposed until somebody writes the cell anew; its text stays in the
    annotation.
    """
    names = Names({c.text: c.type for c in table.inputs if _NAME.match(c.text)})
    unsettled: list[str] = []
    heads = [_head(column, names, unsettled) for column in table.inputs]
    rows = []
    for number, (given, answers, note) in enumerate(table.rows, 1):
        kept: list[str] = []
        cells = [
            _settled(_test, text, column, names, number, kept, unsettled)
            for text, column in zip(given, table.inputs, strict=True)
        ]
        said = [
            _settled(_answer, text, column, names, number, kept, unsettled)
            for text, column in zip(answers, table.outputs, strict=True)
        ]
        rows.append((cells, said, note, "; ".join(kept)))
    return Translation(_written(table, heads, rows, names), unsettled)


def _settled(
    translate: Any,
    text: str,
    column: Column,
    names: Names,
    number: int,
    kept: list[str],
    unsettled: list[str],
) -> str:
    try:
        return str(translate(text.strip(), column, names))
    except Inexact as why:
        inside = unwrapped(text)
        kept.append(f"{column.label}: {text.strip()}")
        unsettled.append(f"Row {number}, {column.label}: {text.strip()[:120]} – {why}")
        return f"${{{inside if inside is not None else text.strip()}}}"


def _head(column: Column, names: Names, unsettled: list[str]) -> str:
    inside = unwrapped(column.text)
    try:
        return translated(inside if inside is not None else column.text, names).text
    except Inexact as why:
        unsettled.append(f"Column {column.label}: {column.text[:120]} – {why}")
        return f"${{{inside if inside is not None else column.text}}}"


def _test(text: str, column: Column, names: Names) -> str:
    if text in {"", "-"}:
        return "-"
    inside = unwrapped(text)
    found = _SHORT.match(text)
    if inside is None and _NAME.match(column.text) and found:
        sign, value = found[1] or "==", found[2]
        whole = translated(f"{column.text} {sign} {value}", names)
        try:
            return _short(sign, translated(value, names))
        except Inexact:
            return _whole(whole, column)
    if inside is None:
        raise Inexact("It is compared with an expression that is no variable.")
    return _whole(translated(inside, names), column)


def _short(sign: str, value: Term) -> str:
    if sign == "==":
        return value.text
    return f"not({value.text})" if sign == "!=" else f"{sign} {value.closed}"


def _whole(term: Term, column: Column) -> str:
    if term.type != BOOLEAN:
        raise Inexact("It answers neither true nor false.")
    # What is true or false would be compared with the value of such a column.
    return f"{term.closed} and ? = ?" if column.type in {BOOLEAN, ANY} else term.text


def _answer(text: str, column: Column, names: Names) -> str:
    if text in {"", "-"}:
        return "null"
    inside = unwrapped(text)
    term = translated(inside if inside is not None else text, names)
    if column.type not in {term.type, ANY} and term.type not in {"null", ANY}:
        raise Inexact(f"It is {term.type} in a column of {column.type}.")
    return term.text


Row = tuple[list[str], list[str], str, str]


_SPACES: dict[Any, str] = {None: DMN, "clearance": CLEARANCE}


def _el(tag: str, *parts: "etree._Element | str", **attributes: str) -> etree._Element:
    made = etree.Element(f"{{{DMN}}}{tag}", attributes, _SPACES)
    for part in parts:
        if isinstance(part, str):
            made.text = part
        else:
            made.append(part)
    return made


def _written(table: ForeignTable, heads: list[str], rows: list[Row], names: Names) -> bytes:
    variables = list(dict.fromkeys([*names.types, *sorted(names.used)]))
    noted = [any(row[place] for row in rows) for place in (2, 3)]
    notes = [name for name, any_ in zip((NOTE, ORIGINAL), noted, strict=True) if any_]
    body = _el("decisionTable", id="table", hitPolicy=table.hit_policy)
    if table.aggregation:
        body.set("aggregation", table.aggregation)
    for number, (column, head) in enumerate(zip(table.inputs, heads, strict=True), 1):
        reads = _el("inputExpression", _el("text", head), typeRef=_type_ref(column.type))
        one = _el("input", reads, id=f"in_{number}", label=column.label)
        if column.entries and column.type == STRING:
            one.append(
                _el("inputValues", _el("text", ", ".join(map(engine.quoted, column.entries))))
            )
        body.append(one)
    for number, column in enumerate(table.outputs, 1):
        one = _el("output", id=f"out_{number}", name=column.text, label=column.label)
        one.set("typeRef", _type_ref(column.type))
        if column.entries and column.type == STRING:
            one.append(
                _el("outputValues", _el("text", ", ".join(map(engine.quoted, column.entries))))
            )
        body.append(one)
    body.extend(_el("annotation", name=name) for name in notes)
    for number, (cells, answers, note, original) in enumerate(rows, 1):
        rule = _el("rule", id=f"row_{number}")
        rule.extend(_el("inputEntry", _el("text", text)) for text in cells)
        rule.extend(_el("outputEntry", _el("text", text)) for text in answers)
        told = [text for text, any_ in zip((note, original), noted, strict=True) if any_]
        rule.extend(_el("annotationEntry", _el("text", text)) for text in told)
        body.append(rule)
    return _definitions(table, variables, names, body)


def _limit(one: etree._Element, tag: str, column: Column) -> None:
    if column.entries and column.type == STRING:
        one.append(_el(tag, _el("text", ", ".join(map(engine.quoted, column.entries)))))


def _definitions(
    table: ForeignTable, variables: list[str], names: Names, body: etree._Element
) -> bytes:
    space = table.namespace if ":" in table.namespace else f"urn:clearance:from:{table.namespace}"
    root = _el("definitions", id="definitions", name=table.name, namespace=space)
    decision = _el("decision", _el("variable", name=table.name), id=table.key, name=table.name)
    for number, name in enumerate(variables, 1):
        data = _el("inputData", id=f"i_{number}", name=name)
        if name in names.nullable:
            data.append(_el("extensionElements", etree.Element(f"{{{CLEARANCE}}}optional")))
        data.append(_el("variable", name=name, typeRef=_type_ref(names.types.get(name, ANY))))
        root.append(data)
        wanted = _el("requiredInput", href=f"#i_{number}")
        decision.append(_el("informationRequirement", wanted, id=f"r_{number}"))
    decision.append(body)
    root.append(decision)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _type_ref(kind: str) -> str:
    return WRITTEN.get(kind, kind)
