"""Replays many submissions under any rules: in columns where they allow it, else one by one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from decisions import engine
from decisions.enums import Outcome
from decisions.models import DecisionModel, ModelVersion, ReferenceTableVersion
from decisions.services.drafting import loaded_draft
from decisions.services.evaluation import destination_of, misfit
from decisions.services.rulesets import Source, reference_value, sources_of

log = structlog.get_logger(__name__)

READS_TIME = re.compile(r"\b(now|today)\b")
FEW = 8  # Below this many items of one form, columns cost more than they save.

Rows = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Item:
    """One submission to replay: its facts, what each evidence source said, and its time.

    Without `evidence` the facts themselves hold it, under the names of the inputs it fills.
    """

    facts: dict[str, Any]
    evidence: Mapping[str, Any] | None
    at: datetime


@dataclass(frozen=True)
class Answer:
    """What rules say of an item; where they fail it is `review` in the fallback queue."""

    outcome: str
    destination: str
    rows: Rows
    failed: bool


@dataclass(frozen=True)
class Trial:
    """Rules to try: a version, whichever state it is in, with given reference contents."""

    model: engine.Model
    decide: engine.Decide
    sources: tuple[Source, ...]
    fallback_queue: str
    reads_time: bool

    def inputs(self, item: Item) -> dict[str, Any]:
        """Return what the rules judge: the facts, and the evidence under its input names."""
        read = [source for source in self.sources if source.kind == "evidence"]
        if item.evidence is None:
            return {**{source.input: None for source in read}, **item.facts}
        return {**item.facts, **{s.input: item.evidence.get(s.key) for s in read}}


def trial_of(
    owner: DecisionModel, version: ModelVersion, references: Iterable[ReferenceTableVersion]
) -> Trial:
    """Make rules ready to be tried. `references` holds a content for each table they read."""
    loaded = loaded_draft(version)
    by_key = {row.table.key: reference_value(row.table.kind, row.rows) for row in references}
    sources = sources_of(loaded)
    given = {s.input: by_key[s.key] for s in sources if s.kind == "reference"}
    return Trial(
        model=loaded,
        decide=loaded.decision(owner.decision_name).given(given),
        sources=sources,
        fallback_queue=owner.fallback_queue,
        reads_time=READS_TIME.search(version.dmn) is not None,
    )


def replay_one(trial: Trial, item: Item) -> Answer:
    """Decide one item as the run-time does, at the item's own time."""
    inputs = trial.inputs(item)
    try:
        result = trial.decide(inputs, now=item.at)
        failed = any(problem.severity == "error" for problem in result.problems)
        return _answer(trial, result.value, result.rows, failed)
    except Exception:
        log.exception("replay_failed")
        return Answer(Outcome.REVIEW, trial.fallback_queue, (), True)


def replay(trial: Trial, items: Sequence[Item]) -> list[Answer]:
    """Decide items in columns; gives what `replay_one` gives for each, in their order."""
    answers: list[Answer | None] = [None] * len(items)
    alike: dict[Any, list[int]] = {}
    for place, item in enumerate(items):
        form = tuple(sorted(trial.inputs(item)))
        alike.setdefault((form, item.at if trial.reads_time else None), []).append(place)
    for (form, _), places in alike.items():
        found = _in_columns(trial, form, [items[place] for place in places])
        for place, answer in zip(places, found, strict=True):
            answers[place] = answer
    return [answer for answer in answers if answer is not None]


def _in_columns(trial: Trial, form: tuple[str, ...], items: Sequence[Item]) -> list[Answer]:
    if len(items) < FEW or not form:
        return [replay_one(trial, item) for item in items]
    inputs = [trial.inputs(item) for item in items]
    columns = {name: [one[name] for one in inputs] for name in form}
    try:
        batch = trial.decide.evaluate_many(columns, now=items[0].at)
        failed = batch.failed
        known: dict[int, tuple[Any, str, str, bool]] = {}
        answers = []
        for place in range(len(items)):
            value = batch.value(place)
            # Items share values; the value is kept so that its identity stays its own.
            judged = known.get(id(value))
            if judged is None:
                judged = known[id(value)] = (value, *_judged(trial, value))
            _, outcome, destination, bad = judged
            if failed[place] or bad:
                outcome, destination = Outcome.REVIEW, trial.fallback_queue
            rows = tuple(batch.hits(place))
            answers.append(Answer(outcome, destination, rows, bool(failed[place]) or bad))
        return answers
    except engine.Invalid:  # A column that the rules need is missing: each item says so itself.
        return [replay_one(trial, item) for item in items]
    except Exception:
        # What breaks for one item must not lose the others.
        log.exception("columns_failed")
        return [replay_one(trial, item) for item in items]


def _answer(trial: Trial, value: Any, rows: Iterable[tuple[str, int]], failed: bool) -> Answer:
    outcome, destination, bad = _judged(trial, value)
    if failed:
        outcome, destination = Outcome.REVIEW, trial.fallback_queue
    return Answer(outcome, destination, tuple((t, n) for t, n in rows), failed or bad)


def _judged(trial: Trial, value: Any) -> tuple[str, str, bool]:
    """Return outcome and destination of an answer's value, and whether it is misshapen."""
    plain = engine.to_json(value)
    if misfit(plain):
        return Outcome.REVIEW, trial.fallback_queue, True
    return str(plain["outcome"]), destination_of(plain), False
