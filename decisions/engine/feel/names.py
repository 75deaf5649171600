"""Names with spaces and symbols: a trie of name parts, one for each scope (§10.3.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

NAME_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
NAME_PART = NAME_START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
NAME_WORD = re.compile(f"[{NAME_START}][{NAME_PART}]*")
SPACE = re.compile(r"[\s\ufeff\u180e\u200b]+")
_PART = re.compile(f"[{NAME_PART}]+|[^\\s{NAME_PART}]")

_END = ""


def first_part(text: str, position: int) -> str:
    """Give the word or symbol at a place of a text; empty where there is none."""
    match = _PART.match(text, position)
    return match[0] if match else ""


def normal_name(name: str) -> str:
    """Write a name with single spaces, as names are compared."""
    return SPACE.sub(" ", name).strip(" ")


class Names:
    """The names of one scope and, through `parent`, of the scopes around it."""

    __slots__ = ("parent", "root")

    def __init__(self, names: Iterable[str] = (), parent: Names | None = None) -> None:
        self.root: dict[str, Any] = {}
        self.parent = parent
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known."""
        if name.isascii() and name.isidentifier():  # one word, as nearly all names
            self.root.setdefault(name, {})[_END] = name
            return
        normal = normal_name(name)
        node = self.root
        for part in _PART.findall(normal):
            node = node.setdefault(part, {})
        if node is not self.root:
            node[_END] = normal

    def hides(self, name: str) -> bool:
        """Tell whether a scope within the outermost one has a name of its own like this."""
        scope = self
        while scope.parent is not None:
            node: dict[str, Any] | None = scope.root
            for part in _PART.findall(name):
                node = node.get(part) if node is not None else None
            if node is not None and _END in node:
                return True
            scope = scope.parent
        return False

    def longest(self, text: str, start: int) -> tuple[str, int] | None:
        """Give the longest known name that begins at `start`, and where it ends."""
        match = NAME_WORD.match(text, start)
        return None if match is None else self.longest_from(match[0], text, match.end())

    def longest_from(self, word: str, text: str, end: int) -> tuple[str, int] | None:
        """Give the longest known name that begins with a word, which ends at `end`."""
        best: tuple[str, int] | None = None
        scope: Names | None = self
        while scope is not None:
            node = scope.root.get(word)
            if node is not None:
                found = _follow(node, text, end)
                if found is not None and (best is None or found[1] > best[1]):
                    best = found
            scope = scope.parent
        return best

    def inside(self, parent: Names) -> Names:
        """Give the same names inside another scope; neither must get more names."""
        names = Names((), parent)
        names.root = self.root
        return names


def _follow(node: dict[str, Any], text: str, end: int) -> tuple[str, int] | None:
    best: tuple[str, int] | None = None
    while True:
        if _END in node:
            best = (node[_END], end)
        if len(node) == (_END in node):
            return best
        space = SPACE.match(text, end)
        match = _PART.match(text, space.end() if space else end)
        if match is None or match[0] not in node:
            return best
        node = node[match[0]]
        end = match.end()
