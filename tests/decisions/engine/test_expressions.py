"""FEEL by tables of cases: add a line to a file in cases/ and it is tested."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from decisions.engine import evaluate_expression, evaluate_unary_tests

CASES = Path(__file__).parent / "cases"
WAYS = ("interpreted", "compiled", "lean")
"""How a text is evaluated when it comes for the first, the second and the third time."""
NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)


def lines(pattern: str) -> Iterator[tuple[str, str]]:
    for path in sorted(CASES.glob(pattern)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                yield f"{path.name}:{number}", line


@pytest.mark.parametrize(("place", "line"), list(lines("*.feel")))
def test_expression_gives_the_value_and_the_problem_of_its_case(place: str, line: str) -> None:
    text, _, rest = line.partition(" => ")
    expected, _, code = rest.partition(" !! ")
    wanted = evaluate_expression(expected, now=NOW)
    assert wanted.problems == []
    for _ in WAYS:
        answer = evaluate_expression(text, now=NOW)
        assert answer.value == wanted.value
        assert (type(answer.value) is bool) == (type(wanted.value) is bool)
        codes = {problem.code for problem in answer.problems}
        errors = [problem for problem in answer.problems if problem.severity == "error"]
        assert code.strip() in codes if code else not errors


@pytest.mark.parametrize(("place", "line"), list(lines("*.cells")))
def test_unary_tests_match_as_their_case_says(place: str, line: str) -> None:
    value_text, _, rest = line.partition(" | ")
    tests, _, expected = rest.rpartition(" => ")
    value = evaluate_expression(value_text, now=NOW).value
    answers = [evaluate_unary_tests(tests, value, now=NOW).value for _ in WAYS]
    assert answers == [{"true": True, "false": False, "null": None}[expected]] * len(WAYS)


def golden() -> Iterator[tuple[str, list[str]]]:
    text = (CASES / "problems.txt").read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        head, *problems = [line for line in block.splitlines() if not line.startswith("#")] or [""]
        if head:
            yield head, problems


@pytest.mark.parametrize(("text", "expected"), list(golden()))
def test_problem_is_worded_as_agreed(text: str, expected: list[str]) -> None:
    problems = evaluate_expression(text, now=NOW).problems
    assert [str(problem) for problem in problems][: len(expected)] == expected
    assert expected


def test_names_with_spaces_are_read_by_the_longest_match() -> None:
    names = {"amount": 1, "amount in euro": 2, "amount in": 3}
    assert evaluate_expression("amount in euro + amount", names).value == 3


def test_components_with_spaces_are_read_after_a_dot() -> None:
    facts = {"show": {"first episode": {"run time": 30}}}
    assert evaluate_expression("show.first episode.run time * 2", facts).value == 60


def test_name_of_a_variable_hides_a_built_in() -> None:
    assert evaluate_expression("count + 1", {"count": 1}).value == 2


def test_float_comes_in_as_the_decimal_of_its_shortest_text() -> None:
    assert evaluate_expression("x = 0.1 and x + 0.2 = 0.3", {"x": 0.1}).value is True


def test_now_is_an_argument() -> None:
    first = evaluate_expression("now()", now=NOW).value
    assert first == NOW
    without = evaluate_expression("now()")
    assert (without.value, without.problems[0].code) == (None, "temporal.now")
