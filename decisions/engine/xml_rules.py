"""Reads the rows of decision tables: many, and mostly built alike, so each build is read once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from lxml import etree

from decisions.engine import model as m
from decisions.engine import xml_kept as kept
from decisions.engine.xml_elements import (
    Element,
    all_named,
    children,
    local_name,
    new_parser,
    one_named,
    text_of,
)
from decisions.engine.xml_kept import kept_of

_ENTRIES = ("inputEntry", "outputEntry", "annotationEntry")
_ID_ALONE: tuple[list[str], ...] = ([], ["id"])


def rules_in(table: Element, marks: m.Marks) -> tuple[m.TableRule, ...]:
    """Read the rows of a decision table."""
    reader = _Rules()
    rows = enumerate(all_named(table, "rule"))
    return tuple(reader.read(element, (marks, place)) for place, element in rows)


def marks_of(table: Element, columns: m.Columns) -> m.Marks:
    """Remember where a table stands, for the day it is asked what its cells carry."""
    path = table.getroottree().getelementpath(table)
    return m.Marks(columns, partial(_cells_of, path))


def _cells_of(path: str, source: bytes) -> list[m.KeptCells]:
    """Read what the cells of a table carry."""
    table = etree.fromstring(source, new_parser()).find(path)
    reader = _Cells()
    return [reader.read(rule) for rule in all_named(table, "rule")]


class _Cells:
    """Reads what cells carry; rows built like the one before are not looked through again."""

    def __init__(self) -> None:
        self.build: list[object] = []
        self.places: list[list[int]] | None = None

    def read(self, rule: Element) -> m.KeptCells:
        parts = [*rule.iter("*")]
        build = [*[part.tag for part in parts], *map(len, parts)]
        if build != self.build:
            self.build, self.places = build, _entry_places(rule, parts)
        if self.places is None:
            return _cells(rule)
        inputs, outputs, annotations = (
            tuple([_carried_by(parts[place]) for place in places]) for places in self.places
        )
        return inputs, outputs, annotations


def _entry_places(rule: Element, parts: Sequence[Element]) -> list[list[int]] | None:
    """Tell where the cells of a row are; None where one has more within than its text."""
    number = {part: place for place, part in enumerate(parts)}
    entries = [[*all_named(rule, name)] for name in _ENTRIES]
    within = [child for kind in entries for entry in kind for child in children(entry)]
    if not all(local_name(child) == "text" for child in within):
        return None
    return [[number[entry] for entry in kind] for kind in entries]


def _carried_by(entry: Element) -> m.Kept | str:
    """Read what a cell carries besides its text, mostly an id."""
    identity = entry.get("id")
    count = len(entry.attrib)
    if identity and count == 1:
        return str(identity)
    return kept_of(entry, kept.CELL) if count else m.NOTHING


def _cells(rule: Element) -> m.KeptCells:
    inputs, outputs, annotations = (
        tuple(kept_of(entry, kept.CELL) for entry in all_named(rule, name)) for name in _ENTRIES
    )
    return inputs, outputs, annotations


class _Layout(NamedTuple):
    """Where the texts of a row are among its elements in document order.

    `places` are those of inputs, outputs, annotations and of a description if there is one; the
    numbers say where each of the first three ends. A missing text is at -1. `plain` means that
    none is missing and none has elements within; `bare`, that the row has nothing else.
    """

    places: tuple[int, ...]
    inputs: int
    outputs: int
    annotations: int
    plain: bool
    bare: bool


class _Rules:
    def __init__(self) -> None:
        self.layouts: dict[tuple[object, ...], _Layout] = {}
        self.texts: dict[str, str] = {}
        self.build: list[object] = []
        self.layout = _Layout((), 0, 0, 0, False, False)

    def read(self, element: Element, marks: tuple[m.Marks, int]) -> m.TableRule:
        parts = [*element.iter("*")]
        # In document order, names and numbers of children tell all about how elements nest.
        build = [*[part.tag for part in parts], *map(len, parts)]
        if build != self.build:
            self.build, self.layout = build, self._layout_of(build, parts)
        places, inputs, outputs, annotations, plain, bare = self.layout
        if plain:
            texts = [(parts[place].text or "").strip() for place in places]
        else:
            parts.append(None)
            texts = [text_of(parts[place]) for place in places]
        # Equal texts become one text, which saves memory and later comparisons.
        shared = tuple(map(self.texts.setdefault, texts, texts))
        return m.TableRule(
            element.get("id", ""),
            shared[:inputs],
            shared[inputs:outputs],
            shared[outputs:annotations],
            "".join(shared[annotations:]),
            element.sourceline or 0,
            m.NOTHING if bare and element.keys() in _ID_ALONE else kept_of(element, kept.RULE),
            marks,
        )

    def _layout_of(self, build: list[object], parts: Sequence[Element]) -> _Layout:
        known = self.layouts.get(tuple(build))
        if known is None:
            known = self.layouts[tuple(build)] = _layout(parts)
        return known


def _layout(parts: Sequence[Element]) -> _Layout:
    rule = parts[0]
    inputs, outputs, annotations = (
        [one_named(entry, "text") for entry in all_named(rule, name)] for name in _ENTRIES
    )
    texts = [*inputs, *outputs, *annotations, *[*all_named(rule, "description")][:1]]
    place = {part: number for number, part in enumerate(parts)}
    return _Layout(
        tuple(place.get(text, -1) for text in texts),
        len(inputs),
        len(inputs) + len(outputs),
        len(inputs) + len(outputs) + len(annotations),
        all(text is not None and not len(text) for text in texts),
        len(rule) == len(texts),
    )
