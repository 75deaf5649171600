"""Describes a model as plain data, for pages and programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from decisions.engine import model as m
from decisions.engine.graph import Graph, Part

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
                "tables": [describe_table(t) for t in m.tables_in(item.function)],
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
            describe_table(item.expression)
            if isinstance(item.expression, m.TableExpression)
            else None
        ),
        "tables": [describe_table(table) for table in m.tables_in(item.expression)],
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


def describe_table(table: m.TableExpression) -> dict[str, Any]:
    """Give a table with its columns and rules as they were written."""
    return {
        "id": table.id,
        "hit_policy": table.hit_policy,
        "aggregation": table.aggregation,
        "inputs": [
            {
                "label": clause.title,
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
                "annotation": annotation_of(rule),
            }
            for number, rule in enumerate(table.rules, 1)
        ],
    }


def annotation_of(rule: m.TableRule) -> str:
    """Give what a rule is annotated with, as one text."""
    return "; ".join(filter(None, (*rule.annotations, rule.description)))


def _edges(graph: Graph) -> Iterator[dict[str, str]]:
    for part in graph.parts.values():
        for key in part.requires.values():
            if not isinstance(part.element, m.DecisionService):
                yield {"from": graph.parts[key].element.id, "to": part.element.id}
