"""Puts one name in place of another in the FEEL of an expression, wherever it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.feel.lexer import next_token
from decisions.engine.feel.names import Names, normal_name

Change = Callable[[str], str]


def renamed(boxed: m.Boxed | None, old: str, new: str) -> Any:
    """Give an expression that reads `new` wherever it read `old`."""
    names = Names([old])
    wanted = normal_name(old)

    def change(text: str) -> str:
        found = list(_places(text, wanted, names))
        changed = text
        for start, end in reversed(found):
            changed = changed[:start] + new + changed[end:]
        return m.reworded(text, changed) if found else text

    return _within(boxed, change)


def speaks_of(boxed: m.Boxed | None, name: str) -> bool:
    """Tell whether an expression holds a name, whatever it means there."""
    names, wanted = Names([name]), normal_name(name)
    found = False

    def look(text: str) -> str:
        nonlocal found
        found = found or any(True for _ in _places(text, wanted, names, anywhere=True))
        return text

    _within(boxed, look)
    return found


def _places(
    text: str, wanted: str, names: Names, *, anywhere: bool = False
) -> Iterator[tuple[int, int]]:
    """Find a name where it is read: not after a dot, not as the key of an entry."""
    if wanted.split(" ")[0] not in text:
        return
    before, position = "", 0
    while True:
        token = next_token(text, position, names)
        if token.kind == "end":
            return
        position = max(token.end, position + 1)
        if token.kind == "name" and normal_name(token.text) == wanted:
            after = next_token(text, token.end, names).text
            if anywhere or (before != "." and after != ":"):
                yield token.start, token.end
        before = token.text


def _within(value: Any, change: Change) -> Any:
    """Change every FEEL text within an expression; what does not change stays the same object."""
    if isinstance(value, m.TableExpression):
        return _within_table(value, change)
    if isinstance(value, m.LiteralExpression):
        text = change(value.text)
        return value if text is value.text else replace(value, text=text)
    if isinstance(value, tuple):
        items = tuple(_within(item, change) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    if isinstance(value, m.Boxed | m.NamedExpression):
        fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
        parts = {name: _within(part, change) for name, part in fields.items()}
        changed = {name: part for name, part in parts.items() if part is not fields[name]}
        return replace(value, **changed) if changed else value
    return value


def _within_table(table: m.TableExpression, change: Change) -> m.TableExpression:
    return replace(
        table,
        inputs=tuple(
            replace(c, text=change(c.text), allowed=change(c.allowed)) for c in table.inputs
        ),
        outputs=tuple(
            replace(c, default=change(c.default), allowed=change(c.allowed)) for c in table.outputs
        ),
        rules=tuple(
            replace(
                rule,
                inputs=tuple(map(change, rule.inputs)),
                outputs=tuple(map(change, rule.outputs)),
            )
            for rule in table.rules
        ),
    )
