"""Everything the work bench shows of one item: why it came, what is known, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from decisions.models import AuditEvent, Decision, Evidence, User
from decisions.queries.work import story_of
from reviews.enums import ItemState
from reviews.models import ReasonCode, ReviewItem
from reviews.queries.items import earlier_decisions, open_items, with_meters
from reviews.queries.queues import active_codes, may_work
from reviews.services.facts import Fact, compared_facts, submitted_facts
from reviews.services.replay import HitTable, replay

NEXT_UP = 8


@dataclass(frozen=True)
class Witness:
    """What one source of evidence said, or why it could not."""

    evidence: Evidence
    facts: list[Fact]


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
    told = replay(decision, reasons)
    facts = submitted_facts(item.submission.facts, told.inputs)
    with_meters([item], now=now)
    up_next = open_items(now=now, queues=[item.queue])[:NEXT_UP]
    return Bench(
        item=item,
        decision=decision,
        lead=reasons[0]["text"] if reasons else "The rules ask for a person here.",
        reasons=reasons[1:],
        codes_of_rules=[reason["code"] for reason in reasons],
        decisive=[table for table in told.tables if table.decisive],
        others=[table for table in told.tables if not table.decisive],
        explained=told.whole,
        facts=facts,
        witnesses=[
            Witness(evidence, compared_facts(evidence.facts or {}, facts))
            for evidence in item.submission.evidence.all()
        ],
        earlier=earlier_decisions(decision),
        story=story_of(item.submission),
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
    if decision.problems:  # Of the evaluation, or of a guardrail that stopped it.
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
