"""Reads DMN 1.2 to 1.5 XML into a model; entities and external references are refused."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from decisions.engine import model as m
from decisions.engine import xml_kept as kept
from decisions.engine.limits import NESTING, XML_BYTES
from decisions.engine.problems import Problem, Refused, wrong_argument
from decisions.engine.xml_boxed import boxed_in, function_in
from decisions.engine.xml_elements import (
    Element,
    all_named,
    children,
    local_name,
    name_of,
    new_parser,
    one_named,
    text_of,
    type_ref_of,
    variable_type_of,
)
from decisions.engine.xml_hash import content_hash
from decisions.engine.xml_kept import (
    fragment_of,
    in_element,
    kept_of,
    optional_text,
    typed_names,
    variable_of,
)
from decisions.engine.xml_schema import EXTENSION, GRAPH, MODEL, lifted

# Rows of tables are read without going deeper; they are most of a large file.
_TOO_DEEP: Any = etree.XPath("/*[local-name() != 'rule']" * (NESTING + 1))
_POSITION = re.compile(r",? line \d+, column \d+")


def encoded(source: object) -> bytes:
    """Give DMN as bytes; raises TypeError for what is neither bytes nor text."""
    if isinstance(source, bytes):
        return source
    if not isinstance(source, str):
        raise wrong_argument("A DMN model", "bytes, as a str of XML or as a Path", source)
    body = source.lstrip("\ufeff \t\r\n")
    if body.startswith("<?xml"):
        # It may name another encoding than the bytes will have.
        body = body.partition("?>")[2]
    return body.encode("utf-8", "replace")


def read_definitions(source: bytes) -> m.Definitions:
    """Read a DMN file; raises Refused with the problem when it is not one."""
    root = _parse(source)
    namespace = etree.QName(root).namespace
    if local_name(root) != "definitions" or lifted(namespace or "") != MODEL:
        raise _refused(
            "xml.namespace",
            f"The file is not DMN 1.2 to 1.5: its root is {local_name(root)!r} of {namespace!r}.",
            "Export the model as DMN 1.3, 1.4 or 1.5.",
        )
    definitions = _definitions(root, content_hash(root, source))
    expressions = [
        *(decision.expression for decision in definitions.decisions),
        *(model.function for model in definitions.knowledge),
    ]
    for expression in expressions:
        for table in m.tables_in(expression):
            if table.marks is not None:
                table.marks.source = source
    return definitions


def _definitions(root: Element, fingerprint: str) -> m.Definitions:
    return m.Definitions(
        id=root.get("id", ""),
        name=root.get("name", ""),
        namespace=root.get("namespace", ""),
        hash=fingerprint,
        description=text_of(root, "description"),
        imports=tuple(map(_import, all_named(root, "import"))),
        items=tuple(map(_item, all_named(root, "itemDefinition"))),
        inputs=tuple(map(_input_data, all_named(root, "inputData"))),
        decisions=tuple(map(_decision, all_named(root, "decision"))),
        knowledge=tuple(map(_knowledge, all_named(root, "businessKnowledgeModel"))),
        services=tuple(map(_service, all_named(root, "decisionService"))),
        kept=kept_of(root, kept.DEFINITIONS),
        order=_order(root),
        diagram=next(map(fragment_of, all_named(root, "DMNDI")), None),
        prefixes=tuple((prefix or "", lifted(uri)) for prefix, uri in root.nsmap.items()),
        about=_about(root),
    )


def _about(root: Element) -> dict[str, str]:
    for container in all_named(root, "extensionElements"):
        for child in children(container):
            if etree.QName(child).namespace == EXTENSION and local_name(child) == "model":
                return {str(key): str(value) for key, value in child.attrib.items()}
    return {}


def _order(root: Element) -> tuple[str, ...]:
    found = (child.get("id", "") for child in children(root) if local_name(child) in GRAPH)
    return tuple(filter(None, found))


def _refused(code: str, message: str, hint: str = "", line: int | None = None) -> Refused:
    return Refused(Problem(code, message, f"line {line}" if line else "file", hint))


def _parse(source: bytes) -> Element:
    if len(source) > XML_BYTES:
        raise _refused(
            "limit.xml", f"The file is larger than {XML_BYTES} bytes.", "Split the model."
        )
    try:
        root = etree.fromstring(source, new_parser())
    except etree.XMLSyntaxError as error:
        raise _syntax_fault(error) from None
    except ValueError:
        raise _refused(
            "xml.encoding", "The file's encoding cannot be read.", "Use UTF-8."
        ) from None
    document: Any = root.getroottree().docinfo
    if document.doctype:
        raise _no_doctype()
    _check_depth(root)
    return root


def _syntax_fault(error: etree.XMLSyntaxError) -> Refused:
    """Say what is wrong with XML that the parser refused."""
    said = (error.msg or "").strip()
    if "ntity" in said:
        return _no_doctype()
    line = error.lineno or None
    if "Excessive depth" in said:
        return _too_deep(line)
    reason = _POSITION.sub("", said).strip()
    return _refused("xml.syntax", f"The file is not XML: {reason}.", "Export it again.", line)


def _no_doctype() -> Refused:
    return _refused(
        "xml.doctype",
        "The file declares a document type or entities, which are not allowed.",
        "Remove the <!DOCTYPE ...> part.",
    )


def _too_deep(line: int | None) -> Refused:
    return _refused(
        "limit.nesting",
        f"The XML is nested more than {NESTING} deep.",
        "Move inner parts into decisions of their own.",
        line,
    )


def _check_depth(root: Element) -> None:
    for element in _TOO_DEEP(root):
        raise _too_deep(element.sourceline)


def _hrefs(element: Element, container: str, name: str) -> tuple[str, ...]:
    """List the references of requirements, each with what its requirement carries."""
    found = ((one_named(child, name), child) for child in all_named(element, container))
    return tuple(
        in_element(reference.get("href", ""), child, kept.REQUIREMENT)
        for reference, child in found
        if reference is not None
    )


def _information_order(element: Element) -> tuple[str, ...]:
    return tuple(
        child.get("href", "")
        for requirement in all_named(element, "informationRequirement")
        for child in children(requirement)
        if local_name(child).startswith("required")
    )


def _direct_hrefs(element: Element, name: str) -> tuple[str, ...]:
    return tuple(child.get("href", "") for child in all_named(element, name))


def _hints(element: Element) -> m.Hints:
    optional = False
    display: dict[str, str] = {}
    source: dict[str, str] = {}
    for container in all_named(element, "extensionElements"):
        for child in children(container):
            if etree.QName(child).namespace != EXTENSION:
                continue
            if local_name(child) == "optional":
                optional = True
            elif local_name(child) == "field":
                display = {str(key): str(value) for key, value in child.attrib.items()}
            elif local_name(child) == "source":
                source = {str(key): str(value) for key, value in child.attrib.items()}
    return m.Hints(optional, display, source)


def _import(element: Element) -> m.Import:
    return m.Import(
        name_of(element),
        element.get("namespace", ""),
        element.get("locationURI", ""),
        kept_of(element, kept.IMPORT),
    )


def _item(element: Element) -> m.ItemDefinition:
    function = one_named(element, "functionItem")
    params: tuple[tuple[str, str], ...] = ()
    output: str | None = None
    if function is not None:
        params = typed_names(function, "parameters")
        output = in_element(function.get("outputTypeRef", ""), function, kept.FUNCTION_ITEM)
    return m.ItemDefinition(
        name=name_of(element),
        type_ref=type_ref_of(element),
        components=tuple(map(_item, all_named(element, "itemComponent"))),
        is_collection=element.get("isCollection") in ("true", "1"),
        allowed=optional_text(element, "allowedValues"),
        constraint=optional_text(element, "typeConstraint"),
        function_output=output,
        function_params=params,
        description=text_of(element, "description"),
        hints=_hints(element),
        id=element.get("id", ""),
        kept=kept_of(element, kept.ITEM, hints=True),
    )


def _input_data(element: Element) -> m.InputData:
    variable = one_named(element, "variable")
    own_name = name_of(element)
    name = (name_of(variable) if variable is not None else "") or own_name
    return m.InputData(
        element.get("id", ""),
        name,
        type_ref_of(variable),
        text_of(element, "description"),
        _hints(element),
        own_name if own_name != name else "",
        variable_of(element, name),
        kept_of(element, kept.INPUT_DATA, hints=True),
    )


def _decision(element: Element) -> m.Decision:
    return m.Decision(
        id=element.get("id", ""),
        name=name_of(element),
        type_ref=variable_type_of(element),
        expression=boxed_in(element),
        required_inputs=_hrefs(element, "informationRequirement", "requiredInput"),
        required_decisions=_hrefs(element, "informationRequirement", "requiredDecision"),
        required_knowledge=_hrefs(element, "knowledgeRequirement", "requiredKnowledge"),
        question=text_of(element, "question"),
        description=text_of(element, "description"),
        allowed_answers=text_of(element, "allowedAnswers"),
        order=_information_order(element),
        variable=variable_of(element, name_of(element)),
        kept=kept_of(element, kept.DECISION),
    )


def _knowledge(element: Element) -> m.KnowledgeModel:
    logic = one_named(element, "encapsulatedLogic")
    function = None if logic is None else function_in(logic)
    return m.KnowledgeModel(
        element.get("id", ""),
        name_of(element),
        variable_type_of(element),
        function,
        _hrefs(element, "knowledgeRequirement", "requiredKnowledge"),
        text_of(element, "description"),
        variable_of(element, name_of(element)),
        kept_of(element, kept.KNOWLEDGE),
    )


def _service(element: Element) -> m.DecisionService:
    return m.DecisionService(
        element.get("id", ""),
        name_of(element),
        variable_type_of(element),
        _direct_hrefs(element, "outputDecision"),
        _direct_hrefs(element, "encapsulatedDecision"),
        _direct_hrefs(element, "inputDecision"),
        _direct_hrefs(element, "inputData"),
        text_of(element, "description"),
        variable_of(element, name_of(element)),
        kept_of(element, kept.SERVICE),
    )
