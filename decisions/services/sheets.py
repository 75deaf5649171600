"""What the tables of a draft show: columns and rows as people read them, and what is wrong."""

import json
from collections.abc import Container
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from decisions import engine
from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services.drafting import Saved, loaded_draft


@dataclass(frozen=True)
class TableName:
    """One table of a draft: its id, the decision or function it belongs to, how many rows."""

    id: str
    name: str
    rows: int
    hit_policy: str


def tables_of(version: ModelVersion) -> list[TableName]:
    """Return the tables of a version in the order of its file."""
    return [
        TableName(table.id, name, len(table.rules), table.hit_policy)
        for name, table in engine.named_tables(loaded_draft(version).definitions)
    ]


def shown_table(
    version: ModelVersion, table_id: str, *, rows: Container[str] | None = None
) -> dict[str, Any]:
    """Return a table as an editor shows it, or some of its rows; raises Invalid for no table."""
    return _shown(loaded_draft(version), table_id, rows=rows)


def table_json(version: ModelVersion, table_id: str) -> bytes:
    """Return the same as JSON, which is made once for each content that is asked for."""
    loaded = loaded_draft(version)
    key = (version.pk, version.revision, version.content_hash, table_id)
    if (known := _written.get(key)) is None:
        shown = _shown(loaded, table_id)
        known = json.dumps(shown, separators=(",", ":"), ensure_ascii=False).encode()
        _keep(key, known)
    return known


MOST_BYTES = 16 * 1024 * 1024
_written: dict[tuple[UUID, int, str, str], bytes] = {}
_writing = Lock()


def _keep(key: tuple[UUID, int, str, str], written: bytes) -> None:
    """Keep the newest content of each draft, and of all of them what was made last."""
    with _writing:
        for old in [old for old in _written if old[0] == key[0] and old[1] < key[1]]:
            del _written[old]
        _written[key] = written
        while len(_written) > 1 and sum(map(len, _written.values())) > MOST_BYTES:
            del _written[next(iter(_written))]


def sentence_of(version: ModelVersion, table_id: str, row_id: str) -> str:
    """Return a row as one sentence; raises Invalid when there is no such row."""
    shown = _shown(loaded_draft(version), table_id, rows={row_id})
    if not shown["rows"]:
        raise Invalid("This row is no longer in the table.")
    return engine.sentence(shown, shown["rows"][0])


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
    known = {table.id: table for table in engine.tables_of(loaded.definitions)}
    if table_id not in known or known.keys() & touched:
        return {"reload": True}
    answer: dict[str, Any] = {"rows": _shown(loaded, table_id, rows=touched)["rows"]}
    return {**answer, "order": [rule.id for rule in known[table_id].rules]} if moved else answer


def _shown(
    loaded: engine.Model, table_id: str, *, rows: Container[str] | None = None
) -> dict[str, Any]:
    try:
        return engine.shown_table(loaded, table_id, rows=rows)
    except engine.Invalid as error:
        raise Invalid(str(error)) from error
