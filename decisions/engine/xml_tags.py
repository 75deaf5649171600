"""XML as tags with text: from lxml elements, in the namespaces of DMN 1.5, and out as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from decisions.engine.problems import Problem, Refused
from decisions.engine.xml_elements import Element, local_name
from decisions.engine.xml_schema import LANGUAGE_ATTRIBUTES, lifted

_INDENT = "  "
_XML = "http://www.w3.org/XML/1998/namespace"
_SPACE_KEPT = f"{{{_XML}}}space"
_QUALIFIED = re.compile(r"([A-Za-z_][\w.-]*):[A-Za-z_]")
_PLAIN = re.compile('[^&<>\r"\n\t\x00-\x1f\ud800-\udfff\ufffe\uffff]*')
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAMES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;",
          '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}  # fmt: skip
_IN_TEXT = re.compile("[&<>\r]")
_IN_VALUE = re.compile('[&<>\r"\n\t]')


@dataclass(slots=True)
class Tag:
    """An element by its written name; `spaces` are the namespaces it needs, by prefix."""

    name: str
    attributes: list[tuple[str, str]] = field(default_factory=list)
    children: list[Tag | str] = field(default_factory=list)
    spaces: dict[str, str] = field(default_factory=dict)

    @property
    def local(self) -> str:
        """Give the name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def clark(self) -> str:
        """Give the name as {namespace}local."""
        return f"{{{self.spaces.get(self.name.rpartition(':')[0], '')}}}{self.local}"


class Row(Tag):
    """A rule whose cells hold a text and at most an id: ten thousand are written in one go.

    `lines` are its description and its cells, written already.
    """

    __slots__ = ("lines", "words")

    def __init__(self, own: str, identity: str, description: str) -> None:
        super().__init__(f"{own}rule", [("id", identity)] if identity else [])
        self.words = f"{own}text"
        self.lines: list[str] = []
        if description:
            name = f"{own}description"
            self.lines.append(f"<{name}>{_escaped(description, _IN_TEXT)}</{name}>")

    def add(self, name: str, identity: str, text: str) -> None:
        """Add a cell under the name of its element."""
        words = self.words
        known = f' id="{_escaped(identity, _IN_VALUE)}"' if identity else ""
        told = f"<{words}>{_escaped(text, _IN_TEXT)}</{words}>" if text else f"<{words}/>"
        self.lines.append(f"<{name}{known}>{told}</{name}>")


def place_of(attribute: tuple[str, str]) -> int:
    """Rank an attribute: the id comes first, then the label."""
    return {"id": 0, "label": 1}.get(attribute[0], 2)


# From lxml


def attributes_of(element: Element) -> Iterator[tuple[str, str]]:
    """Give the attributes in their order, namespaces among the values lifted."""
    for name, value in element.items():
        is_namespace = name.rpartition("}")[2] in LANGUAGE_ATTRIBUTES
        yield name, lifted(value) if is_namespace else value


def tag_of(element: Element, *, as_written: bool = False) -> Tag:
    """Turn an lxml element into a tag: namespaces lifted, without comments.

    Layout is left out, unless `as_written`, where text stands beside tags.
    """
    prefix = element.prefix
    local = local_name(element)
    tag = Tag(f"{prefix}:{local}" if prefix else local)
    tag.spaces[prefix or ""] = lifted(etree.QName(element).namespace or "")
    for name, value in attributes_of(element):
        tag.attributes.append((_attribute_name(element, name, tag.spaces), value))
        _note_prefix(element, value, tag.spaces)
    tag.children = list(_children_of(element, as_written))
    return tag


def _attribute_name(element: Element, name: str, spaces: dict[str, str]) -> str:
    """Write a name such as {namespace}local with the prefix the element has for it."""
    namespace, brace, local = name[1:].rpartition("}")
    if not brace:
        return name
    if namespace == _XML:
        return f"xml:{local}"
    prefix = next(p for p, uri in element.nsmap.items() if p and uri == namespace)
    spaces[prefix] = lifted(namespace)
    return f"{prefix}:{local}"


def _note_prefix(element: Element, value: str, spaces: dict[str, str]) -> None:
    """Note the namespace of a value that is a qualified name, such as the element of a shape."""
    match = _QUALIFIED.match(value)
    if match is not None and match[1] in element.nsmap:
        spaces[match[1]] = lifted(element.nsmap[match[1]])


