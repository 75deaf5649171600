"""Writes arithmetic of decimals as that of integers: a number is an integer and a known scale.

A float of two places is n / 100, and `a * 1.2 + b > 20` of ints becomes `a * 12 + b * 10 > 200`.
Sums, differences and products stay exact, because the guards of the facts bound how many digits
they can have; what may be longer than 34 digits is not written so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from decisions.engine import numbers
from decisions.engine.codegen.unit import Body
from decisions.engine.feel import nodes as n

MOST_BITS = 112
"""Integers of so many bits have 34 digits at most."""

_LONGEST = 10**15
_LONGEST_BITS = 50
_LEAST_PLACES, _MOST_PLACES = 2, 9
_ROUNDER = 1.5 * 2.0**52
"""Added to a float and taken away, it leaves the nearest integer of one below 2**51."""

_LEAVE = "return other(names)"

Places = Mapping[str, int | None]
"""How many places after the point facts are to have, by name; None for an int."""


class Scaled(NamedTuple):
    """Python text of an integer that is a number times ten to its scale.

    `tight` names the integers that must not end in 0, for the scale to be that of the number: the
    exact decimal of 1.5 has one place and not two.
    """

    text: str
    scale: int
    bits: int
    tight: frozenset[str] = frozenset()

    def at(self, scale: int) -> Scaled:
        """Give the same number at a larger scale."""
        if scale == self.scale:
            return self
        factor = 10 ** (scale - self.scale)
        bits = self.bits + factor.bit_length()
        return Scaled(f"{self.text} * {factor}", scale, bits)


def scaled(node: n.Node, fact: Callable[[str], Scaled | None]) -> Scaled | None:
    """Write a number of literals and facts as an integer; None where it cannot be one."""
    if isinstance(node, n.Literal):
        return _literal(node.value)
    if isinstance(node, n.Name):
        return fact(node.name)
    if isinstance(node, n.Negate):
        found = scaled(node.operand, fact)
        return found and found._replace(text=f"(-{found.text})")
    if not isinstance(node, n.Arithmetic) or node.operator not in ("+", "-", "*"):
        return None
    left, right = scaled(node.left, fact), scaled(node.right, fact)
    if left is None or right is None:
        return None
    scale = max(left.scale, right.scale)
    if node.operator == "*":
        scale, bits = left.scale + right.scale, left.bits + right.bits
        tight = left.tight | right.tight
    else:
        # A sum has the places of the side with more of them: one that is sure of its own is enough.
        tight = min((side.tight for side in (left, right) if side.scale == scale), key=len)
        left, right = align(left, right)
        bits = max(left.bits, right.bits) + 1
    text = f"({left.text} {node.operator} {right.text})"
    return Scaled(text, scale, bits, tight) if bits <= MOST_BITS else None


def align(left: Scaled, right: Scaled) -> tuple[Scaled, Scaled]:
    """Give two numbers at one scale."""
    scale = max(left.scale, right.scale)
    return left.at(scale), right.at(scale)


def _literal(value: Any) -> Scaled | None:
    if type(value) is int:
        return Scaled(str(value), 0, value.bit_length())
    if type(value) is not Decimal:
        return None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not -MOST_BITS < exponent < 0:
        return None
    whole = int(numbers.CONTEXT.scaleb(value, -exponent))
    return Scaled(str(whole), -exponent, whole.bit_length())


def exact(whole: Scaled, body: Body) -> str:
    """Write the number that a scaled integer stands for; gives its atom.

    Zero is left to others, for it may have a sign.
    """
    if whole.scale == 0:
        return whole.text if whole.text.isidentifier() else body.keep(whole.text)
    atom = body.keep(whole.text)
    digits = "".join(f" and {name} % 10" for name in sorted(whole.tight))
    body.line(f"if not ({atom}{digits}): {_LEAVE}")
    unit = body.unit.constant(Decimal((0, (1,), -whole.scale)))
    return body.keep(f"exact_multiply({atom}, {unit})")


def places_of(value: float) -> int:
    """Give the places to expect of floats like this one: those it has, and two at least."""
    exponent = Decimal(repr(value)).as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return min(max(_LEAST_PLACES, places), _MOST_PLACES)


def whole_of_int(body: Body, atom: str) -> Scaled:
    """Write what takes in an int."""
    body.line(f"if {atom}.__class__ is not int: {_LEAVE}")
    body.line(f"if not -{_LONGEST} < {atom} < {_LONGEST}: {_LEAVE}")
    return Scaled(atom, 0, _LONGEST_BITS)


def whole_of_float(body: Body, atom: str, places: int) -> Scaled:
    """Write what finds the integer of a float, or of an int among floats.

    Of the decimals of 15 digits at most a float is nearest to one alone, which so is its shortest
    text. A float that is that of n / 10**places, n of 15 digits, therefore has that value.
    """
    near, whole, factor = body.variable(), body.variable(), 10**places
    for line in (
        f"if {atom}.__class__ is float:",
        f"    {near} = {atom} * {float(factor)} + {_ROUNDER} - {_ROUNDER}",
        f"    if {near} / {float(factor)} != {atom}: {_LEAVE}",
        f"    if not -{float(_LONGEST)} < {near} < {float(_LONGEST)}: {_LEAVE}",
        f"    {whole} = int({near})",
        f"elif {atom}.__class__ is int and -{_LONGEST // factor} < {atom} < {_LONGEST // factor}:",
        f"    {whole} = {atom} * {factor}",
        f"else: {_LEAVE}",
    ):
        body.line(line)
    return Scaled(whole, places, _LONGEST_BITS, frozenset((whole,)))
