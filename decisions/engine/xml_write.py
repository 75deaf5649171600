"""Writes a model as DMN 1.5 XML, in the order of DMN15.xsd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from decisions.engine import model as m
from decisions.engine.problems import Invalid, Refused
from decisions.engine.xml_schema import EXTENSION, GRAPH, RANKS
from decisions.engine.xml_tags import Tag, document
from decisions.engine.xml_write_boxed import write_boxed, write_function
from decisions.engine.xml_writer import XmlWriter


def write_definitions(definitions: m.Definitions) -> bytes:
    """Write a model as DMN 1.5 XML (DMN 1.5 §12): UTF-8, indented, the same bytes every time.

    What was read is written again, but for comments and layout. Raises Invalid where a text holds
    a character that XML cannot hold, or where expressions are nested too deep.
    """
    return _written(XmlWriter(definitions.prefixes), definitions)


def slow_write_definitions(definitions: m.Definitions) -> bytes:
    """Write the same with a tag for every cell: what quick rows must equal."""
    return _written(XmlWriter(definitions.prefixes, quick=False), definitions)


def _written(writer: XmlWriter, definitions: m.Definitions) -> bytes:
    try:
        return document(_definitions(writer, definitions))
    except Refused as refusal:
        raise Invalid(str(refusal.problem)) from None
    except RecursionError:
        raise Invalid("The model is nested too deep to be written.") from None


def _definitions(writer: XmlWriter, content: m.Definitions) -> Tag:
    root = writer.tag(
        "definitions",
        {"id": content.id, "name": content.name, "namespace": content.namespace},
        writer.text("description", content.description),
        (_import(writer, item) for item in content.imports),
        (_item(writer, "itemDefinition", item) for item in content.items),
        (_input_data(writer, item) for item in content.inputs),
        (_decision(writer, item) for item in content.decisions),
        (_knowledge(writer, item) for item in content.knowledge),
        (_service(writer, item) for item in content.services),
        [writer.kept_tag(content.diagram)] if content.diagram else [],
        kept=content.kept,
    )
    places: dict[str, list[int]] = {}
    for place, identity in enumerate(content.order):
        places.setdefault(identity, []).append(place)
    root.children.sort(key=lambda child: _place(child, places))
    root.spaces = writer.declared
    return root


def _place(child: Tag | str, places: dict[str, list[int]]) -> tuple[int, int]:
    """Give the place among the definitions: by the schema, then as the elements stood before.

    Elements with one id, which a faulty file may have, take its places one after the other.
    """
    if isinstance(child, str) or child.local not in RANKS["definitions"]:
        return len(RANKS["definitions"]), 0
    identity = dict(child.attributes).get("id", "")
    if child.local not in GRAPH:
        return RANKS["definitions"][child.local], 0
    left = places.get(identity)
    known = left.pop(0) if left else len(places)
    return RANKS["definitions"][child.local], known


def _import(writer: XmlWriter, item: m.Import) -> Tag:
    attributes = {"name": item.name, "namespace": item.namespace, "locationURI": item.location}
    return writer.tag("import", attributes, kept=item.kept)


def _item(writer: XmlWriter, tag: str, item: m.ItemDefinition) -> Tag:
    """Write an item definition or a component of one."""
    return writer.tag(
        tag,
        {
            "id": item.id,
            "name": item.name,
            "isCollection": "true" if item.is_collection else "",
        },
        writer.text("description", item.description),
        _hints(writer, item.hints),
        writer.text("typeRef", item.type_ref),
        writer.optional("allowedValues", item.allowed),
        writer.optional("typeConstraint", item.constraint),
        (_item(writer, "itemComponent", part) for part in item.components),
        _function_item(writer, item),
        kept=item.kept,
    )


def _function_item(writer: XmlWriter, item: m.ItemDefinition) -> Iterator[Tag]:
    output = item.function_output
    if output is not None:
        params = [writer.typed("parameters", name, kind) for name, kind in item.function_params]
        yield writer.carrying(output, "functionItem", {"outputTypeRef": output}, *params)


def _hints(writer: XmlWriter, hints: m.Hints) -> list[Tag]:
    """Write what Clearance says about an input or a component."""
    found = {
        "source": hints.source or None,
        "optional": {} if hints.optional else None,
        "field": hints.display or None,
    }
    tags = [
        writer.foreign(EXTENSION, name, attributes)
        for name, attributes in found.items()
        if attributes is not None
    ]
    return [writer.tag("extensionElements", {}, tags)] if tags else []


def _input_data(writer: XmlWriter, item: m.InputData) -> Tag:
    return writer.tag(
        "inputData",
        {"id": item.id, "name": item.own_name or item.name},
        writer.text("description", item.description),
        _hints(writer, item.hints),
        writer.variable("variable", item.name, item.type_ref, item.variable),
        kept=item.kept,
    )


def _decision(writer: XmlWriter, item: m.Decision) -> Tag:
    return writer.tag(
        "decision",
        {"id": item.id, "name": item.name},
        writer.text("description", item.description),
        writer.text("question", item.question),
        writer.text("allowedAnswers", item.allowed_answers),
        writer.variable("variable", item.name, item.type_ref, item.variable),
        _information_requirements(writer, item),
        _knowledge_requirements(writer, item.required_knowledge),
        write_boxed(writer, item.expression),
        kept=item.kept,
    )


def _knowledge(writer: XmlWriter, item: m.KnowledgeModel) -> Tag:
    function = item.function
    return writer.tag(
        "businessKnowledgeModel",
        {"id": item.id, "name": item.name},
        writer.text("description", item.description),
        writer.variable("variable", item.name, item.type_ref, item.variable),
        [] if function is None else [write_function(writer, function, "encapsulatedLogic")],
        _knowledge_requirements(writer, item.required_knowledge),
        kept=item.kept,
    )


def _requirement(writer: XmlWriter, tag: str, kind: str, reference: str) -> Tag:
    """Write a requirement and what it carries."""
    return writer.carrying(reference, tag, {}, writer.tag(kind, {"href": reference}))


def _information_requirements(writer: XmlWriter, item: m.Decision) -> list[Tag]:
    """Write the requirements of a decision in the order they had."""
    needs = [
        *(("requiredInput", reference) for reference in item.required_inputs),
        *(("requiredDecision", reference) for reference in item.required_decisions),
    ]
    places = {reference: place for place, reference in enumerate(item.order)}
    needs.sort(key=lambda need: places.get(need[1], len(places)))
    return [_requirement(writer, "informationRequirement", *need) for need in needs]


def _knowledge_requirements(writer: XmlWriter, references: Iterable[str]) -> Iterator[Tag]:
    for reference in references:
        yield _requirement(writer, "knowledgeRequirement", "requiredKnowledge", reference)


def _service(writer: XmlWriter, item: m.DecisionService) -> Tag:
    references = {
        "outputDecision": item.outputs,
        "encapsulatedDecision": item.encapsulated,
        "inputDecision": item.input_decisions,
        "inputData": item.inputs,
    }
    return writer.tag(
        "decisionService",
        {"id": item.id, "name": item.name},
        writer.text("description", item.description),
        writer.variable("variable", item.name, item.type_ref, item.variable),
        (writer.tag(kind, {"href": href}) for kind, hrefs in references.items() for href in hrefs),
        kept=item.kept,
    )
