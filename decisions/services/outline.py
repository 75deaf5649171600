"""What a version is made of, to be read by people: its decisions and how they hang together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from decisions import engine
from decisions.errors import Invalid
from decisions.models import ModelVersion
from decisions.services import binding
from decisions.services.authoring import faults_of
from decisions.services.drafting import loaded_draft

KINDS = {"table": "table", "expression": "expression", "none": "nothing yet"}


@dataclass(frozen=True)
class Outlined:
    """One decision: what it reads, what reads it, and where its logic stands.

    `text` is its FEEL where it is a single expression, None where it is not; `troubles` is what
    keeps it from running.
    """

    id: str
    name: str
    question: str
    kind: str
    text: str | None
    reads: list[str]
    read_by: list[str]
    tables: list[tuple[str, int]]
    decides: bool
    troubles: list[str]

    @property
    def note(self) -> str:
        rows = sum(count for _, count in self.tables)
        return f"{rows:,} row{'' if rows == 1 else 's'}" if self.tables else self.kind


def decisions_of(version: ModelVersion) -> list[Outlined]:
    """Return the decisions of a version in the order of its file."""
    loaded = loaded_draft(version)
    described = loaded.decisions
    return [
        Outlined(
            id=item["id"],
            name=item["name"],
            question=item["question"] or item["description"],
            kind=KINDS.get(item["kind"], "expressions"),
            text=item["text"] if item["kind"] == "expression" else None,
            reads=item["requires"],
            read_by=[other["name"] for other in described if item["name"] in other["requires"]],
            tables=[(table["id"], len(table["rules"])) for table in item["tables"]],
            decides=item["name"] == version.model.decision_name,
            troubles=_troubles(loaded, item["name"]),
        )
        for item in described
    ]


def decision_of(version: ModelVersion, decision_id: str) -> Outlined:
    """Return one decision of a version; raises Invalid when there is none of this id."""
    for found in decisions_of(version):
        if found.id == decision_id:
            return found
    raise Invalid("This decision is no longer in the draft.")


def fields_of(version: ModelVersion) -> list[engine.Field]:
    """Return what the rules read from outside: every input and part of one."""
    return engine.fields_of(loaded_draft(version).definitions)


def not_yet(version: ModelVersion, *, now: datetime) -> str:
    """Say what keeps a draft from being proposed, as far as that is known without running it."""
    loaded = loaded_draft(version)
    if faults := faults_of(loaded):
        return f"{len(faults)} problem{'' if len(faults) == 1 else 's'} in the rules"
    if version.model.decision_name not in {item["name"] for item in loaded.decisions}:
        return f"no decision is named “{version.model.decision_name}”"
    if version.model.live_version_id and binding.report_for(version, now=now) is None:
        return "preview the impact first"
    return ""


def _troubles(loaded: engine.Model, name: str) -> list[str]:
    place = f'decision "{name}"'
    return [
        " ".join(filter(None, [problem.message, problem.hint]))
        for problem in loaded.problems
        if problem.severity == "error"
        and (problem.where == place or problem.where.startswith(f"{place},"))
    ]


def labels_of(fields: list[engine.Field]) -> Mapping[str, str]:
    """Return what people call the inputs, by name."""
    return {field.path: field.label for field in fields if field.is_input}
