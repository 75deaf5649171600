"""What allowed values ask for, in words for people and in JSON Schema for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from decisions.engine.feel import nodes as n
from decisions.engine.numbers import as_integer
from decisions.engine.values import plain, show

Allows = Callable[[Any, Any], bool | None]
_Bound = tuple[Any, bool]


FEW = 30  # Allowed values that a hint lists.


@dataclass(frozen=True, slots=True)
class Constraint:
    """Allowed values: a list of values, bounds, a pattern or a length where they say so.

    With `inherits`, the type beneath has allowed values of its own, which only `allows` knows.
    """

    text: str
    allows: Allows | None
    values: tuple[Any, ...] | None = None
    low: _Bound | None = None
    high: _Bound | None = None
    pattern: str | None = None
    longest: int | None = None
    inherits: bool = False

    @property
    def texts(self) -> frozenset[str] | None:
        """The texts allowed, where a list of texts is all there is to it."""
        values = None if self.inherits else self.values
        if not values or not all(type(value) is str for value in values):
            return None
        return frozenset(values)

    @classmethod
    def of(cls, tests: n.Tests, text: str, allows: Allows | None) -> Constraint:
        """Read what unary tests ask for; forms that have no simpler words keep their text."""
        values = _values(tests)
        if values is not None:
            return cls(text, allows, values=values)
        if len(tests.tests) != 1 or tests.negated:
            return cls(text, allows)
        test = tests.tests[0]
        low, high = _bounds(test)
        if low is not None or high is not None:
            return cls(text, allows, low=low, high=high)
        return cls(text, allows, pattern=_pattern(test.value), longest=_longest(test.value))

    def complaint(self, value: Any) -> tuple[str, str]:
        """Give the code and the message for a value that is not allowed."""
        if self._outside(value):
            return "input.range", f"{show(value)} is out of range."
        return "input.allowed", f"{show(value)} is not an allowed value."

    def _outside(self, value: Any) -> bool:
        """Tell whether the bounds refuse a value, and not another test of the same type."""
        below = self.low is not None and (
            value < self.low[0] or (value == self.low[0] and not self.low[1])
        )
        return below or (
            self.high is not None
            and (value > self.high[0] or (value == self.high[0] and not self.high[1]))
        )

    def wanted(self, description: str = "") -> str:
        """Say what is allowed; what has no short words is left to the description."""
        if description and self.values is not None and len(self.values) > FEW:
            return description
        if self.values is not None:
            shown = [show(value) for value in self.values[:FEW]]
            more = len(self.values) - len(shown)
            return f"Use one of: {', '.join(shown)}{f' and {more} more' if more else ''}."
        bounds = []
        if self.low is not None:
            bounds.append(f"{'at least' if self.low[1] else 'more than'} {show(self.low[0])}")
        if self.high is not None:
            bounds.append(f"{'at most' if self.high[1] else 'less than'} {show(self.high[0])}")
        if bounds:
            return f"Use a value of {' and '.join(bounds)}."
        return description or f"Allowed: {self.text}."

    def schema(self) -> dict[str, Any]:
        """Give the keywords of JSON Schema that say the same."""
        if self.values is not None:
            return {"enum": [_json(value) for value in self.values]}
        found: dict[str, Any] = {}
        if self.low is not None and _is_number(self.low[0]):
            found["minimum" if self.low[1] else "exclusiveMinimum"] = _json(self.low[0])
        if self.high is not None and _is_number(self.high[0]):
            found["maximum" if self.high[1] else "exclusiveMaximum"] = _json(self.high[0])
        if self.pattern is not None:
            found["pattern"] = self.pattern
        if self.longest is not None:
            found["maxLength"] = self.longest
        return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _json(value: Any) -> Any:
    """Give a number as JSON's own number; a schema has no exact decimals."""
    if isinstance(value, Decimal):
        whole = as_integer(value)
        return whole if whole is not None else float(value)
    return plain(value)


def _values(tests: n.Tests) -> tuple[Any, ...] | None:
    if tests.negated or not tests.tests:
        return None
    found = []
    for test in tests.tests:
        if test.operator not in ("", "=") or not isinstance(test.value, n.Literal):
            return None
        found.append(test.value.value)
    return tuple(found)


def _bounds(test: n.Test) -> tuple[_Bound | None, _Bound | None]:
    value = test.value
    if test.operator in (">", ">=") and isinstance(value, n.Literal):
        return (value.value, test.operator == ">="), None
    if test.operator in ("<", "<=") and isinstance(value, n.Literal):
        return None, (value.value, test.operator == "<=")
    if test.operator or not isinstance(value, n.RangeOf) or value.operator in ("=", "!="):
        return None, None
    low, high = value.low, value.high
    if not isinstance(low, n.Literal) or not isinstance(high, n.Literal):
        return None, None
    return (
        None if low.value is None else (low.value, value.low_closed),
        None if high.value is None else (high.value, value.high_closed),
    )


def _is_input(node: n.Node) -> bool:
    return isinstance(node, n.Name) and node.name == "?"


def _call_of(node: n.Node, name: str) -> n.Call | None:
    """Give a call of a built-in whose first argument is the input."""
    if not isinstance(node, n.Call) or node.names or not node.arguments:
        return None
    called = isinstance(node.function, n.Name) and node.function.name == name
    return node if called and _is_input(node.arguments[0]) else None


def _pattern(node: n.Node) -> str | None:
    """Read matches(?, "pattern")."""
    call = _call_of(node, "matches")
    pattern = call.arguments[1] if call is not None and len(call.arguments) == 2 else None
    value = pattern.value if isinstance(pattern, n.Literal) else None
    return value if isinstance(value, str) else None


def _longest(node: n.Node) -> int | None:
    """Read string length(?) <= limit."""
    if not isinstance(node, n.Compare) or node.operator not in ("<", "<="):
        return None
    if _call_of(node.left, "string length") is None or not isinstance(node.right, n.Literal):
        return None
    longest = as_integer(node.right.value)
    return None if longest is None else longest - (node.operator == "<")
