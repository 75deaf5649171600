"""Arithmetic in lean code gives what the interpreter gives, to the last place and sign."""

from __future__ import annotations

import sys
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from decisions.engine import evaluate_expression
from decisions.engine import expressions as feel
from decisions.engine.back_ends import lean_expression
from decisions.engine.builtins import BUILTIN_NAMES
from decisions.engine.codegen import program
from decisions.engine.feel.names import Names
from decisions.engine.feel.parser import parse_expression
from decisions.engine.feel.tokens import PROPERTIES, Surroundings
from decisions.engine.interpreter.parts import interpret_expression
from decisions.engine.problems import Refused
from decisions.engine.run import Run
from decisions.engine.types import ANY, NUMBER
from decisions.engine.values import take_in
from tests.decisions.engine.random_decimals import (
    NAMES,
    draw_like,
    draw_number,
    draw_test,
    draw_text,
)

NOT_TAKEN = object()


def read(text: str, names: tuple[str, ...]) -> Any:
    return parse_expression(
        text, Surroundings(Names(names, BUILTIN_NAMES), Names((), PROPERTIES), {}, "expression")
    )


def interpreted(node: Any, facts: dict[str, Any]) -> Any:
    """Give what the interpreter says, or that it would have something to report."""
    run = Run()
    try:
        code, _ = interpret_expression(node, dict.fromkeys(facts, ANY), "expression")
        value = code(run, *(take_in(value) for value in facts.values()))
    except Refused:
        return NOT_TAKEN
    return NOT_TAKEN if run.problems else value


def check(source: Random) -> tuple[int, int]:
    """Compare one text on many facts; gives how many were compared, and how many lean code took."""
    text = draw_text(source) if source.random() < 0.7 else draw_test(source)
    first = {name: draw_number(source) for name in NAMES}
    known = {name: NUMBER for name, value in first.items() if type(value) in (int, float, Decimal)}
    node = read(text, NAMES)
    code = lean_expression(node, known, first, feel.Answer) if len(known) == len(first) else None
    if code is None:
        return 0, 0
    taken = 0
    for facts in [first, *({n: draw_like(source, first[n]) for n in NAMES} for _ in range(9))]:
        answer = code(facts)
        if answer is not None:
            wanted = interpreted(node, facts)
            shown = text, facts, answer.value, wanted
            assert wanted is not NOT_TAKEN, shown
            # The text of a Decimal tells sign, digits and places; type tells 1 from true.
            assert type(answer.value) is type(wanted), shown
            assert str(answer.value) == str(wanted), shown
            taken += 1
    return 10, taken


def run(cases: int, seed: int) -> tuple[int, int]:
    source, done, taken = Random(seed), 0, 0
    while done < cases:
        more, lean = check(source)
        done, taken = done + more, taken + lean
    return done, taken


def test_lean_arithmetic_gives_the_interpreters_number() -> None:
    done, taken = run(3_000, seed=1)
    # Most facts are plain; were they left to the full program, nothing would have been compared.
    assert taken > done / 2


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("a * 1.2 + b > 20", {"a": 3, "b": 4}),
        ("a * 1.19 + 5.5", {"a": 3}),
        ("a * 1.19 + 5.5", {"a": 3.25}),
        ("a * 1.19 + b", {"a": 0.01, "b": 2.5}),
        ("if a > 10.5 then a else -b", {"a": 10.75, "b": 2.25}),
    ],
)
def test_ordinary_arithmetic_is_worked_out_in_scaled_integers(
    text: str, facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = program._compile_values
    spared: list[Any] = []

    def without_other(node: Any, kinds: Any, typer: Any, namespace: Any, places: Any) -> Any:
        other = {"other": spared.append} if places else {}
        return made(node, kinds, typer, {**namespace, **other}, places)

    monkeypatch.setattr(program, "_compile_values", without_other)
    node = read(text, tuple(facts))
    code = lean_expression(node, dict.fromkeys(facts, NUMBER), facts, feel.Answer)
    assert code is not None
    assert str(code(facts).value) == str(interpreted(node, facts))
    assert spared == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.5, "9.665"), (3, "9.07"), (0.0, "5.500"), (100.0, "124.500"), (1e-9, "5.50000000119")],
)
def test_number_has_the_places_of_its_facts_however_often_it_comes(
    value: float, expected: str
) -> None:
    answers = [evaluate_expression("x * 1.19 + 5.5", {"x": given}) for given in (1.25, 2.5, value)]
    assert str(answers[-1].value) == expected


if __name__ == "__main__":
    print(run(int(sys.argv[1]), seed=int(sys.argv[2])))
