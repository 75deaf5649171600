"""Interprets decisions and services with all they require, and expressions on their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from decisions.engine import model as m
from decisions.engine.builtins import BUILTINS
from decisions.engine.coercion import coerce
from decisions.engine.feel import nodes as n
from decisions.engine.feel.scope import Scope
from decisions.engine.feel.typer import Typer
from decisions.engine.graph import Graph, Part
from decisions.engine.interpreter import tables  # noqa: F401  (registers the rule of tables)
from decisions.engine.interpreter.control import Closure, function_over
from decisions.engine.interpreter.expressions import hold
from decisions.engine.interpreter.walk import Frame, Steps, Walk
from decisions.engine.problems import Problem, Site
from decisions.engine.run import Run
from decisions.engine.types import Type
from decisions.engine.values import Function


class Interpreter:
    """Evaluates the parts of one graph; `types` are those that its typer found."""

    def __init__(self, graph: Graph, types: Mapping[int, Type]) -> None:
        self.graph = graph
        self.types = types

    def evaluate(self, part: Part, run: Run, *inputs: Any, traced: bool = False) -> Any:
        """Evaluate a decision or service; raises LimitReached.

        The inputs come in the order of its requirements. Values, hits, problems and marks go into
        the run; traces of tables too when they are asked for.
        """
        required = self.graph.requirements(part)
        parts = _Parts(self.graph, Walk(run, self.types, traced=traced))
        given = dict(zip(required.inputs, inputs, strict=True))
        value = parts.walk.finish(
            parts.decide(required.decisions, given, required.targets, run.record)
        )
        service = isinstance(part.element, m.DecisionService)
        return coerce(run, value, part.type, Site(part.label)) if service else value


Record = Callable[[str, Any], None]


class _Parts:
    """The parts of a graph in one walk; knowledge models and services are functions of it."""

    def __init__(self, graph: Graph, walk: Walk) -> None:
        self.graph = graph
        self.walk = walk
        self.functions: dict[str, Function] = {}

    def decide(
        self,
        decisions: Iterable[str],
        values: dict[str, Any],
        targets: tuple[str, ...],
        record: Record | None = None,
    ) -> Steps:
        """Evaluate decisions one after the other; gives the value of the targets."""
        for key in decisions:
            part = self.graph.parts[key]
            values[key] = None
            if part.node is not None:
                values[key] = yield part.node, Frame(part.label, self._visible(part, values))
            if record is not None:
                record(key, values[key])
        if len(targets) == 1:
            return values.get(targets[0])
        return {self.graph.parts[key].name: values.get(key) for key in targets}

    def _visible(self, part: Part, values: Mapping[str, Any]) -> dict[str, Any]:
        """Give what a part may refer to: values, and functions of its own."""
        names: dict[str, Any] = {}
        for name, key in part.requires.items():
            if isinstance(self.graph.parts[key].element, m.KnowledgeModel | m.DecisionService):
                names[name] = self._function(self.graph.parts[key])
            else:
                names[name] = values.get(key)
        return names

    def _function(self, part: Part) -> Function:
        """Give a knowledge model or service as a function; each is made once for all callers."""
        if part.key not in self.functions:
            if isinstance(part.node, n.FunctionOf):
                self._add_knowledge(part, part.node)
            else:
                params = self.graph.service_parts(part)[0]
                names = tuple(self.graph.parts[key].name for key in params)
                code = Closure(partial(self._serve, part, params), self.walk)
                self.functions[part.key] = Function(part.name, names, len(names), code)
        return self.functions[part.key]

    def _add_knowledge(self, part: Part, node: n.FunctionOf) -> None:
        names: dict[str, Any] = {}
        self.functions[part.key] = function_over(self.walk, node, Frame(part.label, names))
        # Known by now, so that a model may require itself, directly or through others.
        names.update(self._visible(part, {}))
        names.setdefault(part.name, self.functions[part.key])

    def _serve(
        self, part: Part, params: list[str], walk: Walk, arguments: tuple[Any, ...]
    ) -> Steps:
        """Evaluate a service that is called; inputs it does not list are null inside it."""
        given: dict[str, Any] = {}
        for key, value in zip(params, arguments, strict=True):
            fitted = coerce(walk.run, value, self.graph.parts[key].type, Site(part.label))
            if fitted is None and value is not None:
                return None
            given[key] = fitted
        required = self.graph.requirements(part)
        value = yield from self.decide(required.decisions, given, required.targets)
        return coerce(walk.run, value, part.type, Site(part.label))


def interpret_expression(
    node: n.Node, names: Mapping[str, Type], where: str
) -> tuple[Callable[..., Any], list[Problem]]:
    """Prepare an expression on its own: a function of the run and of the names in their order."""
    typer = Typer(BUILTINS)
    typer.check(node, Scope(dict(names)), where)

    def code(run: Run, *values: Any) -> Any:
        walk = Walk(run, typer.types)
        frame = Frame(where, dict(zip(names, values, strict=True)))
        if isinstance(node, n.Tests):
            return walk.finish(hold(walk, node, frame.names["?"], names["?"], frame))
        return walk.evaluate(node, frame)

    return code, typer.problems
