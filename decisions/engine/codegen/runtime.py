"""Small functions that only generated code calls, beside those it shares with the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.runtime import (
    cell_result,
    check_allowed,
    copy_partial,
    make_range,
    no_condition,
    settle,
)
from decisions.engine.types import Type
from decisions.engine.values import Function

__all__ = [
    "Deopt",
    "cell_result",
    "check_allowed",
    "copy_partial",
    "make_function",
    "make_range",
    "no_condition",
    "settle",
    "takes",
]


def make_function(
    name: str, params: tuple[str, ...], kind: Type, code: Callable[..., Any], *captured: Any
) -> Function:
    """Build a function value over what it captured."""

    def invoke(run: Run, site: Site, *arguments: Any) -> Any:
        return code(run, *captured, *arguments)

    return Function(name, params, len(params), invoke, type=kind)


class Deopt(Exception):
    """Ends a lean program at something unusual; the full program says what it is."""


def takes(spans: tuple[tuple[int, int], ...], number: int) -> bool:
    """Tell whether one of the ranges [first, end) holds a class."""
    return any(first <= number < end for first, end in spans)
