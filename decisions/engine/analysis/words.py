"""Writes classes of an axis as a cell that takes them, and as words for people."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Any

from decisions.engine.analysis.axes import Axis
from decisions.engine.analysis.samples import real_date
from decisions.engine.analysis.search import Box, bits
from decisions.engine.analysis.space import Space
from decisions.engine.numbers import CONTEXT, DIGITS, to_text
from decisions.engine.numbers import whole as as_whole
from decisions.engine.temporal import NANOS, Date, Days, Months, date_of, day_number
from decisions.engine.types import BOOLEAN, DATE, DAYS, MONTHS, NUMBER, STRING
from decisions.engine.values import show, to_json

FEW = 12
"""How many values or ranges a sentence lists."""

End = tuple[Any, bool] | None
"""A value and whether it is taken itself; None for no end."""


def write_feel(value: Any) -> str:
    """Write a constant as FEEL."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        for mark, name in (("\n", "n"), ("\r", "r"), ("\t", "t")):
            escaped = escaped.replace(mark, f"\\{name}")
        return f'"{escaped}"'
    if isinstance(value, Date):
        return f'date("{value}")'
    if isinstance(value, Days | Months):
        return f'duration("{value}")'
    return to_text(value) if isinstance(value, Decimal) else show(value)


def write_cell(axis: Axis, classes: int) -> str:
    """Write unary tests that take some classes and no others."""
    if classes == axis.everything or axis.column is None:
        return "-"
    null, taken = classes & axis.null_bit, classes & ~axis.null_bit
    if taken == axis.everything & ~axis.null_bit:
        return "not(null)"
    if axis.column.values is None:
        parts = [_range_text(start, end) for start, end in ranges(axis, taken)]
        return ", ".join([*parts, "null"] if null else parts)
    named, others = named_values(axis, taken)
    values = [write_feel(value) for value in named]
    if others:
        return f"not({', '.join([*values, *([] if null or not axis.null else ['null'])])})"
    return ", ".join([*values, "null"] if null else values)


def named_values(axis: Axis, taken: int) -> tuple[list[Any], bool]:
    """Give the values taken, or those refused and True where all others are taken."""
    values = list(axis.column.values or ()) if axis.column is not None else []
    legal = {number: place for place, number in enumerate(axis.numbers)}
    if axis.column is not None and axis.column.kind == BOOLEAN:
        kept = [axis.samples[place] for place in bits(taken)]
        return sorted(kept, reverse=True), False
    others = legal.get(len(values))
    inverted = others is not None and bool(taken >> others & 1)
    found = [
        value
        for number, value in enumerate(values)
        if number in legal and bool(taken >> legal[number] & 1) != inverted
    ]
    return sorted(found), inverted


def ranges(axis: Axis, taken: int) -> list[tuple[End, End]]:
    """Give classes in order as ranges; what no value can be in is left open."""
    found: list[tuple[End, End]] = []
    if axis.column is None:
        return found
    bounds = axis.column.bounds
    last = len(axis.numbers) - axis.null - 1
    starts, ends = bits(taken & ~(taken << 1)), bits(taken & ~(taken >> 1))
    for start, end in zip(starts, ends, strict=True):
        first, after = axis.numbers[start], axis.numbers[end]
        low = _low(axis, bounds[first - 1]) if first > 0 else None
        high = _high(axis, bounds[after]) if after < len(bounds) else None
        if low is not None and low == high:
            found.append((low, high))
        else:
            found.append((None if start == 0 else low, None if end == last else high))
    return found


def _low(axis: Axis, bound: Any) -> End:
    kind = axis.column.kind if axis.column is not None else NUMBER
    if kind == DATE:
        return real_date(bound), True
    if kind == NUMBER and axis.whole:
        return as_whole(Decimal(bound).to_integral_value(ROUND_CEILING)), True
    before = _before(kind, bound)
    return (bound, True) if before is None else (before, False)


def _high(axis: Axis, bound: Any) -> End:
    kind = axis.column.kind if axis.column is not None else NUMBER
    if kind == DATE:
        return date_of(day_number(real_date(bound)) - 1), True
    if kind == MONTHS:
        return Months(bound.months - 1), True
    if kind == NUMBER and axis.whole:
        return as_whole(Decimal(bound).to_integral_value(ROUND_CEILING) - 1), True
    before = _before(kind, bound)
    return (bound, False) if before is None else (before, True)


