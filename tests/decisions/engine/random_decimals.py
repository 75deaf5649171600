"""Draws arithmetic on numbers of odd sizes, to hold lean code against the interpreter."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

LITERALS = ["0", "1", "7", "12", "0.0", "0.1", "1.2", "1.19", "5.5", "100", "0.005", "1.50"]
LONG_LITERALS = ["1e33", "9999999999999999999999999999999999", "0.0000000000000000000001", "1e-40"]
NAMES = ("a", "b")


def draw_text(source: Random, depth: int = 3) -> str:
    """Draw the text of a number from two names."""
    if depth == 0 or source.random() < 0.15:
        if source.random() < 0.6:
            return source.choice(NAMES)
        return source.choice(LITERALS if source.random() < 0.9 else LONG_LITERALS)
    if source.random() < 0.1:
        return f"-({draw_text(source, depth - 1)})"
    operator = source.choice("++--***/" if source.random() < 0.5 else "+-*")
    if source.random() < 0.08:
        then, otherwise = draw_text(source, depth - 1), draw_text(source, depth - 1)
        return f"(if {draw_test(source, depth - 1)} then {then} else {otherwise})"
    return f"({draw_text(source, depth - 1)} {operator} {draw_text(source, depth - 1)})"


def draw_test(source: Random, depth: int = 2) -> str:
    """Draw the text of a comparison."""
    operator = source.choice(["<", "<=", ">", ">=", "=", "!="])
    return f"{draw_text(source, depth)} {operator} {draw_text(source, depth)}"


def draw_number(source: Random) -> Any:
    """Draw a fact: mostly plain amounts, and every kind of edge."""
    digits = source.choice([1, 2, 3, 5, 9, 14, 15, 16, 17])
    whole = source.randrange(-(10**digits), 10**digits)
    return source.choice(
        [
            lambda: whole,
            lambda: whole / 100,
            lambda: whole / 10 ** source.randrange(12),
            lambda: float(whole),
            lambda: source.uniform(-1000, 1000),
            lambda: source.choice([0, 0.0, -0.0, 0.1, 1e15, 1e16, 1e22, 1e33, 5e-324, 1e-5, 1e300]),
            lambda: source.choice([1, -1]) * 10 ** source.choice([14, 15, 33, 34, 40]) - 1,
            lambda: source.choice([float("inf"), float("nan"), True, None, "1.5"]),
            lambda: Decimal(whole).scaleb(source.randrange(-20, 20)),
            lambda: Decimal(source.choice(["-0", "0.00", "1e-400", "9e6144", "1E+20", "1" * 40])),
        ]
    )()


def draw_like(source: Random, first: Any) -> Any:
    """Draw a fact of the same form as another, or any."""
    if source.random() < 0.25:
        return draw_number(source)
    if type(first) is float:
        return source.randrange(-(10**7), 10**7) / source.choice([1, 10, 100, 100, 1000])
    return source.randrange(-(10 ** source.randrange(1, 17)), 10 ** source.randrange(1, 17))
