"""Small functions that only generated code calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.engine.operators import meets, report_unordered, truth
from decisions.engine.problems import Site
from decisions.engine.run import Run, TableTrace
from decisions.engine.tables.hit_policy import Outcome, Policy
from decisions.engine.types import Type
from decisions.engine.values import Function, Range, kind_of, show


def make_function(
    name: str, params: tuple[str, ...], kind: Type, code: Callable[..., Any], *captured: Any
) -> Function:
    """Build a function value over what it captured."""

    def invoke(run: Run, site: Site, *arguments: Any) -> Any:
        return code(run, *captured, *arguments)

    return Function(name, params, len(params), invoke, type=kind)


def make_range(
    run: Run,
    low: Any,
    high: Any,
    low_closed: bool,
    high_closed: bool,
    operator: str | None,
    site: Site,
) -> Range | None:
    """Build a range value; ends of unlike kinds make none."""
    if low is not None and high is not None and kind_of(low) != kind_of(high):
        report_unordered(run, low, high, site)
        return None
    return Range(low, high, low_closed, high_closed, operator)


def cell_result(run: Run, subject: Any, result: Any, about_input: bool) -> bool | None:
    """Read what an expression in a cell gives: a condition, or a value to compare with."""
    if type(result) is bool and (about_input or type(subject) is not bool):
        return result
    return meets(run, subject, result)


def no_condition(run: Run, value: Any, site: Site) -> bool:
    """Tell, and report, that a condition of some or every is neither true, false nor null."""
    if value is None or type(value) is bool:
        return False
    truth(run, value, site)
    return True


def copy_partial(run: Run, results: list[Any]) -> list[Any]:
    """Give the results of a for so far as a value of its own."""
    run.spend(len(results))
    return list(results)


def check_allowed(run: Run, subject: Any, allowed: bool | None, text: str, site: Site) -> None:
    """Report an input outside the values its column allows."""
    if allowed is not True and subject is not None:
        run.report(
            site,
            "table.input",
            f"{show(subject)} is not among the values this column allows: {text}.",
            "Correct the value or extend the allowed values.",
        )


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


def apply_policy(
    run: Run,
    policy: Policy,
    hits: list[int],
    output: Callable[[int], Any],
    default: Callable[[], Any],
) -> Any:
    """Record the hits and turn them into the value of the table."""
    run.spend(1 + len(hits))
    run.hits.extend((policy.table, number + 1) for number in hits)
    return policy.settle(Outcome(run, hits, output, default))