def _before(kind: Any, bound: Any) -> Any:
    """Give the value that a bound comes directly after, where it was made so."""
    if kind == STRING:
        return bound[:-1] if bound.endswith("\0") else None
    if kind == DAYS:
        return Days(bound.nanos - 1) if bound.nanos % NANOS == 1 else None
    if kind == NUMBER and isinstance(bound, Decimal) and len(bound.as_tuple().digits) == DIGITS:
        before = CONTEXT.next_minus(bound)
        shorter = before.normalize(CONTEXT)
        if len(shorter.as_tuple().digits) < len(bound.normalize(CONTEXT).as_tuple().digits):
            return as_whole(shorter)
    return None


def _range_text(low: End, high: End) -> str:
    if low is not None and high is not None:
        if low == high and low[1]:
            return write_feel(low[0])
        opened, closed = "[" if low[1] else "(", "]" if high[1] else ")"
        return f"{opened}{write_feel(low[0])}..{write_feel(high[0])}{closed}"
    if low is not None:
        return f"{'>=' if low[1] else '>'} {write_feel(low[0])}"
    return f"{'<=' if high[1] else '<'} {write_feel(high[0])}" if high is not None else "not(null)"


def write_region(space: Space, box: Box) -> tuple[str, ...]:
    """Write for every column a cell, so that a row of them takes the box."""
    cells = ["-"] * len(space.table.inputs)
    for axis, classes in zip(space.axes, box, strict=True):
        cells[axis.places[0]] = write_cell(axis, classes)
    return tuple(cells)


def write_example(space: Space, box: Box) -> dict[str, Any] | None:
    """Give a value of every input expression as JSON-able Python values."""
    found = space.example(box)
    return None if found is None else {name: to_json(value) for name, value in found.items()}


def label_of(space: Space, axis: Axis) -> str:
    """Name an axis by the label of its first column."""
    return space.table.inputs[axis.places[0]].label or axis.text


def say_region(space: Space, box: Box) -> str:
    """Say which facts a box takes; empty where it takes all."""
    parts = [
        f"{label_of(space, axis)} is {say_classes(axis, classes)}"
        for axis, classes in zip(space.axes, box, strict=True)
        if classes != axis.everything
    ]
    return join_words(parts, "and")


def say_classes(axis: Axis, classes: int) -> str:
    """Say some classes as words that follow "is"."""
    null, taken = classes & axis.null_bit, classes & ~axis.null_bit
    parts: list[str] = []
    if axis.column is None:
        return "anything"
    if taken and taken == axis.everything & ~axis.null_bit:
        return "anything" if null else "not empty"
    if taken and axis.column.values is None:
        parts = [_say_range(low, high) for low, high in ranges(axis, taken)]
    elif taken:
        named, others = named_values(axis, taken)
        values = [_say(value) for value in named]
        if others:
            return f"not {_choice(values if null or not axis.null else [*values, 'empty'])}"
        parts = values
    return _choice([*parts, "empty"] if null else parts)


def _choice(words: list[str]) -> str:
    more = len(words) - FEW
    return join_words([*words[:FEW], f"{more} more"] if more > 0 else words, "or")


def _say_range(low: End, high: End) -> str:
    if low is not None and high is not None:
        if low == high:
            return _say(low[0])
        if low[1] and high[1]:
            return f"from {_say(low[0])} to {_say(high[0])}"
        return f"{_say_low(low)} and {_say_high(high)}"
    return _say_low(low) if low is not None else _say_high(high)


def _say_low(low: End) -> str:
    if low is None:
        return "anything"
    return f"{_say(low[0])} or more" if low[1] else f"more than {_say(low[0])}"


def _say_high(high: End) -> str:
    if high is None:
        return "anything"
    return f"{_say(high[0])} or less" if high[1] else f"less than {_say(high[0])}"


def _say(value: Any) -> str:
    return "empty" if value is None else show(value)


def say_example(space: Space, box: Box) -> str:
    """Say one value of every axis that the box narrows, or of all where it narrows none."""
    found = space.example(box)
    if found is None:
        return ""
    narrow = [
        axis for axis, classes in zip(space.axes, box, strict=True) if classes != axis.everything
    ]
    parts = [f"{label_of(space, axis)} {_say(found[axis.text])}" for axis in narrow or space.axes]
    return f"For example {join_words(parts, 'and')}." if parts else ""


def join_words(words: list[str], last: str) -> str:
    """Join words as a sentence does."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def say_rows(rows: list[int]) -> str:
    """Name rows, counted from 0, as people count them."""
    shown = [str(row + 1) for row in rows[:FEW]]
    if len(rows) > FEW:
        shown.append(f"{len(rows) - FEW} more")
    return f"{'row' if len(rows) == 1 else 'rows'} {join_words(shown, 'and')}"
