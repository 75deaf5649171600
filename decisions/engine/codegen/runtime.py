"""Small functions that only generated code calls, beside those it shares with the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.engine.problems import Site
from decisions.engine.run import Run, TableTrace
from decisions.engine.runtime import (
    apply_policy,
    cell_result,
    check_allowed,
    copy_partial,
    make_range,
    no_condition,
)
from decisions.engine.values import Function

__all__ = [
    "apply_policy",
    "cell_result",
    "check_allowed",
    "copy_partial",
    "make_function",
    "make_range",
    "no_condition",
    "trace_rows",
]


def make_function(
    name: str, params: tuple[str, ...], code: Callable[..., Any], *captured: Any
) -> Function:
    """Build a function value over what it captured."""

    def invoke(run: Run, site: Site, *arguments: Any) -> Any:
        return code(run, *captured, *arguments)

    return Function(name, params, len(params), invoke)


Cells = tuple[Callable[[], Any] | None, ...]


def trace_rows(
    run: Run, table: str, first_only: bool, inputs: list[Any], rows: tuple[Cells, ...]
) -> list[int]:
    """Match rows one by one and keep what every cell said, for the explanation."""
    trace = TableTrace(table, inputs, [], [])
    run.traces.append(trace)
    for number, cells in enumerate(rows):
        if first_only and trace.hits and not run.every_row:
            trace.rows.append([None] * len(cells))
            continue
        answers: list[bool | None] = []
        matched = True
        for cell in cells:
            if not matched and not run.every_row:
                answers.append(None)
                continue
            hit = cell is None or cell() is True
            answers.append(hit)
            matched = matched and hit
        trace.rows.append(answers)
        if matched and not (first_only and trace.hits):
            trace.hits.append(number)
    return list(trace.hits)
