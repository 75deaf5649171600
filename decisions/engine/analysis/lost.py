"""Finds outputs that other decisions read of a table, and that no column of it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from decisions.engine import model as m
from decisions.engine.analysis.findings import Finding
from decisions.engine.feel import nodes as n
from decisions.engine.graph import Graph, Part
from decisions.engine.types import Type, components_of, item_of

_PASSING = frozenset(
    {"flatten", "concatenate", "append", "union", "distinct values", "reverse", "sort", "sublist",
     "remove", "insert before", "list replace"}
)  # fmt: skip
"""Built-in functions that give items of their lists on as they are."""
_DEPTH = 8
"""How deep calls of a model's own functions are followed."""


@dataclass(frozen=True)
class _Flow:
    """Whose rows a value, or the items of a list, may be; of a context, that of each entry."""

    tables: frozenset[str] = frozenset()
    entries: Mapping[str, _Flow] = field(default_factory=dict)


_NONE = _Flow()
_Scope = Mapping[str, _Flow]
Read = tuple[str, str, str]
"""A table's part, the name read of its rows, and the label of what reads it."""


def find_lost(graph: Graph, definitions: m.Definitions, types: Mapping[int, Type]) -> list[Finding]:
    """Report reads of outputs that a table does not give, where no type tells of it already."""
    found = _Flows(graph, types)
    for part in graph.parts.values():
        if part.file.definitions is definitions and isinstance(part.element, m.Decision):
            found.of(part.key)
    return [_finding(graph, read, found) for read in found.reads]


def _finding(graph: Graph, read: Read, flows: _Flows) -> Finding:
    key, name, reader = read
    part = graph.parts[key]
    table = _table_of(part)
    assert table is not None
    listed = ", ".join(_outputs(table)) or "one value without a name"
    return Finding(
        "table.lost_output",
        "warning" if flows.reads[read] else "error",
        f'"{reader}" reads "{name}" of this table, but no column of the table gives it.',
        f'Add an output column named {name}, or change "{reader}". The table gives {listed}.',
        table.id or table.where,
        part.name,
        where=table.where,
    )


class _Flows:
    """Follows rows of tables through the expressions of a graph; `reads` collects what fails.

    A read is true where other tables that flow to the same place give the name.
    """

    def __init__(self, graph: Graph, types: Mapping[int, Type]) -> None:
        self.graph = graph
        self.types = types
        self.reads: dict[Read, bool] = {}
        self.part: Part | None = None
        self.depth = 0
        self._known: dict[str, _Flow] = {}

    def of(self, key: str) -> _Flow:
        """Give the flow of a decision."""
        if key not in self._known:
            self._known[key] = _NONE  # Circles end here; the graph reports them.
            part = self.graph.parts[key]
            if isinstance(part.element, m.Decision) and part.node is not None:
                if _table_of(part) is None:
                    self._known[key] = self._inside(part, part.node, {})
                else:
                    self._inside(part, part.node, {})
                    self._known[key] = _Flow(frozenset([key]))
        return self._known[key]

    def _inside(self, part: Part, node: n.Node, scope: _Scope) -> _Flow:
        outer, self.part = self.part, part
        found = self.flow(node, scope)
        self.part = outer
        return found

    def flow(self, node: n.Node, scope: _Scope) -> _Flow:
        """Give the flow of an expression, and note the reads in it."""
        if isinstance(node, n.Placed):
            return self.flow(node.body, scope)
        if isinstance(node, n.Name):
            return self._name(node.name, scope)
        if isinstance(node, n.Member):
            return self._member(node, scope)
        if isinstance(node, n.Filter):
            return self._filter(node, scope)
        if isinstance(node, n.Context):
            return self._context(node, scope)
        if isinstance(node, n.For | n.Quantified):
            return self._loop(node, scope)
        if isinstance(node, n.Call):
            return self._call(node, scope)
        flows = [self._part_of(child, scope) for child in n.children(node)]
        if isinstance(node, n.ListOf):
            return _joined(flows)
        return _joined(flows[1:]) if isinstance(node, n.If) else _NONE

    def _part_of(self, child: object, scope: _Scope) -> _Flow:
        if isinstance(child, n.Node):
            return self.flow(child, scope)
        for inner in n.children(child):
            self._part_of(inner, scope)
        return _NONE

    def _name(self, name: str, scope: _Scope) -> _Flow:
        if name in scope:
            return scope[name]
        key = self.part.requires.get(name) if self.part is not None else None
        return _NONE if key is None else self.of(key)

    def _member(self, node: n.Member, scope: _Scope) -> _Flow:
        flow = self.flow(node.operand, scope)
        kind = self.types.get(id(node.operand))
        told = kind is not None and (
            components_of(kind) is not None or components_of(item_of(kind)) is not None
        )
        if not told:
            self._read(flow, node.name)
        return flow.entries.get(node.name, _NONE)

    def _read(self, flow: _Flow, name: str) -> None:
        lacking = {key: _lacks(self.graph.parts[key], name) for key in flow.tables}
        some = not all(lacking.values())
        for key in sorted(key for key, lacks in lacking.items() if lacks):
            read = key, name, self.part.name if self.part is not None else ""
            self.reads[read] = self.reads.get(read, True) and some

    def _filter(self, node: n.Filter, scope: _Scope) -> _Flow:
        flow = self.flow(node.operand, scope)
        self.flow(node.condition, {**scope, "item": flow})
        return flow

    def _context(self, node: n.Context, scope: _Scope) -> _Flow:
        inner = dict(scope)
        entries: dict[str, _Flow] = {}
        for entry in node.entries:
            entries[entry.key] = inner[entry.key] = self.flow(entry.value, inner)
        if node.result is not None:
            return self.flow(node.result, inner)
        return _Flow(entries=entries)

    def _loop(self, node: n.For | n.Quantified, scope: _Scope) -> _Flow:
        inner = dict(scope)
        for loop in node.loops:
            inner[loop.name] = self.flow(loop.domain, inner)
        if isinstance(node, n.For):
            return self.flow(node.body, inner)
        self.flow(node.condition, inner)
        return _NONE

    def _call(self, node: n.Call, scope: _Scope) -> _Flow:
        flows = [self.flow(argument, scope) for argument in node.arguments]
        name = node.function.name if isinstance(node.function, n.Name) else ""
        key = self.part.requires.get(name) if self.part is not None else None
        called = self.graph.parts.get(key) if key is not None else None
        body = called.node if called is not None else None
        if called is not None and isinstance(body, n.FunctionOf) and self.depth < _DEPTH:
            names = node.names or tuple(param.name for param in body.params)
            self.depth += 1
            given = dict(zip(names, flows, strict=False))
            found = self._inside(called, body.body, given)
            self.depth -= 1
            return found
        return _joined(flows) if name in _PASSING else _NONE


def _joined(flows: list[_Flow]) -> _Flow:
    return _Flow(frozenset[str]().union(*(flow.tables for flow in flows)))


def _table_of(part: Part) -> n.Table | None:
    """Give the table that a decision is, where it is nothing else."""
    node = part.node
    while isinstance(node, n.Placed):
        node = node.body
    return node if isinstance(node, n.Table) else None


def _outputs(table: n.Table) -> Iterator[str]:
    if len(table.outputs) > 1:
        yield from (output.name for output in table.outputs)


def _lacks(part: Part, name: str) -> bool:
    table = _table_of(part)
    return table is not None and name not in set(_outputs(table))
