"""Compiles decisions and expressions; what Python refuses to compile is interpreted instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from decisions.engine.codegen.entry import Enter, EntryOptions, slow_entry
from decisions.engine.codegen.program import Compiler, Program, compile_expression, compile_lean
from decisions.engine.codegen.scaled import places_of
from decisions.engine.codegen.unit import NotLean
from decisions.engine.declared import Allows
from decisions.engine.facts import Shape
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Part
from decisions.engine.interpreter.parts import Interpreter, interpret_expression
from decisions.engine.problems import Problem
from decisions.engine.types import ANY, Type

# Trees nested too deep for the writer of code, and texts that Python's own parser gives up on.
_REFUSED = (RecursionError, MemoryError, SyntaxError)
_LOOPS = (n.For, n.Quantified, n.Filter, n.FunctionOf)


def program_of(compiler: Compiler, part: Part) -> Program:
    """Give the program of a decision or service."""
    try:
        return compiler.program(part)
    except _REFUSED:
        required = compiler.graph.requirements(part)
        code = partial(interpreter_of(compiler).evaluate, part)
        return Program(code, required.inputs, required.decisions, "")


def entry_of(
    compiler: Compiler, part: Part, shapes: Mapping[str, Shape], options: EntryOptions
) -> Enter:
    """Give the quick way from facts to the result of a decision or service."""
    try:
        return compiler.enter(part, shapes, options)
    except _REFUSED:
        return slow_entry


def replay_of(compiler: Compiler, part: Part, shapes: Mapping[str, Shape]) -> Callable[..., Any]:
    """Give what notes for an explanation what an entry did: lean where that was lean."""
    try:
        return compiler.replay(part, shapes)
    except (NotLean, *_REFUSED):
        return program_of(compiler, part).code


def shared_of(
    compiler: Compiler, part: Part, call_of: Callable[[str], Any]
) -> Callable[..., Any] | None:
    """Give a decision whose parts are called one by one; None where it cannot be compiled."""
    try:
        return compiler.shared(part, call_of)
    except _REFUSED:
        return None


def interpreter_of(compiler: Compiler) -> Interpreter:
    """Give the interpreter of the same graph, which explains what programs decide."""
    return Interpreter(compiler.graph, compiler.typer.types)


def expression_code(
    node: n.Node, names: Mapping[str, Type], where: str
) -> tuple[Callable[..., Any], list[Problem]]:
    """Give an expression as a function of the run and of the names in their order."""
    try:
        return compile_expression(node, names, where)
    except _REFUSED:
        return interpret_expression(node, names, where)


def first_code(
    node: n.Node, names: Mapping[str, Type], where: str
) -> tuple[Callable[..., Any] | None, list[Problem]]:
    """Give the same for an expression that may not come again: interpreted unless it may loop."""
    if any(isinstance(part, _LOOPS) for part in n.walk(node)):
        return expression_code(node, names, where)
    return interpret_expression(node, names, where)


def lean_expression(
    node: n.Node, kinds: Mapping[str, Type], given: Mapping[str, Any], answer: type
) -> Callable[..., Any] | None:
    """Give an expression as lean code of values of simple kinds; None where it needs a run.

    It is quickest for numbers that are of the Python type, and have the places, of those given.
    """
    places = {
        name: places_of(value) if type(value) is float else None
        for name, value in given.items()
        if type(value) is float or type(value) is int
    }
    try:
        return compile_lean(node, kinds, places, answer)
    except (NotLean, *_REFUSED):
        return None


def tests_code(tests: n.Tests, where: str) -> Allows:
    """Give allowed values as a test of one value."""
    return expression_code(tests, {"?": ANY}, where)[0]
