"""`manage.py tck PATH`: runs the public compatibility kit of DMN; needs no database."""

import sys
from collections.abc import Iterator
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from decisions.errors import Expected
from decisions.services import conformance
from decisions.services.conformance import Outcome, Report, Score
from decisions.services.tck_values import shown

PROBLEMS_SHOWN = 5


class Command(BaseCommand):
    help = "Run the test cases of the public DMN TCK and list what is missed."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, help="the TestCases folder, or one folder below it")
        parser.add_argument("--csv", type=Path, help="write the kit's result file here")

    def handle(self, *, path, csv, **_):
        try:
            report = conformance.run_tree(path)
        except Expected as error:
            raise CommandError(str(error)) from error
        if csv is not None:
            self.write_csv(report, csv)
        for line in lines_of(report):
            self.stdout.write(line)
        if not report.passed:
            sys.exit(1)

    def write_csv(self, report, target):
        try:
            with target.open("w", encoding="utf-8", newline="") as file:
                conformance.write_csv(report.outcomes, file)
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from error


def lines_of(report: Report) -> Iterator[str]:
    """Write a report: each miss, then the scores by folder, by level and overall, explained."""
    for outcome in report.missed:
        yield from _miss(outcome)
    for path in report.unreadable:
        yield f"Not readable as XML: {path}"
    overall, levels, folders = conformance.scores(report.outcomes)
    width = max(len(score.name) for score in [overall, *levels, *folders])
    yield f"{'':{width}}  {'passed':>14}  {'not null':>14}"
    yield from (_line(score, width) for score in [*folders, *levels, overall])
    cases = len(conformance.by_case(report.outcomes))
    yield f"Counted: results; a case may have several. Cases, a line each in a CSV: {cases}."


def _miss(outcome: Outcome) -> Iterator[str]:
    yield f"{outcome.folder} {outcome.test} {outcome.case} {outcome.node}"
    yield f"    expected {shown(outcome.expected)}"
    yield f"    got {shown(outcome.actual) if outcome.asked else 'no answer'}"
    for problem in outcome.problems[:PROBLEMS_SHOWN]:
        yield f"    {problem}"


def _line(score: Score, width: int) -> str:
    every = f"{score.passed} of {score.total}"
    values = f"{score.passed_values} of {score.total_values}"
    return f"{score.name:{width}}  {every:>14}  {values:>14}"
