"""Compares DMN files as sets of what they say, whatever their version, prefixes and layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree

_DEFAULTS = frozenset({("hitPolicy", "UNIQUE"), ("kind", "FEEL"), ("isCollection", "false")})


def said(source: bytes) -> Counter[tuple[str, ...]]:
    """Count every element with its path, attributes and text, leaving out what says nothing."""
    return Counter(_elements(etree.fromstring(source), ""))


def _elements(element: Any, path: str) -> Iterator[tuple[str, ...]]:
    path = f"{path}/{_name(element.tag)}"
    attributes = sorted(
        f"{_name(name)}={_value(_name(name), value)}"
        for name, value in element.items()
        if not _says_nothing(_name(name), value)
    )
    texts = (element.text, *(child.tail for child in element))
    text = "".join(filter(None, texts)).strip()
    inner = [child for child in element if isinstance(child.tag, str)]
    if attributes or text or inner:
        yield path, *attributes, text
    for child in inner:
        yield from _elements(child, path)


def _name(name: str) -> str:
    """Give a name without the namespace of DMN, whose version may change."""
    namespace, _, local = name[1:].rpartition("}") if name[0] == "{" else ("", "", name)
    return local if not namespace or "omg.org/spec/DMN/" in namespace else name


def _value(name: str, value: str) -> str:
    if name.endswith("Language") or name == "importType":
        return value.rstrip("/").rpartition("/")[2]
    if name in ("typeRef", "outputTypeRef"):
        return value.rpartition(":")[2]
    return " ".join(value.split())


def _says_nothing(name: str, value: str) -> bool:
    return not value or (name, value) in _DEFAULTS
