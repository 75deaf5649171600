"""Everything the work bench shows of one item: why it came, what is known, what happened."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from decisions.enums import Outcome
from decisions.models import AuditEvent, Decision, Evidence, User
from decisions.services.explanation import explain
from reviews.enums import ItemState
from reviews.models import ReasonCode, ReviewItem
from reviews.queries.items import (
    earlier_decisions,
    open_items,
    story_of,
    with_meters,
)
from reviews.queries.queues import active_codes, may_work

log = structlog.get_logger(__name__)

NEXT_UP = 8
MOST_ANSWER = 40  # Longer answers are sentences, which stand above the table.


@dataclass(frozen=True)
class Fact:
    """One value with the way to it, like ("show", "explicit").

    `submitted` is set in evidence that says otherwise than the submitter did.
    """

    path: tuple[str, ...]
    value: Any
    submitted: Any = None


@dataclass(frozen=True)
class Witness:
    """What one source of evidence said, or why it could not."""

    evidence: Evidence
    facts: list[Fact]


@dataclass(frozen=True)
class Test:
    """One cell of a row that matched, with the value it was held against."""

    label: str
    value: Any
    text: str


@dataclass(frozen=True)
class Answer:
    """One output of a row that matched; `outcome` is set where it is one."""

    label: str
    text: str
    outcome: str


@dataclass(frozen=True)
class HitRow:
    """A row of a table that matched: its tests beside the values of this submission."""

    number: int
    tests: list[Test]
    answers: list[Answer]
    annotation: str


@dataclass(frozen=True)
class HitTable:
    """A table of rules with the rows that matched; `decisive` ones gave the reasons."""

    name: str
    rows: list[HitRow]
    decisive: bool


@dataclass(frozen=True)
class Bench:
    """One item as its reviewer sees it; `mine` means that this person holds it."""

    item: ReviewItem
    decision: Decision
    lead: str
    reasons: list[Mapping[str, str]]
    codes_of_rules: list[str]
    decisive: list[HitTable]
    others: list[HitTable]
    explained: bool
    facts: list[Fact]
    witnesses: list[Witness]
    earlier: list[Decision]
    story: list[AuditEvent]
    next_up: list[ReviewItem]
    codes: list[ReasonCode]
    conditions: list[dict[str, str]]
    mine: bool
    may_work: bool


def bench_for(item: ReviewItem, user: User, *, now: datetime) -> Bench:
    """Assemble the bench. Load the item with `item_with_record`."""
    decision = item.decision
    outputs = decision.outputs or {}
    reasons = _reasons(decision, outputs)
    tables, explained = _hit_tables(decision, reasons)
    facts = _known_first(_facts(item.submission.facts))
    with_meters([item], now=now)
    up_next = open_items(now=now, queues=[item.queue])[:NEXT_UP]
    return Bench(
        item=item,
        decision=decision,
        lead=reasons[0]["text"] if reasons else "The rules ask for a person here.",
        reasons=reasons[1:],
        codes_of_rules=[reason["code"] for reason in reasons],
        decisive=[table for table in tables if table.decisive],
        others=[table for table in tables if not table.decisive],
        explained=explained,
        facts=facts,
        witnesses=[
            Witness(evidence, _compared(evidence.facts or {}, facts))
            for evidence in item.submission.evidence.all()
        ],
        earlier=earlier_decisions(decision),
        story=story_of(item.submission_id),
        next_up=with_meters(up_next, now=now),
        codes=active_codes(item.queue),
        conditions=proposed_conditions(decision),
        mine=item.state == ItemState.CLAIMED and item.claimed_by_id == user.pk,
        may_work=may_work(user, item.queue),
    )


def proposed_conditions(decision: Decision) -> list[dict[str, str]]:
    """The conditions the rules propose for an approval: [{"code", "text"}]."""
    rows = (decision.outputs or {}).get("conditions")
    if not isinstance(rows, list):
        return []
    return [
        {"code": str(row.get("code") or ""), "text": str(row.get("text") or row.get("code"))}
        for row in rows
        if isinstance(row, dict) and (row.get("text") or row.get("code"))
    ]


def _reasons(decision: Decision, outputs: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """What the rules said, in sentences; a code without a sentence stands for itself.

    Read from their outputs, because a verdict puts its own reasons on the decision.
    """
    if decision.failed:
        return [
            {"code": problem.get("code", ""), "text": problem.get("message", "")}
            for problem in decision.problems
        ]
    said = outputs.get("reasons")
    return [
        {
            "code": str(row["code"]),
            "rule": str(row.get("rule") or ""),
            "text": str(row.get("text") or row["code"]),
        }
        for row in (said if isinstance(said, list) else [])
        if isinstance(row, dict) and row.get("code")
    ]


def _hit_tables(
    decision: Decision, reasons: Sequence[Mapping[str, str]]
) -> tuple[list[HitTable], bool]:
    """Replay the decision and keep the rows that matched."""
    try:
        tables = explain(decision).tables
    except Exception:
        # What broke the evaluation breaks its replay; the person must get the item all the same.
        log.exception("replay_failed", decision=str(decision.pk))
        return [], False
    return [found for table in tables if (found := _hit_table(table, reasons))], True


def _hit_table(table: Mapping[str, Any], reasons: Sequence[Mapping[str, str]]) -> HitTable | None:
    """The rows that matched; what the page says already, and computed texts, are left out."""
    hits = [rule for rule in table.get("rules") or [] if rule["matched"]]
    if not hits:
        return None
    given = {_plain(text) for rule in hits for text in rule["outputs"]}
    said = {text for reason in reasons for text in reason.values() if text}
    rows = [
        HitRow(
            number=rule["number"],
            tests=[
                Test(clause["label"], clause["value"], cell["text"])
                for clause, cell in zip(table["inputs"], rule["cells"], strict=True)
            ],
            answers=[
                Answer(clause["label"] or clause["name"], text, _outcome(text))
                for clause, text in zip(table["outputs"], rule["outputs"], strict=True)
                if _plain(text) not in said and len(text) <= MOST_ANSWER
            ],
            annotation=rule.get("annotation") or "",
        )
        for rule in hits
    ]
    return HitTable(table["name"], rows, decisive=any(r["code"] in given for r in reasons))


def _plain(text: str) -> str:
    return text.strip().strip('"')


def _outcome(text: str) -> str:
    return _plain(text) if _plain(text) in Outcome.values else ""


def _facts(value: Mapping[str, Any], *path: str) -> Iterator[Fact]:
    """Walk nested facts in order; lists stay whole."""
    for name, part in value.items():
        if isinstance(part, Mapping) and part:
            yield from _facts(part, *path, name)
        else:
            yield Fact((*path, name), part)


def _known_first(facts: Iterable[Fact]) -> list[Fact]:
    """Facts in order, unknown ones last."""
    return sorted(facts, key=lambda fact: fact.value is None)


def _compared(said: Mapping[str, Any], submitted: Sequence[Fact]) -> list[Fact]:
    """What a source says, first where it contradicts the submitter about a fact of that name."""
    by_name = {fact.path[-1]: fact.value for fact in submitted if fact.value is not None}
    facts = [
        replace(fact, submitted=by_name.get(fact.path[-1]))
        if fact.value is not None and by_name.get(fact.path[-1]) != fact.value
        else fact
        for fact in _known_first(_facts(said))
    ]
    return sorted(facts, key=lambda fact: fact.submitted is None)
