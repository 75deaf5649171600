"""Reads the constant cells of a table: conditions as Python expressions, outputs as values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.engine.coercion import coerce
from decisions.engine.feel import nodes as n
from decisions.engine.problems import NOWHERE
from decisions.engine.run import Run
from decisions.engine.types import BOOLEAN, ORDERED, SCALARS, STRING, Type, base_of
from decisions.engine.values import kind_of

Constant = Callable[[object], str]

_OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def condition(tests: n.Tests, atom: str, kind: Type, constant: Constant) -> str | None:
    """Give an expression that is true exactly when the cell matches, or None.

    `atom` holds the input, known to be of `kind` or null; every test must be a constant of that
    kind, so that Python's own comparison means the same as FEEL's.
    """
    base = base_of(kind)
    if base not in SCALARS:
        return None
    if base == STRING and all(_is_text(test) for test in tests.tests) and len(tests.tests) > 1:
        texts = frozenset(_constant(test.value) for test in tests.tests)
        return f"{atom} {'not in' if tests.negated else 'in'} {constant(texts)}"
    parts: list[str] = []
    null_blind = False
    for test in tests.tests:
        part = _part(test, atom, base, constant)
        if part is None:
            return None
        parts.append(part)
        null_blind |= not _is_equality(test)
    joined = parts[0] if len(parts) == 1 else " or ".join(f"({part})" for part in parts)
    if tests.negated:
        joined = f"not ({joined})"
    if not null_blind:
        return f"({joined})"
    # Null matches no order comparison, negated or not; to be unequal to a constant is enough.
    if not tests.negated and any(test.operator == "!=" for test in tests.tests):
        return f"{atom} is None or {joined}"
    return f"{atom} is not None and ({joined})"


def _constant(node: n.Node) -> object:
    return node.value if isinstance(node, n.Literal) else None


def _is_text(test: n.Test) -> bool:
    return test.operator in ("", "=") and isinstance(_constant(test.value), str)


def _is_equality(test: n.Test) -> bool:
    return test.operator in ("", "=", "!=") and isinstance(test.value, n.Literal)


def _is_of(value: object, base: Type) -> bool:
    return value is not None and kind_of(value) == base.name


def _part(test: n.Test, atom: str, base: Type, constant: Constant) -> str | None:
    if isinstance(test.value, n.RangeOf) and not test.operator:
        return _range(test.value, atom, base, constant)
    value = _constant(test.value)
    if not _is_of(value, base):
        return None
    if base == BOOLEAN:
        if test.operator not in ("", "=", "!="):
            return None
        return f"{atom} is {'not ' if test.operator == '!=' else ''}{constant(value)}"
    if test.operator in ("<", "<=", ">", ">=") and base not in ORDERED:
        return None
    return f"{atom} {_OPERATORS[test.operator or '=']} {constant(value)}"


def _range(box: n.RangeOf, atom: str, base: Type, constant: Constant) -> str | None:
    low, high = _constant(box.low), _constant(box.high)
    if box.operator is not None or base not in ORDERED:
        return None
    if not (_is_of(low, base) and _is_of(high, base)):
        return None
    left, right = ("<=" if box.low_closed else "<"), ("<=" if box.high_closed else "<")
    return f"{constant(low)} {left} {atom} {right} {constant(high)}"


def constant_rows(node: n.Table) -> dict[int, object]:
    """Give the value of every row whose outputs are constants of the types of their columns."""
    columns = [
        _constant_outputs(clause, column)
        for clause, column in zip(node.outputs, node.rules.outputs, strict=True)
    ]
    names = [output.name for output in node.outputs]
    if len(names) == 1:
        return {row: value for row, value in enumerate(columns[0]) if value is not _NO_CONSTANT}
    rows = enumerate(zip(*columns, strict=True))
    return {
        row: dict(zip(names, values, strict=True))
        for row, values in rows
        if _NO_CONSTANT not in values
    }


def constant_default(node: n.Table) -> dict[int, object]:
    """Give the value of the default outputs, at the place after the rows, where it is constant."""
    values = [
        None if clause.default is None else _constant_output(clause, clause.default.body)
        for clause in node.outputs
    ]
    if _NO_CONSTANT in values:
        return {}
    if not node.has_default:
        return {len(node.rules): None}
    names = [clause.name for clause in node.outputs]
    value = values[0] if len(names) == 1 else dict(zip(names, values, strict=True))
    return {len(node.rules): value}


_NO_CONSTANT = object()


def _constant_outputs(clause: n.OutputClause, column: n.EntryColumn) -> list[Any]:
    known = {body: _constant_output(clause, body) for body in dict.fromkeys(column.bodies)}
    return [known[body] for body in column.bodies]


def _constant_output(clause: n.OutputClause, body: n.Node) -> Any:
    if not isinstance(body, n.Literal):
        return _NO_CONSTANT
    value = coerce(Run(), body.value, clause.type, NOWHERE)
    return _NO_CONSTANT if value is None and body.value is not None else value
