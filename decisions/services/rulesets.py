"""Which rules are in force: loads them once per process and pins them as a ruleset."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from decisions import engine
from decisions.canonical import digest
from decisions.enums import ReferenceKind, VersionState
from decisions.errors import Fault, Invalid, Refused
from decisions.ids import new_id
from decisions.models import DecisionModel, ModelVersion, ReferenceTableVersion, Ruleset
from decisions.queries.rules import contents_in_force
from decisions.services.drafting import loaded_draft


@dataclass(frozen=True)
class Source:
    """An input that the portal fills itself: from a reference table or from evidence."""

    input: str
    kind: str
    key: str


@dataclass(frozen=True)
class Rules:
    """A ruleset ready to run; `decide` holds the `references` already."""

    ruleset_id: UUID
    model_id: UUID
    version_id: UUID
    model: engine.Model
    decide: engine.Decide
    sources: tuple[Source, ...]
    references: dict[str, Any]

    def evidence_inputs(self) -> dict[str, str]:
        """Return {evidence source: input name}, for example {"rss": "feed"}."""
        return {s.key: s.input for s in self.sources if s.kind == "evidence"}


def live_model(key: str) -> DecisionModel:
    """Return a decision model; raises Invalid when there is none of this key."""
    model = DecisionModel.objects.filter(key=key).first()
    if model is None:
        message = f"There is no decision model “{key[:60]}”."
        hint = "Check the key; it stands on the page of the model."
        fault = Fault(code="unknown_model", where="/model", message=message, hint=hint)
        raise Invalid(f"{message} Nothing was stored.", [fault])
    return model


def live_version_id(model: DecisionModel) -> UUID:
    """Return the id of a model's live version; raises Refused when nothing was published."""
    if model.live_version_id is None:
        raise Refused(f"“{model.name}” has no live version yet. Ask an approver to publish one.")
    return model.live_version_id


def live_rules(model: DecisionModel, *, now: datetime) -> Rules:
    """Return the rules in force for `model`: its live version and today's reference tables."""
    return version_rules(model, live_version_id(model), now=now)


def version_rules(model: DecisionModel, version_id: UUID, *, now: datetime) -> Rules:
    """Return a version's rules with today's reference tables, pinned for decisions to name."""
    loaded = load(version_id)
    keys = [s.key for s in sources_of(loaded) if s.kind == "reference"]
    versions = current_references(keys, now=now)
    return _rules(
        model.pk,
        version_id,
        model.decision_name,
        tuple(sorted((r.table.key, r.pk) for r in versions)),
        now,
    )


def pinned_rules(ruleset_id: UUID) -> Rules:
    """Return the rules of a past decision, as they were then."""
    ruleset = (
        Ruleset.objects.select_related("version__model")
        .defer("version__dmn")
        .prefetch_related("references__table")
        .get(pk=ruleset_id)
    )
    model = ruleset.version.model
    pairs = tuple(sorted((r.table.key, r.pk) for r in ruleset.references.all()))
    return _assembled(ruleset.pk, model.pk, ruleset.version_id, model.decision_name, pairs)


def ruleset_of(version_id: UUID, references: Iterable[ReferenceTableVersion]) -> UUID | None:
    """Return the ruleset of a version with these contents, if decisions were ever made by it."""
    pairs = sorted((row.table.key, row.pk) for row in references)
    found = Ruleset.objects.filter(content_hash=_content(version_id, pairs))
    return found.values_list("pk", flat=True).first()


NOT_PINNED = UUID(int=0)


def unpinned_rules(
    model_id: UUID,
    version_id: UUID,
    decision_name: str,
    references: Iterable[ReferenceTableVersion],
) -> Rules:
    """Return rules that decide nothing for real, so that no ruleset is kept of them."""
    pairs = tuple(sorted((r.table.key, r.pk) for r in references))
    return _assembled(NOT_PINNED, model_id, version_id, decision_name, pairs)


def load(version_id: UUID) -> engine.Model:
    """Load the DMN of a version; what is or was live never changes and is loaded once."""
    known = _loaded.get(version_id)
    if known is None:
        version = ModelVersion.objects.defer("dmn").get(pk=version_id)
        known = loaded_draft(version)
        if version.state in FROZEN:
            if len(_loaded) >= MOST_LOADED:
                _loaded.clear()
            _loaded[version_id] = known
    return known


FROZEN = (VersionState.PUBLISHED, VersionState.RETIRED)
MOST_LOADED = 64
_loaded: dict[UUID, engine.Model] = {}


def sources_of(loaded: engine.Model) -> tuple[Source, ...]:
    return tuple(Source(**source) for source in loaded.sources)


def current_references(keys: Iterable[str], *, now: datetime) -> list[ReferenceTableVersion]:
    """Return the content in force of each named reference table, rows left out."""
    wanted = set(keys)
    if not wanted:
        return []
    found = list(
        contents_in_force(now).filter(table__key__in=wanted).select_related("table").defer("rows")
    )
    if missing := wanted - {version.table.key for version in found}:
        raise Refused(f"The rules read the reference table “{min(missing)}”, which does not exist.")
    return found


def reference_value(kind: str, rows: list[dict[str, Any]]) -> Any:
    """Return what FEEL sees: a context of named values, or a list of rows."""
    if kind == ReferenceKind.VALUES:
        return {row["key"]: row["value"] for row in rows}
    return rows


def _rules(
    model_id: UUID,
    version_id: UUID,
    decision_name: str,
    pairs: tuple[tuple[str, UUID], ...],
    now: datetime,
) -> Rules:
    content = _content(version_id, pairs)
    ruleset_id = _ruleset_ids.get(content)
    if ruleset_id is None:
        ruleset_id = _pin(content, version_id, [pk for _, pk in pairs], now)
        # A row of a transaction that may yet be rolled back must not be remembered.
        transaction.on_commit(lambda: _ruleset_ids.setdefault(content, ruleset_id))
    return _assembled(ruleset_id, model_id, version_id, decision_name, pairs)


_ruleset_ids: dict[str, UUID] = {}


def _content(version_id: UUID, pairs: Iterable[tuple[str, UUID]]) -> str:
    return digest([str(version_id), [[key, str(pk)] for key, pk in pairs]])


def _pin(content: str, version_id: UUID, references: list[UUID], now: datetime) -> UUID:
    found = Ruleset.objects.filter(content_hash=content).first()
    if found is not None:
        return found.pk
    try:
        with transaction.atomic():
            ruleset = Ruleset.objects.create(
                id=new_id(now), version_id=version_id, content_hash=content
            )
            ruleset.references.set(ReferenceTableVersion.objects.filter(pk__in=references))
    except IntegrityError:  # Another process pinned the same rules a moment ago.
        return Ruleset.objects.get(content_hash=content).pk
    return ruleset.pk


@lru_cache(maxsize=64)
def _assembled(
    ruleset_id: UUID,
    model_id: UUID,
    version_id: UUID,
    decision_name: str,
    pairs: tuple[tuple[str, UUID], ...],
) -> Rules:
    loaded = load(version_id)
    versions = ReferenceTableVersion.objects.select_related("table").in_bulk(
        [pk for _, pk in pairs]
    )
    by_key = {v.table.key: reference_value(v.table.kind, v.rows) for v in versions.values()}
    sources = sources_of(loaded)
    references = {s.input: by_key[s.key] for s in sources if s.kind == "reference"}
    return Rules(
        ruleset_id=ruleset_id,
        model_id=model_id,
        version_id=version_id,
        model=loaded,
        decide=loaded.decision(decision_name).given(references),
        sources=sources,
        references=references,
    )
