"""Everything the work bench shows of one item: why it came, what is known, what happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

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


@dataclass(frozen=True)
class Fact:
    """One value with the way to it, like ("show", "explicit")."""

    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True)
class Witness:
    """What one source of evidence said, or why it could not."""

    evidence: Evidence
    facts: list[Fact]


@dataclass(frozen=True)
class HitRow:
    """A row of a table that matched: its tests beside the values of this submission."""

    number: int
    tests: list[str]
    outputs: list[str]
    annotation: str


@dataclass(frozen=True)
class HitTable:
    """A table of rules with the rows that matched; `decisive` ones ask for the review."""

    name: str
    labels: list[str]
    values: list[Any]
    outputs: list[str]
    rows: list[HitRow]
    decisive: bool


@dataclass(frozen=True)
class Bench:
    """One item as its reviewer sees it; `mine` means that this person holds it."""

    item: ReviewItem
    decision: Decision
    lead: str
    reasons: list[Mapping[str, str]]
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
    tables, explained = _hit_tables(decision, item.queue.key)
    reasons = _reasons(decision, outputs)
    with_meters([item], now=now)
    up_next = open_items(now=now, queues=[item.queue])[:NEXT_UP]
    return Bench(
        item=item,
        decision=decision,
        lead=reasons[0]["text"] if reasons else "The rules ask for a person here.",
        reasons=reasons[1:],
        decisive=[table for table in tables if table.decisive],
        others=[table for table in tables if not table.decisive],
        explained=explained,
        facts=list(_facts(item.submission.facts)),
        witnesses=[
            Witness(evidence, list(_facts(evidence.facts or {})))
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
    """Sentences first; a code without a sentence stands for itself."""
    if decision.failed:
        return [
            {"code": problem.get("code", ""), "text": problem.get("message", "")}
            for problem in decision.problems
        ]
    said = outputs.get("reasons")
    sentences = {
        row.get("code"): row
        for row in (said if isinstance(said, list) else [])
        if isinstance(row, dict)
    }
    return [
        {
            "code": code,
            "rule": str(sentences.get(code, {}).get("rule") or ""),
            "text": str(sentences.get(code, {}).get("text") or code),
        }
        for code in decision.reasons
    ]


def _hit_tables(decision: Decision, queue_key: str) -> tuple[list[HitTable], bool]:
    try:
        tables = explain(decision).tables
    except Exception:
        # What broke the evaluation breaks its replay; the person must get the item all the same.
        log.exception("replay_failed", decision=str(decision.pk))
        return [], False
    wanted = {'"review"', f'"{queue_key}"'}
    found = []
    for table in tables:
        rows = [
            HitRow(
                number=rule["number"],
                tests=[cell["text"] for cell in rule["cells"]],
                outputs=list(rule["outputs"]),
                annotation=rule.get("annotation") or "",
            )
            for rule in table.get("rules") or []
            if rule["matched"]
        ]
        if rows:
            found.append(
                HitTable(
                    name=table["name"],
                    labels=[clause["label"] for clause in table["inputs"]],
                    values=[clause["value"] for clause in table["inputs"]],
                    outputs=[clause["label"] or clause["name"] for clause in table["outputs"]],
                    rows=rows,
                    decisive=any(wanted & set(row.outputs) for row in rows),
                )
            )
    return found, True


def _facts(value: Mapping[str, Any], *path: str) -> Iterator[Fact]:
    """Walk nested facts in order; lists stay whole."""
    for name, part in value.items():
        if isinstance(part, Mapping) and part:
            yield from _facts(part, *path, name)
        else:
            yield Fact((*path, name), part)
