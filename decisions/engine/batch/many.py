"""The door of the batch engine: columns of facts in, columns of outputs out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from decisions.engine.batch.outputs import Outputs
from decisions.engine.batch.shared import sharing_of, time_read
from decisions.engine.batch.sources import Block, Flags, Ints, Source, sources_of
from decisions.engine.batch.vector import Finder, vector_of
from decisions.engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from decisions.engine.decide import Decide

Moments = datetime | Sequence[datetime | None] | None

BLOCK = 1 << 14
"""How many items are decided at a time, so that what they need stays near the processor."""


class ItemResult(NamedTuple):
    """What the row engine said of one item."""

    value: Any
    rows: list[tuple[str, int]]
    problems: list[Problem]


class Ways:
    """How one decision decides batches; made once for it."""

    def __init__(self, decide: Decide, given: Mapping[str, Any]) -> None:
        self.decide = decide
        self.given = given
        types = decide.model.interpreter.types
        self.vector = vector_of(decide.graph, decide.part, decide.shapes, types, frozenset(given))
        self.plain = self.vector is not None and self.vector.plain
        self.outputs = Outputs(decide.graph, decide.part)
        if self.vector is not None and self.plain:
            self.outputs.know(self.vector.tables[-1].values)
        # Items that are decided one by one have parts in common where the rules need a run.
        self.sharing = None if self.vector is not None else sharing_of(decide, given)
        self.timed = any(time_read(decide.graph, key) for key in decide.program.decisions)

    def evaluate(self, columns: Any, now: Moments) -> Batch:
        """Decide every item of some columns; raises Invalid where they cannot be read."""
        sources = sources_of(columns)
        fixed = self._fixed(sources)
        count = len(next(iter(sources.values()), ()))
        if isinstance(now, list | tuple) and len(now) != count:
            raise Invalid(f"There are {len(now)} times for {count} items.")
        decided = _Pass(self, sources, now)
        if self.vector is None:
            decided.one_by_one(0, range(count))
            return Batch(self, count, decided)
        finder = Finder(self.vector, fixed)
        for start in range(0, count, BLOCK):
            end = min(start + BLOCK, count)
            blocks = {n: sources[n].open(start, end) for n in self.decide.shapes if n in sources}
            rows, left = finder.find(blocks, end - start)
            if not self.plain:
                rows = [decided.by_kind(start, self.vector.signatures(rows), left)]
            decided.rows.append(rows)
            decided.one_by_one(start, np.flatnonzero(left).tolist() if left.any() else ())
        return Batch(self, count, decided)

    def _fixed(self, sources: Mapping[str, Source]) -> dict[str, Any]:
        """Give the inputs that have no column."""
        absent = [name for name in self.decide.shapes if name not in sources]
        missing = [
            f'"{name}"'
            for name in absent
            if name not in self.given and not self.decide.shapes[name].optional
        ]
        if missing:
            raise Invalid(f"There is no column for {', '.join(missing)}.")
        return {name: self.given.get(name) for name in absent}


class _Pass:
    """One batch in the making: what was found, and what the row engine said."""

    def __init__(self, ways: Ways, sources: Mapping[str, Source], now: Moments) -> None:
        self.decide = ways.decide
        self.sources = sources
        self.moments = now if isinstance(now, list | tuple) else None
        self.now = None if self.moments is not None else now
        unknown = ways.decide.unknown(sources)
        self.common = [*ways.decide.tainted, *unknown]
        self.sharing = None if unknown else ways.sharing
        self.timed = ways.timed and self.moments is not None
        self.rows: list[list[Ints]] = []
        self.apart: dict[int, ItemResult] = {}
        self.shared: list[ItemResult] = []
        self._kinds: dict[Any, int] = {}
        self._opened: tuple[int, dict[str, Block]] = (-1, {})

    def one_by_one(self, start: int, places: Iterable[int]) -> None:
        """Decide items of the block at `start` by the row engine."""
        for place in places:
            self.apart[start + place] = self._decide(start, place)

    def by_kind(self, start: int, signatures: Ints, left: Flags) -> Ints:
        """Decide one item for each signature; gives the place of every item's answer."""
        if self.timed:
            return self._by_kind_and_time(start, signatures, left)
        kinds, first, inverse = np.unique(
            np.where(left, -1, signatures), return_index=True, return_inverse=True
        )
        answers = np.zeros(len(kinds), np.int64)
        for number, (kind, place) in enumerate(zip(kinds.tolist(), first.tolist(), strict=True)):
            if kind < 0:
                continue
            if kind not in self._kinds:
                self._kinds[kind] = len(self.shared)
                self.shared.append(self._decide(start, place))
            answers[number] = self._kinds[kind]
        found: Ints = answers[inverse]
        return found

    def _by_kind_and_time(self, start: int, signatures: Ints, left: Flags) -> Ints:
        """Do the same where what follows the tables reads the time."""
        answers = np.zeros(len(signatures), np.int64)
        for place in np.flatnonzero(~left).tolist():
            kind = int(signatures[place]), id(self._time_of(start + place))
            if kind not in self._kinds:
                self._kinds[kind] = len(self.shared)
                self.shared.append(self._decide(start, place))
            answers[place] = self._kinds[kind]
        return answers

    def _time_of(self, place: int) -> Any:
        return self.now if self.moments is None else self.moments[place]

    def _decide(self, start: int, place: int) -> ItemResult:
        begin, within = start + place - (start + place) % BLOCK, (start + place) % BLOCK
        if self._opened[0] != begin:
            opened = {name: s.open(begin, begin + BLOCK) for name, s in self.sources.items()}
            self._opened = begin, opened
        facts = {name: block.item(within) for name, block in self._opened[1].items()}
        now = self._time_of(start + place)
        if self.sharing is not None:
            return ItemResult(*self.sharing.answer(facts, now))
        result = self.decide(facts, now=now)
        return ItemResult(result.value, result.rows, result.problems)


