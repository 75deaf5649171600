"""Classes of patterns stand for exactly the characters that XPath says."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest

from decisions.engine.regex import PatternError, translate
from decisions.engine.regex_classes import (
    EVERYTHING,
    Ranges,
    category,
    class_text,
    escaped,
    negated,
    overlap,
    without,
)

CATEGORIES = ("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "Nd", "P", "Z", "S", "C", "Cn", "Co")


def test_categories_hold_every_character_once() -> None:
    found = {}
    for name in {unicodedata.category(chr(code)) for code in range(sys.maxunicode + 1)}:
        for low, high in category(name):
            found.update(dict.fromkeys(range(low, high + 1), name))
    assert len(found) == sys.maxunicode + 1
    assert all(unicodedata.category(chr(code)) == name for code, name in found.items())


@pytest.mark.parametrize("name", [*CATEGORIES, *"dwsicDWSIC"])
def test_class_matches_the_ends_of_its_ranges_and_nothing_beside_them(name: str) -> None:
    ranges = escaped(name) if name in tuple("dwsicDWSIC") else category(name)
    assert ranges
    assert ranges == negated(negated(ranges))
    pattern, opposite = re.compile(class_text(ranges)), re.compile(class_text(negated(ranges)))
    for code, inside in edges(ranges).items():
        assert (pattern.fullmatch(chr(code)) is not None) == inside
        assert (opposite.fullmatch(chr(code)) is not None) != inside


def edges(ranges: Ranges) -> dict[int, bool]:
    outside = {code: False for low, high in ranges for code in (low - 1, high + 1)}
    inside = {code: True for pair in ranges for code in pair}
    known = {**outside, **inside}
    return {code: known[code] for code in known if 0 <= code <= sys.maxunicode}


def test_ranges_are_taken_away_and_compared() -> None:
    letters = ((97, 122),)
    assert without(letters, ((98, 98),)) == ((97, 97), (99, 122))
    assert without(letters, EVERYTHING) == ()
    assert overlap(letters, ((122, 130),))
    assert not overlap(letters, ((123, 130),))


def test_patterns_of_many_large_classes_are_refused() -> None:
    with pytest.raises(PatternError):
        translate(r"\p{L}" * 100)
    assert translate(r"\p{L}\w" * 5).compiled.fullmatch("éa" * 5)
