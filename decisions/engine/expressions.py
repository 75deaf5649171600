"""FEEL alone: evaluates expressions and unary tests with the values of names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from decisions.engine.back_ends import expression_code, first_code, lean_expression
from decisions.engine.builtins import BUILTIN_NAMES
from decisions.engine.codegen.entry import Enter
from decisions.engine.feel.names import Names, normal_name
from decisions.engine.feel.nodes import Node
from decisions.engine.feel.parser import parse_expression, parse_unary_tests
from decisions.engine.feel.tokens import PROPERTIES, Surroundings
from decisions.engine.problems import Problem, Refused, wrong_argument
from decisions.engine.run import Run
from decisions.engine.types import ANY, BOOLEAN, NUMBER, STRING, Type
from decisions.engine.values import give_out, take_in


class Answer:
    """What a FEEL expression gave on its own: `value` and `problems`."""

    # No __init__: compiled code sets the attributes, which is the quickest way to make one.
    __slots__ = ("problems", "value")
    value: Any
    problems: list[Problem]


def evaluate_expression(
    text: str, names: Mapping[str, Any] | None = None, *, now: datetime | None = None
) -> Answer:
    """Evaluate a FEEL expression with the values of names (DMN 1.5 §10.3).

    A text that comes again is compiled for the names and the types of values it came with.
    A `text` that is no str raises TypeError; whatever is wrong with the rest is in the problems of
    the answer. `now` is a datetime with a time zone, and looked at where the text asks for it.
    """
    try:
        code = _code_of(text)
    except TypeError:  # Of an unhashable type, so no text.
        code = None
    if code is not None:
        answer: Answer | None = code(names)
        if answer is not None:
            return answer
    _check_text(text)
    given, problems = _given(names)
    if problems:
        return _answer(None, problems)
    _lean_texts.remember(text, given)
    return _evaluate(text, given, now, tests=False)


def evaluate_unary_tests(
    text: str, value: Any, names: Mapping[str, Any] | None = None, *, now: datetime | None = None
) -> Answer:
    """Evaluate unary tests on a value, which the tests call `?` (DMN 1.5 §10.3.1.1).

    `text`, `names` and `now` are as those of `evaluate_expression`.
    """
    _check_text(text)
    given, problems = _given(names)
    if problems:
        return _answer(None, problems)
    return _evaluate(text, {**given, "?": value}, now, tests=True)


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise wrong_argument("A FEEL text", "a str", text)


def _given(names: Any) -> tuple[dict[str, Any], list[Problem]]:
    """Read the names that a text may use; gives what is wrong with them as well."""
    if names is None:
        return {}, []
    if not isinstance(names, Mapping):
        return {}, [_NO_NAMES]
    wrong = [name for name in names if not isinstance(name, str)]
    return dict(names), [replace(_NO_NAME, message=f"{name!r:.40} is no name.") for name in wrong]


_NO_NAMES = Problem(
    "input.type",
    "The names must be an object: names with their values.",
    "names",
    'Give it as {"x": 1, ...}.',
)
_NO_NAME = Problem("input.type", "", "names", "Give names as texts.")


def _answer(value: Any, problems: list[Problem]) -> Answer:
    answer = Answer()
    answer.value, answer.problems = value, problems
    return answer


def _evaluate(text: str, given: dict[str, Any], now: datetime | None, *, tests: bool) -> Answer:
    run = Run(now=now)
    try:
        names = {normal_name(name): take_in(value) for name, value in given.items()}
        found = _expression(text, tuple(names), frozenset(_keys(names)), tests)
        run.problems.extend(found.problems)
        return _answer(give_out(found.code()(run, *names.values()), run), run.problems)
    except Refused as refusal:
        run.problems.append(refusal.problem)
    except RecursionError:
        run.problems.append(
            Problem("limit.depth", "The expression is nested too deep.", "expression")
        )
    return _answer(None, run.problems)


_MOST_TEXTS = 512
_WHERE = "expression"
_KINDS: dict[type, Type] = {
    bool: BOOLEAN,
    int: NUMBER,
    float: NUMBER,
    Decimal: NUMBER,
    str: STRING,
}


class _LeanTexts:
    """The lean code of texts that came twice; None for a text that has none."""

    def __init__(self) -> None:
        self.codes: dict[str, Enter | None] = {}
        self._once: set[str] = set()

    def remember(self, text: str, given: Mapping[str, Any]) -> None:
        """Compile a text that comes for the second time."""
        if text in self.codes:
            return
        for kept in (self.codes, self._once):
            if len(kept) >= _MOST_TEXTS:
                kept.clear()
        if text in self._once:
            kinds = {name: _KINDS.get(type(value)) for name, value in given.items()}
            known = {name: kind for name, kind in kinds.items() if kind is not None}
            simple = len(known) == len(kinds) and all(normal_name(name) == name for name in kinds)
            self.codes[text] = _lean(text, known, given) if simple else None
        self._once.add(text)


_lean_texts = _LeanTexts()
_code_of = _lean_texts.codes.get


def _lean(text: str, kinds: dict[str, Type], given: Mapping[str, Any]) -> Enter | None:
    try:
        node = _parsed(text, tuple(kinds), frozenset(kinds), tests=False)
    except (Refused, RecursionError):
        return None
    return lean_expression(node, kinds, given, Answer)


def _parsed(text: str, names: tuple[str, ...], members: frozenset[str], *, tests: bool) -> Node:
    around = Surroundings(Names(names, BUILTIN_NAMES), Names(members, PROPERTIES), {}, "expression")
    return (parse_unary_tests if tests else parse_expression)(text, around)


class _Expression:
    """An expression and its code, which is compiled when it comes for the second time."""

    def __init__(self, node: Node, names: tuple[str, ...]) -> None:
        self.node = node
        self.kinds: dict[str, Type] = dict.fromkeys(names, ANY)
        self.first, self.problems = first_code(node, self.kinds, _WHERE)
        self.compiled: Callable[..., Any] | None = None

    def code(self) -> Callable[..., Any]:
        """Give a function of the run and of the values of the names in their order."""
        first, self.first = self.first, None
        if first is not None:
            return first
        if self.compiled is None:
            self.compiled, _ = expression_code(self.node, self.kinds, _WHERE)
        return self.compiled


@lru_cache(maxsize=_MOST_TEXTS)
def _expression(
    text: str, names: tuple[str, ...], members: frozenset[str], tests: bool
) -> _Expression:
    return _Expression(_parsed(text, names, members, tests=tests), names)


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
