"""Guardrails on rules: proved for all submissions where rules can be read so, tried otherwise."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction

from decisions import engine, events
from decisions.canonical import digest
from decisions.enums import EventKind, GuardrailState, Outcome, VersionState
from decisions.events import SYSTEM
from decisions.models import (
    DecisionModel,
    Guardrail,
    GuardrailCheck,
    ModelVersion,
    ReferenceTable,
)
from decisions.services.candidates import Candidate, candidate_today
from decisions.services.watching import Guard, broken, conditions

SUBSCRIBER = "decisions.tasks.check_guardrails"
MOST_SUBMISSIONS = 2000
MOST_BASES = 12
MOST_MADE = 600
FEW = 3
WATCHED = (VersionState.PROPOSED, VersionState.APPROVED, VersionState.PUBLISHED)
KINDS = {
    GuardrailState.PROVED: EventKind.GUARDRAIL_PROVED,
    GuardrailState.TESTED: EventKind.GUARDRAIL_TESTED,
    GuardrailState.BROKEN: EventKind.GUARDRAIL_BROKEN,
}


@dataclass(frozen=True)
class Case:
    """Facts that a guardrail is tried on, where they come from, and what was answered."""

    source: str
    facts: dict[str, Any]
    at: datetime | None
    outputs: dict[str, Any] | None = None


@dataclass(frozen=True)
class Checked:
    """What became of a guardrail on a version; `example` are facts that break it.

    `named` are those of its facts that the guardrail asks for, `row` says what answered.
    """

    guardrail: Guardrail
    state: GuardrailState
    content_hash: str
    cases: int = 0
    parts: int = 0
    inapplicable: int = 0
    blind: tuple[str, ...] = ()
    example: Mapping[str, Any] | None = None
    source: str = ""
    outcome: str = ""
    row: str = ""
    named: Mapping[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return self.state != GuardrailState.BROKEN

    @property
    def found(self) -> dict[str, Any]:
        """Return what a page tells of it, as it is kept."""
        return {
            "parts": self.parts,
            "inapplicable": self.inapplicable,
            "blind": list(self.blind),
            "example": None if self.example is None else dict(self.example),
            "source": self.source,
            "outcome": self.outcome,
            "row": self.row,
            "named": dict(self.named),
        }

    @property
    def trouble(self) -> str:
        """Return the sentence that says how the rules break it."""
        facts = "; ".join(f"{name} {_written(value)}" for name, value in self.named.items())
        because = f" {self.row} answers “{self.outcome}”" if self.row else f" “{self.outcome}”"
        return (
            f"It breaks the guardrail “{self.guardrail.name}” ({self.source}):{because} "
            f"for {facts or 'any facts'}. Change the rules so that it holds."
        )


def check_all(version: ModelVersion, *, now: datetime) -> list[Checked]:
    """Check each guardrail in force on a version with the reference tables of today."""
    return list(checks_of(version, version.model.guardrails.filter(active=True), now=now))


def checks_of(
    version: ModelVersion, guardrails: Iterable[Guardrail], *, now: datetime
) -> Iterator[Checked]:
    """Prove or try guardrails, saved or not, on a version."""
    wanted = list(guardrails)
    if not wanted:
        return
    rules = candidate_today(version, now=now)
    known = [_answered(rules, case) for case in _known_cases(version, rules)]
    guards = tuple(Guard(g.pk, g.applies, g.forbidden) for g in wanted)
    held = conditions(rules.model, rules.decide.part.name, guards)
    prover = engine.Prover(rules.decide, held, {"outcome": Outcome.values})
    for place, guardrail in enumerate(wanted):
        yield _checked(guardrail, place, rules, held, prover, known, now)


def _checked(
    guardrail: Guardrail,
    place: int,
    rules: Candidate,
    held: engine.Conditions,
    prover: engine.Prover,
    known: Sequence[Case],
    now: datetime,
) -> Checked:
    guard = Guard(guardrail.pk, guardrail.applies, guardrail.forbidden)
    content = digest([rules.model.hash, digest(rules.references), guard.applies, guard.forbidden])
    for case in known:
        if case.outputs is not None and _breaks(guard, rules, case):
            return _broken(guardrail, content, case, rules, held, place)
    bases = [case.facts for case in known[:MOST_BASES]]
    proof = prover.prove(2 * place, 2 * place + 1, bases=bases, now=now)
    common: dict[str, Any] = {"parts": proof.parts, "inapplicable": proof.inapplicable}
    if proof.proved:
        return Checked(guardrail, GuardrailState.PROVED, content, len(known), **common)
    if proof.example is not None:
        case = _answered(rules, Case("a made-up case", dict(proof.example), now))
        return _broken(guardrail, content, case, rules, held, place)
    made = 0
    for facts in islice(prover.cases(proof, bases, MOST_MADE), MOST_MADE):
        breaks = prover.breaks(facts, 2 * place, 2 * place + 1, now)
        made += breaks is not None
        if breaks:
            case = _answered(rules, Case("a made-up case", dict(facts), now))
            return _broken(guardrail, content, case, rules, held, place)
    blind = proof.blind[:FEW]
    return Checked(
        guardrail, GuardrailState.TESTED, content, made + len(known), blind=blind, **common
    )


def _broken(
    guardrail: Guardrail,
    content: str,
    case: Case,
    rules: Candidate,
    held: engine.Conditions,
    place: int,
) -> Checked:
    asked = {*held.decides[2 * place].shapes, *held.decides[2 * place + 1].shapes}
    named = {name: value for name, value in case.facts.items() if name in asked}
    return Checked(
        guardrail,
        GuardrailState.BROKEN,
        content,
        1,
        example=case.facts,
        source=case.source,
        outcome=str((case.outputs or {}).get("outcome", "")),
        row=_row_of(rules, case),
        named=named,
    )


def _row_of(rules: Candidate, case: Case) -> str:
    """Name the rows that answered, the last table first."""
    names = {t.id: name for name, t in engine.named_tables(rules.model.definitions)}
    rows = rules.decide(rules.inputs(case.facts), now=case.at).rows
    told = [f"row {row} of “{names[table]}”" for table, row in reversed(rows) if table in names]
    return ", ".join(told[:FEW])


def _known_cases(version: ModelVersion, rules: Candidate) -> Iterator[Case]:
    for test in version.tests.all():
        yield Case(f"test “{test.name}”", test.facts, test.at)
    newest = version.model.submissions.prefetch_related("evidence").order_by("-pk")
    for submission in newest[:MOST_SUBMISSIONS]:
        said = {row.source: row.facts for row in submission.evidence.all()}
        filled = {name: said.get(key) for name, key in rules.evidence.items()}
        facts = {**submission.facts, **filled}
        yield Case(f"submission {submission}", facts, submission.received_at)


def _answered(rules: Candidate, case: Case) -> Case:
    """Decide a case; a tainted answer goes to a person and breaks nothing."""
    result = rules.decide(rules.inputs(case.facts), now=case.at)
    value = engine.to_json(result.value)
    clean = isinstance(value, dict) and not result.failed and value.get("outcome") in Outcome.values
    return Case(case.source, case.facts, case.at, value if clean else None)


def _breaks(guard: Guard, rules: Candidate, case: Case) -> bool:
    facts = rules.inputs(case.facts)
    return bool(broken((guard,), rules.decide, facts, case.outputs or {}, now=case.at))


def _written(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, list):
        return ", ".join(map(_written, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


# What is kept


def check(event_ids: Sequence[str | UUID], *, now: datetime) -> None:
    """Answer events about guardrails, versions and reference tables: check what they touch."""
    with transaction.atomic():
        models: dict[UUID, None] = {}
        for event in events.unanswered(event_ids, subscriber=SUBSCRIBER):
            for key in _touched(event.subject_kind, event.subject_id):
                models[key] = None
        for model in DecisionModel.objects.filter(pk__in=list(models)):
            remember(model, now=now)


def _touched(kind: str, key: UUID) -> Iterator[UUID]:
    if kind == Guardrail._meta.model_name:
        yield from Guardrail.objects.filter(pk=key).values_list("model_id", flat=True)
    elif kind == ModelVersion._meta.model_name:
        yield from ModelVersion.objects.filter(pk=key).values_list("model_id", flat=True)
    elif kind == ReferenceTable._meta.model_name:
        yield from Guardrail.objects.filter(active=True).values_list("model_id", flat=True)


def remember(model: DecisionModel, *, now: datetime) -> None:
    """Check a model's versions that are live or on their way, and keep what came of it."""
    for version in model.versions.filter(state__in=WATCHED).select_related("model"):
        before = {row.guardrail_id: row for row in version.checks.all()}
        for checked in check_all(version, now=now):
            keep(version, checked, before.get(checked.guardrail.pk), now=now)


def keep(
    version: ModelVersion, checked: Checked, before: GuardrailCheck | None, *, now: datetime
) -> None:
    """Keep what came of a guardrail; the audit log hears of it where it is news."""
    GuardrailCheck.objects.update_or_create(
        guardrail=checked.guardrail,
        version=version,
        defaults={
            "content_hash": checked.content_hash,
            "state": checked.state,
            "cases": checked.cases,
            "found": checked.found,
            "checked_at": now,
        },
    )
    news = (checked.state, checked.content_hash)
    if before is None or (before.state, before.content_hash) != news:
        detail = {"version": str(version.pk), "number": version.number, "cases": checked.cases}
        events.record(KINDS[checked.state], checked.guardrail, actor=SYSTEM, now=now, detail=detail)
