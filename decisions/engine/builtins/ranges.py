"""Built-ins that relate points and ranges (DMN 1.5 §10.3.4.9, Allen's interval algebra)."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from decisions.engine.builtins.signatures import builtin
from decisions.engine.operators import both, either, ordering, report_unordered
from decisions.engine.operators import includes as range_includes
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.values import Range

_Relation = Callable[[Run, Site, Any, Any], bool | None]
_POINT = "number|string|date|time|date and time|days and time duration|years and months duration"


def _relation(name: str, signature: str) -> Callable[[_Relation], _Relation]:
    """Declare a built-in that says so when its two arguments cannot be compared."""

    def declare(function: _Relation) -> _Relation:
        @builtin(name, signature, "boolean")
        def related(run: Run, site: Site, left: Any, right: Any) -> bool | None:
            found = function(run, site, left, right)
            if found is None:
                report_unordered(run, left, right, site)
            return found

        vars(function).setdefault("forms", []).extend(vars(related)["forms"])
        return function

    return declare


def _less(left: Any, right: Any) -> bool | None:
    order = ordering(left, right)
    return None if order is None else order < 0


def _same(left: Any, right: Any) -> bool | None:
    """Compare two ends for equality; open ends equal each other only."""
    if left is None or right is None:
        return left is right
    order = ordering(left, right)
    return None if order is None else order == 0


def _before(low: Any, high: Any, touching: bool) -> bool | None:
    """Tell whether `low` lies before `high`; ends that meet count unless both are included."""
    return either(_less(low, high), both(not touching, _same(low, high)))


@_relation("before", f"point1: {_POINT}, point2: {_POINT}")
def before_points(run: Run, site: Site, left: Any, right: Any) -> bool | None:
    return _before(left, right, True)


@_relation("before", f"point: {_POINT}, range: range")
def before_range(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return _before(point, box.low, box.low_closed)


@_relation("before", f"range: range, point: {_POINT}")
def range_before(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return _before(box.high, point, box.high_closed)


@_relation("before", "range1: range, range2: range")
def ranges_before(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _before(left.high, right.low, left.high_closed and right.low_closed)


@_relation("after", f"point1: {_POINT}, point2: {_POINT}")
def after_points(run: Run, site: Site, left: Any, right: Any) -> bool | None:
    return _before(right, left, True)


@_relation("after", f"point: {_POINT}, range: range")
def after_range(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return range_before(run, site, box, point)


@_relation("after", f"range: range, point: {_POINT}")
def range_after(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return before_range(run, site, point, box)


@_relation("after", "range1: range, range2: range")
def ranges_after(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return ranges_before(run, site, right, left)


def _all(*conditions: bool | None) -> bool | None:
    return reduce(both, conditions)


@_relation("meets", "range1: range, range2: range")
def meets(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(left.high_closed, right.low_closed, _same(left.high, right.low))


@_relation("met by", "range1: range, range2: range")
def met_by(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return meets(run, site, right, left)


def _starts_earlier(left: Range, right: Range) -> bool | None:
    wider = left.low_closed and not right.low_closed
    return either(_less(left.low, right.low), both(wider, _same(left.low, right.low)))


def _starts_no_later(left: Range, right: Range) -> bool | None:
    wider = left.low_closed or not right.low_closed
    return either(_less(left.low, right.low), both(wider, _same(left.low, right.low)))


def _ends_no_later(left: Range, right: Range) -> bool | None:
    narrower = right.high_closed or not left.high_closed
    return either(_less(left.high, right.high), both(narrower, _same(left.high, right.high)))


def _reaches(left: Range, right: Range) -> bool | None:
    """Tell whether `left` ends where `right` begins, or later."""
    touching = left.high_closed and right.low_closed
    return either(_less(right.low, left.high), both(touching, _same(left.high, right.low)))


@_relation("overlaps", "range1: range, range2: range")
def overlaps(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(_reaches(left, right), _reaches(right, left))


@_relation("overlaps before", "range1: range, range2: range")
def overlaps_before(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(_starts_earlier(left, right), _reaches(left, right), _ends_no_later(left, right))


@_relation("overlaps after", "range1: range, range2: range")
def overlaps_after(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return overlaps_before(run, site, right, left)


@_relation("finishes", f"point: {_POINT}, range: range")
def point_finishes(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return _all(box.high_closed, _same(point, box.high))


@_relation("finishes", "range1: range, range2: range")
def finishes(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        left.high_closed == right.high_closed,
        _same(left.high, right.high),
        _starts_no_later(right, left),
    )


@_relation("finished by", f"range: range, point: {_POINT}")
def finished_by_point(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return point_finishes(run, site, point, box)


@_relation("finished by", "range1: range, range2: range")
def finished_by(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return finishes(run, site, right, left)


@_relation("includes", f"range: range, point: {_POINT}")
def includes_point(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return range_includes(run, box, point)


@_relation("includes", "range1: range, range2: range")
def includes(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(_starts_no_later(left, right), _ends_no_later(right, left))


@_relation("during", f"point: {_POINT}, range: range")
def point_during(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return range_includes(run, box, point)


@_relation("during", "range1: range, range2: range")
def during(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return includes(run, site, right, left)


@_relation("starts", f"point: {_POINT}, range: range")
def point_starts(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return _all(box.low_closed, _same(point, box.low))


@_relation("starts", "range1: range, range2: range")
def starts(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        left.low_closed == right.low_closed,
        _same(left.low, right.low),
        _ends_no_later(left, right),
    )


@_relation("started by", f"range: range, point: {_POINT}")
def started_by_point(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return point_starts(run, site, point, box)


@_relation("started by", "range1: range, range2: range")
def started_by(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return starts(run, site, right, left)


@_relation("coincides", f"point1: {_POINT}, point2: {_POINT}")
def points_coincide(run: Run, site: Site, left: Any, right: Any) -> bool | None:
    return _same(left, right)


@_relation("coincides", "range1: range, range2: range")
def coincides(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        left.low_closed == right.low_closed,
        left.high_closed == right.high_closed,
        _same(left.low, right.low),
        _same(left.high, right.high),
    )
