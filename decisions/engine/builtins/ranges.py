"""Built-ins that relate points and ranges (DMN 1.5 §10.3.4.9, Allen's interval algebra)."""

from __future__ import annotations

from typing import Any

from decisions.engine.builtins.signatures import builtin
from decisions.engine.operators import includes as range_includes
from decisions.engine.operators import ordering
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.values import Range

_POINT = "number|string|date|time|date and time|days and time duration|years and months duration"


def _before(low: Any, high: Any, touching: bool) -> bool | None:
    """Tell whether `low` lies before `high`; ends that meet count unless both are included."""
    order = ordering(low, high)
    if order is None:
        return None
    return order < 0 or (order == 0 and not touching)


@builtin("before", f"point1: {_POINT}, point2: {_POINT}", "boolean")
def before_points(run: Run, site: Site, left: Any, right: Any) -> bool | None:
    return _before(left, right, True)


@builtin("before", f"point: {_POINT}, range: range", "boolean")
def before_range(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return _before(point, box.low, box.low_closed)


@builtin("before", f"range: range, point: {_POINT}", "boolean")
def range_before(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return _before(box.high, point, box.high_closed)


@builtin("before", "range1: range, range2: range", "boolean")
def ranges_before(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _before(left.high, right.low, left.high_closed and right.low_closed)


@builtin("after", f"point1: {_POINT}, point2: {_POINT}", "boolean")
def after_points(run: Run, site: Site, left: Any, right: Any) -> bool | None:
    return _before(right, left, True)


@builtin("after", f"point: {_POINT}, range: range", "boolean")
def after_range(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return range_before(run, site, box, point)


@builtin("after", f"range: range, point: {_POINT}", "boolean")
def range_after(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return before_range(run, site, point, box)


@builtin("after", "range1: range, range2: range", "boolean")
def ranges_after(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return ranges_before(run, site, right, left)


def _all(*conditions: bool | None) -> bool | None:
    return None if None in conditions else all(conditions)


def _same(left: Any, right: Any) -> bool | None:
    order = ordering(left, right)
    return None if order is None else order == 0


@builtin("meets", "range1: range, range2: range", "boolean")
def meets(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(left.high_closed, right.low_closed, _same(left.high, right.low))


@builtin("met by", "range1: range, range2: range", "boolean")
def met_by(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return meets(run, site, right, left)


def _starts_earlier(left: Range, right: Range) -> bool | None:
    order = ordering(left.low, right.low)
    if order is None:
        return None
    return order < 0 or (order == 0 and left.low_closed and not right.low_closed)


def _ends_later(left: Range, right: Range) -> bool | None:
    order = ordering(left.high, right.high)
    if order is None:
        return None
    return order > 0 or (order == 0 and left.high_closed and not right.high_closed)


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


@builtin("overlaps", "range1: range, range2: range", "boolean")
def overlaps(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        _negated(ranges_before(run, site, left, right)),
        _negated(ranges_before(run, site, right, left)),
    )


@builtin("overlaps before", "range1: range, range2: range", "boolean")
def overlaps_before(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        _starts_earlier(left, right),
        overlaps(run, site, left, right),
        _negated(_ends_later(left, right)),
    )


@builtin("overlaps after", "range1: range, range2: range", "boolean")
def overlaps_after(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        _starts_earlier(right, left),
        overlaps(run, site, left, right),
        _negated(_ends_later(right, left)),
    )


@builtin("finishes", f"point: {_POINT}, range: range", "boolean")
def point_finishes(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return _all(box.high_closed, _same(point, box.high))


@builtin("finishes", "range1: range, range2: range", "boolean")
def finishes(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        left.high_closed == right.high_closed,
        _same(left.high, right.high),
        _negated(_starts_earlier(left, right)),
    )


@builtin("finished by", f"range: range, point: {_POINT}", "boolean")
def finished_by_point(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return point_finishes(run, site, point, box)


@builtin("finished by", "range1: range, range2: range", "boolean")
def finished_by(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return finishes(run, site, right, left)


@builtin("includes", f"range: range, point: {_POINT}", "boolean")
def includes_point(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return range_includes(run, box, point)


@builtin("includes", "range1: range, range2: range", "boolean")
def includes(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(_negated(_starts_earlier(right, left)), _negated(_ends_later(right, left)))


@builtin("during", f"point: {_POINT}, range: range", "boolean")
def point_during(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return range_includes(run, box, point)


@builtin("during", "range1: range, range2: range", "boolean")
def during(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return includes(run, site, right, left)


@builtin("starts", f"point: {_POINT}, range: range", "boolean")
def point_starts(run: Run, site: Site, point: Any, box: Range) -> bool | None:
    return _all(box.low_closed, _same(point, box.low))


@builtin("starts", "range1: range, range2: range", "boolean")
def starts(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        left.low_closed == right.low_closed,
        _same(left.low, right.low),
        _negated(_ends_later(left, right)),
    )


@builtin("started by", f"range: range, point: {_POINT}", "boolean")
def started_by_point(run: Run, site: Site, box: Range, point: Any) -> bool | None:
    return point_starts(run, site, point, box)


@builtin("started by", "range1: range, range2: range", "boolean")
def started_by(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return starts(run, site, right, left)


@builtin("coincides", f"point1: {_POINT}, point2: {_POINT}", "boolean")
def points_coincide(run: Run, site: Site, left: Any, right: Any) -> bool | None:
    return _same(left, right)


@builtin("coincides", "range1: range, range2: range", "boolean")
def coincides(run: Run, site: Site, left: Range, right: Range) -> bool | None:
    return _all(
        left.low_closed == right.low_closed,
        left.high_closed == right.high_closed,
        _same(left.low, right.low),
        _same(left.high, right.high),
    )
