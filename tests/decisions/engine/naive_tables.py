"""Reads decision tables naively, by plain Python values: what the engine must give."""

from __future__ import annotations

import datetime as py
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from decisions.engine import Decide, load_model
from decisions.engine.temporal import Months
from tests.decisions.engine import dmn

# Few values of each kind, in order, so that inputs often stand on a boundary.
VALUES: dict[str, list[Any]] = {
    "number": [-3, Decimal("-0.5"), 0, Decimal("0.1"), 1, 2, Decimal("2.5"), 10],
    "string": ["", "-", "B", "a", "a b", "ab", 'q"q', "\\", "ä", "🐎"],
    "boolean": [False, True],
    "date": [
        py.date(2023, 12, 31),
        py.date(2024, 2, 28),
        py.date(2024, 2, 29),
        py.date(2024, 3, 1),
    ],
    "date and time": [
        py.datetime(2024, 2, 29, hour, tzinfo=py.timezone(py.timedelta(hours=zone)))
        for hour, zone in ((9, 2), (9, 0), (10, -1), (12, 0))
    ],
    "days and time duration": [py.timedelta(seconds=s) for s in (-1, 0, 1, 86_399, 86_400)],
    "years and months duration": [Months(-13), Months(0), Months(1), Months(11), Months(12)],
}
ORDERED = [kind for kind in VALUES if kind != "boolean"]


def kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    for kind, values in VALUES.items():
        if type(value) in {type(known) for known in values}:
            return kind
    return "null"


