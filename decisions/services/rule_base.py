"""The whole rule base as of any moment: which rules, values and guardrails were in force then."""

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from decisions.errors import Refused
from decisions.models import (
    DecisionModel,
    Guardrail,
    ModelVersion,
    ReferenceTable,
    ReferenceTableVersion,
)
from decisions.queries.rules import contents_then
from decisions.services.rulesets import Rules, load, sources_of, unpinned_rules
from decisions.services.watching import Guard


@dataclass(frozen=True)
class ModelThen:
    """A decision model as its record stood, with the version that decided; None if none did."""

    model: DecisionModel
    version: ModelVersion | None


@dataclass(frozen=True)
class TableThen:
    """A reference table as its record stood, with the content in force; None if it had none."""

    table: ReferenceTable
    version: ReferenceTableVersion | None


@dataclass(frozen=True)
class RuleBase:
    """Everything that decided at the moment `at`."""

    at: datetime
    models: list[ModelThen]
    tables: list[TableThen]


def rule_base(at: datetime) -> RuleBase:
    """Return what was in force at the moment `at`; DMN texts and rows are left out."""
    models = _records_then(DecisionModel.history, at)
    versions = (
        ModelVersion.objects.select_related("model", "approved_by")
        .defer("dmn")
        .in_bulk([model.live_version_id for model in models if model.live_version_id])
    )
    tables = _records_then(ReferenceTable.history, at)
    rows = contents_then(at).select_related("table", "created_by").defer("rows")
    contents = {content.table_id: content for content in rows}
    return RuleBase(
        at=at,
        models=[ModelThen(model, versions.get(model.live_version_id)) for model in models],
        tables=[TableThen(table, contents.get(table.pk)) for table in tables],
    )


def model_at(model_id: UUID, at: datetime) -> ModelThen:
    """Return one model as of `at`; raises Refused where nothing of it decided then."""
    records = _records_then(DecisionModel.history.filter(id=model_id), at)
    version_id = records[0].live_version_id if records else None
    if version_id is None:
        name = DecisionModel.objects.values_list("name", flat=True).get(pk=model_id)
        raise Refused(f"“{name}” had no live version then. Choose a later moment.")
    version = ModelVersion.objects.select_related("model").defer("dmn").get(pk=version_id)
    return ModelThen(records[0], version)


def references_at(keys: Iterable[str], at: datetime) -> list[ReferenceTableVersion]:
    """Return the contents of the named tables as of `at`; Refused where one had none."""
    wanted = set(keys)
    found = list(contents_then(at).filter(table__key__in=wanted).select_related("table"))
    if missing := wanted - {version.table.key for version in found}:
        raise Refused(f"The rules read the reference table “{min(missing)}”, which was empty then.")
    return found


def rules_at(then: ModelThen, at: datetime) -> tuple[Rules, list[ReferenceTableVersion]]:
    """Return the rules in force at a moment, ready to run, with the contents they read."""
    assert then.version is not None
    keys = [s.key for s in sources_of(load(then.version.pk)) if s.kind == "reference"]
    references = references_at(keys, at)
    rules = unpinned_rules(then.model.pk, then.version.pk, then.model.decision_name, references)
    return rules, references


def guards_at(model_id: UUID, at: datetime) -> tuple[Guard, ...]:
    """Return the guardrails in force for a model at a moment, in their order."""
    records = _records_then(Guardrail.history.filter(model_id=model_id), at)
    active = sorted((r for r in records if r.active), key=lambda r: (r.position, r.name))
    return tuple(
        Guard(record.pk, record.applies, record.forbidden, record.name) for record in active
    )


def archive(base: RuleBase) -> bytes:
    """Pack a rule base as ZIP: DMN files, tables and guardrails as JSON, and a manifest.

    `manifest.json` names every file with its SHA-256. The same rule base gives the same bytes.
    """
    files: dict[str, bytes] = {}
    listed: list[dict[str, Any]] = []

    def add(path: str, content: bytes, **about: Any) -> None:
        files[path] = content
        listed.append({"path": path, "sha256": sha256(content).hexdigest(), **about})

    for one in base.models:
        _add_model(add, one, base.at)
    for table in base.tables:
        _add_table(add, table)
    manifest = {"as_of": base.at.isoformat(), "files": listed, "undecided": _undecided(base)}
    files["manifest.json"] = _json(manifest)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
        for path, content in files.items():
            # The moment in place of the clock, so that the bytes can be compared.
            entry = zipfile.ZipInfo(path, _zip_time(base.at))
            entry.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(entry, content)
    return packed.getvalue()


def _add_model(add: Any, one: ModelThen, at: datetime) -> None:
    if one.version is None:
        return
    key, number = one.model.key, one.version.number
    dmn = ModelVersion.objects.values_list("dmn", flat=True).get(pk=one.version.pk)
    add(
        f"models/{key}-v{number}.dmn",
        dmn.encode(),
        model=key,
        version=number,
        content_hash=one.version.content_hash,
        decision=one.model.decision_name,
        fallback_queue=one.model.fallback_queue,
        stopped_at=one.model.stopped_at.isoformat() if one.model.stopped_at else None,
    )
    guards = _records_then(Guardrail.history.filter(model_id=one.model.pk), at)
    if active := [guard for guard in guards if guard.active]:
        texts = [
            {"name": g.name, "applies": g.applies, "forbidden": g.forbidden, "basis": g.basis}
            for g in sorted(active, key=lambda g: (g.position, g.name))
        ]
        add(f"guardrails/{key}.json", _json(texts), model=key)


def _add_table(add: Any, one: TableThen) -> None:
    if one.version is None:
        return
    rows = ReferenceTableVersion.objects.values_list("rows", flat=True).get(pk=one.version.pk)
    content = {"kind": one.table.kind, "columns": one.table.columns, "rows": rows}
    add(
        f"reference-tables/{one.table.key}-v{one.version.number}.json",
        _json(content),
        table=one.table.key,
        version=one.version.number,
        content_hash=one.version.content_hash,
    )


def _undecided(base: RuleBase) -> list[str]:
    """Name the models that were there but decided nothing yet."""
    return [one.model.key for one in base.models if one.version is None]


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _zip_time(at: datetime) -> tuple[int, int, int, int, int, int]:
    utc = at.astimezone(UTC)
    return (max(1980, utc.year), utc.month, utc.day, utc.hour, utc.minute, utc.second)


def _records_then(history: Any, at: datetime) -> list[Any]:
    """Return records as their history has them at a moment, by name.

    Of rows written at the same moment the last one counts, which the library's `as_of` leaves open.
    """
    rows = history.filter(history_date__lte=at).order_by("history_date", "history_id")
    newest = {row.id: row for row in rows}
    there = [row.instance for row in newest.values() if row.history_type != "-"]
    return sorted(there, key=lambda record: str(record.name))
