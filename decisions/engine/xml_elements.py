"""Small questions to XML elements: children by local name, texts, names and type references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from decisions.engine.feel.names import normal_name

Element = Any
"""An lxml element; the stubs name it by a private class."""


def new_parser() -> Any:
    """Make a parser that reads nothing but what it is given, without comments and layout."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
        remove_blank_text=True,
        collect_ids=False,
    )


def local_name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element) -> Iterator[Element]:
    found: Iterator[Element] = element.iterchildren("*")
    return found


def all_named(element: Element, name: str) -> Iterator[Element]:
    found: Iterator[Element] = element.iterchildren("{*}" + name)
    return found


def one_named(element: Element | None, name: str) -> Element | None:
    return None if element is None else next(all_named(element, name), None)


def text_of(element: Element | None, *path: str) -> str:
    """Give the stripped text at the end of a path of child elements, or an empty text."""
    for name in path:
        element = one_named(element, name)
    if element is None:
        return ""
    if not len(element):
        return (element.text or "").strip()
    return "".join(element.itertext(with_tail=False)).strip()


def name_of(element: Element) -> str:
    return normal_name(element.get("name", ""))


def type_ref_of(element: Element | None) -> str:
    """Give a type reference, as attribute or child; prefixes such as feel: are dropped."""
    if element is None:
        return ""
    text = element.get("typeRef") or text_of(element, "typeRef")
    prefix, colon, rest = text.partition(":")
    return normal_name(rest if colon and (prefix in element.nsmap or prefix == "feel") else text)


def variable_type_of(element: Element) -> str:
    return type_ref_of(one_named(element, "variable"))