def write(value: Any) -> str:
    """Write a constant as FEEL."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, py.datetime):
        return f'date and time("{value.isoformat()}")'
    if isinstance(value, py.timedelta):
        return f'duration("{"-" if value.days < 0 else ""}PT{abs(int(value.total_seconds()))}S")'
    if isinstance(value, Months):
        return f'duration("{"-" if value.months < 0 else ""}P{abs(value.months)}M")'
    return f'date("{value}")' if isinstance(value, py.date) else str(value)


def equal(left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return left is right
    return left == right if kind_of(left) == kind_of(right) else None


def compare(operator: str, left: Any, right: Any) -> bool | None:
    if operator in ("=", "!="):
        same = equal(left, right)
        return same if same is None or operator == "=" else not same
    if left is None or right is None or kind_of(left) != kind_of(right):
        return None
    if isinstance(left, bool):
        return None
    found = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return found[operator]


@dataclass(frozen=True)
class UnaryTest:
    """One test of a cell. Operands are constants, or other inputs by their number."""

    form: str
    operands: tuple[Any, ...]
    inputs: tuple[int | None, ...]
    ends: str = "[]"

    def text(self) -> str:
        parts = [
            write(value) if place is None else f"in{place}"
            for value, place in zip(self.operands, self.inputs, strict=True)
        ]
        if self.form == "range":
            return f"{self.ends[0]}{parts[0]}..{parts[1]}{self.ends[1]}"
        if self.form == "list":
            return f"[{', '.join(parts)}]"
        if self.form.startswith("?"):
            return f"{self.form} {parts[0]}"
        return f"{self.form} {parts[0]}".strip()

    def says(self, subject: Any, facts: Sequence[Any], kind: str, kinds: list[str]) -> bool | None:
        """Say whether a value fits; kinds are those declared, or empty texts."""
        given = [
            value if place is None else facts[place]
            for value, place in zip(self.operands, self.inputs, strict=True)
        ]
        if self.form == "range":
            return self.includes(subject, *given)
        if self.form == "list":
            return any(equal(subject, item) is True for item in given)
        if self.form.startswith("?"):
            return compare(self.form.removeprefix("? "), subject, given[0])
        place = self.inputs[0]
        if not self.form and place is not None and kind != "boolean":
            # A boolean in a column of anything else is a condition of its own.
            if kind and kinds[place] == "boolean":
                return given[0]
            if isinstance(given[0], bool) and not isinstance(subject, bool):
                return given[0]
        return compare(self.form or "=", subject, given[0])

    def includes(self, subject: Any, low: Any, high: Any) -> bool | None:
        if low is None or high is None:
            return None
        if kind_of(low) != kind_of(high):
            # Such a range is null.
            return equal(subject, None)
        above = compare(">=" if self.ends[0] == "[" else ">", subject, low)
        below = compare("<=" if self.ends[1] == "]" else "<", subject, high)
        return None if above is None or below is None else above and below


@dataclass(frozen=True)
class Cell:
    """A cell: tests joined by or, perhaps negated; none at all stand for `-`."""

    tests: tuple[UnaryTest, ...]
    negated: bool = False

    def text(self) -> str:
        inner = ", ".join(test.text() for test in self.tests)
        return f"not({inner})" if self.negated else inner or "-"

    def says(self, subject: Any, facts: Sequence[Any], kind: str, kinds: list[str]) -> bool | None:
        if not self.tests:
            return True
        answers = [test.says(subject, facts, kind, kinds) for test in self.tests]
        found = True if True in answers else None if None in answers else False
        return found if not self.negated or found is None else not found


@dataclass
class Table:
    """A table of columns, and what it gives by plain reading."""

    kinds: list[str]
    policy: str
    aggregation: str
    rows: list[list[Cell]]
    made: list[list[Any]]
    order: dict[int, list[Any]] = field(default_factory=dict)
    defaults: dict[int, Any] = field(default_factory=dict)

    def hits(self, facts: Sequence[Any], *, typed: bool) -> list[int]:
        kinds = [kind if typed else "" for kind in self.kinds]
        found = [
            number
            for number, row in enumerate(self.rows)
            if all(
                cell.says(fact, facts, kind, kinds) is True
                for cell, fact, kind in zip(row, facts, kinds, strict=True)
            )
        ]
        return found[:1] if self.policy == "FIRST" else found

    def must_fail(self, hits: list[int]) -> bool:
        rows = [self.made[hit] for hit in hits]
        if self.policy == "UNIQUE":
            return len(rows) > 1
        if self.policy == "ANY":
            return any(row != rows[0] for row in rows)
        return bool(
            rows and self.aggregation and None in map(self.aggregate, zip(*rows, strict=True))
        )

    def gives(self, hits: list[int]) -> Any:
        rows = [self.made[hit] for hit in hits]
        if not rows:
            return self.gives_without_hits()
        if self.policy in ("PRIORITY", "OUTPUT ORDER"):
            rows.sort(key=self.rank)
        if self.policy in ("RULE ORDER", "OUTPUT ORDER"):
            return [self.row(row) for row in rows]
        if self.policy == "COLLECT" and self.aggregation:
            return self.row(list(map(self.aggregate, zip(*rows, strict=True))))
        if self.policy == "COLLECT":
            return [self.row(row) for row in rows]
        if self.policy == "UNIQUE" and len(rows) > 1:
            return None
        if self.policy == "ANY" and any(row != rows[0] for row in rows):
            return None
        return self.row(rows[0])

    def gives_without_hits(self) -> Any:
        if self.defaults:
            return self.row([self.defaults.get(place) for place in range(len(self.made[0]))])
        if self.policy == "COLLECT" and self.aggregation:
            return 0 if self.aggregation == "COUNT" else None
        return [] if self.policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") else None

    def row(self, values: list[Any]) -> Any:
        if len(values) == 1:
            return values[0]
        return {f"o{place}": value for place, value in enumerate(values)}

    def rank(self, row: list[Any]) -> list[int]:
        listed = [self.order.get(place, []) for place in range(len(row))]
        return [
            values.index(value) if value in values else len(values)
            for values, value in zip(listed, row, strict=True)
        ]

    def aggregate(self, values: Sequence[Any]) -> Any:
        if self.aggregation == "COUNT":
            return len(values)
        kinds = {kind_of(value) for value in values}
        summed = {"number", "days and time duration", "years and months duration"}
        if len(kinds) > 1 or not kinds <= (summed if self.aggregation == "SUM" else {*ORDERED}):
            return None
        if self.aggregation != "SUM":
            return (min if self.aggregation == "MIN" else max)(values)
        if kinds == {"years and months duration"}:
            return Months(sum(value.months for value in values))
        return sum(values[1:], start=values[0])

    def decide(self, *, typed: bool) -> Decide:
        """Build the model and give its decision, with declared types or without."""
        names = [f"in{place}" for place in range(len(self.kinds))]
        references = [kind if typed else "" for kind in self.kinds]
        body = dmn.table(
            self.policy,
            list(zip(names, references, strict=True)),
            [(f"o{place}", "") for place in range(len(self.made[0]))],
            [
                [*(cell.text() for cell in row), *map(write_output, made)]
                for row, made in zip(self.rows, self.made, strict=True)
            ],
            aggregation=self.aggregation,
            order={f"o{i}": ", ".join(map(write, listed)) for i, listed in self.order.items()},
            defaults={f"o{place}": write(value) for place, value in self.defaults.items()},
        )
        inputs = (dmn.input_data(n, ref) for n, ref in zip(names, references, strict=True))
        model = load_model(dmn.file(*inputs, dmn.decision("D", body, inputs=names)))
        assert [p for p in model.problems if p.severity == "error"] == []
        return model.decision("D")


def write_output(value: Any) -> str:
    """Write an output: some as constants, some as expressions that only give them."""
    text = write(value)
    return f"[{text}][1]" if len(text) % 3 == 0 else text
