"""Reads DMN 1.2 to 1.5 XML into a model; entities and external references are refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from decisions.engine import model as m
from decisions.engine.feel.names import normal_name
from decisions.engine.limits import NESTING, XML_BYTES
from decisions.engine.problems import Problem, Refused

NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
EXTENSION = "urn:clearance:dmn"

_POSITION = re.compile(r",? line \d+, column \d+")

Element = Any
"""An lxml element; the stubs name it by a private class."""


def read_definitions(source: bytes) -> m.Definitions:
    """Read a DMN file; raises Refused with the problem when it is not one."""
    root = _parse(source)
    namespace = etree.QName(root).namespace
    if _local(root) != "definitions" or namespace not in NAMESPACES:
        raise _refused(
            "xml.namespace",
            f"The file is not DMN 1.2 to 1.5: its root is {_local(root)!r} of {namespace!r}.",
            "Export the model as DMN 1.3, 1.4 or 1.5.",
        )
    return m.Definitions(
        id=root.get("id", ""),
        name=root.get("name", ""),
        namespace=root.get("namespace", ""),
        hash=content_hash(root),
        description=_text_of(root, "description"),
        imports=tuple(map(_import, _all(root, "import"))),
        items=tuple(map(_item, _all(root, "itemDefinition"))),
        inputs=tuple(map(_input_data, _all(root, "inputData"))),
        decisions=tuple(map(_decision, _all(root, "decision"))),
        knowledge=tuple(map(_knowledge, _all(root, "businessKnowledgeModel"))),
        services=tuple(map(_service, _all(root, "decisionService"))),
    )


def _refused(code: str, message: str, hint: str = "", line: int | None = None) -> Refused:
    return Refused(Problem(code, message, f"line {line}" if line else "file", hint))


def _parse(source: bytes) -> Element:
    if len(source) > XML_BYTES:
        raise _refused(
            "limit.xml", f"The file is larger than {XML_BYTES} bytes.", "Split the model."
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(source, parser)
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
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > NESTING:
            raise _too_deep(element.sourceline)


def content_hash(root: Element) -> str:
    """Give the SHA-256 of the canonical XML without comments and diagram."""
    copy = etree.fromstring(etree.tostring(root))
    for child in list(copy):
        if isinstance(child.tag, str) and etree.QName(child).localname == "DMNDI":
            copy.remove(child)
    canonical = etree.canonicalize(copy, strip_text=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _local(element: Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _children(element: Element) -> Iterator[Element]:
    return (child for child in element if isinstance(child.tag, str))


def _all(element: Element, name: str) -> Iterator[Element]:
    return (child for child in _children(element) if _local(child) == name)


def _one(element: Element | None, name: str) -> Element | None:
    return None if element is None else next(_all(element, name), None)


def _text_of(element: Element | None, *path: str) -> str:
    """Give the stripped text at the end of a path of child elements, or an empty text."""
    for name in path:
        element = _one(element, name)
    return "" if element is None else "".join(element.itertext(with_tail=False)).strip()


def _name(element: Element) -> str:
    return normal_name(element.get("name", ""))


def _type_ref(element: Element | None) -> str:
    """Give a type reference, as attribute or child; prefixes such as feel: are dropped."""
    if element is None:
        return ""
    text = element.get("typeRef") or _text_of(element, "typeRef")
    prefix, colon, rest = text.partition(":")
    return normal_name(rest if colon and (prefix in element.nsmap or prefix == "feel") else text)


def _variable_type(element: Element) -> str:
    return _type_ref(_one(element, "variable"))


def _hrefs(element: Element, container: str, name: str) -> tuple[str, ...]:
    found = (_one(child, name) for child in _all(element, container))
    return tuple(child.get("href", "") for child in found if child is not None)


def _direct_hrefs(element: Element, name: str) -> tuple[str, ...]:
    return tuple(child.get("href", "") for child in _all(element, name))


def _hints(element: Element) -> m.Hints:
    optional = False
    display: dict[str, str] = {}
    source: dict[str, str] = {}
    for container in _all(element, "extensionElements"):
        for child in _children(container):
            if etree.QName(child).namespace != EXTENSION:
                continue
            if _local(child) == "optional":
                optional = True
            elif _local(child) == "field":
                display = {str(key): str(value) for key, value in child.attrib.items()}
            elif _local(child) == "source":
                source = {str(key): str(value) for key, value in child.attrib.items()}
    return m.Hints(optional, display, source)


def _import(element: Element) -> m.Import:
    return m.Import(_name(element), element.get("namespace", ""), element.get("locationURI", ""))


def _item(element: Element) -> m.ItemDefinition:
    function = _one(element, "functionItem")
    params: tuple[tuple[str, str], ...] = ()
    if function is not None:
        params = tuple((_name(child), _type_ref(child)) for child in _all(function, "parameters"))
    return m.ItemDefinition(
        name=_name(element),
        type_ref=_type_ref(element),
        components=tuple(map(_item, _all(element, "itemComponent"))),
        is_collection=element.get("isCollection") == "true",
        allowed=_text_of(element, "allowedValues", "text")
        or _text_of(element, "typeConstraint", "text"),
        function_output=None if function is None else function.get("outputTypeRef", ""),
        function_params=params,
        description=_text_of(element, "description"),
        hints=_hints(element),
    )


def _input_data(element: Element) -> m.InputData:
    variable = _one(element, "variable")
    name = variable.get("name") if variable is not None else None
    return m.InputData(
        element.get("id", ""),
        normal_name(name or element.get("name", "")),
        _type_ref(variable),
        _text_of(element, "description"),
        _hints(element),
    )


def _decision(element: Element) -> m.Decision:
    return m.Decision(
        id=element.get("id", ""),
        name=_name(element),
        type_ref=_variable_type(element),
        expression=_boxed_in(element),
        required_inputs=_hrefs(element, "informationRequirement", "requiredInput"),
        required_decisions=_hrefs(element, "informationRequirement", "requiredDecision"),
        required_knowledge=_hrefs(element, "knowledgeRequirement", "requiredKnowledge"),
        question=_text_of(element, "question"),
        description=_text_of(element, "description"),
    )


def _knowledge(element: Element) -> m.KnowledgeModel:
    logic = _one(element, "encapsulatedLogic")
    function = None if logic is None else _function(logic)
    return m.KnowledgeModel(
        element.get("id", ""),
        _name(element),
        _variable_type(element),
        function,
        _hrefs(element, "knowledgeRequirement", "requiredKnowledge"),
        _text_of(element, "description"),
    )


def _service(element: Element) -> m.DecisionService:
    return m.DecisionService(
        element.get("id", ""),
        _name(element),
        _variable_type(element),
        _direct_hrefs(element, "outputDecision"),
        _direct_hrefs(element, "encapsulatedDecision"),
        _direct_hrefs(element, "inputDecision"),
        _direct_hrefs(element, "inputData"),
        _text_of(element, "description"),
    )


# Boxed expressions


def _boxed_in(element: Element | None) -> m.Boxed | None:
    """Read the first boxed expression among the children of an element."""
    if element is None:
        return None
    for child in _children(element):
        reader = _READERS.get(_local(child))
        if reader is not None:
            return reader(child)
    return None


def _boxed_part(element: Element, name: str) -> m.Boxed | None:
    return _boxed_in(_one(element, name))


def _base(element: Element) -> dict[str, Any]:
    return {
        "id": element.get("id", ""),
        "type_ref": _type_ref(element),
        "line": element.sourceline or 0,
    }


def _literal(element: Element) -> m.Boxed:
    language = element.get("expressionLanguage", "")
    return m.LiteralExpression(**_base(element), text=_text_of(element, "text"), language=language)


def _context(element: Element) -> m.Boxed:
    entries = []
    for entry in _all(element, "contextEntry"):
        variable = _one(entry, "variable")
        name = "" if variable is None else _name(variable)
        entries.append(m.NamedExpression(name, _type_ref(variable), _boxed_in(entry)))
    return m.ContextExpression(**_base(element), entries=tuple(entries))


def _boxed_items(element: Element) -> tuple[m.Boxed, ...]:
    return tuple(
        reader(child)
        for child in _children(element)
        if (reader := _READERS.get(_local(child))) is not None
    )


def _list(element: Element) -> m.Boxed:
    return m.ListExpression(**_base(element), items=_boxed_items(element))


def _relation(element: Element) -> m.Boxed:
    return m.RelationExpression(
        **_base(element),
        columns=tuple((_name(child), _type_ref(child)) for child in _all(element, "column")),
        rows=tuple(map(_boxed_items, _all(element, "row"))),
    )


def _invocation(element: Element) -> m.Boxed:
    bindings = []
    for binding in _all(element, "binding"):
        parameter = _one(binding, "parameter")
        if parameter is not None:
            bindings.append(
                m.NamedExpression(_name(parameter), _type_ref(parameter), _boxed_in(binding))
            )
    return m.InvocationExpression(
        **_base(element), function=_boxed_in(element), bindings=tuple(bindings)
    )


def _function(element: Element) -> m.FunctionExpression:
    params = tuple((_name(child), _type_ref(child)) for child in _all(element, "formalParameter"))
    return m.FunctionExpression(
        **_base(element),
        kind=element.get("kind", "FEEL"),
        params=params,
        body=_boxed_in(element),
    )


def _conditional(element: Element) -> m.Boxed:
    return m.ConditionalExpression(
        **_base(element),
        condition=_boxed_part(element, "if"),
        then=_boxed_part(element, "then"),
        otherwise=_boxed_part(element, "else"),
    )


def _filter(element: Element) -> m.Boxed:
    return m.FilterExpression(
        **_base(element),
        source=_boxed_part(element, "in"),
        match=_boxed_part(element, "match"),
    )


def _iterator(element: Element) -> m.Boxed:
    kind = _local(element)
    return m.IteratorExpression(
        **_base(element),
        kind=kind,
        variable=normal_name(element.get("iteratorVariable", "")),
        source=_boxed_part(element, "in"),
        body=_boxed_part(element, "return" if kind == "for" else "satisfies"),
    )


def _table(element: Element) -> m.Boxed:
    annotations = [child.get("name", "") for child in _all(element, "annotation")]
    return m.TableExpression(
        **{**_base(element), "id": element.get("id") or _made_up_id(element)},
        hit_policy=element.get("hitPolicy", "UNIQUE"),
        aggregation=element.get("aggregation", ""),
        output_label=element.get("outputLabel", ""),
        inputs=tuple(map(_table_input, _all(element, "input"))),
        outputs=tuple(map(_table_output, _all(element, "output"))),
        rules=tuple(map(_rule, _all(element, "rule"))),
        annotations=tuple(annotations),
    )


def _made_up_id(element: Element) -> str:
    """Name a table without an id by what it stands in, and its place there."""
    owner = next(parent for parent in element.iterancestors() if parent.get("id") is not None)
    place = list(owner.iter(element.tag)).index(element)
    return f"{owner.get('id')}_table{place or ''}"


def _table_input(element: Element) -> m.TableInput:
    expression = _one(element, "inputExpression")
    text = _text_of(expression, "text")
    return m.TableInput(
        element.get("id", ""),
        element.get("label") or text,
        text,
        _type_ref(expression),
        _text_of(element, "inputValues", "text"),
    )


def _table_output(element: Element) -> m.TableOutput:
    return m.TableOutput(
        element.get("id", ""),
        normal_name(element.get("name", "")),
        element.get("label") or element.get("name", ""),
        _type_ref(element),
        _text_of(element, "outputValues", "text"),
        _text_of(element, "defaultOutputEntry", "text"),
    )


def _rule(element: Element) -> m.TableRule:
    return m.TableRule(
        element.get("id", ""),
        tuple(_text_of(child, "text") for child in _all(element, "inputEntry")),
        tuple(_text_of(child, "text") for child in _all(element, "outputEntry")),
        tuple(_text_of(child, "text") for child in _all(element, "annotationEntry")),
        _text_of(element, "description"),
        element.sourceline or 0,
    )


_READERS: dict[str, Callable[[Element], m.Boxed]] = {
    "literalExpression": _literal,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
    "decisionTable": _table,
}
