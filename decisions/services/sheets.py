"""What the tables of a draft show: columns and rows as people read them, and what is wrong."""

from dataclasses import asdict, dataclass
from typing import Any

from decisions import engine
from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services.drafting import Saved, loaded_draft


@dataclass(frozen=True)
class TableName:
    """One table of a draft: its id, the decision or function it belongs to, its rows."""

    id: str
    name: str
    rows: int


def tables_of(version: ModelVersion) -> list[TableName]:
    """Return the tables of a version in the order of its file."""
    return [
        TableName(table.id, name, len(table.rules))
        for name, table in engine.named_tables(loaded_draft(version).definitions)
    ]


def shown_table(version: ModelVersion, table_id: str) -> dict[str, Any]:
    """Return a table as an editor shows it; raises Invalid when there is none of this id."""
    return _shown(loaded_draft(version), table_id)


def findings_of(version: ModelVersion, table_id: str) -> list[dict[str, Any]]:
    """Return what the analysis finds in a table, the errors first."""
    try:
        found = loaded_draft(version).analyse(table=table_id).findings
    except engine.Invalid as error:
        raise Invalid(str(error)) from error
    ranks = {"error": 0, "warning": 1, "info": 2}
    return [asdict(finding) for finding in sorted(found, key=lambda f: ranks[f.severity])]


def sentence_of(version: ModelVersion, table_id: str, row_id: str) -> str:
    """Return a row as one sentence; raises Invalid when there is no such row."""
    shown = shown_table(version, table_id)
    for row in shown["rows"]:
        if row[0] == row_id:
            return engine.sentence(shown, row)
    raise Invalid("This row is no longer in the table.")


def changes_of(saved: Saved, table_id: str) -> dict[str, Any]:
    """Return what a change and those before it mean for the grid of one table.

    {"revision", "summary", "rows", "order"?}: rows touched, and the order of all where rows came,
    went or moved; {"reload": True} where columns or the table itself changed.
    """
    return {
        "revision": saved.version.revision,
        "summary": saved.change.summary,
        **_rows_changed(saved.model, table_id, set(saved.touched), moved=saved.moved),
    }


def news_of(version: ModelVersion, table_id: str, *, seen: int) -> dict[str, Any]:
    """Return what changed in a table since the revision `seen`, as `changes_of` does, and by whom.

    Only the revision where nothing changed, which reads no rules.
    """
    answer: dict[str, Any] = {"revision": version.revision}
    if seen >= version.revision:
        return answer
    later = version.changes.filter(revision__gt=seen).defer("inverse")
    changes = list(later.select_related("changed_by"))
    touched = {row for change in changes for row in change.touched}
    moved = any(one["op"] != "cells" for change in changes for one in change.operations)
    return {
        **answer,
        "by": sorted({str(change.changed_by) for change in changes}),
        **_rows_changed(loaded_draft(version), table_id, touched, moved=moved),
    }


def _rows_changed(
    loaded: engine.Model, table_id: str, touched: set[str], *, moved: bool
) -> dict[str, Any]:
    known = {table.id for table in engine.tables_of(loaded.definitions)}
    if table_id not in known or known & touched:
        return {"reload": True}
    shown = _shown(loaded, table_id)
    answer: dict[str, Any] = {"rows": [row for row in shown["rows"] if row[0] in touched]}
    return {**answer, "order": [row[0] for row in shown["rows"]]} if moved else answer


def _shown(loaded: engine.Model, table_id: str) -> dict[str, Any]:
    try:
        return engine.shown_table(loaded, table_id)
    except engine.Invalid as error:
        raise Invalid(str(error)) from error