class Batch:
    """What a decision gave for many items, in their order.

    Every answer is that of the row engine. Values are shared between items that found the same
    rows: lists and objects among them are to be read, not changed.
    """

    def __init__(self, ways: Ways, count: int, decided: _Pass) -> None:
        self._ways = ways
        self._count = count
        self._apart = decided.apart
        self._shared = decided.shared
        self._common = decided.common
        # By table, what each item found there: rows, or the place of a shared answer.
        self._found = [np.concatenate(parts) for parts in zip(*decided.rows, strict=True)]
        if not self._found:
            self._found = [np.zeros(count, np.int64)]

    def __len__(self) -> int:
        return self._count

    @cached_property
    def outputs(self) -> dict[str, NDArray[Any]]:
        """The outputs as columns, by name: those of a table, or one named after the decision.

        Booleans and whole numbers of 64 bits are in arrays of their own where a column has
        nothing else; all other columns are arrays of objects, null being None.
        """
        apart = {place: answer.value for place, answer in self._apart.items()}
        # One value more, of none of them, as tables have it.
        values = None if self._ways.plain else [*(r.value for r in self._shared), None]
        return self._ways.outputs.columns(self._found[-1], values, apart)

    @cached_property
    def rows(self) -> Any:
        """The rows that matched: their numbers from 1 as an array, for one table of one hit.

        0 stands for no row, and for rows of UNIQUE that matched at once: see `hits`. For any other
        decision, a list of what `hits` gives.
        """
        table = self._ways.outputs.table
        if not table:
            return [self.hits(place) for place in range(self._count)]
        if self._ways.plain:
            numbers = [*range(1, len(self._ways.outputs.values)), 0]
        else:
            numbers = [*(_number(answer, table) for answer in self._shared), 0]
        found = np.array(numbers, np.int64)[self._found[0]]
        for place, answer in self._apart.items():
            found[place] = _number(answer, table)
        return found

    def hits(self, place: int) -> list[tuple[str, int]]:
        """Give the (table id, row number from 1) that matched for one item, in order."""
        answer = self._answer(place)
        if answer is not None:
            return list(answer.rows)
        assert self._ways.vector is not None
        pairs = zip(self._ways.vector.tables, self._found, strict=True)
        return [(table.id, int(f[place]) + 1) for table, f in pairs if f[place] < table.rows]

    def value(self, place: int) -> Any:
        """Give the value of one item, as the row engine would."""
        answer = self._answer(place)
        if answer is not None:
            return answer.value
        value = self._ways.outputs.values[int(self._found[-1][place])]
        return dict(value) if isinstance(value, dict) else value

    def _answer(self, place: int) -> ItemResult | None:
        if not 0 <= place < self._count:
            raise IndexError(place)
        if place in self._apart:
            return self._apart[place]
        return None if self._ways.plain else self._shared[int(self._found[0][place])]

    @cached_property
    def problems(self) -> dict[int, list[Problem]]:
        """What is wrong, by item; items with nothing wrong are not listed."""
        if self._common:
            places: Iterable[int] = range(self._count)
        else:
            tainted = [number for number, answer in enumerate(self._shared) if answer.problems]
            hit = np.isin(self._found[0], tainted) if tainted else np.zeros(0, np.bool_)
            places = sorted({*np.flatnonzero(hit).tolist(), *self._apart})
        found = {}
        for place in places:
            answer = self._answer(place)
            problems = list(self._common if answer is None else answer.problems)
            if problems:
                found[place] = problems
        return found

    @cached_property
    def failed(self) -> Flags:
        """Tell for every item whether a problem taints its value, so that a person should look."""
        found = np.zeros(self._count, np.bool_)
        for place, problems in self.problems.items():
            found[place] = any(problem.severity == "error" for problem in problems)
        return found


def _number(answer: ItemResult, table: str) -> int:
    numbers = [number for name, number in answer.rows if name == table]
    return numbers[0] if len(numbers) == 1 else 0
