"""Turns item definitions into types, with their allowed values compiled to tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from decisions.engine import model as m
from decisions.engine.builtins import BUILTIN_NAMES
from decisions.engine.feel import nodes as n
from decisions.engine.feel.constants import fold
from decisions.engine.feel.parser import parse_unary_tests
from decisions.engine.feel.tokens import Surroundings
from decisions.engine.problems import Problem, Refused, did_you_mean
from decisions.engine.run import Run
from decisions.engine.types import (
    ANY,
    SIMPLE,
    ContextType,
    ItemType,
    Type,
    context_of,
    function_of,
    list_of,
)

Allows = Callable[[Run, object], bool | None]
Compile = Callable[[n.Tests, str], Allows]

WHOLE = "[]"
"""Follows the name of a collection whose tests are about the list, not about each item."""


@dataclass(slots=True)
class Declared:
    """The types of one file and the tests of their allowed values, by the type's name."""

    types: dict[str, Type] = field(default_factory=dict)
    tests: dict[str, n.Tests] = field(default_factory=dict)
    items: dict[str, m.ItemDefinition] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def resolve(self, reference: str, where: str) -> Type:
        """Find a type by its reference; an unknown one is a problem and counts as Any."""
        if not reference:
            return ANY
        found = self.types.get(reference) or SIMPLE.get(reference)
        if found is None:
            self.problems.append(
                Problem(
                    "type.unknown",
                    f'There is no type "{reference}".',
                    where,
                    did_you_mean(reference, [*self.types, *SIMPLE]),
                )
            )
        return found or ANY


def declare(
    items: Iterable[m.ItemDefinition], imported: dict[str, Type], compile_tests: Compile
) -> Declared:
    """Build the types of a file; `imported` are those of imports, under their prefix."""
    declared = Declared(dict(imported))
    declared.items = {item.name: item for item in items}
    builder = _Builder(declared, compile_tests)
    for item in declared.items.values():
        builder.named(item, ())
    return declared


class _Builder:
    def __init__(self, declared: Declared, compile_tests: Compile) -> None:
        self.declared = declared
        self.compile_tests = compile_tests

    def named(self, item: m.ItemDefinition, path: tuple[str, ...]) -> Type:
        """Build a top-level definition once, with those it refers to."""
        known = self.declared.types.get(item.name)
        if known is not None:
            return known
        if item.name in path:
            self.declared.problems.append(
                Problem(
                    "type.circular",
                    f'The type "{item.name}" contains itself.',
                    f'type "{item.name}"',
                    "Break the circle.",
                )
            )
            return ANY
        built = self.build(item, item.name, (*path, item.name))
        self.declared.types[item.name] = built
        return built

    def build(self, item: m.ItemDefinition, title: str, path: tuple[str, ...]) -> Type:
        """Build a definition or component; `title` is its dotted name."""
        base = self.base(item, title, path)
        if item.is_collection:
            base = list_of(base)
        allows = self.allowed(item.limits, title)
        if allows is not None or isinstance(base, ContextType):
            base = ItemType(title, base, item.limits if allows else "", allows)
        allows = self.allowed(item.limits_of_whole, f"{title}{WHOLE}")
        if allows is not None:
            base = ItemType(title, base, item.limits_of_whole, allows, whole=True)
        return base

    def base(self, item: m.ItemDefinition, title: str, path: tuple[str, ...]) -> Type:
        """Build what an item definition is made of."""
        if item.function_output is not None:
            params = tuple(self.reference(ref, title, path) for _, ref in item.function_params)
            result = self.reference(item.function_output, title, path)
            return function_of(params, result, proven=False)
        if item.components:
            return context_of(
                {
                    part.name: self.build(part, f"{title}.{part.name}", path)
                    for part in item.components
                }
            )
        return self.reference(item.type_ref, title, path)

    def reference(self, reference: str, title: str, path: tuple[str, ...]) -> Type:
        """Follow a type reference, building what it names first."""
        if reference in SIMPLE or not reference:
            return SIMPLE.get(reference, ANY)
        target = self.declared.items.get(reference)
        if target is not None and reference not in self.declared.types:
            return self.named(target, path)
        return self.declared.resolve(reference, f'type "{title}"')

    def allowed(self, text: str, title: str) -> Allows | None:
        """Read and compile allowed values."""
        if not text or text.strip() == "-":
            return None
        where = f'allowed values of "{title}"'
        try:
            around = Surroundings(BUILTIN_NAMES, where=where)
            tests = fold(parse_unary_tests(text, around), around.names)
        except Refused as refusal:
            self.declared.problems.append(refusal.problem)
            return None
        self.declared.tests[title] = tests
        return self.compile_tests(tests, where)
