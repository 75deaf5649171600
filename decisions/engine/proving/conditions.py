"""Conditions over a model's facts and answer, read by the types that the model declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from decisions.engine import model as m
from decisions.engine.back_ends import tests_code
from decisions.engine.decide import Decide
from decisions.engine.evaluation import Model
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Graph, Part
from decisions.engine.problems import Problem
from decisions.engine.proving.reading import words_of
from decisions.engine.types import ANY, BOOLEAN, TESTABLE, Type, base_of, components_of

_ANSWER = "answer"


@dataclass(frozen=True)
class Condition:
    """A text to judge: over the facts alone, or over the facts and the `answer` as well."""

    text: str
    answer: bool = False


class Conditions:
    """Conditions ready to be judged. `problems` holds for each what is wrong with its text.

    They are decisions of a model of their own with the inputs of the first one; what the answer
    holds is an input there, of the type found for it.
    """

    def __init__(
        self,
        facts: Model,
        answers: Model,
        conditions: Sequence[Condition],
        problems: tuple[list[Problem], ...],
    ) -> None:
        self._models = {False: facts, True: answers}
        self.conditions = tuple(conditions)
        self.problems = problems

    @cached_property
    def decides(self) -> tuple[Decide, ...]:
        """The conditions as decisions."""
        return tuple(
            self._models[one.answer].decision(_name(place))
            for place, one in enumerate(self.conditions)
        )

    def node(self, place: int) -> tuple[Graph, Part]:
        """Give the tree of a condition, in its graph."""
        held = self._models[self.conditions[place].answer].graph
        assert held is not None
        return held, held.find(_name(place), (m.Decision,))

    def words(self, place: int) -> str:
        """Say in words what a condition asks for."""
        node = self.node(place)[1].node
        text = self.conditions[place].text
        return text if node is None else words_of(node, text)

    def judge(self, place: int, facts: Mapping[str, Any], now: datetime | None) -> bool | None:
        """Judge one condition: true, not true, or None where it cannot be judged without error.

        Names that the condition does not ask for do no harm.
        """
        decide = self.decides[place]
        asked = {name: facts[name] for name in decide.shapes if name in facts}
        result = decide(asked, now=now)
        if result.failed:
            return None
        return result.value is True


def conditions_of(model: Model, decision: str, conditions: Sequence[Condition]) -> Conditions:
    """Read conditions over a model whose answer is that of a decision."""
    outputs = outputs_of(model, decision)
    inputs = model.definitions.inputs
    kept = tuple(item for item in inputs if item.name not in outputs)
    added = tuple(
        m.InputData(f"{_ANSWER}_{place}", name, _reference(kind), hints=m.Hints(optional=True))
        for place, (name, kind) in enumerate(outputs.items())
    )
    models: dict[bool, Model] = {}
    problems: dict[int, list[Problem]] = {}
    for answer, held in ((False, inputs), (True, (*kept, *added))):
        texts = {place: one.text for place, one in enumerate(conditions) if one.answer == answer}
        models[answer], told = _loaded(model, held, texts)
        problems.update(told)
    listed = tuple(problems[place] for place in range(len(conditions)))
    return Conditions(models[False], models[True], conditions, listed)


def _loaded(
    beside: Model, inputs: Sequence[m.InputData], texts: Mapping[int, str]
) -> tuple[Model, dict[int, list[Problem]]]:
    """Load conditions as decisions; each requires what its text names, and nothing else."""
    first = _model(beside, inputs, texts, dict.fromkeys(texts, inputs))
    used = {}
    for place in texts:
        node = None if first.graph is None else first.graph.find(_name(place), (m.Decision,)).node
        names = {part.name for part in n.walk(node) if isinstance(part, n.Name)} if node else set()
        used[place] = [item for item in inputs if item.name in names]
    told = {place: _problems(first, place) for place in texts}
    return _model(beside, inputs, texts, used), told


def _problems(held: Model, place: int) -> list[Problem]:
    label = f'decision "{_name(place)}"'
    found = [replace(p, where="") for p in held.problems if p.where.startswith(label)]
    node = None if held.graph is None else held.graph.find(_name(place), (m.Decision,)).node
    while isinstance(node, n.Placed):
        node = node.body
    kind = base_of(held.types.get(id(node), ANY))
    if not found and kind not in (ANY, BOOLEAN):
        said = f"This gives a {kind}, and a condition is true or false."
        found.append(Problem("type.condition", said, "", "Compare it with a value."))
    return found


def _model(
    beside: Model,
    inputs: Sequence[m.InputData],
    texts: Mapping[int, str],
    used: Mapping[int, Sequence[m.InputData]],
) -> Model:
    definitions = replace(
        beside.definitions,
        inputs=tuple(inputs),
        decisions=tuple(_decision(place, text, used[place]) for place, text in texts.items()),
        knowledge=(),
        services=(),
        order=(),
        diagram=None,
    )
    graph = Graph(None if beside.graph is None else beside.graph.resolver, tests_code)
    graph.add_file(definitions)
    graph.link()
    graph.lower()
    return Model(definitions, graph, list(graph.problems))


def is_answer(part: Part) -> bool:
    """Tell whether an input of conditions is a part of the answer."""
    return part.element.id.startswith(f"{_ANSWER}_")


def _name(place: int) -> str:
    return f"condition {place + 1}"


def _decision(place: int, text: str, inputs: Sequence[m.InputData]) -> m.Decision:
    return m.Decision(
        f"condition_{place + 1}",
        _name(place),
        "boolean",
        m.LiteralExpression(id=f"text_{place + 1}", type_ref="", line=1, text=text),
        required_inputs=tuple(f"#{item.id}" for item in inputs),
    )


def _reference(kind: Type) -> str:
    base = base_of(kind)
    return base.name if base in TESTABLE else "Any"


def outputs_of(model: Model, decision: str) -> dict[str, Type]:
    """Give what the answer of a decision holds by name, with the types found."""
    if model.graph is None:
        return {}
    for part in model.graph.parts.values():
        if part.name == decision and isinstance(part.element, m.Decision):
            found = components_of(part.type)
            node = part.node
            return dict(found) if found else _held(node, model.types)
    return {}


def _held(node: n.Node | None, types: Mapping[int, Type]) -> dict[str, Type]:
    if node is None:
        return {}
    found = components_of(types.get(id(node), ANY))
    if found is not None:
        return dict(found)
    if isinstance(node, n.Placed):
        return _held(node.body, types)
    if isinstance(node, n.Context):
        if node.result is not None:
            return _held(node.result, types)
        return {entry.key: types.get(id(entry.value), ANY) for entry in node.entries}
    if isinstance(node, n.Table):
        return {clause.name: clause.type for clause in node.outputs if clause.name}
    return {}
