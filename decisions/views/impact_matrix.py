"""What an impact report found, arranged for its page: sentence, matrix, kinds of change, causes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from decisions.enums import Outcome, RunState
from decisions.models import ImpactReport

WORDS = {
    Outcome.APPROVE: "Approve",
    Outcome.REJECT: "Reject",
    Outcome.ROUTE: "Route",
    Outcome.REVIEW: "Review",
}
MOST_CAUSES_SHOWN = 5


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix; `heat` says how much of all changes it holds, 1 to 3."""

    kind: str
    count: int
    moved: int
    heat: int
    money: list[tuple[str, Decimal]]
    same: bool
    chosen: bool


@dataclass(frozen=True)
class Line:
    """One row of the matrix: an outcome under the live rules."""

    outcome: str
    word: str
    cells: list[Cell]
    total: int
    after: int

    @property
    def more(self) -> int:
        return max(0, self.after - self.total)

    @property
    def fewer(self) -> int:
        return max(0, self.total - self.after)


@dataclass(frozen=True)
class Kind:
    """One kind of change, such as review to approve."""

    key: str
    before: str
    after: str
    words: str
    count: int
    money: list[tuple[str, Decimal]] = field(default_factory=list)


def sentence_of(report: ImpactReport) -> str:
    """Say what would change; the sentence goes on with what that does to people, if much."""
    changed, done = report.changed, report.done
    part = "" if report.state == RunState.DONE else " looked at so far"
    if not done:
        return "Nothing was looked at"
    if not changed:
        return f"None of {done:,} decisions{part} would change"
    return f"{changed:,} of {done:,} decisions{part} would change"


def reversals_of(report: ImpactReport) -> str:
    """Say how many move from a refusal to an approval: what approvers look at first."""
    if not report.done:
        return ""
    moved = report.found.get("matrix", {}).get("reject>approve", {}).get("moved", 0)
    if not moved:
        return "None moves from reject to approve"
    return f"{moved:,} move{'s' if moved == 1 else ''} from reject to approve"


def matrix_of(report: ImpactReport, chosen: str) -> list[Line]:
    """Arrange the counts of a report by outcome before (rows) and after (columns)."""
    return lines_of(report.found.get("matrix", {}), chosen)


def lines_of(found: dict[str, Any], chosen: str) -> list[Line]:
    """Arrange counts ({"review>approve": {"count", "moved", "money"}}) as rows of a matrix."""
    most = max([*(cell["moved"] for cell in found.values()), 1])

    def cell_of(before: str, after: str) -> Cell:
        kind = f"{before}>{after}"
        counted = found.get(kind, NOTHING)
        heat = -(-counted["moved"] * 3 // most)
        money = _money(counted["money"])
        same, moved = before == after, counted["moved"]
        return Cell(kind, counted["count"], moved, heat, money, same, kind == chosen)

    lines = []
    for outcome in Outcome.values:
        cells = [cell_of(outcome, after) for after in Outcome.values]
        after = sum(cell_of(before, outcome).count for before in Outcome.values)
        total = sum(cell.count for cell in cells)
        lines.append(Line(outcome, WORDS[Outcome(outcome)], cells, total, after))
    return lines


def kinds_of(report: ImpactReport) -> list[Kind]:
    """Return the kinds of change there are, the most frequent first."""
    return kinds_in(report.found.get("matrix", {}))


def kinds_in(matrix: dict[str, Any]) -> list[Kind]:
    return sorted(_kinds(matrix), key=lambda kind: -kind.count)


def _kinds(matrix: dict[str, Any]) -> Iterator[Kind]:
    for key, cell in matrix.items():
        if cell["moved"]:
            yield _kind(key, cell)


def kind_asked(report: ImpactReport, key: str) -> Kind | None:
    """Return the kind an address asks for, also one that nothing moves to; else the largest."""
    before, _, after = key.partition(">")
    if before in Outcome.values and after in Outcome.values:
        return _kind(key, report.found.get("matrix", {}).get(key, NOTHING))
    return next(iter(kinds_of(report)), None)


NOTHING: dict[str, Any] = {"count": 0, "moved": 0, "money": {}}


def _kind(key: str, cell: Mapping[str, Any]) -> Kind:
    before, _, after = key.partition(">")
    words = f"{WORDS[Outcome(before)]} to {WORDS[Outcome(after)].lower()}"
    if before == after:
        words = "Another queue" if after == Outcome.REVIEW else "Another destination"
    return Kind(key, before, after, words, cell["moved"], _money(cell["money"]))


def causes_of(report: ImpactReport, kind: str) -> list[tuple[str, int]]:
    """Return the causes of one kind of change with their counts, the most frequent first."""
    counted = report.found.get("causes", {}).get(kind, {})
    return sorted(counted.items(), key=lambda pair: -pair[1])[:MOST_CAUSES_SHOWN]


def _money(sums: dict[str, str]) -> list[tuple[str, Decimal]]:
    return [(currency, Decimal(amount)) for currency, amount in sorted(sums.items())]
