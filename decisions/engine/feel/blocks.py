"""Reads what brings names into scope: contexts, loops and functions, and if beside them."""

from __future__ import annotations

from abc import ABC, abstractmethod

from decisions.engine.feel import nodes as n
from decisions.engine.feel.external import external_call
from decisions.engine.feel.lexer import unescape
from decisions.engine.feel.names import Names
from decisions.engine.feel.type_texts import TypeTexts
from decisions.engine.limits import MOST_ITERATORS
from decisions.engine.problems import Refused


class Blocks(TypeTexts, ABC):
    """Texts with blocks; the parser says how an expression within them is read."""

    @abstractmethod
    def expression(self, minimum: int) -> n.Node:
        """Read an expression whose operators bind tighter than `minimum`."""

    @abstractmethod
    def inner(self, minimum: int = 0) -> n.Node:
        """Read an expression inside brackets or between words."""

    def context(self, at: int) -> n.Node:
        """Read {a: 1, b: 2}; later entries see earlier ones."""
        outer = self.enter(Names((), self.names))
        entries: dict[str, n.Entry] = {}
        more = not self.sees("}")
        while more:
            key_at = self.peek().start + 1
            key = self.key()
            if key in entries:
                raise self.fault(
                    "context.key", f'The entry "{key}" is there twice.', "Rename one.", key_at
                )
            entries[key] = n.Entry(key, self.inner())
            self.names.add(key)
            self.members.add(key)
            self._token = None
            more = self.accept(",")
        self.enter(outer)
        self.expect("}", "the last entry of the context")
        return n.Context(at, tuple(entries.values()))

    def key(self) -> str:
        """Read the key of a context entry and its colon."""
        if self.peek().kind == "string":
            key = unescape(self.take().text)
            self.expect(":", "the name of the entry")
            return key
        return self.new_name(":")

    def conditional(self, at: int) -> n.Node:
        """Read if a then b else c."""
        condition = self.inner()
        self.expect("then", "the condition of if")
        then = self.inner()
        self.expect("else", "the then part of if")
        return n.If(at, condition, then, self.expression(0))

    def iteration(self, at: int) -> n.Node:
        """Read for x in xs return body."""
        outer = self.names
        loops = self.loops()
        self.expect("return", "the lists of for")
        self.enter(Names(("partial",), self.names))
        body = self.expression(0)
        self.enter(outer)
        return n.For(at, loops, body)

    def quantified(self, at: int, *, every: bool) -> n.Node:
        """Read some/every x in xs satisfies condition."""
        outer = self.names
        loops = self.loops()
        self.expect("satisfies", "the lists")
        condition = self.expression(0)
        self.enter(outer)
        return n.Quantified(at, every, loops, condition)

    def loops(self) -> tuple[n.Loop, ...]:
        """Read x in xs, y in 1..3; each name is in scope of what follows."""
        loops: list[n.Loop] = []
        while True:
            name = self.new_name("in")
            domain = self.inner()
            last = self.inner() if self.accept("..") else None
            loops.append(n.Loop(name, domain, last))
            self.enter(Names((name,), self.names))
            if not self.accept(","):
                return tuple(loops)
            if len(loops) == MOST_ITERATORS:
                raise self.fault(
                    "limit.iterators",
                    f"More than {MOST_ITERATORS} lists are gone through at once.",
                    "Put a for into the list of another.",
                    self.peek().start + 1,
                )

    def function(self, at: int) -> n.Node:
        """Read function(a: type, b) body."""
        self.expect("(", "function")
        params: list[n.Param] = []
        more = not self.sees(")")
        while more:
            name = self.new_name(",", ")", ":")
            typed = self.text[self.position - 1 : self.position] == ":"
            params.append(n.Param(name, self.type() if typed else None))
            more = self.accept(",")
        self.expect(")", "the parameters of the function")
        external_at = self.peek().start + 1
        if self.accept("external"):
            return n.FunctionOf(at, tuple(params), self.external(params, external_at))
        outer = self.enter(Names([param.name for param in params], self.names))
        body = self.expression(0)
        self.enter(outer)
        return n.FunctionOf(at, tuple(params), body)

    def external(self, params: list[n.Param], at: int) -> n.Node:
        """Read what an external function calls."""
        mapping = self.expression(0)
        try:
            return external_call(mapping, params)
        except Refused as refusal:
            problem = refusal.problem
            raise self.fault(problem.code, problem.message, problem.hint, at) from None
