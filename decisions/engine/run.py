"""The state of one evaluation: its time, its problems, its hits and what it may still cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from decisions.engine.limits import CALL_DEPTH, PROBLEMS_KEPT, STEPS, too_much
from decisions.engine.problems import Problem, Severity, Site

FREE_CHARACTERS = 100
_CHARACTERS_PER_STEP = 50
_CALL_STEPS = 4
_REPORT_STEPS = 5


@dataclass(slots=True)
class TableTrace:
    """What one table did in one evaluation, kept for the explanation only."""

    table: str
    inputs: list[Any]
    rows: list[list[bool | None]]
    hits: list[int]


@dataclass(slots=True)
class Run:
    """Handed to every piece of generated code."""

    now: datetime | None = None
    problems: list[Problem] = field(default_factory=list)
    hits: list[tuple[str, int]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    traces: list[TableTrace] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    every_row: bool = False
    steps: int = STEPS
    depth: int = 0

    def record(self, decision: str, value: Any) -> None:
        """Keep the value of a decision, and how many tables had been read by then."""
        self.values[decision] = value
        self.marks[decision] = len(self.traces)

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
