"""Where real submissions fall in a table: among its gaps, its overlaps, its shadowed rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from decisions import engine
from decisions.ids import id_at
from decisions.models import Evidence, ModelVersion
from decisions.services.candidates import Candidate
from decisions.services.evaluation import misfit

WINDOW = timedelta(days=30)
MOST = 2000  # The newest submissions that are looked at.
MOST_TRIED = 200  # Of those that fell in a gap, how many are decided by the whole rules.
NAMED = 5  # Of those that fell somewhere, how many are named.


@dataclass(frozen=True)
class Real:
    """A submission of the window: its inputs as the rules read them, and its time."""

    id: UUID
    title: str
    at: datetime
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Region:
    """A part of a table, as the cells of a row; a `gap` is where no row of the table matches."""

    cells: tuple[str, ...]
    gap: bool = False


@dataclass(frozen=True)
class Fallen:
    """How many of the submissions looked at fell in a region, and the newest of them.

    `unanswered` tells whether some of them end without an outcome under these rules.
    """

    count: int
    of: int
    newest: tuple[tuple[UUID, str], ...] = ()
    unanswered: bool = False


Gaps = dict[str, list[Region]]
"""The gaps of tables, by the table's id."""


def recent(version: ModelVersion, rules: Candidate, *, now: datetime) -> list[Real]:
    """Return the newest submissions of the model's last 30 days, the newest first."""
    rows = list(
        version.model.submissions.filter(pk__gte=id_at(now - WINDOW))
        .order_by("-pk")
        .values_list("pk", "title", "reference", "received_at", "facts")[:MOST]
    )
    said: dict[UUID, dict[str, Any]] = {}
    if rules.evidence and rows:
        found = Evidence.objects.filter(submission__in=[row[0] for row in rows])
        for key, source, facts in found.values_list("submission_id", "source", "facts"):
            said.setdefault(key, {})[source] = facts
    return [
        Real(
            key,
            title or reference or str(key),
            at,
            {**facts, **{i: said.get(key, {}).get(s) for i, s in rules.evidence.items()}},
        )
        for key, title, reference, at, facts in rows
    ]


class Detector:
    """A model whose table collects its rows and the regions looked for, so that hits tell."""

    def __init__(self, rules: Candidate, table_id: str, regions: Sequence[Region]) -> None:
        self.rules = rules
        self.table_id = table_id
        self.regions = regions

    @cached_property
    def _decide(self) -> engine.Decide:
        definitions = self.rules.model.definitions
        owner, table = next(
            (owner, table)
            for owner, table in engine.named_tables(definitions)
            if table.id == self.table_id
        )
        rows = [
            {"id": f"region:{n}", "inputs": list(region.cells), "outputs": self._nothing(table)}
            for n, region in enumerate(self.regions)
        ]
        operations: list[dict[str, Any]] = [
            {"op": "hit_policy", "table": table.id, "hit_policy": "RULE ORDER"},
            {"op": "insert_rows", "as": "feel", "table": table.id, "rows": rows},
        ]
        edited = engine.edit_model(self.rules.model, operations)
        loaded = engine.load_model(engine.write_definitions(edited.definitions))
        # What follows the table is not asked; a table in a function is reached by the whole.
        owners = {decision["name"] for decision in loaded.decisions}
        decide = loaded.decision(owner) if owner in owners else self._whole(loaded)
        given = {k: v for k, v in self.rules.references.items() if k in decide.shapes}
        return decide.given(given)

    def _whole(self, loaded: engine.Model) -> engine.Decide:
        return loaded.decision(self.rules.decide.part.name)

    def _nothing(self, table: Any) -> list[str]:
        return ["null"] * len(table.outputs)

    def places(self, inputs: Sequence[Mapping[str, Any]], *, now: datetime) -> list[set[int]]:
        """Tell for each item in which regions it falls, by their place."""
        if not self.regions or not inputs:
            return [set() for _ in inputs]
        names = [name for name in self._decide.shapes if name not in self.rules.references]
        columns = {name: [item.get(name) for item in inputs] for name in names}
        if not columns:
            return [set() for _ in inputs]
        batch = self._decide.evaluate_many(columns, now=now)
        return [self._fallen(batch.hits(place)) for place in range(len(inputs))]

    def _fallen(self, hits: Iterable[tuple[str, int]]) -> set[int]:
        numbers = {number for table, number in hits if table == self.table_id}
        own = self._size
        matched = any(number <= own for number in numbers)
        found = {number - own - 1 for number in numbers if number > own}
        return {place for place in found if not (matched and self.regions[place].gap)}

    @cached_property
    def _size(self) -> int:
        tables = engine.tables_of(self.rules.model.definitions)
        return next(len(table.rules) for table in tables if table.id == self.table_id)


def fallen(
    rules: Candidate,
    table_id: str,
    regions: Sequence[Region],
    real: Sequence[Real],
    *,
    now: datetime,
    later: Callable[[], Gaps],
) -> list[Fallen]:
    """Count for each region the submissions that fell there.

    `later` gives the gaps of tables that read this one: who fell in those as well is without an
    answer for their sake.
    """
    places = Detector(rules, table_id, regions).places([one.inputs for one in real], now=now)
    found: list[list[Real]] = [[] for _ in regions]
    for one, regions_of_one in zip(real, places, strict=True):
        for place in regions_of_one:
            found[place].append(one)
    tried = {
        one.id: one
        for those, region in zip(found, regions, strict=True)
        for one in those[:MOST_TRIED]
        if region.gap
    }
    without = unanswered(rules, list(tried.values()), now=now)
    for other, gaps in later().items() if without else ():
        left = [tried[key] for key in without]
        fell = Detector(rules, other, gaps).places([one.inputs for one in left], now=now)
        without = {one.id for one, places in zip(left, fell, strict=True) if not places}
    return [
        Fallen(
            len(those),
            len(real),
            tuple((one.id, one.title) for one in those[:NAMED]),
            any(one.id in without for one in those),
        )
        for those in found
    ]


def unanswered(rules: Candidate, real: Sequence[Real], *, now: datetime) -> set[UUID]:
    """Return those submissions that these rules give no outcome."""
    answers = decided(rules, [one.inputs for one in real], now=now)
    return {
        one.id
        for place, one in enumerate(real)
        if answers is not None and misfit(engine.to_json(answers.value(place)))
    }


def decided(rules: Candidate, inputs: Sequence[Mapping[str, Any]], *, now: datetime) -> Any:
    """Decide many items by the whole rules; None where there is nothing to decide on."""
    names = [name for name in rules.decide.shapes if name not in rules.references]
    if not names or not inputs:
        return None
    columns = {name: [item.get(name) for item in inputs] for name in names}
    return rules.decide.evaluate_many(columns, now=now)
