"""Evaluates decision tables row by row, keeping what every cell said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from decisions.engine.coercion import coerce
from decisions.engine.feel import nodes as n
from decisions.engine.feel.type_rules import input_type
from decisions.engine.interpreter.expressions import hold
from decisions.engine.interpreter.walk import RULES, Frame, Steps, Walk
from decisions.engine.runtime import check_allowed, settle
from decisions.engine.tables.hit_policy import policy_of
from decisions.engine.tables.sets import is_constant
from decisions.engine.types import ANY, Type

_Subjects = list[tuple[Any, Type]]


def _table(walk: Walk, node: n.Table, frame: Frame) -> Steps:
    subjects: _Subjects = []
    for clause in node.inputs:
        subjects.append((yield from _input(walk, clause, frame)))
    policy = policy_of(node)
    answers: list[list[bool | None]] = []
    hits = yield from _hits(walk, node, subjects, frame, answers)

    def output(number: int) -> Any:
        return walk.finish(_row(walk, node, node.rules[number].outputs, frame))

    def default() -> Any:
        parts = tuple(clause.default for clause in node.outputs)
        return walk.finish(_row(walk, node, parts, frame)) if any(parts) else None

    inputs = [value for value, _ in subjects]
    rows = answers if walk.traced else None
    return settle(walk.run, policy, inputs, hits, output, default, rows)


def _input(walk: Walk, clause: n.InputClause, frame: Frame) -> Steps:
    """Evaluate an input expression, fit it to its type and check its allowed values (§8.2.2)."""
    value = yield clause.expression, frame
    kind = input_type(clause, walk.types)
    if clause.type != ANY:
        value = coerce(walk.run, value, kind, frame.site(clause.expression))
    if clause.allowed is not None and clause.allowed.tests:
        inner = frame.at(clause.expression.where)
        allowed = yield from hold(walk, clause.allowed, value, kind, inner)
        site = inner.site(clause.expression)
        check_allowed(walk.run, value, allowed, clause.allowed_text, site)
    return value, kind


def _hits(
    walk: Walk,
    node: n.Table,
    subjects: _Subjects,
    frame: Frame,
    rows: list[list[bool | None]],
) -> Steps:
    """Find the rows that match; those after the first of FIRST are read on demand only."""
    hits: list[int] = []
    for number, rule in enumerate(node.rules):
        found = node.hit_policy == "FIRST" and bool(hits)
        if found and not walk.run.every_row:
            rows.append([None] * len(rule.cells))
            continue
        answers = yield from _answers(walk, rule, subjects, frame)
        rows.append(answers)
        if all(answers) and not found:
            hits.append(number)
    return hits


def _answers(walk: Walk, rule: n.Rule, subjects: _Subjects, frame: Frame) -> Steps:
    """Give what each cell of a row says; null for those not read once another does not match.

    Constants come first, so that an expression is asked only where they all match.
    """
    answers: list[bool | None] = [None] * len(subjects)
    matched = True
    cells = list(zip(rule.cells, subjects, strict=True))
    order = sorted(range(len(cells)), key=lambda place: not _constant(walk, *cells[place]))
    for place in order:
        cell, (value, kind) = cells[place]
        if matched or walk.run.every_row:
            held: bool | None = True
            if isinstance(cell.body, n.Tests):
                held = yield from hold(walk, cell.body, value, kind, frame.at(cell.where))
            answers[place] = held is True
            matched = matched and held is True
    return answers


def _constant(walk: Walk, cell: n.Placed, subject: tuple[Any, Type]) -> bool:
    key = id(cell.body), subject[1]
    if key not in walk.constant:
        walk.constant[key] = not isinstance(cell.body, n.Tests) or is_constant(
            cell.body, subject[1]
        )
    return walk.constant[key]


def _row(walk: Walk, node: n.Table, parts: Iterable[n.Placed | None], frame: Frame) -> Steps:
    """Evaluate the outputs of one row, or the defaults, fitted to the types of their columns."""
    made: dict[str, Any] = {}
    for clause, part in zip(node.outputs, parts, strict=True):
        made[clause.name] = None
        if part is not None:
            value = yield part, frame
            site = frame.at(part.where).site(part)
            made[clause.name] = coerce(walk.run, value, clause.type, site)
    return made[node.outputs[0].name] if len(node.outputs) == 1 else made


RULES[n.Table] = _table
