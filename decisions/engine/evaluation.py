"""Models, decisions and results as callers see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from decisions.engine import model as m
from decisions.engine.back_ends import interpreter_of, program_of
from decisions.engine.codegen.program import Compiler, Program
from decisions.engine.explain import describe_model, explain_result, why_not
from decisions.engine.facts import Reader, Shape, escape, schema_of, shape_of_input
from decisions.engine.graph import Graph, Part
from decisions.engine.interpreter.parts import Interpreter
from decisions.engine.problems import Invalid, Problem, Refused
from decisions.engine.reading import Unfit, quick_reader
from decisions.engine.run import Run
from decisions.engine.types import ANY
from decisions.engine.values import give_out

_NO_OBJECT = Problem("input.type", "The facts must be an object.", "", "Give { ... }.")


class Model:
    """A loaded DMN model.

    `problems` lists what is wrong with it; a model with errors still evaluates, but every result
    carries the errors, so that it never passes for a clean one.
    """

    def __init__(
        self, definitions: m.Definitions, graph: Graph | None, problems: list[Problem]
    ) -> None:
        self.definitions = definitions
        self.graph = graph
        self.problems = problems
        self._compiler = None if graph is None else Compiler(graph)
        if self._compiler is not None:
            self.problems.extend(self._compiler.check())
        self._programs: dict[str, Program] = {}

    @cached_property
    def errors(self) -> list[tuple[str | None, Problem]]:
        """The problems that taint results, each with the key of the part it is in, if any."""
        parts = {} if self.graph is None else self.graph.parts
        labels = {part.label: key for key, part in parts.items()}
        return [
            (_owner_of(problem, labels), problem)
            for problem in self.problems
            if problem.severity == "error"
        ]

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.definitions.name

    @property
    def hash(self) -> str:
        """SHA-256 over the canonical content; the diagram does not count."""
        return self.definitions.hash

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The declared form of every input, by name."""
        if self.graph is None:
            return {}
        return {
            part.name: shape_of_input(part.element, part.file.declared)
            for part in self.graph.parts.values()
            if isinstance(part.element, m.InputData)
        }

    @cached_property
    def sources(self) -> list[dict[str, str]]:
        """The inputs that the portal fills itself: [{"input", "kind", "key"}]."""
        return [
            {"input": item.name, "kind": "", "key": "", **item.hints.source}
            for item in self.definitions.inputs
            if item.hints.source
        ]

    @cached_property
    def asked(self) -> dict[str, Shape]:
        """The declared form of the inputs that a submission must bring."""
        filled = {source["input"] for source in self.sources}
        return {name: shape for name, shape in self.shapes.items() if name not in filled}

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of the facts that a submission brings."""
        return {"title": self.name, **schema_of(self.asked)}

    @cached_property
    def decisions(self) -> list[dict[str, Any]]:
        """The decisions as plain data: names, requirements, kind and table."""
        found: list[dict[str, Any]] = self.describe()["decisions"]
        return found

    @cached_property
    def services(self) -> list[dict[str, Any]]:
        """The decision services as plain data."""
        found: list[dict[str, Any]] = self.describe()["services"]
        return found

    def describe(self) -> dict[str, Any]:
        """Give the whole model as JSON-able plain data, for pages."""
        return {
            **describe_model(self.definitions, self.graph),
            "sources": self.sources,
            "problems": [problem.as_dict() for problem in self.problems],
        }

    def check(self, facts: Any) -> list[Problem]:
        """Hold facts against the declared inputs; `where` is a pointer such as /show/explicit."""
        if not isinstance(facts, Mapping):
            return [_NO_OBJECT]
        reader = Reader(Run(), strict=True)
        try:
            reader.read_all(facts, self.asked)
        except Refused as refusal:
            reader.problems.append(refusal.problem)
        return [*reader.problems, *reader.run.problems]

    def decision(self, name: str) -> Decide:
        """Give a decision by name or id; raises Invalid when there is none."""
        return self._target(name, m.Decision)

    def service(self, name: str) -> Decide:
        """Give a decision service by name or id; raises Invalid when there is none."""
        return self._target(name, m.DecisionService)

    def _target(self, name: str, kind: type) -> Decide:
        if self.graph is None:
            raise Invalid(f"The model could not be read: {self.problems[0]}")
        try:
            return Decide(self, self.graph, self.graph.find(name, (kind,)))
        except Refused as refusal:
            raise Invalid(str(refusal.problem)) from None

    def program(self, part: Part) -> Program:
        """Compile a part once."""
        known = self._programs.get(part.key)
        if known is None:
            known = self._programs[part.key] = program_of(self._readable(), part)
        return known

    @cached_property
    def interpreter(self) -> Interpreter:
        """The slow path, which keeps what explanations need."""
        return interpreter_of(self._readable())

    def _readable(self) -> Compiler:
        if self._compiler is None:
            raise Invalid("The model could not be read.")
        return self._compiler


def _owner_of(problem: Problem, labels: Mapping[str, str]) -> str | None:
    """Find the part that a problem's place begins with; the longest name wins."""
    where = problem.where
    fitting = [label for label in labels if where == label or where.startswith(f"{label},")]
    return labels[max(fitting, key=len)] if fitting else None


