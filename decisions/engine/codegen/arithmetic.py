"""Writes arithmetic; in lean programs as Python's own where numbers are int or scaled integers."""

from __future__ import annotations

from decisions.engine import numbers
from decisions.engine.codegen.expressions import Env, Writer, register
from decisions.engine.codegen.scaled import MOST_BITS, Scaled, align, exact, scaled
from decisions.engine.codegen.unit import Body, NotLean
from decisions.engine.feel import nodes as n
from decisions.engine.types import NUMBER

_EXACT = {
    "+": "exact_add",
    "-": "exact_subtract",
    "*": "exact_multiply",
    "/": "exact_divide",
}
_CALLS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power"}
_UNBOUNDED = 1000


def write_name(writer: Writer, node: n.Name, env: Env, body: Body) -> str:
    found = _scaled(writer, node, env, body)
    return writer.name(node, env, body) if found is None else _number(writer, found, body)


def write_negate(writer: Writer, node: n.Negate, env: Env, body: Body) -> str:
    found = _scaled(writer, node, env, body)
    if found is not None:
        return _number(writer, found, body)
    operand = writer.write(node.operand, env, body)
    if not writer.unit.lean or writer.type_of(node.operand) != NUMBER:
        return body.keep(f"negate(run, {operand}, {writer.site(node)})")
    result = body.keep(f"exact_negate({operand})")
    writer.sure.add(result)
    writer.bits[result] = _bits(writer, operand)
    return result


def write_arithmetic(writer: Writer, node: n.Arithmetic, env: Env, body: Body) -> str:
    found = _scaled(writer, node, env, body)
    if found is not None:
        return _number(writer, found, body)
    left, right = writer.write(node.left, env, body), writer.write(node.right, env, body)
    if writer.unit.lean and writer.type_of(node.left) == writer.type_of(node.right) == NUMBER:
        return _numbers(writer, node.operator, left, right, body)
    return body.keep(f"{_CALLS[node.operator]}(run, {left}, {right}, {writer.site(node)})")


def write_compare(writer: Writer, node: n.Compare, env: Env, body: Body) -> str:
    left, right = (_scaled(writer, side, env, body) for side in (node.left, node.right))
    if left is None or right is None:
        return writer.compare(node, env, body)
    left, right = align(left, right)
    operator = "==" if node.operator == "=" else node.operator
    return body.keep(f"{left.text} {operator} {right.text}")


def _scaled(writer: Writer, node: n.Node, env: Env, body: Body) -> Scaled | None:
    """Give a number as a scaled integer, where its facts were taken in so."""
    if not writer.scaled:
        return None

    def fact(name: str) -> Scaled | None:
        around: Env | None = env
        while around is not None and name not in around.variables:
            around = around.parent
        found = None if around is None else writer.scaled.get(around.variables[name])
        if found is not None and not writer.scaled.keys() <= body.own:
            raise NotLean(name)
        return found

    return scaled(node, fact)


def _number(writer: Writer, found: Scaled, body: Body) -> str:
    """Write the number of a scaled integer."""
    atom = exact(found, body)
    writer.sure.add(atom)
    writer.bits[atom] = found.bits
    if found.scale:
        writer.decimals.add(atom)
    return atom


def _numbers(writer: Writer, operator: str, left: str, right: str, body: Body) -> str:
    """Write arithmetic of numbers in a lean program; null raises, and so ends it."""
    if operator not in _EXACT:
        raise NotLean(operator)
    call = f"{_EXACT[operator]}({left}, {right})"
    if operator == "/" or not writer.decimals.isdisjoint((left, right)):
        result = body.keep(call)
        writer.sure.add(result)
        writer.decimals.add(result)
        return result
    ints = f"{left}.__class__ is int and {right}.__class__ is int"
    result = body.keep(f"{left} {operator} {right} if {ints} else {call}")
    writer.sure.add(result)
    bits = [_bits(writer, atom) for atom in (left, right)]
    writer.bits[result] = sum(bits) if operator == "*" else max(bits) + 1
    if writer.bits[result] > MOST_BITS:
        limit = writer.unit.constant(10**numbers.DIGITS)
        body.line(f"if {ints} and not -{limit} < {result} < {limit}: raise Deopt")
    return result


def _bits(writer: Writer, atom: str) -> int:
    """Tell how long a number may be, if it is int; one whose guard still waits has any length."""
    return _UNBOUNDED if atom in writer.pending else writer.bits.get(atom, _UNBOUNDED)


register(n.Name, write_name)
register(n.Negate, write_negate)
register(n.Arithmetic, write_arithmetic)
register(n.Compare, write_compare)
