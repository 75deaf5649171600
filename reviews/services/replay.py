"""The rules as they ran for one decision: the rows that matched, beside the values they saw."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from decisions.enums import Outcome
from decisions.models import Decision
from decisions.services.explanation import describe, explain
from decisions.services.rulesets import pinned_rules

log = structlog.get_logger(__name__)

MOST_ANSWER = 40  # Longer answers are sentences, which stand above the table.
NAMED_VALUE = re.compile(r"\b([A-Za-z_]\w*)\.([A-Za-z_]\w*)\b")


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
    """A row of a table that matched."""

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
class Replay:
    """What the replay shows; `whole` is False when the rules could not be run again."""

    tables: list[HitTable] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    whole: bool = False


def replay(decision: Decision, reasons: Sequence[Mapping[str, str]]) -> Replay:
    """Run the rules of `decision` again. `reasons` are what they said: code, rule and text."""
    try:
        told = explain(decision)
        model = describe(pinned_rules(decision.ruleset_id))
    except Exception:
        # What broke the evaluation breaks its replay; the person must get the item all the same.
        log.exception("replay_failed", decision=str(decision.pk))
        return Replay()
    found = [_hit_table(table, reasons, told.inputs) for table in told.tables]
    return Replay([table for table in found if table], model["inputs"], whole=True)


def _hit_table(
    table: Mapping[str, Any], reasons: Sequence[Mapping[str, str]], inputs: Mapping[str, Any]
) -> HitTable | None:
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
                Test(clause["label"], clause["value"], _with_values(cell["text"], inputs))
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


def _with_values(text: str, inputs: Mapping[str, Any]) -> str:
    """Put the values of reference tables in place of their names: `>= limits.most` → `>= 1000`."""

    def value(found: re.Match[str]) -> str:
        values = inputs.get(found[1])
        named = values.get(found[2]) if isinstance(values, Mapping) else None
        return found[0] if isinstance(named, Mapping | list | None) else str(named)

    return NAMED_VALUE.sub(value, text)


def _plain(text: str) -> str:
    return text.strip().strip('"')


def _outcome(text: str) -> str:
    return _plain(text) if _plain(text) in Outcome.values else ""
