"""What an analysis says: findings as plain data, and what it could not judge or not list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; rows count from 1, columns are labels.

    `example` holds one value for each input expression, as JSON-able Python values (dates and
    durations as ISO texts); `region` holds for each input column a cell, ready to be a new row.
    `where` names the place in words, as problems do.
    """

    code: str
    severity: Severity
    message: str
    hint: str = ""
    table: str = ""
    decision: str = ""
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    example: Mapping[str, Any] | None = field(default=None, hash=False)
    region: tuple[str, ...] = ()
    where: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give the finding as JSON-able plain values."""
        return {**asdict(self), "rows": list(self.rows), "columns": list(self.columns)} | {
            "region": list(self.region)
        }


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A row with cells that are no constant tests: it may match or not, and counts for nothing."""

    table: str
    decision: str
    row: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """What a bound kept from the list: how many were listed, of how many where that is known."""

    table: str
    decision: str
    code: str
    listed: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The findings in the order of the model, each table's most general first."""

    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def complete(self) -> bool:
        """Tell whether everything was searched and is listed; `left` says what was not."""
        return not self.left

    def as_dict(self) -> dict[str, Any]:
        """Give the analysis as JSON-able plain values."""
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "unjudged": [{**asdict(item), "columns": list(item.columns)} for item in self.unjudged],
            "left": [asdict(item) for item in self.left],
            "complete": self.complete,
        }
