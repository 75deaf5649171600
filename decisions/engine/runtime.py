"""Small functions that generated code and the interpreter both call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.engine.operators import meets, report_unordered, truth
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.tables.hit_policy import Outcome, Policy
from decisions.engine.values import Range, kind_of, show


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


def settle(
    run: Run,
    policy: Policy,
    inputs: list[Any],
    hits: list[int],
    output: Callable[[int], Any],
    default: Callable[[], Any],
    rows: list[list[bool | None]] | None = None,
) -> Any:
    """Keep what a table read and which rows matched, and turn them into its value.

    `rows` says what every cell said, where an explanation asks for that.
    """
    run.note(policy.table, inputs, hits, rows or [])
    return policy.settle(Outcome(run, hits, output, default))
