"""The names visible at a place of an expression, with their types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from decisions.engine.types import ANY, Type


@dataclass(slots=True)
class Scope:
    """The names visible at a place, with their types.

    `open_item` marks the inside of a filter over items of unknown type: any name may be one
    of their components.
    """

    names: dict[str, Type] = field(default_factory=dict)
    parent: Scope | None = None
    open_item: bool = False

    def find(self, name: str) -> Type | None:
        """Give the type of a name; None when no scope has it."""
        scope: Scope | None = self
        doubtful = False
        while scope is not None:
            if name in scope.names:
                return ANY if doubtful else scope.names[name]
            doubtful |= scope.open_item
            scope = scope.parent
        return ANY if doubtful else None

    def all_names(self) -> Iterator[str]:
        """Give every name, from the innermost scope out."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.names
            scope = scope.parent
