"""The hash of a DMN file's content: its canonical XML without layout, comments and diagram.

Published versions are known by this hash, so what is hashed never changes: Canonical XML 2.0 with
stripped texts, as lxml writes it. lxml takes seconds for a large file; where Exclusive Canonical
XML 1.0 differs in nothing but the white space, libxml2 writes that in a fraction of the time.
"""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from typing import Any

from lxml import etree

from decisions.engine.xml_elements import Element, local_name

_XML = b"http://www.w3.org/XML/1998/namespace"
_DECLARATION = re.compile(rb"xmlns(?:(?::([\w.-]+))?\s*=\s*(?:\"([^\"&<]+)\"|'([^'&<]+)'))?")
_NAME_BEYOND_ASCII = re.compile(rb'[\x80-\xff][^\s="<>]*="')
_SPACES = "\t\n\r " + "".join(space for space in map(chr, range(0x7F, 0x3001)) if space.isspace())


def content_hash(root: Element, source: bytes) -> str:
    """Give the SHA-256 of the canonical XML without comments and diagram.

    `source` is what `root` was read from.
    """
    diagrams = [(place, child) for place, child in enumerate(root) if local_name(child) == "DMNDI"]
    for _, child in diagrams:
        root.remove(child)
    canonical = canonical_xml(root, source)
    for place, child in diagrams:
        root.insert(place, child)
    return hashlib.sha256(canonical).hexdigest()


def canonical_xml(root: Element, source: bytes) -> bytes:
    """Write Canonical XML 2.0 without comments and with stripped texts."""
    found = _quick_canonical_xml(root) if _has_plain_namespaces(root, source) else None
    return slow_canonical_xml(root) if found is None else found


def slow_canonical_xml(root: Element) -> bytes:
    """Write the same by the book: what the quick way must equal."""
    write: Any = etree.tostring
    canonical: bytes = write(root, method="c14n2", with_comments=False, strip_text=True)
    return canonical


def _has_plain_namespaces(root: Element, source: bytes) -> bool:
    """Tell whether both canonical forms use the same prefixes and order of attributes.

    They do when every prefix stands for one namespace and every namespace has one prefix, and when
    no namespace begins with another, because one sorts by `{namespace}name`, the other by both.
    """
    found = {(prefix, one or other) for prefix, one, other in _DECLARATION.findall(source)}
    if not found or b"xml:space" in source or root.getroottree().docinfo.encoding != "UTF-8":
        return False
    prefixes, spaces = {prefix for prefix, _ in found}, {space for _, space in found}
    if len(prefixes) < len(found) or len(spaces) < len(found) or b"xml" in prefixes:
        return False
    ordered = sorted(space for prefix, space in {*found, (b"xml", _XML)} if prefix)
    return b"" not in spaces and not any(
        later.startswith(space) for space, later in pairwise(ordered)
    )


def _quick_canonical_xml(root: Element) -> bytes | None:
    """Write Exclusive Canonical XML 1.0 and strip its texts; None where it cannot be the same."""
    write: Any = etree.tostring
    try:
        canonical: bytes = write(root, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError:  # Namespaces that are no URI have no canonical form in 1.0.
        return None
    if not canonical.isascii() and _NAME_BEYOND_ASCII.search(canonical):
        return None
    # White space other than \r stands for itself, and < only before a tag.
    text = canonical.decode().replace("&#xD;", "\r")
    spaces = [space for space in _SPACES if space in text]
    if not any(f">{space}" in text or f"{space}<" in text for space in spaces):
        return canonical
    text = "<".join(map(_strip_text, text.split("<")))
    return text.replace("\r", "&#xD;").encode()


def _strip_text(tag_and_text: str) -> str:
    tag, end, text = tag_and_text.rpartition(">")
    return tag + end + text.strip()
