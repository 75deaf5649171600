"""Rules that are not live yet, ready to run: a version with contents of its reference tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
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
    references: dict[str, Any]
    fallback_queue: str

    @cached_property
    def evidence(self) -> dict[str, str]:
        """Return {input name: evidence source} of what a second witness says."""
        return {s.input: s.key for s in self.sources if s.kind == "evidence"}

    def inputs(
        self, facts: Mapping[str, Any], said: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what is judged: the facts, with what the sources of evidence `said`.

        Without `said`, the facts may hold it under the names of its inputs. Null stands for
        evidence nobody gave.
        """
        if said is None:
            return {**dict.fromkeys(self.evidence), **facts}
        return {**facts, **{name: said.get(source) for name, source in self.evidence.items()}}


def candidate_today(version: ModelVersion, *, now: datetime) -> Candidate:
    """Make a version ready to run with the reference tables in force.

    Raises Invalid where it lacks its decision, Refused where it lacks a table.
    """
    keys = [s.key for s in sources_of(loaded_draft(version)) if s.kind == "reference"]
    found = current_references(keys, now=now)
    whole = ReferenceTableVersion.objects.select_related("table")
    return candidate(version, whole.in_bulk([row.pk for row in found]).values())


def candidate(version: ModelVersion, references: Iterable[ReferenceTableVersion]) -> Candidate:
    """Make a version ready to run with contents; raises Invalid where it lacks its decision."""
    loaded = loaded_draft(version)
    name = version.model.decision_name
    sources = sources_of(loaded)
    by_key = {row.table.key: reference_value(row.table.kind, row.rows) for row in references}
    given = {s.input: by_key[s.key] for s in sources if s.kind == "reference"}
    try:
        decide = loaded.decision(name).given(given)
    except engine.Invalid as error:
        raise Invalid(f"These rules have no decision “{name}” to run: {error}") from error
    return Candidate(loaded, decide, sources, given, version.model.fallback_queue)
