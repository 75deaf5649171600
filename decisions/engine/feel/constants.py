"""Works out constants that FEEL writes as calls, such as date("2026-01-31")."""

from __future__ import annotations

from decisions.engine.builtins import BUILTINS
from decisions.engine.feel import nodes as n
from decisions.engine.feel.names import Names
from decisions.engine.problems import NOWHERE
from decisions.engine.run import Run

_WRITTEN = frozenset({"date", "time", "date and time", "duration", "number"})


def constant_of(node: n.Node, names: Names) -> n.Literal | None:
    """Give the constant that a node stands for among some names, or None."""
    if isinstance(node, n.Literal):
        return node
    if not isinstance(node, n.Call) or not isinstance(node.function, n.Name) or node.names:
        return None
    arguments = [constant_of(argument, names) for argument in node.arguments]
    called = node.function.name
    if called not in _WRITTEN or None in arguments or names.hides(called):
        return None
    run = Run()
    values = [argument.value for argument in arguments if argument is not None]
    value = BUILTINS[node.function.name].call(run, NOWHERE, *values)
    return None if run.problems else n.Literal(node.at, value)


def fold(tests: n.Tests, names: Names) -> n.Tests:
    """Write constants in the place of calls that stand for them, so that masks can hold them."""
    if all(isinstance(test.value, n.Literal) for test in tests.tests):
        return tests
    folded = (
        n.Test(test.at, test.operator, _folded(test.value, names), test.uses_input)
        for test in tests.tests
    )
    return n.Tests(tests.at, tuple(folded), tests.negated)


def _folded(node: n.Node, names: Names) -> n.Node:
    if isinstance(node, n.RangeOf):
        low, high = _folded(node.low, names), _folded(node.high, names)
        return n.RangeOf(node.at, low, high, node.low_closed, node.high_closed, node.operator)
    return constant_of(node, names) or node


def priorities_of(tests: n.Tests | None, names: Names) -> tuple[n.Literal, ...]:
    """Give listed values in their order; none unless all are constants (DMN 1.5 §8.2.11)."""
    if tests is None or tests.negated:
        return ()
    found = [constant_of(test.value, names) for test in tests.tests if test.operator in ("", "=")]
    values = tuple(value for value in found if value is not None)
    return values if len(values) == len(tests.tests) else ()
