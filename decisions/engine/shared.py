"""Finds the names and ids that two parts of one file share, so that neither is clear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from decisions.engine import model as m
from decisions.engine.problems import Problem

Element = m.InputData | m.Decision | m.KnowledgeModel | m.DecisionService
_OWN_ID = "Give each an id of its own."


def shared_names(
    definitions: m.Definitions, elements: Iterable[tuple[str, Element]]
) -> Iterator[Problem]:
    """Give a problem for each name or id that is used twice; `elements` come with their labels."""
    labelled = list(elements)
    yield from _element_names(labelled)
    ids = [(element.id, label) for label, element in labelled if element.id]
    yield from _ids(ids, "also that of {}", "that of two elements")
    tables = [(table.id, label) for label, element in labelled for table in tables_of(element)]
    yield from _ids(tables, "also that of a table in {}", "that of two tables here")
    for name, number in _counted(item.name for item in definitions.items):
        if number > 1:
            message = f'{number} types have the name "{name}".'
            yield Problem("type.name", message, f'type "{name}"', "Rename all but one.")


def tables_of(element: Element) -> list[m.TableExpression]:
    """Give the tables within an element of the graph, in order."""
    if isinstance(element, m.Decision):
        return list(m.tables_in(element.expression))
    return list(m.tables_in(element.function)) if isinstance(element, m.KnowledgeModel) else []


def _element_names(elements: Iterable[tuple[str, Element]]) -> Iterator[Problem]:
    first: dict[str, tuple[str, Element]] = {}
    for label, element in elements:
        if not element.name:
            continue
        before = first.setdefault(element.name, (label, element))
        if before[1] is element:
            continue
        known = [_drawn_as(before), _drawn_as((label, element))]
        if known[0] == known[1]:
            message = f'The name "{element.name}" is used twice, both times by {known[0]}.'
        else:
            message = f'The name "{element.name}" is used twice, by {known[0]} and by {known[1]}.'
        by_variable = any(getattr(one, "own_name", "") for one in (before[1], element))
        hint = "Rename one; an input goes by the name of its variable."
        yield Problem("model.name", message, label, hint if by_variable else "Rename one.")


def _drawn_as(labelled: tuple[str, Element]) -> str:
    """Name an element as the diagram does, where the rules know it by another name."""
    label, element = labelled
    own_name = element.own_name if isinstance(element, m.InputData) else ""
    return f'input "{own_name}"' if own_name else label


def _ids(pairs: Iterable[tuple[str, str]], other: str, same: str) -> Iterator[Problem]:
    """Report an id that is used twice at each of its places."""
    places: dict[str, list[str]] = {}
    for identity, label in pairs:
        places.setdefault(identity, []).append(label)
    for identity, labels in places.items():
        if len(labels) < 2:
            continue
        for label in dict.fromkeys(labels):
            others = [one for one in labels if one != label]
            told = other.format(others[0]) if others else same
            kind = "table id" if "table" in other else "id"
            yield Problem("model.id", f'The {kind} "{identity}" is {told}.', label, _OWN_ID)


def _counted(names: Iterable[str]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return list(found.items())