class Decide:
    """One decision or decision service, ready to be called with facts."""

    def __init__(
        self, model: Model, graph: Graph, part: Part, fixed: Mapping[str, Any] | None = None
    ) -> None:
        self.model = model
        self.graph = graph
        self.part = part
        self.program = model.program(part)
        self.shapes = _shapes_needed(graph, part, self.program)
        self._readers = {name: quick_reader(shape) for name, shape in self.shapes.items()}
        self._known = {*model.shapes, *self.shapes}
        used = _parts_used(graph, self.program)
        # What is wrong with other decisions does not taint this one.
        self._errors = [
            problem for owner, problem in model.errors if owner is None or owner in used
        ]
        self._given: dict[str, Any] = {}
        self._given_problems: list[Problem] = []
        if fixed:
            run = Run()
            self._given = self._read({k: v for k, v in fixed.items() if k in self.shapes}, run)
            self._given_problems = run.problems

    def given(self, facts: Mapping[str, Any]) -> Decide:
        """Give the same decision with some inputs fixed: read once, used by every call.

        Meant for large inputs that stay the same, such as reference tables.
        """
        return Decide(self.model, self.graph, self.part, facts)

    def __call__(self, facts: Mapping[str, Any], *, now: datetime | None = None) -> Result:
        """Decide on facts at a time; never raises on bad facts, see Result.problems."""
        return Result(self, facts, now)

    def run(self, facts: Mapping[str, Any], run: Run, *, trace: bool = False) -> Any:
        """Evaluate within a run; gives the value as Python's and leaves the rest in the run."""
        run.problems.extend(self._errors)
        run.problems.extend(self._given_problems)
        try:
            taken = self._read(facts, run, complete=True)
            inputs = [taken[name] for name in self.shapes]
            if trace:
                value = self.model.interpreter.evaluate(self.part, run, *inputs, traced=True)
            else:
                value = self.program.code(run, *inputs)
            return give_out(value, run)
        except Refused as refusal:
            problem = refusal.problem
            run.problems.append(replace(problem, where=problem.where or self.part.label))
        except RecursionError:
            run.problems.append(
                Problem(
                    "limit.depth",
                    "The evaluation is nested too deep.",
                    self.part.label,
                    "Look for a function that calls itself without end.",
                )
            )
        return None

    def _read(
        self, facts: Mapping[str, Any], run: Run, *, complete: bool = False
    ) -> dict[str, Any]:
        """Read facts quickly, and those that do not fit once more for their problems."""
        taken = dict(self._given)
        for name, read in self._readers.items():
            if name in facts:
                try:
                    taken[name] = read(run, facts[name])
                    continue
                except Unfit:
                    pass
            elif name in taken or not complete:
                continue
            reader = Reader(run, strict=False)
            taken[name] = reader.part(facts, name, self.shapes[name], f"/{escape(name)}")
            run.problems.extend(reader.problems)
        if not self._known.issuperset(facts):
            reader = Reader(run, strict=False)
            reader.unknown_names(facts, dict.fromkeys(self._known, _ANYTHING), "")
            run.problems.extend(reader.problems)
        return taken


_ANYTHING = Shape(ANY, optional=True)


def _shapes_needed(graph: Graph, part: Part, program: Program) -> dict[str, Shape]:
    """Give the declared form of each input of a program, by the name its caller uses."""
    shapes: dict[str, Shape] = {}
    for key in program.inputs:
        needed = graph.parts[key]
        shapes[graph.visible_name(part.file, key)] = (
            shape_of_input(needed.element, needed.file.declared)
            if isinstance(needed.element, m.InputData)
            else Shape(needed.type, optional=True)
        )
    return shapes


def _parts_used(graph: Graph, program: Program) -> frozenset[str]:
    """Give the keys of a program's decisions and of everything they require."""
    found: set[str] = set()
    waiting = list(program.decisions)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(graph.parts[key].requires.values())
    return frozenset(found)


class Result:
    """What a decision gave: the value, the rows that matched, the problems, the values between."""

    def __init__(self, decide: Decide, facts: Mapping[str, Any], now: datetime | None) -> None:
        self._decide = decide
        given: object = facts
        self._facts = dict(given) if isinstance(given, Mapping) else {}
        self._now = now
        run = Run(now=now)
        if not isinstance(given, Mapping):
            run.problems.append(_NO_OBJECT)
        self.value = decide.run(self._facts, run)
        self.rows: list[tuple[str, int]] = run.hits
        self.problems = run.problems
        self._values = run.values

    @property
    def failed(self) -> bool:
        """Tell whether a problem taints the value, so that a person should look."""
        return any(problem.severity == "error" for problem in self.problems)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The value of every decision that was evaluated, by name."""
        decide, run = self._decide, Run()
        return {
            decide.graph.visible_name(decide.part.file, key): _safe_out(value, run)
            for key, value in self._values.items()
        }

    def explain(self) -> list[dict[str, Any]]:
        """Give for every decision what it read, which cells matched and what it gave."""
        run = Run(now=self._now)
        self._decide.run(self._facts, run, trace=True)
        return explain_result(self._decide.graph, self._decide.program.decisions, run)

    def why_not(self, row: int, table: str | None = None) -> dict[str, Any]:
        """Tell which cells kept a row from matching; the table is the decision's own by default."""
        run = Run(now=self._now, every_row=True)
        self._decide.run(self._facts, run, trace=True)
        decide = self._decide
        return why_not(decide.graph, decide.program.decisions, run, row, table)


def _safe_out(value: Any, run: Run) -> Any:
    try:
        return give_out(value, run)
    except Refused:
        return None
