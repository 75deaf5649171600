"""Reads types as FEEL writes them: names, list<t>, range<t>, context<...> and function<...>."""

from __future__ import annotations

from decisions.engine.feel.lexer import skip_space
from decisions.engine.feel.names import NAME_WORD, Names
from decisions.engine.feel.tokens import Tokens
from decisions.engine.limits import NESTING
from decisions.engine.problems import did_you_mean
from decisions.engine.types import (
    ANY,
    SIMPLE,
    Type,
    context_of,
    function_of,
    list_of,
    range_of,
)


class TypeTexts(Tokens):
    """Tokens that can also be read as types."""

    def type(self) -> Type:
        """Read a type: a name, list<t>, range<t>, context<a: t> or function<t> -> t."""
        self.depth += 1
        start = skip_space(self.text, self.position)
        known = Names((*SIMPLE, *self.types)).longest(self.text, start)
        word = NAME_WORD.match(self.text, start)
        if word is None or self.depth > NESTING:
            raise self.unexpected("The name of a type is missing")
        name, end = known or (word[0], word.end())
        if word[0] == "function":
            name, end = "function", word.end()
        self.move(end)
        found = self.generic(name) if self.sees("<") else self.named_type(name, start)
        self.depth -= 1
        return found

    def named_type(self, name: str, start: int) -> Type:
        """Look a type up; item definitions of imported models have a dotted name."""
        found = self.types.get(name) or SIMPLE.get(name)
        while found is None and self.accept("."):
            match = NAME_WORD.match(self.text, self.position)
            name = f"{name}.{match[0]}" if match else name
            self.move(match.end() if match else self.position)
            found = self.types.get(name)
        if found is None:
            raise self.fault(
                "type.unknown",
                f'There is no type "{name}".',
                did_you_mean(name, [*SIMPLE, *self.types]),
                start + 1,
            )
        return found

    def generic(self, name: str) -> Type:
        """Read the part of a type in angle brackets."""
        self.take()
        if name in ("list", "range"):
            inner = self.type()
            self.expect(">", "the type in angle brackets")
            return list_of(inner) if name == "list" else range_of(inner)
        if name == "context":
            return self.context_type()
        if name != "function":
            raise self.fault(
                "type.unknown", f'"{name}" takes no type in angle brackets.', "", self.position
            )
        params: list[Type] = []
        while not self.sees(">"):
            params.append(self.type())
            if not self.accept(","):
                break
        self.expect(">", "the types of the parameters")
        result = self.type() if self.accept("->") else ANY
        return function_of(tuple(params), result, proven=False)

    def context_type(self) -> Type:
        """Read the components of context<...>."""
        components: dict[str, Type] = {}
        while not self.sees(">"):
            name = self.new_name(":")
            components[name] = self.type()
            if not self.accept(","):
                break
        self.expect(">", "the components of the context")
        return context_of(components)
