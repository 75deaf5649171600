"""Collects the names that may follow a dot, so that those with spaces can be read."""

from __future__ import annotations

from decisions.engine import model as m


def member_names(definitions: m.Definitions) -> set[str]:
    """Collect the names that may follow a dot: components, columns, outputs and entries."""
    found: set[str] = set()
    stack: list[m.ItemDefinition] = list(definitions.items)
    while stack:
        item = stack.pop()
        found.update(part.name for part in item.components)
        stack.extend(item.components)
    boxes: list[m.Boxed | None] = [decision.expression for decision in definitions.decisions]
    boxes.extend(model.function for model in definitions.knowledge)
    while boxes:
        box = boxes.pop()
        if isinstance(box, m.TableExpression):
            found.update(output.name for output in box.outputs)
        elif isinstance(box, m.RelationExpression):
            found.update(name for name, _ in box.columns)
            boxes.extend(cell for row in box.rows for cell in row.items)
        elif isinstance(box, m.ContextExpression):
            found.update(entry.name for entry in box.entries)
            boxes.extend(entry.value for entry in box.entries)
        elif box is not None:
            boxes.extend(_parts(box))
    found.update(decision.name for decision in definitions.decisions)
    found.update(item.name for item in definitions.inputs)
    return found - {""}


def _parts(box: m.Boxed) -> list[m.Boxed | None]:
    if isinstance(box, m.ListExpression):
        return list(box.items)
    if isinstance(box, m.FunctionExpression):
        return [box.body]
    if isinstance(box, m.InvocationExpression):
        return [box.function, *(binding.value for binding in box.bindings)]
    if isinstance(box, m.ConditionalExpression):
        return [box.condition, box.then, box.otherwise]
    if isinstance(box, m.FilterExpression):
        return [box.source, box.match]
    return [box.source, box.body] if isinstance(box, m.IteratorExpression) else []
