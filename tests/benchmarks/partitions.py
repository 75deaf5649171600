"""A decision table without gaps or overlaps, of any size: one box cut in two again and again."""

from __future__ import annotations

from random import Random

from tests.benchmarks.tables import CATEGORIES, COUNTRIES, INPUTS, LANGUAGES

_LISTS = {"country": COUNTRIES, "category": CATEGORIES, "language": LANGUAGES}
_ENDS = {"age": 100, "sensitivity": 1_000, "budget": 1_000_000}

Cut = dict[str, tuple[int, int]]
"""For every input which part of its values is taken, as places from the first on, the last not."""


def make_cuts(count: int, *, seed: int = 1) -> list[Cut]:
    """Cut the space of all facts into boxes; a part chosen at random is cut next."""
    random = Random(seed)
    found: list[Cut] = [{name: (0, _size(name)) for name in INPUTS}]
    while len(found) < count:
        place = random.randrange(len(found))
        name = random.choice(list(INPUTS))
        low, high = found[place][name]
        if high - low > 1:
            middle = random.randrange(low + 1, high)
            found.append({**found[place], name: (middle, high)})
            found[place] = {**found[place], name: (low, middle)}
    random.shuffle(found)
    return found


def _size(name: str) -> int:
    if name in _LISTS:
        return len(_LISTS[name]) + 1
    return _ENDS.get(name, 2)


def cells(cut: Cut) -> list[str]:
    """Write the input cells as FEEL; the last place of a list stands for all other values."""
    return [_cell(name, *cut[name]) for name in INPUTS]


def _cell(name: str, low: int, high: int) -> str:
    if (low, high) == (0, _size(name)):
        return "-"
    if name in _LISTS:
        values = _LISTS[name]
        if high > len(values):
            return f"not({_texts(values[:low])})"
        return _texts(values[low:high])
    if name not in _ENDS:
        return "true" if low else "false"
    if low == 0:
        return f"< {high}"
    return f">= {low}" if high == _ENDS[name] else f"[{low}..{high})"


def _texts(values: list[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)
