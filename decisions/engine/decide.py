"""One decision ready to be called, and what it gives: value, rows, problems, an explanation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, cast

from decisions.engine import model as m
from decisions.engine.codegen.program import Program
from decisions.engine.explain import Explainer
from decisions.engine.facts import Reader, Shape, escape, shape_of_input
from decisions.engine.graph import Graph, Part
from decisions.engine.problems import Invalid, Problem, Refused, wrong_argument
from decisions.engine.run import Run
from decisions.engine.types import ANY
from decisions.engine.values import give_out

if TYPE_CHECKING:
    from decisions.engine.batch.many import Batch, Moments, Ways
    from decisions.engine.evaluation import Model

NO_OBJECT = Problem(
    "input.type",
    "The facts must be an object: names with their values.",
    "",
    'Give it as {"name of an input": value, ...}.',
)


class Decide:
    """One decision or decision service, ready to be called with facts.

    It is compiled code that never changes: copies are itself, and pickling raises TypeError.
    """

    def __init__(
        self, model: Model, graph: Graph, part: Part, given: Mapping[str, Any] | None = None
    ) -> None:
        self.model = model
        self.graph = graph
        self.part = part
        self.program = model.program(part)
        self.shapes = _shapes_needed(graph, part, self.program)
        self._known = {*model.shapes, *self.shapes}
        used = _parts_used(graph, self.program)
        # What is wrong with other decisions does not taint this one.
        self.tainted = [
            problem for owner, problem in model.errors if owner is None or owner in used
        ]
        self._given: dict[str, Any] = {}
        self._fixed = dict(given or {})
        if given:
            run = Run()
            self._given = self._read(given, run)
            self.tainted.extend(run.problems)
        self.fixed = tuple(self._given[name] for name in self.shapes if name in self._given)
        # Python looks for __call__ on the class only, so that a call goes straight to this code.
        enter = model.enter(part, self.shapes, frozenset(self._given), tainted=bool(self.tainted))
        self.__class__ = type("Decide", (type(self),), {"__call__": enter})

    @property
    def known(self) -> Mapping[str, Any]:
        """The inputs that are fixed, as they were read."""
        return self._given

    @property
    def fixed_facts(self) -> Mapping[str, Any]:
        """The inputs that are fixed, as they were given."""
        return self._fixed

    def given(self, facts: Mapping[str, Any]) -> Decide:
        """Give the same decision with some inputs fixed: read once, used by every call.

        Meant for large inputs that stay the same, such as reference tables. What was given before
        stays given; facts of a call go before both. Raises TypeError for what is no mapping.
        """
        if not isinstance(facts, Mapping):
            raise wrong_argument("The facts", "a mapping of input names to values", facts)
        return Decide(self.model, self.graph, self.part, {**self._fixed, **facts})

    def __call__(self, facts: Mapping[str, Any], *, now: datetime | None = None) -> Result:
        """Decide on facts at a time; never raises on bad facts, see Result.problems.

        `facts` is a mapping of input names to values; anything else is a problem of the result.
        `now` is a datetime with a time zone; rules that ask for the time report any other, and
        no others look at it. Compiled code takes the place of this method in every decision.
        """
        return self.slowly(facts, now)

    def evaluate_many(self, columns: Any, *, now: Moments = None) -> Batch:
        """Decide on many items at once; gives what a call for each of them would.

        `columns` is a mapping of input names to columns, all of one length: lists, tuples, numpy
        arrays, Arrow arrays; or it is an Arrow table. An item's facts are what `tolist` of its
        columns gives; `now` is as in a call, or a list or tuple of the time of every item. Raises
        Invalid for columns that are missing, unlike in length or no columns; whatever is wrong
        with an item is in the problems of the result.
        """
        return self._ways.evaluate(columns, now)

    @cached_property
    def _ways(self) -> Ways:
        # Loading numpy takes longer than loading the engine, and few callers decide in batches.
        from decisions.engine.batch.many import Ways  # noqa: PLC0415

        return Ways(self, self._given)

    @property
    def lean(self) -> bool:
        """Tell whether the rules need no run: then compiled code does all in one go."""
        return self.__call__.__name__.startswith("lean")

    def unknown(self, names: Mapping[str, Any]) -> list[Problem]:
        """Give the problems with names that are no inputs of the model."""
        reader = Reader(Run(), strict=False)
        reader.unknown_names(names, dict.fromkeys(self._known, _ANYTHING), "")
        return reader.problems

    def slowly(self, facts: Any, now: datetime | None) -> Result:
        """Decide on facts that the compiled entry did not take, and say what is wrong with them."""
        run = Run(now)
        return self._result(self._take(facts, run), run)

    def fully(self, inputs: tuple[Any, ...], now: datetime | None) -> Result:
        """Decide with inputs that were read, where the rules need a run."""
        return self._result(inputs, Run(now))

    def _result(self, inputs: tuple[Any, ...], run: Run) -> Result:
        run.problems[:0] = self.tainted
        result = Result()
        result.decide, result.inputs, result.now, result.known = self, inputs, run.now, run
        result.value = self.evaluate(run, inputs)
        result.rows, result.problems = run.hits, run.problems
        return result

    def evaluate(
        self,
        run: Run,
        inputs: Sequence[Any],
        *,
        traced: bool = False,
        code: Callable[..., Any] | None = None,
    ) -> Any:
        """Evaluate with inputs that were read; what goes wrong is left in the run.

        With `traced`, the interpreter evaluates and keeps what every cell said. `code` may take
        the place of the program.
        """
        try:
            if traced:
                value = self.model.interpreter.evaluate(self.part, run, *inputs, traced=True)
            else:
                value = (code or self.program.code)(run, *inputs)
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

    @cached_property
    def explainer(self) -> Explainer:
        """Give what turns runs of this decision into explanations."""
        return Explainer(self.graph, self.program.decisions)

    @cached_property
    def replay(self) -> Callable[..., Any]:
        """Give what notes in a run how inputs that were read are decided."""
        return self.model.replay(self.part, self.shapes)

    def _take(self, facts: Any, run: Run) -> tuple[Any, ...]:
        """Read facts that did not fit the quick way, and keep what is wrong with them."""
        if not isinstance(facts, Mapping):
            run.problems.append(NO_OBJECT)
            return tuple(self._given.get(name) for name in self.shapes)
        taken = {**self._given, **self._read(facts, run, complete=True)}
        return tuple(taken[name] for name in self.shapes)

    def _read(
        self, facts: Mapping[str, Any], run: Run, *, complete: bool = False
    ) -> dict[str, Any]:
        """Read the facts that are there, or all that are needed, with their problems."""
        reader = Reader(run, strict=False)
        taken = {
            name: reader.part(facts, name, shape, f"/{escape(name)}")
            for name, shape in self.shapes.items()
            if name in facts or (complete and name not in self._given)
        }
        reader.unknown_names(facts, dict.fromkeys(self._known, _ANYTHING), "")
        run.problems.extend(reader.problems)
        return taken

    def __copy__(self) -> Decide:
        return self

    def __deepcopy__(self, memo: object) -> Decide:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        kind = "decision" if isinstance(self.part.element, m.Decision) else "service"
        raise TypeError(
            f"The {self.part.label} is compiled code and cannot be pickled. Keep the source of "
            f"the model and the name, and get it again by load_model(source).{kind}(name)."
        )


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
    """What a decision gave.

    `value` is Python's; `rows` are the (table id, row number from 1) that matched, in the order
    the tables were read; `problems` are those of the model and of this evaluation. The rest is
    worked out on demand, from the inputs that were kept: the same inputs, model and time give the
    same explanation. Pickled, a result keeps `value`, `rows` and `problems` alone.
    """

    # No __init__: compiled code sets the attributes, which is the quickest way to make one.
    __slots__ = ("decide", "inputs", "known", "now", "problems", "rows", "value")
    decide: Decide
    inputs: tuple[Any, ...]
    now: datetime | None
    known: Run | None
    value: Any
    rows: list[tuple[str, int]]
    problems: list[Problem]

    @property
    def failed(self) -> bool:
        """Tell whether a problem taints the value, so that a person should look."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def values(self) -> dict[str, Any]:
        """The value of every decision that was evaluated, by name."""
        graph, file = self.decide.graph, self.decide.part.file
        run = Run()
        return {
            graph.visible_name(file, key): _safe_out(value, run)
            for key, value in self._ran().values.items()
        }

    def explain(self, *, every_row: bool = False) -> list[dict[str, Any]]:
        """Give for every decision what it read, which cells matched and what it gave.

        With `every_row`, tables show all their rows and what each cell said, not only the rows
        that matched.
        """
        run = self._replayed() if every_row else self._ran()
        return self.decide.explainer.explain(run)

    def why_not(self, row: int, table: str | None = None) -> dict[str, Any]:
        """Tell which cells kept a row from matching; the table is the decision's own by default.

        Raises Invalid for a row or a table that is not there, TypeError for a row that is no int.
        """
        return self.decide.explainer.why_not(self._replayed(every_row=True), row, table)

    def _ran(self) -> Run:
        """Give the run of the evaluation; a lean program had none, so it is made up for."""
        if self.known is None:
            self.known = Run(self.now)
            self.decide.replay(self.known, *self.inputs)
        return self.known

    def _replayed(self, *, every_row: bool = False) -> Run:
        """Evaluate once more and keep what every cell said."""
        run = Run(self.now, every_row=every_row)
        self.decide.evaluate(run, self.inputs, traced=True)
        return run

    def __copy__(self) -> Result:
        copied = Result()
        for name in self.__slots__:
            setattr(copied, name, getattr(self, name))
        return copied

    def __deepcopy__(self, memo: dict[int, Any]) -> Result:
        copied = self.__copy__()
        for name in ("inputs", "value", "rows", "problems"):
            setattr(copied, name, deepcopy(getattr(self, name), memo))
        return copied

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        return _plain_result, (self.value, self.rows, self.problems)


class _Gone:
    """Stands for the decision of a result that was pickled."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Invalid(
            "This result was pickled, so it has its value, rows and problems alone. "
            "Decide on the same facts at the same time once more to have it explained."
        )


def _plain_result(value: Any, rows: list[tuple[str, int]], problems: list[Problem]) -> Result:
    """Make a result that was pickled again."""
    result = Result()
    result.decide, result.inputs, result.now, result.known = cast("Decide", _Gone()), (), None, None
    result.value, result.rows, result.problems = value, rows, problems
    return result


def _safe_out(value: Any, run: Run) -> Any:
    try:
        return give_out(value, run)
    except Refused:
        return None
