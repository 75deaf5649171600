"""Reads the rows of decision tables: many, and mostly built alike, so each build is read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from decisions.engine import model as m
from decisions.engine import xml_kept as kept
from decisions.engine.xml_elements import Element, all_named, one_named, text_of
from decisions.engine.xml_kept import in_cell, in_element, kept_of

_ID_ALONE: tuple[list[str], ...] = ([], ["id"])


def rules_in(table: Element) -> tuple[m.TableRule, ...]:
    """Read the rows of a decision table."""
    reader = _Rules()
    return tuple(map(reader.read, all_named(table, "rule")))


class _Layout(NamedTuple):
    """Where the texts of a row are among its elements in document order.

    `places` are those of inputs, outputs, annotations and of a description if there is one; the
    numbers say where each of the first three ends. A missing text is at -1. `plain` means that
    none is missing and none has elements within. `holders` are the places of what the first three
    are in; `bare` means that they hold nothing else, and the row neither.
    """

    places: tuple[int, ...]
    inputs: int
    outputs: int
    annotations: int
    plain: bool
    holders: tuple[int, ...]
    bare: bool


class _Rules:
    def __init__(self) -> None:
        self.layouts: dict[tuple[object, ...], _Layout] = {}
        self.texts: dict[str, str] = {}
        self.build: list[object] = []
        self.layout = _Layout((), 0, 0, 0, False, (), False)

    def read(self, element: Element) -> m.TableRule:
        parts = [*element.iter("*")]
        # In document order, names and numbers of children tell all about how elements nest.
        build = [*[part.tag for part in parts], *map(len, parts)]
        if build != self.build:
            self.build, self.layout = build, self._layout_of(build, parts)
        places, inputs, outputs, annotations, plain, holders, bare = self.layout
        if plain:
            texts = [(parts[place].text or "").strip() for place in places]
        else:
            parts.append(None)
            texts = [text_of(parts[place]) for place in places]
        # Equal texts become one text, which saves memory and later comparisons.
        texts = list(map(self.texts.setdefault, texts, texts))
        carry = in_cell if bare else in_element
        cells = [carry(text, parts[place]) for text, place in zip(texts, holders, strict=False)]
        return m.TableRule(
            element.get("id", ""),
            tuple(cells[:inputs]),
            tuple(cells[inputs:outputs]),
            tuple(cells[outputs:]),
            "".join(texts[annotations:]),
            element.sourceline or 0,
            m.NOTHING if bare and element.keys() in _ID_ALONE else kept_of(element, kept.RULE),
        )

    def _layout_of(self, build: list[object], parts: Sequence[Element]) -> _Layout:
        known = self.layouts.get(tuple(build))
        if known is None:
            known = self.layouts[tuple(build)] = _layout(parts)
        return known


def _layout(parts: Sequence[Element]) -> _Layout:
    rule = parts[0]
    inputs, outputs, annotations = (
        [*all_named(rule, name)] for name in ("inputEntry", "outputEntry", "annotationEntry")
    )
    holders = [*inputs, *outputs, *annotations]
    description = [*all_named(rule, "description")][:1]
    texts = [*[one_named(holder, "text") for holder in holders], *description]
    place = {part: number for number, part in enumerate(parts)}
    return _Layout(
        tuple(place.get(text, -1) for text in texts),
        len(inputs),
        len(inputs) + len(outputs),
        len(holders),
        all(text is not None and not len(text) for text in texts),
        tuple(place[holder] for holder in holders),
        len(parts) == 1 + len(holders) + len(texts),
    )
