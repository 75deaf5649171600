"""The state of one evaluation: its time, its problems, its hits and what it may still cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from decisions.engine.limits import CALL_DEPTH, PROBLEMS_KEPT, STEPS, TRACES_KEPT, too_much
from decisions.engine.problems import Problem, Severity, Site

FREE_CHARACTERS = 100
FREE_PARTS = 10
_CHARACTERS_PER_STEP = 50
_CALL_STEPS = 4
_REPORT_STEPS = 5


@dataclass(slots=True)
class TableTrace:
    """What one table did in one evaluation: what it read, and which rows matched (from 0).

    `rows` says of every cell of every row whether it matched, None where it was not read; it is
    filled where an explanation asks for rows that did not match.
    """

    table: str
    inputs: list[Any]
    rows: list[list[bool | None]]
    hits: list[int]


class Run:
    """Handed to every piece of generated code."""

    __slots__ = (
        "depth", "every_row", "hits", "marks", "now", "problems", "steps", "traces", "values"
    )  # fmt: skip

    def __init__(self, now: datetime | None = None, *, every_row: bool = False) -> None:
        self.now = now
        self.every_row = every_row
        self.problems: list[Problem] = []
        self.hits: list[tuple[str, int]] = []
        self.values: dict[str, Any] = {}
        self.marks: dict[str, int] = {}
        self.traces: list[TableTrace] = []
        self.steps = STEPS
        self.depth = 0

    def record(self, decision: str, value: Any) -> None:
        """Keep the value of a decision, and how many tables had been read by then."""
        self.values[decision] = value
        self.marks[decision] = len(self.traces)

    def note(
        self, table: str, inputs: list[Any], hits: list[int], rows: list[list[bool | None]]
    ) -> None:
        """Keep what a table read and which rows matched; a table called for ever is cut short."""
        self.spend(1 + len(hits))
        self.hits.extend([(table, number + 1) for number in hits])
        if len(self.traces) < TRACES_KEPT:
            self.traces.append(TableTrace(table, inputs, rows, hits))

    def spend(self, steps: int) -> None:
        """Pay for work; raises LimitReached when the evaluation has cost too much."""
        self.steps -= steps
        if self.steps < 0:
            raise too_much(
                "limit.steps",
                f"The evaluation was stopped after {STEPS} steps.",
                "Look for a loop or a function that never ends, or a list that grows too long.",
            )

    def spend_text(self, characters: int) -> None:
        """Pay for reading or building a text; up to FREE_CHARACTERS are free."""
        if characters > FREE_CHARACTERS:
            self.spend(characters // _CHARACTERS_PER_STEP)

    def enter(self) -> None:
        """Count one function call going in."""
        self.depth += 1
        self.spend(_CALL_STEPS)
        if self.depth > CALL_DEPTH:
            raise too_much(
                "limit.depth",
                f"Functions call one another more than {CALL_DEPTH} deep.",
                "Look for a function that calls itself without end.",
            )

    def leave(self) -> None:
        """Count one function call coming back."""
        self.depth -= 1

    def report(
        self, site: Site, code: str, message: str, hint: str = "", severity: Severity = "error"
    ) -> None:
        """Keep a problem; what the limit leaves out is not needed to see that it went wrong."""
        if len(self.problems) < PROBLEMS_KEPT:
            problem = site.problem(code, message, hint, severity)
            if problem not in self.problems:
                self.problems.append(problem)
        elif severity == "error" and self.problems[-1].severity != "error":
            self.problems[-1] = site.problem(code, message, hint, severity)
        self.spend(_REPORT_STEPS)
