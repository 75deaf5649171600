"""Why a decision came out as it did: replayed from its facts, rules and time, on demand."""

from dataclasses import dataclass
from typing import Any

from decisions import engine
from decisions.canonical import digest
from decisions.models import Decision
from decisions.services.evaluation import input_hash_of, inputs_of
from decisions.services.rulesets import Rules, pinned_rules


@dataclass(frozen=True)
class Explanation:
    """The replayed evaluation; `same` says whether it gave the bytes and rows of the record."""

    tables: list[dict[str, Any]]
    inputs: dict[str, Any]
    same: bool


def explain(decision: Decision) -> Explanation:
    """Replay `decision` as of then and explain each table, rule and cell."""
    rules = pinned_rules(decision.ruleset_id)
    submission = decision.submission
    witnesses = list(submission.evidence.all())
    inputs = inputs_of(submission.facts, rules, witnesses)
    result = rules.decide(inputs, now=decision.evaluated_at)
    same = (
        digest(submission.facts) == submission.facts_hash
        and all(digest(row.facts) == row.facts_hash for row in witnesses)
        and input_hash_of(submission, witnesses) == decision.input_hash
        and digest(engine.to_json(result.value)) == decision.output_hash
        and (decision.failed or [list(row) for row in result.rows] == decision.rows)
    )
    shown = {**inputs, **rules.references}
    return Explanation(tables=result.explain(every_row=True), inputs=shown, same=same)


def describe(rules: Rules) -> dict[str, Any]:
    """Return a ruleset's model as plain values: decisions, tables, inputs and requirements."""
    return rules.model.describe()
