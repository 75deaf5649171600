"""Explanations as plain data: what a model is, why a result came out, why a row did not match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from decisions.engine import model as m
from decisions.engine.graph import Graph, Part
from decisions.engine.problems import Invalid
from decisions.engine.run import Run, TableTrace
from decisions.engine.values import give_out, plain

_KINDS: dict[type, str] = {
    m.TableExpression: "table",
    m.LiteralExpression: "expression",
    m.ContextExpression: "context",
    m.InvocationExpression: "invocation",
    m.FunctionExpression: "function",
    m.RelationExpression: "relation",
    m.ListExpression: "list",
    m.ConditionalExpression: "conditional",
    m.FilterExpression: "filter",
    m.IteratorExpression: "iteration",
}


def describe_model(definitions: m.Definitions, graph: Graph | None) -> dict[str, Any]:
    """Give a model as JSON-able data: inputs, decisions with their tables, and the edges."""
    return {
        "id": definitions.id,
        "name": definitions.name,
        "description": definitions.description,
        "hash": definitions.hash,
        "inputs": [_describe_input(item, definitions) for item in definitions.inputs],
        "decisions": [_describe_decision(item, graph) for item in definitions.decisions],
        "knowledge": [
            {
                "id": item.id,
                "name": item.name,
                "description": item.description,
                "params": [name for name, _ in item.function.params] if item.function else [],
                "tables": [_describe_table(t) for t in _tables_in(item.function)],
            }
            for item in definitions.knowledge
        ],
        "services": [_describe_service(item, graph) for item in definitions.services],
        "types": [_describe_item(item) for item in definitions.items],
        "edges": list(_edges(graph)) if graph is not None else [],
    }


def _describe_input(item: m.InputData, definitions: m.Definitions) -> dict[str, Any]:
    types = {definition.name: definition for definition in definitions.items}
    return {
        "id": item.id,
        "name": item.name,
        "type": item.type_ref or "Any",
        "description": item.description,
        "optional": item.hints.optional,
        "field": dict(item.hints.display),
        "source": dict(item.hints.source) or None,
        "components": [
            _describe_item(part) for part in getattr(types.get(item.type_ref), "components", ())
        ],
        "allowed": getattr(types.get(item.type_ref), "allowed", ""),
    }


def _describe_item(item: m.ItemDefinition) -> dict[str, Any]:
    return {
        "name": item.name,
        "type": item.type_ref or ("context" if item.components else "Any"),
        "list": item.is_collection,
        "allowed": item.allowed or item.constraint,
        "optional": item.hints.optional,
        "field": dict(item.hints.display),
        "description": item.description,
        "components": [_describe_item(part) for part in item.components],
    }


def _describe_decision(item: m.Decision, graph: Graph | None) -> dict[str, Any]:
    part = _part_of(item, graph)
    return {
        "id": item.id,
        "name": item.name,
        "type": item.type_ref or "Any",
        "question": item.question,
        "description": item.description,
        "kind": kind_of_expression(item.expression),
        "text": item.expression.text if isinstance(item.expression, m.LiteralExpression) else "",
        "requires": list(part.requires) if part is not None else [],
        "table": (
            _describe_table(item.expression)
            if isinstance(item.expression, m.TableExpression)
            else None
        ),
        "tables": [_describe_table(table) for table in _tables_in(item.expression)],
    }


def _describe_service(item: m.DecisionService, graph: Graph | None) -> dict[str, Any]:
    part = _part_of(item, graph)
    names: tuple[list[str], list[str]] = ([], [])
    if part is not None and graph is not None:
        params, outputs = graph.service_parts(part)
        names = ([graph.parts[k].name for k in params], [graph.parts[k].name for k in outputs])
    return {
        "id": item.id,
        "name": item.name,
        "description": item.description,
        "inputs": names[0],
        "outputs": names[1],
    }


def _part_of(item: m.Decision | m.DecisionService, graph: Graph | None) -> Part | None:
    parts = {} if graph is None else graph.parts
    return next((part for part in parts.values() if part.element is item), None)


def kind_of_expression(boxed: m.Boxed | None) -> str:
    """Name the form of a boxed expression."""
    return "none" if boxed is None else _KINDS[type(boxed)]


def _describe_table(table: m.TableExpression) -> dict[str, Any]:
    return {
        "id": table.id,
        "hit_policy": table.hit_policy,
        "aggregation": table.aggregation,
        "inputs": [
            {
                "label": clause.label,
                "text": clause.text,
                "type": clause.type_ref or "Any",
                "allowed": clause.allowed,
            }
            for clause in table.inputs
        ],
        "outputs": [
            {
                "label": clause.label or clause.name or table.output_label,
                "name": clause.name,
                "type": clause.type_ref or "Any",
                "allowed": clause.allowed,
                "default": clause.default,
            }
            for clause in table.outputs
        ],
        "annotations": list(table.annotations),
        "rules": [
            {
                "number": number,
                "id": rule.id,
                "inputs": list(rule.inputs),
                "outputs": list(rule.outputs),
                "annotations": list(rule.annotations),
                "annotation": _annotation(rule),
            }
            for number, rule in enumerate(table.rules, 1)
        ],
    }


def _annotation(rule: m.TableRule) -> str:
    return "; ".join(filter(None, (*rule.annotations, rule.description)))


def _tables_in(boxed: m.Boxed | None) -> Iterator[m.TableExpression]:
    """Give every table within an expression, in order."""
    if isinstance(boxed, m.TableExpression):
        yield boxed
    elif boxed is not None:
        for name in boxed.__dataclass_fields__:
            yield from _tables_in_value(getattr(boxed, name))


def _tables_in_value(value: Any) -> Iterator[m.TableExpression]:
    if isinstance(value, m.Boxed):
        yield from _tables_in(value)
    elif isinstance(value, m.NamedExpression):
        yield from _tables_in(value.value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _tables_in_value(item)


def _edges(graph: Graph) -> Iterator[dict[str, str]]:
    for part in graph.parts.values():
        for key in part.requires.values():
            if not isinstance(part.element, m.DecisionService):
                yield {"from": graph.parts[key].element.id, "to": part.element.id}


# Explanations of one result


def explain_result(graph: Graph, decisions: Iterable[str], run: Run) -> list[dict[str, Any]]:
    """Give one entry for each decision in the order they ran, after the tables it called."""
    owners = _owners_of_tables(graph)
    entries: list[dict[str, Any]] = []
    start = 0
    for key in decisions:
        if key in run.marks:
            end = run.marks[key]
            part = graph.parts[key]
            entries.extend(_explain_part(part, run.values[key], run.traces[start:end], owners))
            start = end
    return entries


_Owners = dict[str, tuple[str, m.TableExpression]]


def _owners_of_tables(graph: Graph) -> _Owners:
    """Map the id of every table to the name of what it stands in, and the table."""
    found: _Owners = {}
    for part in graph.parts.values():
        element = part.element
        if isinstance(element, m.Decision):
            tables = _tables_in(element.expression)
        elif isinstance(element, m.KnowledgeModel):
            tables = _tables_in(element.function)
        else:
            continue
        found.update((table.id, (element.name, table)) for table in tables)
    return found


def _explain_part(
    part: Part, value: Any, traces: list[TableTrace], owners: _Owners
) -> Iterator[dict[str, Any]]:
    """Explain a decision, after the tables it called that are not its own."""
    element = part.element
    expression = element.expression if isinstance(element, m.Decision) else None
    entry: dict[str, Any] = {
        "id": element.id,
        "name": element.name,
        "kind": kind_of_expression(expression),
        "text": expression.text if isinstance(expression, m.LiteralExpression) else "",
        "hit_policy": "",
        "inputs": [],
        "outputs": [],
        "rules": [],
        "value": _plain(value),
        "requires": list(part.requires),
        "table": None,
        "matched": [],
    }
    for trace in traces:
        name, table = owners[trace.table]
        if table is expression:
            entry |= explain_table(table, trace)
            continue
        called = {"id": table.id, "name": name, "kind": "table", "text": "", "value": None}
        yield {**entry, **called, "requires": [], **explain_table(table, trace)}
    yield entry


def explain_table(table: m.TableExpression, trace: TableTrace) -> dict[str, Any]:
    """Give the rows of a table with what every cell said; null stands for a cell not read."""
    shown = _describe_table(table)
    return {
        "table": table.id,
        "hit_policy": table.hit_policy,
        "inputs": [
            {"label": clause["label"], "text": clause["text"], "value": _plain(value)}
            for clause, value in zip(shown["inputs"], trace.inputs, strict=True)
        ],
        "outputs": [
            {"label": clause["label"], "name": clause["name"]} for clause in shown["outputs"]
        ],
        "rules": [
            {
                "number": rule["number"],
                "cells": [
                    {"text": text, "matched": answer}
                    for text, answer in zip(_padded(rule["inputs"], answers), answers, strict=True)
                ],
                "outputs": rule["outputs"],
                "matched": rule["number"] - 1 in trace.hits,
                "annotation": rule["annotation"],
            }
            for rule, answers in zip(shown["rules"], trace.rows, strict=True)
        ],
        "matched": [number + 1 for number in trace.hits],
    }


def _padded(texts: Sequence[str], answers: Sequence[object]) -> list[str]:
    """Give one text for each answer, also in a row that was written with too few or too many."""
    return [*texts, *[""] * len(answers)][: len(answers)]


def _plain(value: Any) -> Any:
    return plain(give_out(value, Run()))


def why_not(
    graph: Graph, decisions: Sequence[str], run: Run, row: int, table: str | None
) -> dict[str, Any]:
    """Tell which cells of a row did not match, and with which values."""
    expression = _table_named(graph, decisions, table)
    trace = next((trace for trace in run.traces if trace.table == expression.id), None)
    if trace is None:
        raise Invalid(f'The table "{expression.id}" was not evaluated.')
    if not 1 <= row <= len(expression.rules):
        raise Invalid(f"The table has the rows 1 to {len(expression.rules)}, not {row}.")
    rule, answers = expression.rules[row - 1], trace.rows[row - 1]
    cells = [
        {
            "label": clause.label,
            "text": text,
            "value": _plain(value),
            "matched": answer,
        }
        for clause, text, value, answer in zip(
            expression.inputs,
            _padded(rule.inputs, answers),
            trace.inputs,
            answers,
            strict=True,
        )
    ]
    matched = all(answer is not False for answer in answers)
    return {
        "table": expression.id,
        "row": row,
        "matched": row - 1 in trace.hits,
        "cells": cells,
        "text": _why_text(row, cells, matched, row - 1 in trace.hits, trace),
    }


def _why_text(
    row: int, cells: list[dict[str, Any]], fits: bool, hit: bool, trace: TableTrace
) -> str:
    if hit:
        return f"Row {row} matched."
    if fits:
        return f"Row {row} would match, but row {trace.hits[0] + 1} comes first."
    reasons = " and ".join(
        f"{cell['label']} is {_shown(cell['value'])} where the row asks for {cell['text']}"
        for cell in cells
        if cell["matched"] is False
    )
    return f"Row {row} did not match: {reasons}."


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _table_named(graph: Graph, decisions: Sequence[str], table: str | None) -> m.TableExpression:
    found: list[m.TableExpression] = []
    for key in reversed(decisions):
        part = graph.parts[key]
        if isinstance(part.element, m.Decision):
            if table in (part.element.name, part.element.id):
                table = None
                found = list(_tables_in(part.element.expression))
                break
            found.extend(_tables_in(part.element.expression))
    for candidate in found:
        if table is None or candidate.id == table:
            return candidate
    raise Invalid(f'There is no table "{table}" among the decisions that were evaluated.')
