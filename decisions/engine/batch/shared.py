"""Decides items one after another, and works out what they have in common only once.

Decisions read few of the inputs each, and many items agree in those: the same product, the same
show. A decision is asked once for the same values and, where it reads the time, the same time. What
it gave, which rows matched and what it cost are remembered; what went wrong is not, so that every
item says so itself.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from decisions.engine.facts import Shape
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Graph
from decisions.engine.reading import quick_reader
from decisions.engine.run import Run

if TYPE_CHECKING:
    from decisions.engine.decide import Decide

MOST = 1 << 12
"""How much is remembered of one decision or input before it is forgotten."""

_EMPTY: list[Any] = []
"""The one list of nothing: tables that object to nothing are what most items have in common."""

_LOOKS = {1 << 10: 1 / 32, MOST: 1 / 8}
"""After so many calls, which share of them must have been remembered for it to go on."""

Call = Callable[[Run, Callable[..., Any], tuple[Any, ...]], Any]
Facts = Mapping[str, Any]


class Time(IntEnum):
    """What a decision reads of the time."""

    NOTHING = 0
    DAY = 1
    MOMENT = 2


class Worth:
    """Tells whether it pays to remember; most values come once in some columns."""

    __slots__ = ("calls", "found", "pays")

    def __init__(self) -> None:
        self.calls = 0
        self.found = 0
        self.pays = True

    def look(self) -> None:
        """Count a call that was not remembered, and give up where that is the rule."""
        self.calls += 1
        least = _LOOKS.get(self.calls)
        if least is not None and self.found < self.calls * least:
            self.pays = False


class Sharing:
    """One decision for items that have much in common; made once for it."""

    def __init__(self, decide: Decide, given: Mapping[str, Any], code: Callable[..., Any]) -> None:
        self.decide = decide
        self.code = code
        self.readers = [
            (name, None if name in given else _reader(shape), given.get(name))
            for name, shape in decide.shapes.items()
        ]

    def answer(self, facts: Facts, now: datetime | None) -> tuple[Any, Any, Any]:
        """Give value, rows and problems as a call would; the names of facts are known ones."""
        try:
            inputs = [
                fixed if read is None else read(facts.get(name))
                for name, read, fixed in self.readers
            ]
        except Exception:  # noqa: BLE001  What does not fit is read by the row engine, which says why.
            result = self.decide(facts, now=now)
            return result.value, result.rows, result.problems
        run = Run(now)
        run.problems.extend(self.decide.tainted)
        value = self.decide.evaluate(run, inputs, code=self.code)
        return value, run.hits, run.problems


def sharing_of(decide: Decide, given: Mapping[str, Any]) -> Sharing | None:
    """Prepare a decision; None where the row engine is as quick or the code cannot be had."""
    if decide.lean or decide.tainted or len(decide.program.decisions) < 2:
        return None
    graph = decide.graph
    code = decide.model.shared(decide.part, lambda key: _remembering(time_read(graph, key)))
    return None if code is None else Sharing(decide, given, code)


def time_read(graph: Graph, key: str) -> Time:
    """Tell what a decision reads of the time, itself or by the functions it calls."""
    most = Time.NOTHING
    waiting, seen = [key], {key}
    while waiting:
        part = graph.parts[waiting.pop()]
        for node in () if part.node is None else n.walk(part.node):
            if isinstance(node, n.Name):
                most = max(most, _TIMES.get(node.name, Time.NOTHING))
        called = {other for other in part.requires.values() if other not in seen}
        if part.key == key:
            called = {other for other in called if graph.is_called(other)}
        seen |= called
        waiting.extend(called)
    return most


_TIMES = {"today": Time.DAY, "now": Time.MOMENT}


def _reader(shape: Shape) -> Callable[[Any], Any]:
    """Give what reads one fact; equal facts give the very same value, which is then known by it."""
    quick = quick_reader(shape)
    known: dict[Any, Any] = {}
    worth = Worth()

    def read(value: Any) -> Any:
        kind = value.__class__
        if kind is str or kind is bool or kind is int or value is None:
            key: Any = kind, value
        elif worth.pays:
            try:
                # The second form knows no references, so that equal facts are equal bytes.
                key = marshal.dumps(value, 2)
            except ValueError:
                return quick(Run(), value)
        else:
            return quick(Run(), value)
        if key in known:
            worth.found += 1
            return known[key]
        worth.look()
        if len(known) >= MOST:
            known.clear()
        found = known[key] = quick(Run(), value)
        return found

    return read


def _remembering(time: Time) -> Call:
    """Give what calls one decision, unless it was asked for the very same values before.

    Values are known by their identity; they are kept, so that it stays theirs.
    """
    known: dict[Any, tuple[Any, list[tuple[str, int]], int, tuple[Any, ...]]] = {}
    worth = Worth()

    def call(run: Run, code: Callable[..., Any], values: tuple[Any, ...]) -> Any:
        if not worth.pays or run.problems:
            value = code(run, *values)
            return _EMPTY if value == _EMPTY else value
        key: Any = tuple(map(id, values))
        if time:
            key = key, _moment(run.now, time)
        before = known.get(key)
        if before is not None:
            value, hits, cost, _ = before
            if cost <= run.steps:
                worth.calls += 1
                worth.found += 1
                run.steps -= cost
                run.hits += hits
                return value
        worth.look()
        if not worth.pays or len(known) >= MOST:
            known.clear()
        start, steps = len(run.hits), run.steps
        value = code(run, *values)
        if value == _EMPTY:
            value = _EMPTY
        if not run.problems:
            known[key] = value, run.hits[start:], steps - run.steps, values
        return value

    return call


def _moment(now: Any, time: Time) -> Any:
    """Give what of the time counts; a time that rules cannot read is like no other."""
    if not isinstance(now, datetime) or now.utcoffset() is None:
        return object()
    return now.date() if time is Time.DAY else (now, now.utcoffset(), now.tzinfo)
