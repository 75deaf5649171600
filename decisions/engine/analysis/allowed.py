"""What limits the values of an expression: allowed values of its type, of its column, and null."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from decisions.engine.back_ends import tests_code
from decisions.engine.builtins import BUILTIN_NAMES, BUILTINS
from decisions.engine.feel import nodes as n
from decisions.engine.feel.parser import parse_unary_tests
from decisions.engine.feel.tokens import Surroundings
from decisions.engine.problems import Refused
from decisions.engine.tables.sets import CellSet, cell_set
from decisions.engine.types import ItemType, Type, base_of

Condition = Callable[[Any, Any], bool | None]

_WHOLE = frozenset({"floor", "ceiling", "round up", "round down", "round half up"})


@dataclass(frozen=True)
class Limits:
    """All `sets` hold at once, and the `conditions`, which are known only by trying a value."""

    null: bool = True
    sets: tuple[CellSet, ...] = ()
    conditions: tuple[Condition, ...] = ()
    whole: bool = False

    def __and__(self, other: Limits) -> Limits:
        return Limits(
            self.null and other.null,
            (*self.sets, *other.sets),
            (*self.conditions, *other.conditions),
            self.whole or other.whole,
        )


def type_limits(kind: Type) -> Limits:
    """Read the allowed values of a type and of those it is built on."""
    found = Limits()
    base = base_of(kind)
    while isinstance(kind, ItemType):
        if kind.allows is not None:
            found = found & text_limits(kind.allowed_text, base, kind.allows)
        kind = kind.base
    return found


def text_limits(text: str, base: Type, allows: Condition | None) -> Limits:
    """Read unary tests; what is no constant is a condition, left out where it cannot be tried."""
    try:
        tests = parse_unary_tests(text, Surroundings(BUILTIN_NAMES))
    except Refused:
        return Limits()
    return limits_of_tests(tests, base, allows)


def limits_of_tests(tests: n.Tests, base: Type, allows: Condition | None = None) -> Limits:
    """Read unary tests that limit the values of a kind."""
    found = cell_set(tests, base)
    if found is not None:
        return Limits(sets=(found,))
    if _asks_whole(tests):
        return Limits(whole=True)
    if allows is None:
        names = {part.name for part in n.walk(tests) if isinstance(part, n.Name)}
        if not names <= {"?", *BUILTINS}:
            return Limits()
        allows = tests_code(tests, "allowed values")
    return Limits(conditions=(allows,))


def _asks_whole(tests: n.Tests) -> bool:
    """Recognise floor(?) = ? and its like."""
    if tests.negated or len(tests.tests) != 1:
        return False
    test = tests.tests[0].value
    if not isinstance(test, n.Compare) or test.operator != "=":
        return False
    left, right = test.left, test.right
    if isinstance(left, n.Name):
        left, right = right, left
    return _is_input(right) and isinstance(left, n.Call) and _rounds(left)


def _rounds(call: n.Call) -> bool:
    name = call.function.name if isinstance(call.function, n.Name) else ""
    if name not in _WHOLE and name != "decimal":
        return False
    rest = call.arguments[1:]
    to_whole = all(isinstance(part, n.Literal) and part.value == 0 for part in rest)
    return bool(call.arguments) and _is_input(call.arguments[0]) and to_whole and not call.names


def _is_input(node: n.Node) -> bool:
    return isinstance(node, n.Name) and node.name == "?"
