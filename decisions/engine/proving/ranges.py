"""What a value may be: null or not, of which kind, among which values, with which parts.

A `May` always holds at least what the real value can be, so that what it leaves out cannot happen.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from decisions.engine.tables.sets import after
from decisions.engine.types import ANY, BOOLEAN, LIST, ORDERED, SCALARS, SIMPLE, ListType, Type
from decisions.engine.values import kind_of

Tri = frozenset[bool | None]
"""What a condition may be: true, false or null."""
Path = tuple[str, ...]

YES: Tri = frozenset({True})
NO: Tri = frozenset({False})
UNKNOWN: Tri = frozenset({None})
EITHER: Tri = frozenset({True, False})
OPEN: Tri = frozenset({True, False, None})

_MOST_VALUES = 400
_MOST_ROWS = 24
_ORDERED = frozenset(kind.name for kind in ORDERED)


@dataclass(frozen=True, slots=True)
class Segment:
    """Some items of a list: how many at least and at most, and what each may be.

    `source` names the list that they came from where they are all of it.
    """

    low: int
    high: int | None
    item: May
    source: Hashable = None


@dataclass(frozen=True, slots=True)
class May:
    """What a value may be; without a `kind` it may be anything.

    `values` are all it may be beside null; otherwise it is from `low` on and before `high`, and
    none of `but`. `leaf` names the fact whose value this is; `whole` numbers have no fractions.
    """

    null: bool = True
    kind: str = ""
    values: frozenset[Any] | None = None
    low: Any = None
    high: Any = None
    but: frozenset[Any] = frozenset()
    segments: tuple[Segment, ...] | None = None
    parts: Mapping[str, May] | None = None
    leaf: Path | None = None
    whole: bool = False

    @property
    def only_null(self) -> bool:
        """Tell whether nothing but null is possible."""
        return self.values is not None and not self.values

    @property
    def impossible(self) -> bool:
        """Tell whether there is no value at all."""
        return not self.null and self.only_null

    @property
    def single(self) -> bool:
        """Tell whether there is one value only."""
        if self.only_null:
            return self.null
        return not self.null and self.values is not None and len(self.values) == 1

    @property
    def value(self) -> Any:
        """Give the single value."""
        return next(iter(self.values)) if self.values else None


ANYTHING = May()
NULL = May(null=True, values=frozenset())


def exactly(value: Any) -> May:
    """Give what a constant may be: itself."""
    if value is None:
        return NULL
    kind = kind_of(value)
    if kind == "list":
        items = tuple(Segment(1, 1, exactly(item)) for item in value)
        return listed(items if len(items) <= _MOST_ROWS else (merged(items),))
    if kind == "context":
        parts = {name: exactly(part) for name, part in value.items()}
        return May(False, kind, parts=parts)
    if kind in ("function", "range"):
        return May(False)
    return May(False, kind, frozenset((value,)))


def listed(segments: Sequence[Segment], *, null: bool = False) -> May:
    """Give a list of segments; a long one is told as one segment."""
    found = tuple(part for part in segments if part.high != 0 and not part.item.impossible)
    if len(found) > _MOST_VALUES:
        found = (merged(found),)
    return May(null, "list", segments=found)


def merged(segments: Sequence[Segment]) -> Segment:
    """Tell segments as one."""
    low, high = length(segments)
    return Segment(low, high, reduce(join, (part.item for part in segments), NOTHING))


def length(segments: Iterable[Segment]) -> tuple[int, int | None]:
    """Give how many items there are at least and at most."""
    low, high = 0, 0
    most: int | None = high
    for part in segments:
        low += part.low
        most = None if most is None or part.high is None else most + part.high
    return low, most


NOTHING = May(null=False, values=frozenset())


def truth(tri: Tri) -> May:
    """Give what a condition may be as a value."""
    return May(None in tri, "boolean", frozenset(part for part in tri if part is not None))


def tri_of(may: May) -> Tri:
    """Give what a value may be as a condition: what is no boolean counts as null."""
    if may.kind == "boolean" and may.values is not None:
        return frozenset(may.values) | (UNKNOWN if may.null else frozenset())
    if may.kind or may.only_null:
        return UNKNOWN
    return OPEN


def hull(may: May) -> tuple[Any, Any]:
    """Give the ends of an ordered value: from the first on and before the second."""
    if may.values:
        return min(may.values), after(max(may.values), SIMPLE[may.kind])
    if may.whole and may.high is not None:
        return may.low, after(may.high - 1, SIMPLE[may.kind])
    return may.low, may.high


def join(left: May, right: May) -> May:
    """Give what one or the other may be."""
    if left == right:
        return left
    null = left.null or right.null
    if left.only_null or right.only_null:
        kept = right if left.only_null else left
        return kept if kept.null == null else replace(kept, null=null, leaf=None)
    if left.kind != right.kind or not left.kind:
        return May(null)
    if left.kind == "list":
        return _joined_lists(left, right, null)
    if left.kind == "context":
        return _joined_parts(left, right, null)
    if left.values is not None and right.values is not None:
        together = left.values | right.values
        if len(together) <= _MOST_VALUES:
            return May(null, left.kind, together)
    if left.kind not in _ORDERED:
        return May(null, left.kind)
    (low, high), (other_low, other_high) = hull(left), hull(right)
    return May(
        null,
        left.kind,
        low=None if low is None or other_low is None else min(low, other_low),
        high=None if high is None or other_high is None else max(high, other_high),
    )


def _joined_lists(left: May, right: May, null: bool) -> May:
    if left.segments is None or right.segments is None:
        return May(null, "list")
    if left.segments == right.segments:
        return May(null, "list", segments=left.segments)
    (low, high), (other_low, other_high) = length(left.segments), length(right.segments)
    item = reduce(join, (part.item for part in (*left.segments, *right.segments)), NOTHING)
    most = None if high is None or other_high is None else max(high, other_high)
    return listed([Segment(min(low, other_low), most, item)], null=null)


def _joined_parts(left: May, right: May, null: bool) -> May:
    if left.parts is None or right.parts is None:
        return May(null, "context")
    names = dict.fromkeys((*left.parts, *right.parts))
    # What one of them lacks is kept as anything, so that a name never seems to be missing.
    parts = {
        name: join(left.parts.get(name, ANYTHING), right.parts.get(name, ANYTHING))
        for name in names
    }
    return May(null, "context", parts=parts)


def part_of(owner: May, name: str) -> May:
    """Give a component of a value; that of null is null."""
    if owner.only_null:
        return NULL
    if owner.kind != "context" or owner.parts is None or name not in owner.parts:
        return ANYTHING
    part = owner.parts[name]
    return replace(part, null=True, leaf=None) if owner.null and not part.null else part


def with_null(may: May, null: bool) -> May:
    """Give the same with or without null."""
    return may if may.null == null else replace(may, null=null)


def typed(may: May, base: Type) -> May:
    """Give what is left of a value where a type is asked for; what does not fit is null."""
    if base == ANY:
        return may
    if base in SCALARS:
        if may.kind == base.name or may.only_null:
            return may
        values = frozenset({True, False}) if base == BOOLEAN else None
        return May(True, base.name, values)
    if isinstance(base, ListType) or base == LIST:
        return may if may.kind == "list" or may.only_null else ANYTHING
    return ANYTHING if may.kind == "list" else may


# Conditions


def same(left: May, right: May) -> Tri:
    """Say what `left = right` may be."""
    if not (left.kind or left.only_null) or not (right.kind or right.only_null):
        return OPEN
    found: set[bool | None] = set()
    if left.null and right.null:
        found.add(True)
    if (left.null and not right.only_null) or (right.null and not left.only_null):
        found.add(False)
    if not left.only_null and not right.only_null:
        if left.kind != right.kind:
            found |= {None, False, True}  # A list of one item and dates with times may be equal.
        else:
            found |= _same_values(left, right)
    return frozenset(found)


def _same_values(left: May, right: May) -> set[bool | None]:
    if left.values is not None and right.values is not None:
        common = left.values & right.values
        if not common:
            return {False}
        return {True} if len(left.values) == len(right.values) == 1 else {True, False}
    for one, other in ((left, right), (right, left)):
        if one.values is not None and not any(may_be(other, value) for value in one.values):
            return {False}
    if left.kind in _ORDERED and _apart(left, right):
        return {False}
    return {True, False} if left.kind not in ("list", "context") else {True, False, None}


def _apart(left: May, right: May) -> bool:
    (low, high), (other_low, other_high) = hull(left), hull(right)
    below = high is not None and other_low is not None and high <= other_low
    return below or (other_high is not None and low is not None and other_high <= low)


def may_be(may: May, value: Any) -> bool:
    """Tell whether a value that is not null is possible."""
    if may.kind and may.kind != kind_of(value):
        return False
    if may.values is not None:
        return value in may.values
    if value in may.but:
        return False
    return (may.low is None or may.low <= value) and (may.high is None or value < may.high)


def ordered(operator: str, left: May, right: May) -> Tri:
    """Say what `left < right` and its like may be."""
    if operator in (">", ">="):
        return ordered("<" if operator == ">" else "<=", right, left)
    if left.only_null or right.only_null:
        return UNKNOWN
    if left.kind != right.kind or left.kind not in _ORDERED:
        return OPEN
    null = UNKNOWN if left.null or right.null else frozenset()
    kind = SIMPLE[left.kind]
    (low, high), (other_low, other_high) = hull(left), hull(right)
    strict = operator == "<"
    if None not in (high, other_low) and high <= (other_low if strict else after(other_low, kind)):
        return YES | null
    if None not in (low, other_high) and other_high <= (after(low, kind) if strict else low):
        return NO | null
    return EITHER | null


def both(parts: Iterable[Tri]) -> Tri:
    """Join conditions by and."""
    found = YES
    for part in parts:
        found = frozenset(_and(one, other) for one in found for other in part)
    return found


def either(parts: Iterable[Tri]) -> Tri:
    """Join conditions by or."""
    return negated(both(negated(part) for part in parts))


def negated(tri: Tri) -> Tri:
    """Turn a condition round."""
    return frozenset(None if part is None else not part for part in tri)


def _and(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True
