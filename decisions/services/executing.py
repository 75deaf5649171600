"""Rules that give values and no outcome are executed for other systems; each time is kept."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction

from decisions import engine, events
from decisions.canonical import digest
from decisions.enums import EventKind, Outcome
from decisions.errors import Refused
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import Decision, DecisionModel, Execution, Submission
from decisions.services import evaluation, explanation, intake, watching
from decisions.services.rulesets import live_rules, live_version_id, load, pinned_rules

OUTCOME = "outcome"


@dataclass(frozen=True)
class Answered:
    """What the rules of a version take and give, for doors that name each value and its type.

    `inputs` are (name, base type) of what a caller gives; `outputs` (name, type) of the columns,
    empty where the answer is no table. `graph` says that the decision reads other decisions.
    """

    name: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    hit_policy: str
    graph: bool

    @property
    def settles(self) -> bool:
        """Whether the answer can be an outcome: a table without that column gives values only."""
        return not self.outputs or OUTCOME in dict(self.outputs)


def answered_by(model: DecisionModel) -> Answered:
    """Return what the live rules of a model take and give; raises Refused when none are live."""
    return shape_of(live_version_id(model), model.decision_name)


@lru_cache(maxsize=64)
def shape_of(version_id: UUID, decision_name: str) -> Answered:
    """Return what a version that is or was live takes and gives."""
    loaded = load(version_id)
    found = next(d for d in loaded.describe()["decisions"] if d["name"] == decision_name)
    table = found["table"]
    return Answered(
        name=decision_name,
        inputs=tuple(
            (field.path, field.base)
            for field in engine.fields_of(loaded.definitions)
            if field.is_input and not field.source
        ),
        outputs=tuple((o["name"] or decision_name, o["type"]) for o in table["outputs"])
        if table
        else (),
        hit_policy=table["hit_policy"] if table else "",
        graph=len(loaded.decisions) > 1,
    )


def execute(
    model: DecisionModel, facts: Mapping[str, Any], *, source: str, actor: Actor, now: datetime
) -> Execution:
    """Answer with values and keep what was asked and answered. Raises Invalid with every fault."""
    if model.stopped_at is not None:
        raise Refused(f"“{model.name}” is stopped: its rules answer nothing until it is resumed.")
    rules = live_rules(model, now=now)
    inputs, _ = intake.checked(rules, facts)
    filled = evaluation.inputs_of(inputs, rules, [])
    started = time.perf_counter_ns()
    result = rules.decide(filled, now=now)
    duration_us = (time.perf_counter_ns() - started) // 1000
    value = engine.to_json(result.value)
    problems = [evaluation.problem_of(p) for p in result.problems if p.severity == "error"]
    if not problems and (guards := watching.active_guards(model.pk)):
        broken = watching.broken(guards, rules.decide, filled, value, now=now)
        problems = watching.told(guards, broken, value) if broken else []
    execution = Execution(
        id=new_id(now),
        model=model,
        ruleset_id=rules.ruleset_id,
        inputs=inputs,
        outputs=value,
        rows=[list(row) for row in result.rows],
        problems=problems,
        failed=bool(problems),
        input_hash=digest(inputs),
        output_hash=digest(value),
        source=source[:120],
        evaluated_at=now,
        duration_us=min(duration_us, 2**31 - 1),
    )
    with transaction.atomic():
        execution.save(force_insert=True)
        events.record(
            EventKind.EXECUTION_EVALUATED,
            execution,
            actor=actor,
            now=now,
            detail={
                "ruleset": str(execution.ruleset_id),
                "rows": execution.rows,
                "input": execution.input_hash,
                "output": execution.output_hash,
                "failed": execution.failed,
            },
        )
    return execution


def trial(model: DecisionModel, case: Submission | Execution, *, now: datetime) -> Any:
    """Return what the live rules would answer to the facts of a case now; nothing is kept."""
    rules = live_rules(model, now=now)
    if isinstance(case, Submission):
        filled = evaluation.inputs_of(case.facts, rules, case.evidence.all())
    else:
        filled = evaluation.inputs_of(case.inputs, rules, [])
    return engine.to_json(rules.decide(filled, now=now).value)


def retrace(record: Decision | Execution) -> list[dict[str, Any]]:
    """Replay a decision or an execution as of then; each table, rule and cell with what it said."""
    if isinstance(record, Decision):
        return explanation.explain(record).tables
    rules = pinned_rules(record.ruleset_id)
    filled = evaluation.inputs_of(record.inputs, rules, [])
    return rules.decide(filled, now=record.evaluated_at).explain(every_row=True)


def given_to(record: Decision | Execution) -> dict[str, Any]:
    """Return the facts that a decision or an execution was made of."""
    facts: dict[str, Any] = (
        record.submission.facts if isinstance(record, Decision) else record.inputs
    )
    return facts


def answer_of(record: Decision | Execution) -> Any:
    """Return what the caller is told: of a decision its outcome as it stands, beside the rules'."""
    if isinstance(record, Execution):
        return record.outputs
    said = dict(record.outputs or {})
    if said.get(OUTCOME) != record.outcome:
        # The rules failed, are stopped or broke a guardrail: a person decides in their place.
        where = "queue" if record.outcome == Outcome.REVIEW else "destination"
        reasons = [{"code": code} for code in record.reasons]
        said |= {OUTCOME: record.outcome, where: record.destination or None, "reasons": reasons}
    return said
