"""Compliance sets guardrails: what must never happen, checked on entry and tried on every draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from decisions import engine, history
from decisions.errors import Fault, Invalid
from decisions.ids import new_id
from decisions.models import DecisionModel, Guardrail, ModelVersion, User
from decisions.services.candidates import Candidate, candidate_today
from decisions.services.rulesets import live_version_id
from decisions.services.watching import Guard, broken

MOST_SUBMISSIONS = 2000


@dataclass(frozen=True)
class Tried:
    """What became of a guardrail on a version: on how many cases, and one that breaks it."""

    guardrail: Guardrail
    cases: int
    example: Mapping[str, Any] | None
    source: str = ""

    @property
    def holds(self) -> bool:
        return self.example is None


def create(
    model: DecisionModel,
    *,
    name: str,
    applies: str,
    forbidden: str,
    basis: str,
    author: User,
    reason: str,
    now: datetime,
) -> Guardrail:
    """Set a guardrail; raises Invalid for what is no FEEL over the model's inputs and outputs."""
    guardrail = Guardrail(id=new_id(now), model=model, position=model.guardrails.count())
    _write(guardrail, name, applies, forbidden, basis)
    _save(guardrail, author, reason, now)
    return guardrail


def change(
    guardrail: Guardrail,
    *,
    name: str,
    applies: str,
    forbidden: str,
    basis: str,
    author: User,
    reason: str,
    now: datetime,
) -> Guardrail:
    """Word a guardrail anew; decisions from now on are watched by the new words."""
    _write(guardrail, name, applies, forbidden, basis)
    _save(guardrail, author, reason, now)
    return guardrail


def set_active(
    guardrail: Guardrail, active: bool, *, author: User, reason: str, now: datetime
) -> Guardrail:
    """Put a guardrail out of force, or in force again."""
    guardrail.active = active
    _save(guardrail, author, reason, now)
    return guardrail


def try_all(version: ModelVersion, *, now: datetime) -> list[Tried]:
    """Try each guardrail in force on the version's tests and the newest real submissions.

    This proves nothing about other cases; it finds what is known to break.
    """
    guardrails = list(version.model.guardrails.filter(active=True))
    if not guardrails:
        return []
    rules = candidate_today(version, now=now)
    cases = _cases(version, rules)
    answers = [(source, facts, _answer(rules, facts, at)) for source, facts, at in cases]
    return [_try(guardrail, rules, answers) for guardrail in guardrails]


def none_broken(version: ModelVersion, *, now: datetime) -> bool:
    """Tell whether no known case breaks a guardrail under a version."""
    return all(tried.holds for tried in try_all(version, now=now))


def _try(
    guardrail: Guardrail, rules: Candidate, answers: list[tuple[str, dict[str, Any], Any]]
) -> Tried:
    guard = (Guard(guardrail.pk, guardrail.applies, guardrail.forbidden),)
    for source, facts, outputs in answers:
        inputs = {**rules.references, **rules.inputs(facts)}
        if outputs is not None and broken(guard, inputs, outputs, now=None):
            return Tried(guardrail, len(answers), facts, source)
    return Tried(guardrail, len(answers), None)


def _cases(
    version: ModelVersion, rules: Candidate
) -> list[tuple[str, dict[str, Any], datetime | None]]:
    tests = [(f"test “{t.name}”", t.facts, t.at) for t in version.tests.all()]
    newest = version.model.submissions.prefetch_related("evidence").order_by("-pk")
    real = []
    for submission in newest[:MOST_SUBMISSIONS]:
        said = {row.source: row.facts for row in submission.evidence.all()}
        filled = {name: said.get(key) for name, key in rules.evidence.items()}
        facts = {**submission.facts, **filled}
        real.append((f"submission {submission}", facts, submission.received_at))
    return tests + real


def _answer(rules: Candidate, facts: dict[str, Any], at: datetime | None) -> Any:
    """Return what the rules answer; a tainted answer goes to a person and breaks nothing."""
    result = rules.decide(rules.inputs(facts), now=at)
    value = engine.to_json(result.value)
    return value if isinstance(value, dict) and not result.failed else None


def _write(guardrail: Guardrail, name: str, applies: str, forbidden: str, basis: str) -> None:
    if not name.strip():
        raise Invalid("Give the guardrail a name, such as “No alcohol to minors”.")
    others = guardrail.model.guardrails.exclude(pk=guardrail.pk)
    if others.filter(name=name.strip()[:200]).exists():
        raise Invalid(f"A guardrail “{name.strip()}” is there already. Choose another name.")
    loaded = engine.load_model(
        ModelVersion.objects.values_list("dmn", flat=True).get(pk=live_version_id(guardrail.model))
    )
    inputs = {item["name"] for item in loaded.describe()["inputs"]}
    faults = [
        *_faults("applies", applies, inputs),
        *_faults("forbidden", forbidden, inputs | OUTPUTS),
    ]
    if faults:
        raise Invalid("The guardrail cannot be read. Nothing was saved.", faults)
    guardrail.name, guardrail.basis = name.strip()[:200], basis.strip()[:300]
    guardrail.applies, guardrail.forbidden = applies.strip(), forbidden.strip()


# What every answer of the rules may hold; evaluation refuses answers of another shape.
OUTPUTS = {"outcome", "queue", "destination", "reasons", "conditions", "actions"}


def _faults(field: str, text: str, names: set[str]) -> list[Fault]:
    """Name what is wrong with a condition: it is tried with every name known and nothing given."""
    if not text.strip():
        return [Fault(where=f"/{field}", message="Write a condition.", hint="For all: true.")]
    answer = engine.evaluate_expression(text, dict.fromkeys(names))
    return [
        Fault(code=p.code, where=f"/{field}", message=p.message, hint=p.hint)
        for p in answer.problems
        if p.severity == "error" and p.code.startswith(("syntax", "name"))
    ]


def _save(guardrail: Guardrail, author: User, reason: str, now: datetime) -> None:
    if not reason.strip():
        raise Invalid("Say why. The reason stays with the guardrail.")
    with transaction.atomic():
        history.save(guardrail, by=author, reason=reason, now=now)
