"""One table under analysis: its space, the work left for it, and the findings it collects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from decisions.engine.analysis.findings import Finding, Left, Severity, Unjudged
from decisions.engine.analysis.search import Box, Budget, meeting
from decisions.engine.analysis.space import Space
from decisions.engine.analysis.words import say_example, write_example, write_region
from decisions.engine.feel import nodes as n

LISTED = 50
"""How many findings of one code a table lists."""
STEPS = 12_000_000
"""What the searches of one table may cost, in looks at cells: a few seconds."""


@dataclass
class Checked:
    """A table, where it stands, and what was found about it so far."""

    table: n.Table
    decision: str
    space: Space
    every: bool = False
    budget: Budget = field(default_factory=lambda: Budget(STEPS))
    findings: list[Finding] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The table's id, or its place where it has none."""
        return self.table.id or self.table.where

    def report(
        self,
        code: str,
        severity: Severity,
        message: str,
        hint: str = "",
        *,
        rows: Sequence[int] = (),
        columns: Iterable[int] = (),
        outputs: Iterable[int] = (),
        box: Box | None = None,
        region: Box | None = None,
    ) -> None:
        """Keep a finding; rows and columns count from 0, the example is taken from the box."""
        example = None if box is None else write_example(self.space, box)
        said = "" if box is None else say_example(self.space, box)
        self.findings.append(
            Finding(
                code,
                severity,
                message,
                f"{said} {hint}".strip(),
                self.id,
                self.decision,
                tuple(row + 1 for row in rows),
                (
                    *(self.table.inputs[place].label for place in columns),
                    *(self.table.outputs[place].label for place in outputs),
                ),
                example,
                () if region is None else write_region(self.space, region),
                self.table.where,
            )
        )

    def leave(self, code: str, listed: int, total: int | None = None) -> None:
        """Say that a list is not whole."""
        self.left.append(Left(self.id, self.decision, code, listed, total))

    @cached_property
    def unjudged(self) -> list[Unjudged]:
        """The rows with cells that are no constant tests."""
        labels = [clause.label for clause in self.table.inputs]
        return [
            Unjudged(self.id, self.decision, row + 1, tuple(labels[place] for place in places))
            for row, places in self.space.open.items()
        ]

    def may_match(self, box: Box) -> list[int]:
        """List the unjudged rows that may match somewhere in a box."""
        return meeting(box, self.space.open, self.space.boxes)
