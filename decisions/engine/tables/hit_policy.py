"""What a decision table gives when rows have matched (DMN 1.5 §8.2.11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from decisions.engine.arithmetic import add
from decisions.engine.feel import nodes as n
from decisions.engine.operators import NUMERIC, equal, ordering
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.temporal import Days, Months
from decisions.engine.values import show

ONE_ROW = ("UNIQUE", "FIRST")
"""The hit policies that look for a single row and give what it gives."""
ONE_VALUE = (*ONE_ROW, "PRIORITY", "ANY")
"""The hit policies that give what one of the matched rows gives."""
LISTS = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
"""The hit policies that give what every matched row gives, in a list or aggregated."""
POLICIES = (*ONE_VALUE, *LISTS)
CLASHES = {
    "UNIQUE": (
        ", but the hit policy UNIQUE allows one.",
        "Make the rows exclude one another, or choose the hit policy FIRST or PRIORITY.",
    ),
    "ANY": (
        " and give different results, but the hit policy ANY asks for the same.",
        "Make their outputs agree, or choose the hit policy FIRST or PRIORITY.",
    ),
}
"""The hit policies that rows matching at once may break: what that is, and the way out."""
AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


@dataclass(slots=True)
class Outcome:
    """The rows that matched, in order, and how to work out what they give."""

    run: Run
    hits: list[int]
    output: Callable[[int], Any]
    default: Callable[[], Any]

    def report_clash(self, site: Site, code: str, policy: str) -> None:
        """Report that rows which match at once break the hit policy."""
        numbers = [str(hit + 1) for hit in self.hits[:5]]
        rows = f"{', '.join(numbers[:-1])} and {numbers[-1]}"
        fault, hint = CLASHES[policy]
        self.run.report(site, code, f"Rows {rows} match at once{fault}", hint)


@dataclass(frozen=True, slots=True)
class Policy:
    """The hit policy of one table.

    `order` holds for each output its values by priority; `names` are the outputs when the table
    has several, so that a row gives a context.
    """

    table: str
    name: str
    aggregation: str
    names: tuple[str, ...]
    order: tuple[tuple[Any, ...], ...]
    site: Site

    def settle(self, outcome: Outcome) -> Any:
        """Turn matched rows into the value of the table."""
        if not outcome.hits:
            return self._nothing(outcome)
        return _POLICIES[self.name](self, outcome)

    def _nothing(self, outcome: Outcome) -> Any:
        default = outcome.default()
        if default is not None:
            return default
        if self.name == "COLLECT" and self.aggregation:
            return 0 if self.aggregation == "COUNT" else None
        return [] if self.name in LISTS else None

    def _unique(self, outcome: Outcome) -> Any:
        if len(outcome.hits) > 1:
            outcome.report_clash(self.site, "table.unique", "UNIQUE")
            return None
        return outcome.output(outcome.hits[0])

    def _first(self, outcome: Outcome) -> Any:
        return outcome.output(outcome.hits[0])

    def _any(self, outcome: Outcome) -> Any:
        values = [outcome.output(hit) for hit in outcome.hits]
        if any(equal(outcome.run, value, values[0]) is not True for value in values[1:]):
            outcome.report_clash(self.site, "table.any", "ANY")
            return None
        return values[0]

    def _ranked(self, outcome: Outcome) -> list[Any]:
        values = [outcome.output(hit) for hit in outcome.hits]
        return sorted(values, key=lambda value: self._rank(outcome.run, value))

    def _rank(self, run: Run, value: Any) -> tuple[int, ...]:
        parts = [value[name] for name in self.names] if self.names else [value]
        return tuple(
            _position(run, part, order) for part, order in zip(parts, self.order, strict=True)
        )

    def _priority(self, outcome: Outcome) -> Any:
        return self._ranked(outcome)[0]

    def _rule_order(self, outcome: Outcome) -> Any:
        return [outcome.output(hit) for hit in outcome.hits]

    def _collect(self, outcome: Outcome) -> Any:
        values = self._rule_order(outcome)
        if not self.aggregation:
            return values
        if self.names:
            return {
                name: self._aggregate(outcome.run, [value[name] for value in values])
                for name in self.names
            }
        return self._aggregate(outcome.run, values)

    def _aggregate(self, run: Run, values: list[Any]) -> Any:
        if self.aggregation == "COUNT":
            return len(values)
        if self.aggregation == "SUM":
            return self._sum(run, values)
        best = values[0]
        for value in values:
            order = ordering(value, best)
            if order is None:
                return self._misfit(run, value)
            if order == (1 if self.aggregation == "MAX" else -1):
                best = value
        return best

    def _sum(self, run: Run, values: list[Any]) -> Any:
        kinds = NUMERIC if type(values[0]) in NUMERIC else {type(values[0])} & {Days, Months}
        for value in values:
            if type(value) not in kinds:
                return self._misfit(run, value)
        total = values[0]
        for value in values[1:]:
            total = add(run, total, value, self.site)
        return total

    def _misfit(self, run: Run, value: Any) -> None:
        run.report(
            self.site,
            "table.aggregation",
            f"{self.aggregation} cannot be worked out with {show(value)}.",
            "Give numbers, or durations of one kind, in every row of this table.",
        )


def policy_of(table: n.Table) -> Policy:
    """Read the hit policy of a table."""
    several = len(table.outputs) > 1
    return Policy(
        table.id,
        table.hit_policy,
        table.aggregation,
        tuple(output.name for output in table.outputs) if several else (),
        tuple(tuple(part.value for part in output.order) for output in table.outputs),
        Site(table.where),
    )


def _position(run: Run, value: Any, order: tuple[Any, ...]) -> int:
    for position, candidate in enumerate(order):
        if equal(run, value, candidate) is True:
            return position
    return len(order)


_POLICIES: dict[str, Callable[[Policy, Outcome], Any]] = {
    "UNIQUE": Policy._unique,
    "FIRST": Policy._first,
    "ANY": Policy._any,
    "PRIORITY": Policy._priority,
    "RULE ORDER": Policy._rule_order,
    "OUTPUT ORDER": Policy._ranked,
    "COLLECT": Policy._collect,
}
