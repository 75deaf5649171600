"""Turns signatures such as "list: list, position: number" into data for the caller."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from decisions.engine.calls import Builtin, Form, Parameter
from decisions.engine.values import KINDS

Implementation = TypeVar("Implementation", bound=Callable[..., Any])
_Declared = list[tuple[str, Form, str]]


def builtin(
    name: str, signature: str, result: str = "any"
) -> Callable[[Implementation], Implementation]:
    """Declare a function as one form of a built-in.

    Parameters are `name: kind|kind`, with `?` after the kinds when it may be left out and `*`
    when it may be given any number of times. `any` stands for every kind but null.
    """

    def declare(function: Implementation) -> Implementation:
        forms: _Declared = function.__dict__.setdefault("forms", [])
        forms.append((name, _read(signature, function), result))
        return function

    return declare


def _read(signature: str, function: Callable[..., Any]) -> Form:
    params = []
    variadic = False
    for part in filter(None, signature.split(", ")):
        name, _, kinds = part.partition(": ")
        variadic |= kinds.endswith("*")
        optional = kinds.endswith("?")
        accepted = set(kinds.rstrip("?*").split("|"))
        if "any" in accepted:
            accepted |= set(KINDS.values()) - {"null"}
        params.append(Parameter(name, frozenset(accepted), optional))
    return Form(tuple(params), function, variadic)


def gather(*modules: ModuleType) -> dict[str, Builtin]:
    """Collect the declared forms of the modules, in the order of the files."""
    forms: dict[str, list[Form]] = {}
    results: dict[str, str] = {}
    for module in modules:
        for function in vars(module).values():
            declared: _Declared = getattr(function, "__dict__", {}).get("forms", [])
            if getattr(function, "__module__", "") != module.__name__:
                continue
            # Decorators run from the innermost out; the outermost is meant to be tried first.
            for name, form, result in reversed(declared):
                forms.setdefault(name, []).append(form)
                results[name] = result
    return {name: Builtin(name, tuple(found), results[name]) for name, found in forms.items()}
