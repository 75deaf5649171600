"""What a file says beyond what the engine reads: XML kept as text, and texts with their ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Fragment:
    """An XML element by its canonical text, in the namespaces of DMN 1.5.

    A reader may leave the work to whoever first asks for the text, which is hardly ever needed.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str | Callable[[], str]) -> None:
        self._text = text

    @property
    def text(self) -> str:
        """Give the canonical text."""
        if not isinstance(self._text, str):
            self._text = self._text()
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fragment) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Fragment({self.text!r})"

    def __reduce__(self) -> tuple[type[Fragment], tuple[str]]:
        return Fragment, (self.text,)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the engine does not interpret of an element, for the day it is written again.

    `attributes` are names, {namespace}local where foreign, and values.
    """

    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Fragment, ...] = ()


NOTHING = Kept()


class Text(str):
    """A text of the file with the id of its element and what else that carries, as cells have.

    It equals the plain text, and a plain `str` may stand wherever a Text does: then the element
    carries nothing else.
    """

    __slots__ = ("id", "kept")
    id: str
    kept: Kept

    def __new__(cls, text: str, identity: str = "", kept: Kept = NOTHING) -> Text:
        """Make a text in an element."""
        made = str.__new__(cls, text)
        made.id = identity
        made.kept = kept
        return made


def reworded(old: str, text: str) -> str:
    """Give a new text in the element of an old one, which keeps its id."""
    return Text(text, old.id, old.kept) if isinstance(old, Text) else text
