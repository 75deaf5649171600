"""What an impact replays: decisions of a window with what was said of them, or lines of a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from decisions.enums import Outcome
from decisions.ids import id_at
from decisions.models import Decision, Evidence, ImpactReport
from decisions.services.evaluation import destination_of
from decisions.services.replaying import Answer, Item

READ = (
    "pk",
    "submission_id",
    "submission__facts",
    "evaluated_at",
    "submission__amount",
    "submission__currency",
    "ruleset_id",
    "failed",
    "outputs",
    "rows",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to replay, how its flip is named, and what the baseline said of it, if it did."""

    item: Item
    key: str
    amount: Any = None
    currency: str = ""
    submission_id: UUID | None = None
    number: int | None = None
    recorded: Answer | None = None


def window_lines(
    report: ImpactReport, *, baseline: UUID | None, fallback: str, most: int
) -> list[Line]:
    """Read the next decisions of the window, with facts and evidence as they were judged.

    What decisions under the ruleset `baseline` recorded is what deciding them again would give.
    """
    assert report.since is not None
    assert report.until is not None
    reached = report.found.get("reached")
    rows = Decision.objects.filter(model_id=report.model_id, pk__lt=id_at(report.until))
    rows = (
        rows.filter(pk__gt=UUID(reached)) if reached else rows.filter(pk__gte=id_at(report.since))
    )
    read = list(rows.order_by("pk").values_list(*READ)[:most])
    said: dict[UUID, dict[str, Any]] = {}
    evidence = Evidence.objects.filter(submission__in=[row[1] for row in read])
    for submission, source, facts in evidence.values_list("submission_id", "source", "facts"):
        said.setdefault(submission, {})[source] = facts
    return [
        Line(
            Item(facts, said.get(submission, {}), at),
            str(key),
            amount,
            currency,
            submission,
            recorded=_recorded(failed, outputs, hits, fallback) if ruleset == baseline else None,
        )
        for key, submission, facts, at, amount, currency, ruleset, failed, outputs, hits in read
    ]


def file_lines(report: ImpactReport, *, most: int) -> list[Line]:
    """Take the next lines of the file; their time is that of the request."""
    rows = report.file.rows[report.done : report.done + most]
    return [
        Line(Item(facts, None, report.requested_at), str(number), number=number)
        for number, facts in rows
    ]


def _recorded(
    failed: bool, outputs: Mapping[str, Any] | None, hits: list[list[Any]], fallback: str
) -> Answer | None:
    """Return what the rules said, whatever a guardrail, a stop or a person made of it since."""
    rows = tuple((table, number) for table, number in hits)
    if failed:
        return Answer(Outcome.REVIEW, fallback, rows, True)
    if outputs is None:  # It was erased.
        return None
    return Answer(str(outputs["outcome"]), destination_of(dict(outputs)), rows, False)
