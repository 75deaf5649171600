"""Rows that a version changes and that none of its tests reach: what approvers are warned of."""

from collections.abc import Container
from dataclasses import dataclass

from decisions import engine
from decisions.models import ModelVersion
from decisions.services.comparing import compare_tables
from decisions.services.drafting import loaded_draft

DECIDES = ("inputs", "outputs")


@dataclass(frozen=True)
class ChangedRow:
    """A row that is new or decides otherwise than before; `number` counts from 1."""

    table: str
    name: str
    number: int


@dataclass(frozen=True)
class Untried:
    """Of the rows that changed, those that no test reaches."""

    changed: int
    rows: tuple[ChangedRow, ...]

    @property
    def words(self) -> str:
        """Say it in one line; nothing where every changed row is reached."""
        if not self.rows:
            return ""
        if self.changed == 1:
            return "No test reaches the changed row"
        if len(self.rows) == self.changed:
            return f"No test reaches any of the {self.changed:,} changed rows"
        return f"No test reaches {len(self.rows):,} of {self.changed:,} changed rows"


def untried(
    version: ModelVersion, loaded: engine.Model, reached: Container[tuple[str, int]]
) -> Untried:
    """Compare a version with what is live, or with what it came from, and look for its tests."""
    before = version.model.live_version or version.based_on
    if before is None or before.pk == version.pk:
        return Untried(0, ())
    changed = [
        ChangedRow(table.id, table.name, row.after)
        for table in compare_tables(loaded_draft(before), loaded)
        for row in table.rows
        if row.after is not None
        and (row.kind == "add" or any(c.changed and c.kind in DECIDES for c in row.cells))
    ]
    missed = tuple(row for row in changed if (row.table, row.number) not in reached)
    return Untried(len(changed), missed)
