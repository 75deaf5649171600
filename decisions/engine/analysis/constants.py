"""Reads date("2026-01-31") and duration("P1D") in cells as the constants they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from decisions.engine.feel import nodes as n
from decisions.engine.temporal import parse_date, parse_duration

_PARSERS = {"date": parse_date, "duration": parse_duration}


def folded(tests: n.Tests) -> n.Tests:
    """Give the same tests with such calls as constants; what cannot be read is left as it is."""
    parts = tuple(_test(test) for test in tests.tests)
    changed = any(new is not old for new, old in zip(parts, tests.tests, strict=True))
    return replace(tests, tests=parts) if changed else tests


def _test(test: n.Test) -> n.Test:
    value = test.value
    new: n.Node = _constant(value)
    if isinstance(value, n.RangeOf):
        low, high = _constant(value.low), _constant(value.high)
        if low is not value.low or high is not value.high:
            new = replace(value, low=low, high=high)
    return test if new is value else replace(test, value=new)


def _constant(node: n.Node) -> n.Node:
    if not isinstance(node, n.Call) or not isinstance(node.function, n.Name) or node.names:
        return node
    parse: Any = _PARSERS.get(node.function.name)
    texts = [part.value for part in node.arguments if isinstance(part, n.Literal)]
    if parse is None or len(node.arguments) != 1 or not texts or not isinstance(texts[0], str):
        return node
    value = parse(texts[0])
    return node if value is None else n.Literal(node.at, value)
