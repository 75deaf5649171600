"""Proves that an answer is never what it must not be: all facts are cut until each part is settled.

A part is settled where the condition on the facts cannot hold, or what is forbidden of the answer
cannot. What is left is tried for real: a counter-example is one that the model itself confirms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from decisions.engine.decide import Decide
from decisions.engine.facts import Shape
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Part
from decisions.engine.proving.box import LENGTH, Box, Split
from decisions.engine.proving.conditions import Conditions, is_answer
from decisions.engine.proving.examples import Maker
from decisions.engine.proving.look import Look
from decisions.engine.proving.ranges import Path
from decisions.engine.proving.scope import Bound, Scope, Scopes
from decisions.engine.values import to_json

MOST_PARTS = 600
MOST_STEPS = 250_000
MOST_TRIED = 40


@dataclass(frozen=True)
class Proof:
    """What came of it: `proved`, or `example` facts that break it, or neither.

    `parts` counts the parts of all facts that were settled, `inapplicable` those of them that the
    guard does not concern. `blind` are the places where the model cannot be read over all facts,
    `asked` the values of facts at which something changes.
    """

    proved: bool
    parts: int
    inapplicable: int = 0
    example: Mapping[str, Any] | None = None
    blind: tuple[str, ...] = ()
    asked: tuple[Split, ...] = ()
    exhausted: bool = False
    shapes: Mapping[Path, Shape] = field(default_factory=dict, repr=False)


@dataclass
class _Search:
    settled: int = 0
    inapplicable: int = 0
    open: list[Box] = field(default_factory=list)
    blind: dict[str, None] = field(default_factory=dict)
    asked: dict[Any, Split] = field(default_factory=dict)
    shapes: dict[Path, Shape] = field(default_factory=dict)
    exhausted: bool = False
    steps: int = 0

    def learn(self, look: Look) -> None:
        """Keep what a reading asked and could not read."""
        self.asked.update(look.splits)
        self.blind.update(look.blind)
        for path, shape in look.shapes.items():
            known = self.shapes.get(path)
            if known is None or shape.optional:
                self.shapes[path] = shape


class Prover:
    """Proves guards of one decision with its known inputs.

    `required` holds outputs with the values that a clean answer has there; anything else goes to a
    person whatever the guard says.
    """

    def __init__(
        self,
        decide: Decide,
        conditions: Conditions,
        required: Mapping[str, Sequence[str]],
    ) -> None:
        self.decide = decide
        self.conditions = conditions
        self.required = required
        self.given = decide.known
        self.scopes = Scopes(decide.graph, decide.part, self.given)
        shapes = decide.model.shapes.items()
        self._shapes = {name: shape for name, shape in shapes if name not in self.given}
        self._nodes: dict[int, tuple[n.Node, Scope]] = {}

    def prove(
        self,
        applies: int,
        forbidden: int,
        *,
        bases: Iterable[Mapping[str, Any]] = (),
        now: datetime | None = None,
    ) -> Proof:
        """Prove that where one condition holds, the other does not; both count by their place.

        `bases` are facts known to be good, from which examples are made.
        """
        search = self._search(applies, forbidden)
        asked = tuple(search.asked.values())
        common = (search.settled, search.inapplicable)
        if not search.open and not search.exhausted:
            return Proof(True, *common, asked=asked)
        maker = Maker(self._shapes, list(bases))
        example = None
        for box in search.open[:MOST_TRIED]:
            example = self._confirmed(maker.facts_in(box), applies, forbidden, now)
            if example is not None:
                break
        blind = tuple(place for place in search.blind if place)
        return Proof(False, *common, example, blind, asked, search.exhausted, search.shapes)

    def cases(
        self, proof: Proof, bases: Sequence[Mapping[str, Any]], most: int
    ) -> Iterator[Mapping[str, Any]]:
        """Make facts for every combination of the classes that a proof told apart, up to a limit.

        The questions come in the order of the search: those of the guard first.
        """
        boxes = [Box()]
        for split in proof.asked:
            shape = proof.shapes.get(_path(split))
            if split.asks == "holds" and split.note is None:
                continue
            cut = [part for box in boxes for part in box.cut(split, shape)]
            if len(cut) > most:
                break
            boxes = cut
        maker = Maker(self._shapes, list(bases))
        for number, box in enumerate(boxes):
            yield from islice(maker.facts_in(box, start=number), 1)

    def breaks(
        self, facts: Mapping[str, Any], applies: int, forbidden: int, now: datetime | None
    ) -> bool | None:
        """Try facts for real; None where they are refused or give no clean answer."""
        asked = self.decide.model.asked
        if self.decide.model.check({name: facts[name] for name in asked if name in facts}):
            return None
        result = self.decide(facts, now=now)
        if result.failed or not isinstance(result.value, dict):
            return None
        if any(result.value.get(name) not in held for name, held in self.required.items()):
            return None
        known = {**self.decide.fixed_facts, **facts}
        if self.conditions.judge(applies, known, now) is False:
            return False
        said = to_json(result.value)
        return self.conditions.judge(forbidden, {**known, **said}, now) is not False

    def _confirmed(
        self,
        candidates: Iterable[Mapping[str, Any]],
        applies: int,
        forbidden: int,
        now: datetime | None,
    ) -> Mapping[str, Any] | None:
        return next((f for f in candidates if self.breaks(f, applies, forbidden, now)), None)

    def _search(self, applies: int, forbidden: int) -> _Search:
        search = _Search()
        stack = [Box()]
        while stack:
            parts = search.settled + len(search.open) + len(stack)
            if parts > MOST_PARTS or search.steps > MOST_STEPS:
                search.open.extend(stack[::-1])
                search.exhausted = True
                break
            box = stack.pop()
            look = self._unsettled(box, applies, forbidden, search)
            if look is None:
                search.settled += 1
                continue
            search.learn(look)
            split = next(iter(look.splits.values()), None)
            if split is None:
                search.open.append(box)
                continue
            shape = look.shapes.get(_path(split))
            stack.extend(list(box.cut(split, shape))[::-1])
        return search

    def _unsettled(self, box: Box, applies: int, forbidden: int, search: _Search) -> Look | None:
        """Read both conditions over a box; None where they cannot hold together."""
        for place in (applies, forbidden):
            look = Look(box)
            node, scope = self._read(place)
            found = look.tri(node, scope)
            search.steps += look.steps
            if True not in found and not look.risky:
                search.inapplicable += place == applies
                return None
            if place == applies and len(found) > 1 and look.splits:
                return look
        return look

    def _read(self, place: int) -> tuple[n.Node, Scope]:
        if place not in self._nodes:
            graph, part = self.conditions.node(place)
            assert part.node is not None
            names = {}
            answer = self.conditions.conditions[place].answer
            for name, key in part.requires.items():
                names[name] = self._bound(graph.parts[key], answer)
            self._nodes[place] = part.node, Scope(names, guard=True)
        return self._nodes[place]

    def _bound(self, part: Part, answer: bool) -> Bound:
        if not (answer and is_answer(part)):
            return self.scopes.bound(self.decide.graph.parts[part.key])
        main = self.decide.part
        owner = Bound(node=main.node, scope=self.scopes.of(main))
        held = self.required.get(part.name)
        return Bound(
            node=n.Member(1, n.Name(1, "answer"), part.name),
            scope=Scope({"answer": owner}),
            only=None if held is None else frozenset(held),
        )


def _path(split: Split) -> Path:
    """Give the fact that a question is about; of a condition, the list that it asks about."""
    if split.asks == "holds":
        return split.note[0][1] if split.note is not None else ()
    path: Path = split.about  # type: ignore[assignment]
    return path[:-1] if path[-1] == LENGTH else path
