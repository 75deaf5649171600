"""Decides as of any moment: past decisions again, today's cases under the rules of then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from decisions.canonical import digest
from decisions.ids import new_id
from decisions.models import (
    Decision,
    DecisionModel,
    Evidence,
    ModelVersion,
    ReferenceTableVersion,
    Submission,
)
from decisions.services import explanation, rule_base, settlement
from decisions.services.evaluation import inputs_of, judge
from decisions.services.explanation import Explanation
from decisions.services.rulesets import Rules, load, pinned_rules, sources_of

log = structlog.get_logger(__name__)

READ_FROM_OUTCOME = ("outcome", "queue", "destination")


@dataclass(frozen=True)
class Run:
    """One case decided under one set of rules; nothing of it is written.

    `at` is the moment the rules are of and the clock they read. `told` is None where the rules
    could not be run. `same` says whether a record was met again byte for byte.
    """

    version: ModelVersion
    references: list[ReferenceTableVersion]
    at: datetime
    decision: Decision
    told: Explanation | None
    described: dict[str, Any]
    same: bool | None = None


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two runs; `kind` is outcome, output, row, value or rules."""

    kind: str
    name: str
    before: Any
    after: Any


def as_recorded(decision: Decision) -> Run:
    """Run a past decision again as of then: its rules, its reference contents, its time."""
    try:
        told = explanation.explain(decision)
    except Exception:
        # The record must be readable even when its rules cannot be run any more.
        log.exception("replay_failed", decision=str(decision.pk))
        told = None
    references = list(decision.ruleset.references.select_related("table").order_by("table__name"))
    described = pinned_rules(decision.ruleset_id).model.describe()
    return Run(
        version=decision.ruleset.version,
        references=references,
        at=decision.evaluated_at,
        decision=decision,
        told=told,
        described=described,
        same=bool(told and told.same),
    )


def run_at(
    submission: Submission,
    at: datetime,
    *,
    evidence: Sequence[Evidence] = (),
    clock: datetime | None = None,
) -> Run:
    """Decide a submission with everything that was in force at the moment `at`.

    The rules read `clock` as the time, `at` where it is left out. Raises Refused where the model
    or a table it reads had no content then.
    """
    then = rule_base.model_at(submission.model_id, at)
    rules, references = rule_base.rules_at(then, at)
    now = clock or at
    guards = rule_base.guards_at(submission.model_id, at)
    said = judge(submission, rules, evidence=evidence, now=now, guards=guards)
    judged = settlement.withheld(said, then.model)
    assert then.version is not None
    return Run(
        version=then.version,
        references=sorted(references, key=lambda row: row.table.name),
        at=at,
        decision=settlement.decision_from(submission, judged, now=now),
        told=_told(submission, rules, evidence, now),
        described=rules.model.describe(),
    )


def case_of(
    model: DecisionModel, facts: Mapping[str, Any], *, at: datetime
) -> tuple[Submission, list[Evidence]]:
    """Make a submission of facts given by hand, not written; evidence stands among the facts.

    Which facts are evidence, the rules of the moment `at` say. Raises Refused as `run_at`.
    """
    then = rule_base.model_at(model.pk, at)
    assert then.version is not None
    said = dict(facts)
    submission = Submission(id=new_id(at), model=model, received_at=at, updated_at=at)
    witnesses = [
        Evidence(
            id=new_id(at),
            submission=submission,
            source=source.key,
            facts=said[source.input],
            facts_hash=digest(said.pop(source.input)),
            read_at=at,
        )
        for source in sources_of(load(then.version.pk))
        if source.kind == "evidence" and source.input in said
    ]
    submission.facts, submission.facts_hash = said, digest(said)
    return submission, witnesses


def differences(one: Run, other: Run) -> list[Difference]:
    """Return what differs between two runs of a case, what matters most first."""
    return [
        *_outcomes(one.decision, other.decision),
        *_rows(one, other),
        *_outputs(one.decision.outputs or {}, other.decision.outputs or {}),
        *_values(one, other),
        *_rules(one, other),
    ]


def _told(
    submission: Submission, rules: Rules, evidence: Sequence[Evidence], now: datetime
) -> Explanation | None:
    inputs = inputs_of(submission.facts, rules, evidence)
    try:
        result = rules.decide(inputs, now=now)
        tables = result.explain(every_row=True)
    except Exception:
        # `judge` has turned the same failure into a review with its problem.
        log.exception("run_failed", submission=str(submission.pk))
        return None
    return Explanation(tables=tables, inputs={**inputs, **rules.references}, same=True)


def _outcomes(one: Decision, other: Decision) -> Iterator[Difference]:
    if one.rules_outcome != other.rules_outcome:
        yield Difference("outcome", "Outcome", one.rules_outcome, other.rules_outcome)
    places = [_place(one), _place(other)]
    if places[0] != places[1]:
        yield Difference("output", "Queue or destination", *places)
    if one.failed != other.failed:
        yield Difference("output", "Evaluation failed", one.failed, other.failed)


def _place(decision: Decision) -> str:
    """Where the rules sent it; a verdict may have moved the record elsewhere since."""
    said = decision.outputs or {}
    return str(said.get("queue") or said.get("destination") or "")


def _rows(one: Run, other: Run) -> Iterator[Difference]:
    """Compare which rows hit by their ids: a row that only moved is still the same row."""
    names: dict[str, str] = {}
    hits = [_hits(run, names) for run in (one, other)]
    for table, name in names.items():
        before, after = (found.get(table, {}) for found in hits)
        if before.keys() != after.keys():
            yield Difference("row", name, list(before.values()), list(after.values()))


def _hits(run: Run, names: dict[str, str]) -> dict[str, dict[str, int]]:
    """Return by table the rows that hit: their numbers by their ids."""
    owners = [*run.described["decisions"], *run.described["knowledge"]]
    tables = {t["id"]: (owner["name"], t["rules"]) for owner in owners for t in owner["tables"]}
    found: dict[str, dict[str, int]] = {}
    for table, number in run.decision.rows:
        name, rules = tables.get(table, (table, []))
        names.setdefault(table, name)
        row = rules[number - 1]["id"] if number <= len(rules) else ""
        found.setdefault(table, {})[row or f"number {number}"] = number
    return found


def _outputs(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys([*one, *other]):
        if name not in READ_FROM_OUTCOME and one.get(name) != other.get(name):
            yield Difference("output", name, one.get(name), other.get(name))


def _values(one: Run, other: Run) -> Iterator[Difference]:
    """Compare what the decisions on the way gave, those of the outcome left out."""
    before, after = _by_decision(one), _by_decision(other)
    for name, value in before.items():
        if name in after and value != after[name]:
            yield Difference("value", name, value, after[name])


def _by_decision(run: Run) -> dict[str, Any]:
    entries = run.told.tables if run.told else []
    outcome = run.decision.outputs or {}
    return {e["name"]: e["value"] for e in entries if e["value"] != outcome}


def _rules(one: Run, other: Run) -> Iterator[Difference]:
    if one.version.pk != other.version.pk:
        yield Difference("rules", "Version", one.version, other.version)
    contents = [{row.table.name: row for row in run.references} for run in (one, other)]
    for name in sorted(contents[0].keys() | contents[1].keys()):
        before, after = (found.get(name) for found in contents)
        if before != after:
            yield Difference("rules", name, before, after)
