"""Equality, order, truth and membership of FEEL for any two values (DMN 1.5 §10.3.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from decisions.engine import temporal
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import NANOS, DateTime, Time
from decisions.engine.values import KINDS, Range, show

NUMERIC = frozenset({int, Decimal})


def equal(run: Run, left: Any, right: Any) -> bool | None:
    """Compare for equality; null equals null only, values of unlike kinds compare to null."""
    if left is None or right is None:
        return left is right
    kind = KINDS[type(left)]
    if kind != KINDS[type(right)]:
        return None
    if kind == "time":
        (zoned, at), (other_zoned, other) = (
            temporal.time_instant(left),
            temporal.time_instant(right),
        )
        return zoned == other_zoned and at // NANOS == other // NANOS
    if kind == "date and time":
        (zoned, at), (other_zoned, other) = temporal.instant(left), temporal.instant(right)
        return zoned == other_zoned and at // NANOS == other // NANOS
    if kind == "list":
        if len(left) != len(right):
            return False
        return _all_equal(run, zip(left, right, strict=True), len(left))
    if kind == "context":
        if left.keys() != right.keys():
            return False
        return _all_equal(run, ((left[name], right[name]) for name in left), len(left))
    if kind == "range":
        return _equal_ranges(run, left, right)
    return bool(left == right)


def _all_equal(run: Run, pairs: Any, count: int) -> bool | None:
    run.spend(2 * count + 2)
    result: bool | None = True
    for left, right in pairs:
        same = equal(run, left, right)
        if same is False:
            return False
        if same is None:
            result = None
    return result


def _equal_ranges(run: Run, left: Range, right: Range) -> bool | None:
    shape = (left.low_closed, left.high_closed, left.operator)
    if shape != (right.low_closed, right.high_closed, right.operator):
        return False
    return _all_equal(run, ((left.low, right.low), (left.high, right.high)), 2)


def order_key(value: Any) -> Any:
    """Give what two values of one ordered kind are ordered by."""
    if type(value) is Time:
        return temporal.time_instant(value)
    if type(value) is DateTime:
        return temporal.instant(value)
    return value


_ORDERED = frozenset(
    {
        "number",
        "string",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    }
)


def ordering(left: Any, right: Any) -> int | None:
    """Give -1, 0 or 1, or None when the two have no order."""
    kind = KINDS[type(left)]
    if kind not in _ORDERED or kind != KINDS[type(right)]:
        return None
    left, right = order_key(left), order_key(right)
    if kind in ("time", "date and time") and left[0] != right[0]:
        return None
    return int(left > right) - int(left < right)


def _compare(run: Run, left: Any, right: Any, site: Site) -> int | None:
    result = ordering(left, right)
    if result is None and left is not None and right is not None:
        report_unordered(run, left, right, site)
    return result


def report_unordered(run: Run, left: Any, right: Any, site: Site) -> None:
    """Report two values that have no order between them."""
    run.report(
        site,
        "type.comparison",
        f"{show(left)} and {show(right)} cannot be compared by order.",
        "Compare two numbers, two texts, two dates or two durations.",
    )


def less(run: Run, left: Any, right: Any, site: Site) -> bool | None:
    """Return left < right."""
    result = _compare(run, left, right, site)
    return None if result is None else result < 0


def less_equal(run: Run, left: Any, right: Any, site: Site) -> bool | None:
    """Return left <= right."""
    result = _compare(run, left, right, site)
    return None if result is None else result <= 0


def greater(run: Run, left: Any, right: Any, site: Site) -> bool | None:
    """Return left > right."""
    result = _compare(run, left, right, site)
    return None if result is None else result > 0


def greater_equal(run: Run, left: Any, right: Any, site: Site) -> bool | None:
    """Return left >= right."""
    result = _compare(run, left, right, site)
    return None if result is None else result >= 0


def unequal(run: Run, left: Any, right: Any) -> bool | None:
    """Return left != right."""
    result = equal(run, left, right)
    return None if result is None else not result


def between(run: Run, value: Any, low: Any, high: Any, site: Site) -> bool | None:
    """Return low <= value <= high."""
    return both(less_equal(run, low, value, site), less_equal(run, value, high, site))


def both(left: Any, right: Any) -> bool | None:
    """Combine two truth values by three-valued and."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Any, right: Any) -> bool | None:
    """Combine two truth values by three-valued or."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def truth(run: Run, value: Any, site: Site) -> bool | None:
    """Take an operand of and/or: anything that is not a boolean counts as null."""
    if value is None or type(value) is bool:
        return value
    run.report(
        site,
        "type.boolean",
        f"{show(value)} stands where true or false is needed.",
        "Compare it with something, for example by = or >.",
    )
    return None


def includes(run: Run, box: Range, value: Any) -> bool | None:
    """Tell whether a range includes a value or is it; null when an end or the value is unfit."""
    if value is None:
        return None
    if type(value) is Range:
        return equal(run, value, box)
    if box.operator == "=":
        return equal(run, value, box.low)
    if box.operator == "!=":
        return unequal(run, value, box.low)
    low_end, high_end = box.low is not None, box.high is not None
    if box.operator is None and not (low_end and high_end):
        return None
    result = True
    if low_end:
        order = ordering(value, box.low)
        if order is None:
            return None
        result = order > 0 or (order == 0 and box.low_closed)
    if high_end:
        order = ordering(value, box.high)
        if order is None:
            return None
        result = result and (order < 0 or (order == 0 and box.high_closed))
    return result


def meets(run: Run, value: Any, test: Any) -> bool | None:
    """Tell whether `value in test` holds for one evaluated test (§10.3.2.13, grammar rule 49c)."""
    if type(test) is Range:
        return includes(run, test, value)
    if type(test) is list and (type(value) is not list or equal(run, value, test) is not True):
        run.spend(len(test))
        result: bool | None = False
        for item in test:
            found = includes(run, item, value) if type(item) is Range else equal(run, value, item)
            if found is True:
                return True
            if found is None and type(item) is Range:
                result = None
        return result
    return equal(run, value, test)


def not_(value: Any) -> bool | None:
    """Negate a truth value; anything else gives null."""
    return (not value) if type(value) is bool else None
