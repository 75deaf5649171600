"""Builds the tags of one DMN file: its prefixes, and the place of what was kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from decisions.engine.model import NOTHING, Fragment, Kept, Text
from decisions.engine.xml_schema import EXTENSION, FIRST_RANKS, MODEL, RANKS
from decisions.engine.xml_tags import Tag, place_of, tag_from

_ALWAYS = frozenset({"name", "namespace", "href"})
_ENTRIES = ("inputEntry", "outputEntry", "annotationEntry")
_USUAL_PREFIXES = {MODEL: "dmn", EXTENSION: "clearance"}


class XmlWriter:
    """Makes tags of the model; `declared` are the namespaces of the file by prefix.

    Where it is `quick`, rules with nothing special about them are written without tags.
    """

    def __init__(self, prefixes: Iterable[tuple[str, str]], *, quick: bool = True) -> None:
        self.quick = quick
        self.declared = dict(prefixes)
        self.declared.setdefault("", MODEL)
        self.own = "" if self.declared[""] == MODEL else f"{self.prefix_of(MODEL)}:"
        self.entries = tuple(f"{self.own}{name}" for name in _ENTRIES)

    def prefix_of(self, namespace: str) -> str:
        """Give the prefix of a foreign namespace, declaring one where there is none."""
        known = sorted(p for p, uri in self.declared.items() if p and uri == namespace)
        if known:
            return known[0]
        prefix = usual = _USUAL_PREFIXES.get(namespace, "ns")
        number = 0
        while prefix in self.declared:
            number += 1
            prefix = f"{usual}{number}"
        self.declared[prefix] = namespace
        return prefix

    def tag(
        self,
        name: str,
        attributes: Mapping[str, str] | None = None,
        *children: Tag | Iterable[Tag],
        kept: Kept = NOTHING,
    ) -> Tag:
        """Make a tag of the model from what is known and what was kept; "" leaves out."""
        tag = Tag(self.own + name)
        for key, value in (attributes or {}).items():
            if value or key in _ALWAYS:
                tag.attributes.append((key, value))
        for child in children:
            tag.children.extend([child] if isinstance(child, Tag) else child)
        if kept is not NOTHING and kept != NOTHING:
            self._add(tag, kept)
        return tag

    def _add(self, tag: Tag, kept: Kept) -> None:
        """Add what was kept, where the schema has it."""
        if not tag.attributes and not kept.children and len(kept.attributes) == 1:
            # Nearly every cell: an id and nothing else.
            [(name, value)] = kept.attributes
            tag.attributes.append((self._attribute(name), value))
            return
        known = {name for name, _ in tag.attributes}
        more = [(self._attribute(name), value) for name, value in kept.attributes]
        tag.attributes.extend(pair for pair in more if pair[0] not in known)
        tag.attributes.sort(key=place_of)
        if kept.children:
            for child in kept.children:
                self._merge(tag, self.kept_tag(child))
            ranks = RANKS.get(tag.local, FIRST_RANKS)
            tag.children.sort(key=lambda child: _rank(child, ranks))

    def _merge(self, tag: Tag, kept: Tag) -> None:
        """Add a kept child; there is one element of extensions only."""
        for child in tag.children:
            if isinstance(child, Tag) and child.local == kept.local == "extensionElements":
                child.children.extend(kept.children)
                return
        tag.children.append(kept)

    def _attribute(self, name: str) -> str:
        if name[0] != "{":
            return name
        namespace, _, local = name[1:].rpartition("}")
        if namespace == "http://www.w3.org/XML/1998/namespace":
            return f"xml:{local}"
        return f"{self.prefix_of(namespace)}:{local}"

    def kept_tag(self, kept: Fragment) -> Tag:
        """Read what was kept; its namespaces are declared once for the whole file."""
        tag = tag_from(kept.text)
        self._declare(tag)
        return tag

    def _declare(self, tag: Tag) -> None:
        for prefix, namespace in tag.spaces.items():
            if prefix:
                self.declared.setdefault(prefix, namespace)
        for child in tag.children:
            if isinstance(child, Tag):
                self._declare(child)

    def foreign(self, namespace: str, name: str, attributes: Mapping[str, str]) -> Tag:
        """Make a tag of another namespace."""
        pairs = [(self._attribute(key), value) for key, value in attributes.items()]
        return Tag(f"{self.prefix_of(namespace)}:{name}", pairs)

    def text(self, name: str, text: str) -> list[Tag]:
        """Make a tag around a text, or none."""
        return [Tag(self.own + name, children=[text])] if text else []

    def carrying(
        self,
        text: str,
        name: str,
        attributes: Mapping[str, str],
        *inner: Tag,
        kept: Kept = NOTHING,
    ) -> Tag:
        """Make a tag for a text, which may itself carry the id of its element and more."""
        if not isinstance(text, Text):
            return self.tag(name, attributes, *inner, kept=kept)
        return self.tag(name, {"id": text.id, **attributes}, *inner, kept=text.kept)

    def held(
        self,
        name: str,
        text: str,
        attributes: Mapping[str, str] | None = None,
        *,
        kept: Kept = NOTHING,
    ) -> Tag:
        """Make a tag such as that of a cell: a text in a tag of its own, and what it carries."""
        words = Tag(self.own + "text", children=[text] if text else [])
        tag = self.carrying(text, name, attributes or {}, words, kept=kept)
        if len(tag.children) == 1:
            return tag
        if any(isinstance(c, Tag) and c.local == "importedValues" for c in tag.children):
            tag.children.remove(words)
        return tag

    def optional(self, name: str, text: str) -> list[Tag]:
        """Make such a tag where there is a text, or where there was an empty one."""
        return [self.held(name, text)] if text or isinstance(text, Text) else []

    def typed(self, tag: str, name: str, type_ref: str) -> Tag:
        """Make a tag that holds a name and a type, such as that of a parameter."""
        return self.carrying(name, tag, {"name": name, "typeRef": type_ref})

    def variable(self, tag: str, name: str, type_ref: str, kept: Kept | None) -> list[Tag]:
        """Make the variable of an element, or none where nothing is known of it."""
        if kept is None and not type_ref:
            return []
        kept = kept or NOTHING
        said = dict(kept.attributes).get("name", name)
        return [self.tag(tag, {"name": said, "typeRef": type_ref}, kept=kept)]


def _rank(child: Tag | str, ranks: Mapping[str, int]) -> int:
    last = len(ranks)
    return last if isinstance(child, str) else ranks.get(child.local, last)
