"""Reads what the engine does not interpret of an element, so that it can be written again."""

from __future__ import annotations

from typing import Any

from lxml import etree

from decisions.engine.model import NOTHING, Fragment, Kept, Text
from decisions.engine.xml_elements import (
    Element,
    all_named,
    local_name,
    name_of,
    one_named,
    text_of,
    type_ref_of,
)
from decisions.engine.xml_schema import EXPRESSIONS, EXTENSION
from decisions.engine.xml_tags import Tag, attributes_of, fragment, place_of, tag_from

Read = tuple[frozenset[str], frozenset[str]]


def _read(attributes: str, elements: str = "") -> Read:
    expressions = " ".join(EXPRESSIONS)
    names = elements.replace("EXPRESSION", expressions).split()
    return frozenset(attributes.split()), frozenset(names)


# The attributes and children that the readers keep in fields of their own.
DEFINITIONS = _read(
    "id name namespace",
    "description import itemDefinition inputData decision businessKnowledgeModel decisionService "
    "DMNDI",
)
IMPORT = _read("name namespace locationURI")
ITEM = _read(
    "id name isCollection",
    "description typeRef allowedValues typeConstraint itemComponent functionItem",
)
FUNCTION_ITEM = _read("id outputTypeRef", "parameters")
INPUT_DATA = _read("id name", "description variable")
DECISION = _read(
    "id name",
    "description question allowedAnswers variable informationRequirement knowledgeRequirement "
    "EXPRESSION",
)
KNOWLEDGE = _read("id name", "description variable encapsulatedLogic knowledgeRequirement")
SERVICE = _read(
    "id name",
    "description variable outputDecision encapsulatedDecision inputDecision inputData",
)
RENAMED_VARIABLE = _read("typeRef", "typeRef")
NAME = _read("id name typeRef", "typeRef")
VARIABLE = _read("name typeRef", "typeRef")
REQUIREMENT = _read("id", "requiredInput requiredDecision requiredKnowledge")
ENTRY = _read("", "variable parameter EXPRESSION")
PART = _read("", "EXPRESSION")
LITERAL = _read("id typeRef expressionLanguage", "typeRef text")
BOXED = _read(
    "id typeRef kind iteratorVariable",
    "typeRef contextEntry column row binding formalParameter if then else in match return "
    "satisfies EXPRESSION",
)
TABLE = _read(
    "id typeRef hitPolicy aggregation outputLabel preferredOrientation",
    "typeRef input output annotation rule",
)
INPUT = _read("id label", "inputExpression inputValues")
OUTPUT = _read("id name label typeRef", "outputValues defaultOutputEntry")
RULE = _read("id", "description inputEntry outputEntry annotationEntry")
INPUT_EXPRESSION = _read("id typeRef", "typeRef text")
TEXT = _read("id", "text")
CELL = _read("", "text")
_HINTS = frozenset(f"{{{EXTENSION}}}{name}" for name in ("optional", "field", "source"))


def kept_of(element: Element | None, read: Read, *, hints: bool = False) -> Kept:
    """Give what an element carries besides what is `read` of it, and the hints if they are."""
    if element is None:
        return NOTHING
    attributes, names = read
    more: tuple[tuple[str, str], ...] = ()
    if not attributes.issuperset(element.keys()):
        found = (pair for pair in attributes_of(element) if pair[0] not in attributes)
        more = tuple(sorted(found, key=place_of))
    rest = [child for child in element.iterchildren("*") if local_name(child) not in names]
    if hints:
        rest = [child for child in rest if not _has_hints_alone(child)]
    if not more and not rest:
        return NOTHING
    return Kept(more, tuple(fragment_of(child, hints=hints) for child in rest))


def _has_hints_alone(element: Element) -> bool:
    return local_name(element) == "extensionElements" and all(
        child.tag in _HINTS for child in element.iterchildren("*")
    )


def fragment_of(element: Element, *, hints: bool = False) -> Fragment:
    """Keep an element, without the hints in it where they are read."""
    write: Any = etree.tostring
    source: bytes = write(element, with_tail=False)
    return Fragment(lambda: fragment(_without_hints(source) if hints else tag_from(source)))


def _without_hints(source: bytes) -> Tag:
    tag = tag_from(source)
    tag.children = [c for c in tag.children if isinstance(c, str) or c.clark not in _HINTS]
    return tag


def typed_names(element: Element, name: str) -> tuple[tuple[str, str], ...]:
    """List the names, with what their elements carry, and the types of all children of one kind."""
    return tuple(
        (in_element(name_of(child), child, NAME), type_ref_of(child))
        for child in all_named(element, name)
    )


def variable_of(element: Element, name: str) -> Kept | None:
    """Give what the variable of an element carries; its name only where it is not `name`."""
    variable = one_named(element, "variable")
    if variable is None:
        return None
    return kept_of(variable, VARIABLE if name_of(variable) == name else RENAMED_VARIABLE)


def held_text(element: Element, read: Read = TEXT) -> str:
    """Give the text that an element holds in one of its own, with what the element carries."""
    return in_element(text_of(element, "text"), element, read)


def in_element(text: str, element: Element, read: Read) -> str:
    """Give a text with what its element carries, or as it is where that is nothing."""
    identity, kept = element.get("id", ""), kept_of(element, read)
    return Text(text, identity, kept) if identity or kept is not NOTHING else text


def optional_text(element: Element, name: str) -> str:
    """Give the text that a child holds, or an empty one where there is no such child."""
    child = one_named(element, name)
    if child is None:
        return ""
    text = held_text(child)
    return text if text or isinstance(text, Text) else Text("")
