"""Works out constants that FEEL writes as calls, such as date("2026-01-31")."""

from __future__ import annotations

from decisions.engine.builtins import BUILTINS
from decisions.engine.feel import nodes as n
from decisions.engine.problems import NOWHERE
from decisions.engine.run import Run

_WRITTEN = frozenset({"date", "time", "date and time", "duration", "number"})


def constant_of(node: n.Node) -> n.Literal | None:
    """Give the constant that a node stands for, or None."""
    if isinstance(node, n.Literal):
        return node
    if not isinstance(node, n.Call) or not isinstance(node.function, n.Name) or node.names:
        return None
    arguments = [constant_of(argument) for argument in node.arguments]
    if node.function.name not in _WRITTEN or None in arguments:
        return None
    run = Run()
    values = [argument.value for argument in arguments if argument is not None]
    value = BUILTINS[node.function.name].call(run, NOWHERE, *values)
    return None if run.problems else n.Literal(node.at, value)


def priorities_of(tests: n.Tests | None) -> tuple[n.Literal, ...]:
    """Give listed values in their order; none unless all are constants (DMN 1.5 §8.2.11)."""
    if tests is None or tests.negated:
        return ()
    found = [constant_of(test.value) for test in tests.tests if test.operator in ("", "=")]
    values = tuple(value for value in found if value is not None)
    return values if len(values) == len(tests.tests) else ()