def _children_of(element: Element, as_written: bool) -> Iterator[Tag | str]:
    pieces = [(None, element.text), *((child, child.tail) for child in element)]
    as_written = as_written or element.get(_SPACE_KEPT) == "preserve" or _has_words(pieces)
    for child, text in pieces:
        if child is not None and isinstance(child.tag, str):
            yield tag_of(child, as_written=as_written)
        if as_written and text:
            yield text


def _has_words(pieces: Iterable[tuple[Element, str | None]]) -> bool:
    return any(text and not text.isspace() for _, text in pieces)


def tag_from(source: str | bytes) -> Tag:
    """Read the XML of one element; raises Refused when it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return tag_of(etree.fromstring(source, parser))
    except (etree.XMLSyntaxError, ValueError):
        raise Refused(
            Problem(
                "xml.kept",
                f"What was kept of an element is not XML: {source[:60]!r}.",
                "file",
                "Read the file again.",
            )
        ) from None


# To text


def fragment(tag: Tag) -> str:
    """Write a tag as canonical text: on one line, with the namespaces it needs."""
    pieces: list[str] = []
    _write(tag, {}, None, pieces)
    return "".join(pieces)


def document(root: Tag) -> bytes:
    """Write a tag as a file: UTF-8, indented, a line for each element."""
    pieces = ['<?xml version="1.0" encoding="UTF-8"?>\n']
    _write(root, {}, 0, pieces)
    return "".join(pieces).encode()


def _write(tag: Tag, scope: Mapping[str, str], depth: int | None, out: list[str]) -> None:
    """Write a tag; without a depth, or where text stands beside tags, all on one line."""
    if isinstance(tag, Row):
        out.append(_row(tag, depth))
        return
    margin, end = ("", "") if depth is None else (_INDENT * depth, "\n")
    new: dict[str, str] = {}
    if tag.spaces:
        new = {prefix: uri for prefix, uri in tag.spaces.items() if scope.get(prefix, "") != uri}
        scope = {**scope, **new}
    out.append(f"{margin}<{tag.name}{_declared(new)}{_listed(tag.attributes)}")
    if not tag.children:
        out.append(f"/>{end}")
        return
    if depth is None or _is_line(tag):
        out.append(">")
        _write_children(tag, scope, None, out)
    else:
        out.append(">\n")
        _write_children(tag, scope, depth + 1, out)
        out.append(margin)
    out.append(f"</{tag.name}>{end}")


def _row(row: Row, depth: int | None) -> str:
    """Write a row as `_write` writes a tag."""
    margin, end = ("", "") if depth is None else (_INDENT * depth, "\n")
    opening = f"{margin}<{row.name}{_listed(row.attributes)}"
    if not row.lines:
        return f"{opening}/>{end}"
    between = end if depth is None else f"{end}{margin}{_INDENT}"
    lines = between.join(["", *row.lines])
    return f"{opening}>{lines}{end}{margin}</{row.name}>{end}"


def _write_children(tag: Tag, scope: Mapping[str, str], depth: int | None, out: list[str]) -> None:
    for child in tag.children:
        if isinstance(child, str):
            out.append(_escaped(child, _IN_TEXT))
        else:
            _write(child, scope, depth, out)


def _is_line(tag: Tag) -> bool:
    """Tell whether text stands in the tag, or nothing but one text such as that of a cell."""
    if any(isinstance(child, str) for child in tag.children):
        return True
    only = tag.children[0]
    return len(tag.children) == 1 and isinstance(only, Tag) and only.local == "text"


def _declared(spaces: Mapping[str, str]) -> str:
    return _listed((f"xmlns:{p}" if p else "xmlns", uri) for p, uri in spaces.items())


def _listed(attributes: Iterable[tuple[str, str]]) -> str:
    return "".join([f' {name}="{_escaped(value, _IN_VALUE)}"' for name, value in attributes])


def _escaped(text: str, marks: re.Pattern[str]) -> str:
    if _PLAIN.fullmatch(text):
        return text
    wrong = _FORBIDDEN.search(text)
    if wrong is not None:
        raise Refused(
            Problem(
                "xml.character",
                f"XML cannot hold the character U+{ord(wrong[0]):04X} of {text[:60]!r}.",
                "file",
                "Remove the character.",
            )
        )
    return marks.sub(lambda match: _NAMES[match[0]], text)
