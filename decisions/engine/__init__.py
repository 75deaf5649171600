"""The decision engine's door: DMN in, decisions out, every answer explained.

model = load_model(source)                      # never raises on bad content
decide = model.decision("Screening")            # by name or id
result = decide({"country": "DE"}, now=moment)  # never raises on bad facts
result.value, result.rows, result.problems, result.values
result.explain(), result.why_not(row=3)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from decisions.engine.back_ends import expression_code, tests_code
from decisions.engine.builtins import BUILTINS
from decisions.engine.decide import Decide, Result
from decisions.engine.evaluation import Model
from decisions.engine.feel.names import Names, normal_name
from decisions.engine.feel.parser import parse_expression, parse_unary_tests
from decisions.engine.feel.tokens import PROPERTIES, Surroundings
from decisions.engine.graph import Graph, Resolver
from decisions.engine.model import Definitions
from decisions.engine.problems import Invalid, Problem, Refused
from decisions.engine.run import Run
from decisions.engine.types import ANY
from decisions.engine.values import give_out, take_in, to_json
from decisions.engine.xml import read_definitions

__all__ = [
    "Decide",
    "Invalid",
    "Model",
    "Problem",
    "Result",
    "evaluate_expression",
    "evaluate_unary_tests",
    "load_model",
    "to_json",
]


def load_model(source: bytes | str | Path, *, resolver: Resolver | None = None) -> Model:
    """Load DMN 1.2 to 1.5 XML (DMN 1.5 §12).

    A str is XML text, a Path is read. `resolver(namespace, location)` gives the source of an
    imported model or None. What is wrong with the content is in `model.problems`.
    """
    problems: list[Problem] = []
    content = source.read_bytes() if isinstance(source, Path) else source
    if isinstance(content, str):
        content = _encode(content)
    graph = Graph(resolver, tests_code)
    try:
        definitions = read_definitions(content)
        graph.add_file(definitions)
        graph.link()
        graph.lower()
        return Model(definitions, graph, [*problems, *graph.problems])
    except Refused as refusal:
        problems.append(refusal.problem)
    except RecursionError:
        problems.append(
            Problem("limit.nesting", "The model is nested too deep.", "file", "Split it up.")
        )
    return Model(Definitions(), None, problems)


def _encode(text: str) -> bytes:
    """Encode XML text; its declaration may name another encoding than the bytes will have."""
    body = text.lstrip("\ufeff \t\r\n")
    if body.startswith("<?xml"):
        body = body.partition("?>")[2]
    return body.encode("utf-8", "replace")


class Answer:
    """What a FEEL expression gave on its own: `value` and `problems`."""

    __slots__ = ("problems", "value")

    def __init__(self, value: Any, problems: list[Problem]) -> None:
        self.value = value
        self.problems = problems


def evaluate_expression(
    text: str, names: Mapping[str, Any] | None = None, *, now: datetime | None = None
) -> Answer:
    """Evaluate a FEEL expression with the values of names (DMN 1.5 §10.3)."""
    return _evaluate(text, dict(names or {}), now, tests=False)


def evaluate_unary_tests(
    text: str, value: Any, names: Mapping[str, Any] | None = None, *, now: datetime | None = None
) -> Answer:
    """Evaluate unary tests on a value, which the tests call `?` (DMN 1.5 §10.3.1.1)."""
    return _evaluate(text, {**(names or {}), "?": value}, now, tests=True)


def _evaluate(text: str, given: dict[str, Any], now: datetime | None, *, tests: bool) -> Answer:
    run = Run(now=now)
    try:
        names = {normal_name(name): take_in(value) for name, value in given.items()}
        code, problems = _compiled(text, tuple(names), frozenset(_keys(names)), tests)
        run.problems.extend(problems)
        return Answer(give_out(code(run, *names.values()), run), run.problems)
    except Refused as refusal:
        run.problems.append(refusal.problem)
    except RecursionError:
        run.problems.append(
            Problem("limit.depth", "The expression is nested too deep.", "expression")
        )
    return Answer(None, run.problems)


@lru_cache(maxsize=512)
def _compiled(
    text: str, names: tuple[str, ...], members: frozenset[str], tests: bool
) -> tuple[Callable[..., Any], tuple[Problem, ...]]:
    around = Surroundings(
        Names(names, Names(BUILTINS)), Names(members, PROPERTIES), {}, "expression"
    )
    node = (parse_unary_tests if tests else parse_expression)(text, around)
    code, problems = expression_code(node, dict.fromkeys(names, ANY), "expression")
    return code, tuple(problems)


def _keys(value: Any) -> set[str]:
    """Collect the component names within values, so that those with spaces can be read."""
    found: set[str] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            found.update(normal_name(key) for key in item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return found
