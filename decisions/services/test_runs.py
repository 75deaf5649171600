"""What the tests of a version say: run a few at a time, and remembered by what they ask."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from decisions import engine
from decisions.canonical import digest
from decisions.models import ModelVersion, RuleTest
from decisions.services import testing
from decisions.services.candidates import Candidate, candidate_today
from decisions.services.coverage import Reach, TableCoverage, coverage_of, reach_of
from decisions.services.testing import Difference
from decisions.services.untried import Untried, untried

AT_ONCE = 150  # Tests a page runs before it answers: about a second of the largest model.
MOST_REMEMBERED = 5000


@dataclass(frozen=True)
class Ran:
    """What the rules said of one test; `said` holds their outputs by path."""

    differences: tuple[Difference, ...]
    problems: tuple[str, ...]
    said: Mapping[str, Any]
    reach: Reach

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problems


@dataclass(frozen=True)
class Runs:
    """The tests of a version with what they said; `ran` has none of those that still wait."""

    model: engine.Model
    tests: list[RuleTest]
    ran: Mapping[UUID, Ran]

    @property
    def waiting(self) -> int:
        return len(self.tests) - len(self.ran)

    @property
    def green(self) -> int:
        return sum(one.passed for one in self.ran.values())

    @property
    def red(self) -> int:
        return len(self.ran) - self.green

    def coverage(self) -> list[TableCoverage]:
        """Count what the tests that pass reach of every table."""
        return coverage_of(self.model, (one.reach for one in self.ran.values() if one.passed))

    def untried(self, version: ModelVersion) -> Untried:
        """Tell which changed rows no test reached."""
        reached = {row for one in self.ran.values() for row in one.reach.rows}
        return untried(version, self.model, reached)


def run_some(
    version: ModelVersion, *, most: int = AT_ONCE, again: bool = False, now: datetime
) -> Runs:
    """Run up to `most` tests whose answer is not known yet; with `again`, forget what is known.

    An answer holds for the rules, the reference tables of today and the test as they are.
    """
    tests = list(version.tests.select_related("from_decision"))
    return _runs(version, tests, most, again=again, now=now)


def run_one(test: RuleTest, *, now: datetime) -> Runs:
    """Run one test."""
    return _runs(test.version, [test], 1, again=False, now=now)


def _runs(
    version: ModelVersion, tests: list[RuleTest], most: int, *, again: bool, now: datetime
) -> Runs:
    rules = candidate_today(version, now=now)
    base = digest([version.content_hash, rules.references])
    ran: dict[UUID, Ran] = {}
    for test in tests:
        key = digest([base, test.facts, test.expected, test.at and test.at.isoformat()])
        if again:
            _known.pop(key, None)
        known = _known.get(key)
        if known is None and most > 0:
            most -= 1
            known = _remember(key, _run(test, rules))
        if known is not None:
            ran[test.pk] = known
    return Runs(rules.model, tests, ran)


def _run(test: RuleTest, rules: Candidate) -> Ran:
    tested = testing.run_one(test, rules)
    value = engine.to_json(tested.result.value)
    asked = {path: testing.output_at(value, path) for path in test.expected}
    said = {**testing.outputs_by_path(value), **asked}
    return Ran(tested.differences, tested.problems, said, reach_of(tested))


_known: OrderedDict[str, Ran] = OrderedDict()


def _remember(key: str, ran: Ran) -> Ran:
    while len(_known) >= MOST_REMEMBERED:
        _known.popitem(last=False)
    _known[key] = ran
    return ran
