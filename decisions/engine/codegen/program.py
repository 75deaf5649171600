"""Compiles one decision or decision service, with all it requires, into one Python function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from decisions.engine import model as m
from decisions.engine.builtins import BUILTINS
from decisions.engine.codegen import arithmetic, loops, tables  # noqa: F401  (register their writers)
from decisions.engine.codegen.entry import (
    Enter,
    EntryOptions,
    close_lean,
    close_values,
    gives_plain,
    open_entry,
    open_values,
    trust,
    write_taker,
)
from decisions.engine.codegen.expressions import Env, Writer
from decisions.engine.codegen.functions import function_body
from decisions.engine.codegen.scaled import Places
from decisions.engine.codegen.unit import Body, NotLean, Unit
from decisions.engine.facts import Shape
from decisions.engine.feel import nodes as n
from decisions.engine.feel.scope import Scope
from decisions.engine.feel.typer import Typer
from decisions.engine.graph import Graph, Part, Requirements
from decisions.engine.problems import Problem
from decisions.engine.tables.index import TableIndex
from decisions.engine.types import ANY, Type, function_of
from decisions.engine.values import Function


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled decision: `code(run, *inputs)` gives its value; `inputs` says in which order."""

    code: Callable[..., Any]
    inputs: tuple[str, ...]
    decisions: tuple[str, ...]
    source: str


