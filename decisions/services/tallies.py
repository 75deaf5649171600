"""What an impact found, counted chunk by chunk: the matrix, queues by day, causes, money."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from decisions.canonical import digest
from decisions.enums import Outcome
from decisions.services.replaying import Answer

MOST_CAUSES = 200
OTHER_CAUSES = "Other causes"


@dataclass(frozen=True)
class Pair:
    """One item under both rules; `key` names it in the hash of everything found."""

    key: str
    before: Answer
    after: Answer
    cause: str
    amount: Decimal | None
    currency: str
    day: str

    @property
    def flipped(self) -> bool:
        return self.before.told != self.after.told

    @property
    def kind(self) -> str:
        return f"{self.before.outcome}>{self.after.outcome}"


def nothing_found() -> dict[str, Any]:
    return {
        "matrix": {},
        "queues": {},
        "days": {},
        "causes": {},
        "failed": {"before": 0, "after": 0},
    }


def add(found: dict[str, Any], pairs: Iterable[Pair]) -> int:
    """Count pairs into `found`; return how many of them flipped."""
    changed = 0
    for pair in pairs:
        cell = found["matrix"].setdefault(pair.kind, {"count": 0, "moved": 0, "money": {}})
        cell["count"] += 1
        _count_queues(found, pair)
        found["failed"]["before"] += pair.before.failed
        found["failed"]["after"] += pair.after.failed
        if pair.flipped:
            changed += 1
            cell["moved"] += 1
            _count_money(cell["money"], pair)
            _count_cause(found["causes"].setdefault(pair.kind, {}), pair.cause)
            told = [pair.key, pair.kind, pair.before.destination, pair.after.destination]
            # Link by link, so that it does not depend on where chunks end.
            found["chain"] = digest([found.get("chain", ""), told])
    return changed


def _count_queues(found: dict[str, Any], pair: Pair) -> None:
    for side, answer in (("before", pair.before), ("after", pair.after)):
        if answer.outcome == Outcome.REVIEW:
            queue = found["queues"].setdefault(answer.destination, {"before": 0, "after": 0})
            queue[side] += 1
            days = found.setdefault("days", {}).setdefault(answer.destination, {})
            day = days.setdefault(pair.day, {"before": 0, "after": 0})
            day[side] += 1


def _count_money(money: dict[str, str], pair: Pair) -> None:
    if pair.amount is not None:
        money[pair.currency] = str(Decimal(money.get(pair.currency, "0")) + pair.amount)


def _count_cause(causes: dict[str, int], cause: str) -> None:
    name = cause if cause in causes or len(causes) < MOST_CAUSES else OTHER_CAUSES
    causes[name] = causes.get(name, 0) + 1
