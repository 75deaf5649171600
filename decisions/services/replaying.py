"""Replays many submissions under any rules: in columns where they allow it, else one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from decisions import engine
from decisions.enums import Outcome
from decisions.services.candidates import Candidate
from decisions.services.evaluation import destination_of, misfit

log = structlog.get_logger(__name__)

FEW = 8  # Below this many items, columns cost more than they save.

Rows = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One submission to replay: its facts, what each evidence source said, and its time.

    Without `evidence` the facts themselves hold it, under the names of the inputs it fills.
    """

    facts: dict[str, Any]
    evidence: Mapping[str, Any] | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What rules say of an item; where they fail it is `review` in the fallback queue."""

    outcome: str
    destination: str
    rows: Rows
    failed: bool

    @property
    def told(self) -> tuple[str, str]:
        return self.outcome, self.destination


def replay_one(rules: Candidate, item: Item) -> Answer:
    """Decide one item as the run-time does, at the item's own time."""
    return _one(rules, rules.inputs(item.facts, item.evidence), item.at)


def replay(rules: Candidate, items: Sequence[Item]) -> list[Answer]:
    """Decide items in columns; gives what `replay_one` gives for each, in their order."""
    inputs = [rules.inputs(item.facts, item.evidence) for item in items]
    asked = {n: s for n, s in rules.decide.shapes.items() if n not in rules.references}
    needed = [name for name, shape in asked.items() if not shape.optional]
    answers: list[Answer | None] = [None] * len(items)
    # Null stands for what is absent and may be; names that the rules do not know change nothing.
    whole = [
        place
        for place, given in enumerate(inputs)
        if rules.references.keys().isdisjoint(given) and all(name in given for name in needed)
    ]
    if len(whole) >= FEW and asked:
        columns = {name: [inputs[place].get(name) for place in whole] for name in asked}
        found = _in_columns(rules, columns, [items[place].at for place in whole])
        for place, answer in zip(whole, found, strict=False):
            answers[place] = answer
    return [
        _one(rules, given, item.at) if answer is None else answer
        for answer, given, item in zip(answers, inputs, items, strict=True)
    ]


def _one(rules: Candidate, inputs: dict[str, Any], at: datetime) -> Answer:
    try:
        result = rules.decide(inputs, now=at)
        failed = any(problem.severity == "error" for problem in result.problems)
        return _answer(rules, result.value, result.rows, failed)
    except Exception:
        log.exception("replay_failed")
        return Answer(Outcome.REVIEW, rules.fallback_queue, (), True)


def _in_columns(
    rules: Candidate, columns: dict[str, list[Any]], times: list[datetime]
) -> list[Answer]:
    """Decide columns of items; gives nothing where something broke, and each is decided alone."""
    try:
        batch = rules.decide.evaluate_many(columns, now=times)
        failed = batch.failed.tolist()
        return [
            _answer(rules, batch.value(place), batch.hits(place), bad)
            for place, bad in enumerate(failed)
        ]
    except Exception:
        # What breaks for one item must not lose the others.
        log.exception("columns_failed")
        return []


def _answer(rules: Candidate, value: Any, hits: Iterable[tuple[str, int]], failed: bool) -> Answer:
    rows = tuple((table, number) for table, number in hits)
    if not failed:
        plain = engine.to_json(value)
        if not misfit(plain):
            return Answer(str(plain["outcome"]), destination_of(plain), rows, False)
    return Answer(Outcome.REVIEW, rules.fallback_queue, rows, True)
