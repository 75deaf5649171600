"""Reads a condition out in words: names without underscores, comparisons as people say them."""

from __future__ import annotations

from typing import Any

from decisions.engine.feel import nodes as n
from decisions.engine.values import show

_COMPARED = {
    "=": "is",
    "!=": "is not",
    ">": "is over",
    ">=": "is at least",
    "<": "is under",
    "<=": "is at most",
}


class Unreadable(Exception):
    """Says that a part has no simple words."""


def words_of(node: n.Node, text: str) -> str:
    """Say what a condition asks for; what has no simple words is left as it is written."""
    try:
        return _words(node)
    except Unreadable:
        return text.strip()


def _words(node: n.Node) -> str:
    rule = _RULES.get(type(node))
    if rule is None:
        raise Unreadable
    said: str = rule(node)
    return said


def _name(node: Any) -> str:
    return str(node.name).replace("_", " ")


def _value(node: n.Node) -> str:
    """Say a value or a fact, not a condition."""
    while isinstance(node, n.Placed):
        node = node.body
    if isinstance(node, n.Literal):
        return {"null": "unknown"}.get(show(node.value), show(node.value))
    if isinstance(node, n.Name):
        return _name(node)
    if isinstance(node, n.Member):
        return f"{_value(node.operand)} {_name(node)}"
    if isinstance(node, n.Call) and isinstance(node.function, n.Name) and len(node.arguments) == 1:
        if node.function.name == "count":
            return f"the number of {_value(node.arguments[0])}"
        if node.function.name == "date":
            return _value(node.arguments[0]).strip('"')
    raise Unreadable


def _compare(node: n.Compare) -> str:
    right = node.right
    if isinstance(right, n.Literal) and right.value is None:
        return f"{_value(node.left)} is {'unknown' if node.operator == '=' else 'known'}"
    if isinstance(right, n.Literal) and right.value is True:
        holds = "holds" if node.operator == "=" else "does not hold"
        try:
            return f"{_value(node.left)} {holds}"
        except Unreadable:
            said = _words(node.left)
            return said if node.operator == "=" else f"it is not so that {said}"
    if isinstance(right, n.Literal) and right.value is False and node.operator == "=":
        return f"{_value(node.left)} does not hold"
    return f"{_value(node.left)} {_COMPARED[node.operator]} {_value(right)}"


def _logic(node: n.Logic) -> str:
    parts = []
    for part in node.operands:
        said = _words(part)
        mixed = isinstance(part, n.Logic) and part.operator != node.operator
        parts.append(f"({said})" if mixed else said)
    return f" {node.operator} ".join(parts)


def _call(node: n.Call) -> str:
    name = node.function.name if isinstance(node.function, n.Name) else ""
    if name == "not" and len(node.arguments) == 1:
        inner = node.arguments[0]
        if isinstance(inner, n.Name | n.Member):
            return f"{_value(inner)} does not hold"
        return f"it is not so that {_words(inner)}"
    if name in ("list contains", "contains") and len(node.arguments) == 2:
        owner, wanted = node.arguments
        return f"{_value(owner)} include {_value(wanted)}"
    raise Unreadable


def _between(node: n.Between) -> str:
    return f"{_value(node.operand)} is from {_value(node.low)} to {_value(node.high)}"


def _literal(node: n.Literal) -> str:
    if node.value is True:
        return "anything"
    raise Unreadable


_RULES: dict[type, Any] = {
    n.Placed: lambda node: _words(node.body),
    n.Literal: _literal,
    n.Name: lambda node: f"{_name(node)} holds",
    n.Member: lambda node: f"{_value(node)} holds",
    n.Compare: _compare,
    n.Logic: _logic,
    n.Call: _call,
    n.Between: _between,
}
