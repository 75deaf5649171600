"""Walks a tree with a stack of its own, so that its depth costs nothing of Python's stack.

The rule of a node kind is a generator: it yields the nodes whose values it needs, each with the
frame to evaluate it in, and returns the value of its own node.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from decisions.engine.feel import nodes as n
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.types import ANY, Type, base_of


@dataclass(slots=True, eq=False)
class Frame:
    """What names mean at a place, and the place itself; it never changes once it is made.

    A frame with `is_item` stands for one item inside a filter. Its components are names as well:
    those in `components`, or whichever it turns out to have where that is None.
    """

    where: str
    names: Mapping[str, Any]
    parent: Frame | None = None
    is_item: bool = False
    item: Any = None
    components: Mapping[str, Type] | None = None
    grows: bool = False

    def naming(self, name: str, value: Any) -> Frame:
        """Give a frame inside this one with one more name."""
        return Frame(self.where, {name: value}, self)

    def at(self, where: str) -> Frame:
        """Give the same names at another place."""
        return replace(self, where=where)

    def site(self, node: n.Node) -> Site:
        """Give the place of a node."""
        return Site(self.where, node.at)

    def hides(self, name: str) -> bool:
        """Tell whether a variable has this name."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return True
            frame = frame.parent
        return False


Steps = Generator[tuple[n.Node, Frame], Any, Any]


class Walk:
    """One evaluation: its run, the types that the typer found, and whether tables leave traces."""

    __slots__ = ("constant", "run", "traced", "types")

    def __init__(self, run: Run, types: Mapping[int, Type], *, traced: bool = False) -> None:
        self.run = run
        self.types = types
        self.traced = traced
        self.constant: dict[tuple[int, Type], bool] = {}

    def type_of(self, node: n.Node) -> Type:
        """Give the type the typer found, without item definitions."""
        return base_of(self.types.get(id(node), ANY))

    def evaluate(self, node: n.Node, frame: Frame) -> Any:
        """Evaluate a node from start to end; raises LimitReached."""
        return self.finish(_only(node, frame))

    def finish(self, steps: Steps) -> Any:
        """Take steps to their end, with all the steps they ask for; raises LimitReached."""
        waiting, value = [steps], None
        while waiting:
            try:
                node, frame = waiting[-1].send(value)
            except StopIteration as done:
                waiting.pop()
                value = done.value
                continue
            leaf = LEAVES.get(type(node))
            if leaf is not None:
                value = leaf(self, node, frame)
            else:
                waiting.append(RULES[type(node)](self, node, frame))
                value = None
        return value


def _only(node: n.Node, frame: Frame) -> Steps:
    return (yield node, frame)


def each(nodes: Iterable[n.Node | None], frame: Frame) -> Steps:
    """Ask for the values of several nodes in their order; a missing one counts as null."""
    values: list[Any] = []
    for node in nodes:
        value = None if node is None else (yield node, frame)
        values.append(value)
    return values


LEAVES: dict[type, Callable[[Walk, Any, Frame], Any]] = {}
RULES: dict[type, Callable[[Walk, Any, Frame], Steps]] = {}
