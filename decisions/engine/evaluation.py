"""A loaded model as callers see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NoReturn

from decisions.engine import model as m
from decisions.engine.analysis.findings import Analysis
from decisions.engine.analysis.report import Analyser, analyse_unread
from decisions.engine.back_ends import entry_of, interpreter_of, program_of, replay_of, shared_of
from decisions.engine.codegen.entry import Enter, EntryOptions
from decisions.engine.codegen.program import Compiler, Program
from decisions.engine.decide import NO_OBJECT, Decide, Result
from decisions.engine.describe import describe_model
from decisions.engine.facts import Reader, Shape, schema_of, shape_of_input
from decisions.engine.graph import Graph, Part
from decisions.engine.interpreter.parts import Interpreter
from decisions.engine.problems import Invalid, Problem, Refused, wrong_argument
from decisions.engine.run import Run
from decisions.engine.types import Type
from decisions.engine.xml_write import write_definitions


class Model:
    """A loaded DMN model.

    `problems` lists what is wrong with it; a model with errors still evaluates, but every result
    carries the errors, so that it never passes for a clean one. It never changes: copies are
    itself, and pickling raises TypeError.
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
        self._entries: dict[tuple[str, frozenset[str], bool], Enter] = {}
        self._analyses: dict[tuple[str | None, bool], Analysis] = {}

    @cached_property
    def errors(self) -> list[tuple[str | None, Problem]]:
        """The problems that taint results, each with the key of the part it is in, if any."""
        parts = {} if self.graph is None else self.graph.parts
        labels: dict[str, str | None] = {}
        for key, part in parts.items():
            # A name that two have says of neither that the problem is its own.
            labels[part.label] = None if part.label in labels else key
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

    @property
    def types(self) -> Mapping[int, Type]:
        """The types found for the expressions of the model, by the identity of their trees."""
        return {} if self._compiler is None else self._compiler.typer.types

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

    def schema_with(self, filled: Iterable[str]) -> dict[str, Any]:
        """JSON Schema of the same facts and of some inputs that the portal fills, by name."""
        shapes = {**self.asked, **{name: self.shapes[name] for name in filled}}
        return {"title": self.name, **schema_of(shapes)}

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
        if self.graph is None:
            return list(self.problems)
        if not isinstance(facts, Mapping):
            return [NO_OBJECT]
        reader = Reader(Run(), strict=True)
        try:
            reader.read_all(facts, self.asked)
        except Refused as refusal:
            reader.problems.append(refusal.problem)
        return [*reader.problems, *reader.run.problems]

    def analyse(self, *, table: str | None = None, every: bool = False) -> Analysis:
        """Find what is wrong with the tables before any fact comes in: gaps, overlaps, dead rows.

        `table` is the id of one table; raises Invalid when there is none. With `every`, also what
        is no fault: rows that overlap under FIRST or PRIORITY, gaps of tables that collect. It is
        looked for once, since a model never changes.
        """
        if table is not None and not isinstance(table, str):
            raise wrong_argument("The table", "its id, a str", table)
        if self.graph is None or self._compiler is None:
            return analyse_unread(self.problems)
        if (table, every) not in self._analyses:
            analyser = Analyser(self.graph, self.types)
            self._analyses[table, every] = analyser.analyse(
                self.definitions, self.problems, table=table, every=every
            )
        return self._analyses[table, every]

    def row_example(self, table: str, row: int) -> dict[str, Any] | None:
        """Give a value of every input expression of a table that reaches a row, if some are known.

        Rows count from 1. A row that others always come before has none.
        """
        if self.graph is None or self._compiler is None:
            return None
        return Analyser(self.graph, self.types).row_example(self.definitions, table, row)

    def to_xml(self) -> bytes:
        """Write the model as DMN 1.5 XML; raises Invalid when it could not be read."""
        if self.graph is None:
            raise Invalid(f"The model could not be read: {self.problems[0]}")
        return write_definitions(self.definitions)

    def decision(self, name: str) -> Decide:
        """Give a decision by name or id; raises Invalid when there is none.

        A name that is no str raises TypeError.
        """
        return self._target(name, m.Decision)

    def service(self, name: str) -> Decide:
        """Give a decision service by name or id; raises Invalid when there is none.

        A name that is no str raises TypeError.
        """
        return self._target(name, m.DecisionService)

    def _target(self, name: str, kind: type) -> Decide:
        if not isinstance(name, str):
            raise wrong_argument("The decision", "its name or id, a str", name)
        if self.graph is None:
            raise Invalid(f"The model could not be read: {self.problems[0]}")
        try:
            return Decide(self, self.graph, self.graph.find(name, (kind,)))
        except Refused as refusal:
            raise Invalid(str(refusal.problem)) from None

    def program(self, part: Part) -> Program:
        """Compile a part once."""
        if part.key not in self._programs:
            self._programs[part.key] = program_of(self._readable(), part)
        return self._programs[part.key]

    def enter(
        self, part: Part, shapes: Mapping[str, Shape], fixed: frozenset[str], *, tainted: bool
    ) -> Enter:
        """Compile the quick way into a part once for each set of inputs that are fixed."""
        key = part.key, fixed, tainted
        if key not in self._entries:
            options = EntryOptions(frozenset({*self.shapes, *shapes}), fixed, tainted, Result)
            self._entries[key] = entry_of(self._readable(), part, shapes, options)
        return self._entries[key]

    def replay(self, part: Part, shapes: Mapping[str, Shape]) -> Callable[..., Any]:
        """Compile what explanations of a part need."""
        return replay_of(self._readable(), part, shapes)

    def shared(self, part: Part, call_of: Callable[[str], Any]) -> Callable[..., Any] | None:
        """Compile a part for batches, whose items have much in common."""
        return shared_of(self._readable(), part, call_of)

    @cached_property
    def interpreter(self) -> Interpreter:
        """The slow path, which keeps what explanations need."""
        return interpreter_of(self._readable())

    def _readable(self) -> Compiler:
        if self._compiler is None:
            raise Invalid("The model could not be read.")
        return self._compiler

    def __copy__(self) -> Model:
        return self

    def __deepcopy__(self, memo: object) -> Model:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(
            "A model is compiled code and cannot be pickled. Keep its source, "
            "or what to_xml() gives, and get it again by load_model(source)."
        )


def _owner_of(problem: Problem, labels: Mapping[str, str | None]) -> str | None:
    """Find the part that a problem's place begins with; the longest name wins."""
    where = problem.where
    fitting = [label for label in labels if where == label or where.startswith(f"{label},")]
    return labels[max(fitting, key=len)] if fitting else None
