"""Rules that are not live yet, ready to run: a version with the reference tables of today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from decisions import engine
from decisions.errors import Invalid
from decisions.models import ModelVersion, ReferenceTableVersion
from decisions.services.drafting import loaded_draft
from decisions.services.rulesets import Source, current_references, reference_value, sources_of


@dataclass(frozen=True)
class Candidate:
    """A version's rules; `decide` holds the `references` already."""

    model: engine.Model
    decide: engine.Decide
    sources: tuple[Source, ...]
    references: Mapping[str, Any]

    @property
    def evidence(self) -> dict[str, str]:
        """Return {input name: evidence source} of what a second witness says."""
        return {s.input: s.key for s in self.sources if s.kind == "evidence"}

    def inputs(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is judged: the facts, with null for evidence nobody gave."""
        return {**dict.fromkeys(self.evidence), **facts}


def candidate(version: ModelVersion) -> Candidate:
    """Make a version ready to run. Raises Invalid where it lacks its decision, Refused a table."""
    loaded = loaded_draft(version)
    name = version.model.decision_name
    sources = sources_of(loaded)
    found = current_references(s.key for s in sources if s.kind == "reference")
    rows = ReferenceTableVersion.objects.in_bulk([row.pk for row in found])
    by_key = {r.table.key: reference_value(r.table.kind, rows[r.pk].rows) for r in found}
    references = {s.input: by_key[s.key] for s in sources if s.kind == "reference"}
    try:
        decide = loaded.decision(name).given(references)
    except engine.Invalid as error:
        raise Invalid(f"These rules have no decision “{name}” to run: {error}") from error
    return Candidate(loaded, decide, sources, references)