class Compiler:
    """Compiles parts of one graph; types are found once for all of them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.typer = Typer(BUILTINS, graph.elements)
        self.indexes: dict[int, TableIndex] = {}

    def check(self) -> list[Problem]:
        """Type every decision and knowledge model, required ones first; gives the problems."""
        decisions = [key for key, part in self.graph.parts.items() if part.node is not None]
        for key in decisions:
            part = self.graph.parts[key]
            if isinstance(part.node, n.FunctionOf):
                self._check_part(part)
        for key in self.graph.order(decisions):
            self._check_part(self.graph.parts[key])
        return self.typer.problems

    def _check_part(self, part: Part) -> None:
        if part.node is None or id(part.node) in self.typer.types:
            return
        scope = {name: self._type_of(self.graph.parts[key]) for name, key in part.requires.items()}
        if isinstance(part.element, m.KnowledgeModel):
            scope.setdefault(part.name, ANY)
        found = self.typer.check(part.node, Scope(scope), part.label)
        if part.type == ANY and isinstance(part.element, m.Decision):
            part.type = found

    def _type_of(self, part: Part) -> Type:
        """Give the type a part has for those that require it."""
        if isinstance(part.element, m.KnowledgeModel):
            params = part.node.params if isinstance(part.node, n.FunctionOf) else ()
            return function_of(tuple(param.type or ANY for param in params), part.type)
        if isinstance(part.element, m.DecisionService):
            return function_of((), self.graph.service_type(part))
        return part.type

    def program(self, part: Part) -> Program:
        """Compile a decision, or a service to be called with its inputs and input decisions."""
        return _Assembly(self).program(part)

    def enter(self, part: Part, shapes: Mapping[str, Shape], options: EntryOptions) -> Enter:
        """Compile the quick way from facts to a result, whole where the rules need no run."""
        try:
            return _Assembly(self, lean=True).lean(part, shapes, options)
        except NotLean:
            return write_taker(shapes, options)

    def replay(self, part: Part, shapes: Mapping[str, Shape]) -> Callable[..., Any]:
        """Compile what notes for an explanation what a lean program did: `replay(run, *inputs)`."""
        return _Assembly(self, lean=True).replay(part, shapes)

    def shared(self, part: Part, call_of: Callable[[str], Any]) -> Callable[..., Any]:
        """Compile a decision as `code(run, *inputs)` that calls each decision it needs by others.

        `call_of(key)` gives what calls the one of that key: `call(run, code, values)`.
        """
        return _Assembly(self).shared(part, call_of)


class _Written(NamedTuple):
    """The code of a function value: the constant that holds the value, and what that is made of."""

    constant: str
    code: str
    name: str
    params: tuple[str, ...]


class _Assembly:
    """One unit of generated code in the making."""

    def __init__(self, compiler: Compiler, *, lean: bool = False) -> None:
        self.graph = compiler.graph
        self.unit = Unit(lean=lean)
        self.writer = Writer(self.unit, compiler.typer.types, compiler.indexes)
        self.functions: dict[str, str] = {}
        self.written: list[_Written] = []
        self.pending: list[Part] = []

    def program(self, part: Part) -> Program:
        """Write the main function and everything it needs."""
        required = self.graph.requirements(part)
        main = Body(self.unit, "main")
        variables = {key: main.variable() for key in required.inputs}
        main.params = tuple(variables.values())
        main.finish(self._result(main, part, required, variables, record=True))
        namespace = self._load()
        return Program(namespace[main.name], required.inputs, required.decisions, self.unit.source)

    def shared(self, part: Part, call_of: Callable[[str], Any]) -> Callable[..., Any]:
        """Write every decision as a function of its own, and what calls them in their order."""
        required = self.graph.requirements(part)
        main = Body(self.unit, "main")
        values = {key: main.variable() for key in required.inputs}
        main.params = tuple(values.values())
        for key in required.decisions:
            inner = Body(self.unit, "d")
            needed = [k for k in self.graph.parts[key].requires.values() if k in values]
            names = {k: inner.variable() for k in dict.fromkeys(needed)}
            inner.params = tuple(names.values())
            inner.finish(self._decisions(inner, [key], names, [key], record=False))
            passed = "".join(f"{values[k]}, " for k in names)
            call = self.unit.constant(call_of(key))
            values[key] = main.keep(f"{call}(run, {inner.name}, ({passed}))")
        main.finish(self._value_of(required.targets, values))
        code: Callable[..., Any] = self._load()[main.name]
        return code

    def _result(
        self,
        body: Body,
        part: Part,
        required: Requirements,
        inputs: Mapping[str, str],
        *,
        record: bool,
    ) -> str:
        """Write a decision or service with all it requires; gives the atom of its value."""
        value = self._decisions(body, required.decisions, inputs, required.targets, record=record)
        service = isinstance(part.element, m.DecisionService)
        return self._typed_result(value, part, body) if service else value

    def replay(self, part: Part, shapes: Mapping[str, Shape]) -> Callable[..., Any]:
        """Write a lean program once more for what explanations need: `replay(trace, *inputs)`.

        It notes tables and values in `trace`, a run, and may raise where the program would end.
        """
        required = self.graph.requirements(part)
        main = Body(self.unit, "lean", entry=True)
        self.writer.traced = True
        variables = {key: main.variable() for key in required.inputs}
        main.params = ("trace", *variables.values())
        for atom, shape in zip(variables.values(), shapes.values(), strict=True):
            trust(self.writer, atom, shape)
        main.finish(self._result(main, part, required, variables, record=True))
        code: Callable[..., Any] = self._load()[main.name]
        return code

    def lean(self, part: Part, shapes: Mapping[str, Shape], options: EntryOptions) -> Enter:
        """Write the quick way whole: facts in, result out, no run."""
        required = self.graph.requirements(part)
        main = Body(self.unit, "lean", entry=True)
        inputs = open_entry(self.writer, main, shapes, options)
        variables = dict(zip(required.inputs, inputs, strict=True))
        value = self._result(main, part, required, variables, record=False)
        close_lean(self.writer, main, inputs, self._given_out(main, required, value), options)
        enter: Enter = self._load()[main.name]
        return enter

    def _given_out(self, body: Body, required: Requirements, value: str) -> str:
        """Write a value as Python's, where it is not so already."""
        nodes = [self.graph.parts[key].node for key in required.targets]
        if all(node is not None and gives_plain(node, self.writer) for node in nodes):
            return value
        return body.keep(f"give({value})")

    def _load(self) -> dict[str, Any]:
        while self.pending:
            self._write_function(self.pending.pop())
        namespace = self.unit.load()
        for made in self.written:
            code = namespace[made.code]
            namespace[made.constant] = _function_value(made.name, made.params, code)
        return namespace

    def _decisions(
        self,
        body: Body,
        decisions: Iterable[str],
        inputs: Mapping[str, str],
        targets: Sequence[str],
        *,
        record: bool,
    ) -> str:
        """Write decisions one after the other; gives the atom of the targets' value."""
        variables = dict(inputs)
        for key in decisions:
            part = self.graph.parts[key]
            env = Env(self._visible(part, variables))
            self.writer.where = part.label
            node = part.node
            atom = "None" if node is None else self.writer.write(node, env, body)
            variables[key] = body.keep(atom)
            if record:
                run = "trace" if self.unit.lean else "run"
                body.line(f"{run}.record({self.unit.constant(key)}, {variables[key]})")
        return self._value_of(targets, variables)

    def _value_of(self, targets: Sequence[str], variables: Mapping[str, str]) -> str:
        """Write the value of the targets: that of the one, or a context of several."""
        if len(targets) == 1:
            return variables.get(targets[0], "None")
        pairs = (
            f"{self.unit.constant(self.graph.parts[key].name)}: {variables.get(key, 'None')}"
            for key in targets
        )
        return "{" + ", ".join(pairs) + "}"

    def _visible(self, part: Part, variables: Mapping[str, str]) -> dict[str, str]:
        """Give what a part may refer to: values by variables, functions by constants."""
        names: dict[str, str] = {}
        for name, key in part.requires.items():
            if isinstance(self.graph.parts[key].element, m.KnowledgeModel | m.DecisionService):
                names[name] = self._function(key)
            else:
                names[name] = variables.get(key, "None")
        if isinstance(part.element, m.KnowledgeModel):
            names.setdefault(part.name, self._function(part.key))
        return names

    def _function(self, key: str) -> str:
        """Give the constant that will hold a function value."""
        if key not in self.functions:
            self.functions[key] = self.unit.fresh("B")
            self.pending.append(self.graph.parts[key])
        return self.functions[key]

    def _write_function(self, part: Part) -> None:
        """Write the code of a knowledge model or decision service; bound when all is loaded."""
        self.writer.where = part.label
        if isinstance(part.node, n.FunctionOf):
            body = function_body(self.writer, part.node, Env(self._visible(part, {})))
            params = tuple(param.name for param in part.node.params)
        else:
            body, params = self._service_body(part)
        self.written.append(_Written(self.functions[part.key], body.name, part.name, params))

    def _service_body(self, part: Part) -> tuple[Body, tuple[str, ...]]:
        keys, outputs = self.graph.service_parts(part)
        decisions = self.graph.order(outputs, frozenset(keys))
        inner = Body(self.unit, "s")
        checked = Body(self.unit, "s")
        # Inputs a service does not list are null inside it.
        extra = [key for key in self.graph.inputs_of(decisions) if key not in keys]
        variables = {key: inner.variable() for key in [*keys, *extra]}
        inner.params = tuple(variables.values())
        inner.finish(self._decisions(inner, decisions, variables, outputs, record=False))
        arguments = []
        for key in keys:
            given = checked.variable()
            checked.params = (*checked.params, given)
            kind = self.graph.parts[key].type
            if kind != ANY:
                site = self.unit.site(part.label, None)
                fitted = checked.keep(f"coerce(run, {given}, {self.unit.constant(kind)}, {site})")
                checked.line(f"if {fitted} is None and {given} is not None: return None")
                given = fitted
            arguments.append(given)
        result = inner.call(checked, *arguments, *("None" for _ in extra))
        checked.finish(self._typed_result(result, part, checked))
        return checked, tuple(self.graph.parts[key].name for key in keys)

    def _typed_result(self, result: str, part: Part, body: Body) -> str:
        """Make the result of a decision service fit its declared type."""
        if part.type == ANY:
            return result
        kind, site = self.unit.constant(part.type), self.unit.site(part.label, None)
        return body.keep(f"coerce(run, {result}, {kind}, {site})")


