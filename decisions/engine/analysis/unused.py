"""Finds elements of a model that nothing uses: inputs, requirements, knowledge, decisions."""

from __future__ import annotations

from collections.abc import Iterator

from decisions.engine import model as m
from decisions.engine.analysis.findings import Finding
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Graph, Part

_UNUSED: dict[type, tuple[str, str]] = {
    m.InputData: ("model.unused_input", "No decision reads the input"),
    m.KnowledgeModel: ("model.unused_knowledge", "Nothing calls the knowledge model"),
}


def find_unused(graph: Graph, definitions: m.Definitions) -> Iterator[Finding]:
    """Report what nothing uses among the elements of the main file."""
    own = [part for part in graph.parts.values() if part.file.definitions is definitions]
    logic = [part for part in graph.parts.values() if part.node is not None]
    required = {key for part in logic for key in part.requires.values()}
    for part in own:
        code, fault = _UNUSED.get(type(part.element), ("", ""))
        if code and part.key not in required:
            hint = "Remove it, or connect it to the decision that needs it."
            yield Finding(code, "warning", f'{fault} "{part.name}".', hint)
    for part in own:
        yield from _unread(graph, part)
    yield from _aside(graph, own, required)


def _unread(graph: Graph, part: Part) -> Iterator[Finding]:
    """Report requirements that are drawn but not read."""
    # Names of imported elements are read component by component.
    unread = {name for name, key in part.requires.items() if graph.parts[key].file is part.file}
    for node in n.walk(part.node) if part.node is not None else ():
        if not unread:
            return
        if isinstance(node, n.Name):
            unread.discard(node.name)
    for name in (name for name in part.requires if name in unread and part.node is not None):
        yield Finding(
            "model.unread",
            "warning",
            f'"{part.name}" requires "{name}" but does not read it.',
            "Remove the requirement.",
            decision=part.name,
        )


def _aside(graph: Graph, own: list[Part], required: set[str]) -> Iterator[Finding]:
    """Report decisions that neither a decision nor a service uses, but for the largest."""
    served = {
        graph.resolve(part.file, reference)
        for part in graph.parts.values()
        if isinstance(part.element, m.DecisionService)
        for reference in (*part.element.outputs, *part.element.encapsulated)
    }
    tops = [
        part
        for part in own
        if isinstance(part.element, m.Decision)
        and part.key not in required
        and part.key not in served
    ]
    main = max(tops, key=lambda part: len(graph.order([part.key])), default=None)
    for part in tops:
        if part is not main or served:
            yield Finding(
                "model.unused_decision",
                "info",
                f'Nothing requires "{part.name}": it is decided only when asked for by name.',
                decision=part.name,
            )