def _function_value(name: str, params: tuple[str, ...], code: Callable[..., Any]) -> Function:
    return Function(name, params, len(params), lambda run, site, *arguments: code(run, *arguments))


def compile_expression(
    node: n.Node, names: Mapping[str, Type], where: str
) -> tuple[Callable[..., Any], list[Problem]]:
    """Compile an expression on its own: a function of the run and of the names in their order."""
    typer = Typer(BUILTINS)
    typer.check(node, Scope(dict(names)), where)
    unit = Unit()
    writer = Writer(unit, typer.types, {})
    writer.where = where
    body = Body(unit, "main")
    variables: dict[str, str] = {}
    for name in names:
        variables[name] = body.variable()
        body.params = (*body.params, variables[name])
    if isinstance(node, n.Tests):
        result = writer.tests_on(node, variables["?"], names["?"], Env(variables), body)
    else:
        result = writer.write(node, Env(variables), body)
    body.finish(result)
    return unit.load()[body.name], typer.problems


def compile_lean(
    node: n.Node, kinds: Mapping[str, Type], places: Places, answer: type
) -> Callable[..., Any]:
    """Compile an expression over values of simple kinds without a run; may raise NotLean.

    The function takes the values by name, and gives None where the full program must have a look:
    at a misfit, or where something is to be said. Numbers of so many `places` it takes quickest.
    """
    typer = Typer(BUILTINS)
    typer.check(node, Scope(dict(kinds)), "")
    if typer.problems:
        raise NotLean(node)
    code = _compile_values(node, kinds, typer, {"Answer": answer}, {})
    if not any(isinstance(part, n.Arithmetic | n.Compare) for part in n.walk(node)) or not places:
        return code
    return _compile_values(node, kinds, typer, {"Answer": answer, "other": code}, places)


def _compile_values(
    node: n.Node,
    kinds: Mapping[str, Type],
    typer: Typer,
    namespace: Mapping[str, Any],
    places: Places,
) -> Callable[..., Any]:
    """Compile an expression once; with `places`, what does not have them is left to `other`."""
    writer = Writer(Unit(lean=True), typer.types, {})
    body = Body(writer.unit, "lean", entry=True)
    variables = open_values(writer, body, kinds, places)
    value = writer.write(node, Env(variables), body)
    if not gives_plain(node, writer):
        value = body.keep(f"give({value})")
    close_values(writer, body, value, places)
    writer.unit.namespace |= namespace
    code: Callable[..., Any] = writer.unit.load()[body.name]
    return code
