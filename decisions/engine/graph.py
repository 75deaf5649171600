"""The requirement graph: what each element may refer to, and in which order decisions run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from decisions.engine import model as m
from decisions.engine.builtins import BUILTIN_NAMES
from decisions.engine.declared import Compile, Declared, declare
from decisions.engine.feel import nodes as n
from decisions.engine.feel.hints import Elements
from decisions.engine.feel.names import Names
from decisions.engine.feel.tokens import PROPERTIES
from decisions.engine.ir import Lowering, with_type
from decisions.engine.members import member_names
from decisions.engine.problems import Problem, Refused, did_you_mean
from decisions.engine.shared import Element, shared_names
from decisions.engine.types import ANY, FunctionType, Type, base_of, context_of
from decisions.engine.xml import encoded, read_definitions

Resolver = Callable[[str, str], bytes | str | None]
_KINDS = {
    m.InputData: "input",
    m.Decision: "decision",
    m.KnowledgeModel: "knowledge model",
    m.DecisionService: "decision service",
}
_CALLED = m.KnowledgeModel | m.DecisionService
_MOST_IMPORTS = 50


@dataclass(slots=True)
class File:
    """One DMN file with its types; `imports` maps the namespace of an import to its prefix."""

    definitions: m.Definitions
    declared: Declared
    imports: dict[str, str] = field(default_factory=dict)
    members: Names = field(default_factory=Names)


@dataclass(slots=True)
class Part:
    """One element of the graph: its file, what it requires by visible name, and its tree.

    `type` is that of its value or, of a knowledge model or service, that of what a call gives.
    """

    key: str
    element: Element
    file: File
    requires: dict[str, str] = field(default_factory=dict)
    type: Type = ANY
    node: n.Node | None = None

    @property
    def name(self) -> str:
        """Give the name in its own file."""
        return self.element.name

    @property
    def label(self) -> str:
        """Name the part for messages."""
        return f'{_KINDS[type(self.element)]} "{self.element.name}"'


@dataclass(frozen=True, slots=True)
class Requirements:
    """What it takes to evaluate a decision or service, by the keys of parts.

    `inputs` are what its caller gives, in this order; `decisions` run in theirs, and the values
    of `targets` are the result.
    """

    inputs: tuple[str, ...]
    decisions: tuple[str, ...]
    targets: tuple[str, ...]


class Graph:
    """All elements of a model and of the models it imports."""

    def __init__(self, resolver: Resolver | None, compile_tests: Compile) -> None:
        self.parts: dict[str, Part] = {}
        self.files: dict[str, File] = {}
        self.problems: list[Problem] = []
        self.elements = Elements()
        self.resolver = resolver
        self.compile_tests = compile_tests
        self._requirements: dict[str, Requirements] = {}

    def add_file(self, definitions: m.Definitions, path: tuple[str, ...] = ()) -> File:
        """Add a file and, before it, the files it imports."""
        imports: dict[str, str] = {}
        imported_types: dict[str, Type] = {}
        for item in definitions.imports:
            file = self._import(item, definitions, path)
            if file is not None:
                imports[item.namespace] = item.name
                prefix = f"{item.name}." if item.name else ""
                for name, kind in file.declared.types.items():
                    imported_types[prefix + name] = kind
        declared = declare(definitions.items, imported_types, self.compile_tests)
        members = Names(member_names(definitions), PROPERTIES)
        file = File(definitions, declared, imports, members)
        self.files[definitions.namespace] = file
        self._add_parts(file)
        return file

    def _import(
        self, item: m.Import, importer: m.Definitions, path: tuple[str, ...]
    ) -> File | None:
        where = f'import "{item.name or item.namespace}"'
        if item.namespace in self.files:
            return self.files[item.namespace]
        if item.namespace in (*path, importer.namespace) or len(path) > _MOST_IMPORTS:
            self.problems.append(
                Problem("import.circular", "The models import one another in a circle.", where)
            )
            return None
        source = self.resolver(item.namespace, item.location) if self.resolver else None
        if source is None:
            self.problems.append(
                Problem(
                    "import.missing",
                    f"The imported model {item.namespace} was not found.",
                    where,
                    "Add the model that is imported.",
                )
            )
            return None
        content = encoded(source)
        try:
            return self.add_file(read_definitions(content), (*path, importer.namespace))
        except Refused as refusal:
            self.problems.append(refusal.problem)
            return None

    def _add_parts(self, file: File) -> None:
        definitions = file.definitions
        elements: Iterable[Element] = (
            *definitions.inputs,
            *definitions.decisions,
            *definitions.knowledge,
            *definitions.services,
        )
        added: list[Part] = []
        for element in elements:
            key = _key(definitions.namespace, element.id or element.name)
            while key in self.parts:  # The first keeps it; references to the id mean the first.
                key += " again"
            part = Part(key, element, file)
            where = part.label
            if not element.name:
                self.problems.append(Problem("model.name", "An element has no name.", part.key))
            added.append(part)
            self.parts[part.key] = part
            part.type = file.declared.resolve(element.type_ref, where)
            called = base_of(part.type)
            if isinstance(called, FunctionType) and isinstance(element, _CALLED):
                part.type = called.result
        labelled = [(part.label, part.element) for part in added]
        self.problems.extend(shared_names(definitions, labelled))

    def link(self) -> None:
        """Resolve the requirements of every element."""
        self.elements = Elements({part.name: part.label for part in self.parts.values()})
        for part in self.parts.values():
            for reference in _references(part.element):
                key = self.resolve(part.file, reference)
                if key is None:
                    self.problems.append(
                        Problem(
                            "model.reference",
                            f"{reference} refers to nothing in the model.",
                            part.label,
                            "Draw the requirement again.",
                        )
                    )
                    continue
                part.requires[self.visible_name(part.file, key)] = key
        self._check_circles()

    def resolve(self, file: File, reference: str) -> str | None:
        """Turn a reference such as #id or namespace#id into the key of a part."""
        namespace, _, identity = reference.rpartition("#")
        key = _key(namespace or file.definitions.namespace, identity)
        return key if key in self.parts else None

    def visible_name(self, file: File, key: str) -> str:
        """Give the name by which a file knows a part: prefixed when it is imported."""
        part = self.parts[key]
        if part.file is file:
            return part.name
        prefix = file.imports.get(part.file.definitions.namespace)
        if prefix is None:
            # Imported by an import: the prefixes along the way add up (§10.4).
            for namespace, outer in file.imports.items():
                inner = self.files[namespace]
                if part.file.definitions.namespace in inner.imports:
                    return f"{outer}.{self.visible_name(inner, key)}"
        return f"{prefix}.{part.name}" if prefix else part.name

    def _check_circles(self) -> None:
        done: set[str] = set()
        for start in self.parts:
            path: list[str] = []
            stack: list[tuple[str, Iterator[str]]] = [(start, iter(self._decisions_of(start)))]
            path.append(start)
            while stack:
                key, rest = stack[-1]
                following = next((other for other in rest if other not in done), None)
                if following is None:
                    done.add(key)
                    stack.pop()
                    path.pop()
                elif following in path:
                    part = self.parts[following]
                    self.problems.append(
                        Problem(
                            "model.circular",
                            "The decision requires itself, directly or through others.",
                            part.label,
                            "Remove one of the requirements.",
                        )
                    )
                    owner = self.parts[key]
                    owner.requires = {v: k for v, k in owner.requires.items() if k != following}
                    done.add(following)
                else:
                    path.append(following)
                    stack.append((following, iter(self._decisions_of(following))))

    def is_called(self, key: str) -> bool:
        """Tell whether a part is a function to those that require it, and no value."""
        return isinstance(self.parts[key].element, _CALLED)

    def _decisions_of(self, key: str) -> list[str]:
        part = self.parts[key]
        if not isinstance(part.element, m.Decision):
            return []
        found = part.requires.values()
        return [other for other in found if isinstance(self.parts[other].element, m.Decision)]

    def order(self, targets: Iterable[str], given: frozenset[str] = frozenset()) -> list[str]:
        """List the decisions to run for some targets, required ones first, without those given."""
        ordered: dict[str, None] = {}
        stack = [(key, False) for key in reversed(list(targets))]
        while stack:
            key, ready = stack.pop()
            if key in ordered or key in given:
                continue
            if ready:
                ordered[key] = None
                continue
            stack.append((key, True))
            stack.extend((other, False) for other in reversed(self._decisions_of(key)))
        return list(ordered)

    def inputs_of(self, decisions: Iterable[str]) -> list[str]:
        """List the input data that some decisions require."""
        found: dict[str, None] = {}
        for key in decisions:
            for other in self.parts[key].requires.values():
                if isinstance(self.parts[other].element, m.InputData):
                    found[other] = None
        return list(found)

    def lower(self) -> None:
        """Build the trees of all decisions and knowledge models."""
        for part in self.parts.values():
            element = part.element
            if isinstance(element, m.Decision):
                lowering = self._lowering(part)
                node = lowering.lower(element.expression)
                part.node = with_type(node, part.type if part.type != ANY else None, part.label)
                self.problems.extend(lowering.problems)
            elif isinstance(element, m.KnowledgeModel) and element.function is not None:
                lowering = self._lowering(part)
                result = part.type if part.type != ANY else None
                part.node = lowering.function_named(element.function, element.name, result)
                self.problems.extend(lowering.problems)
        for file in self.files.values():
            self.problems.extend(file.declared.problems)

    def _lowering(self, part: Part) -> Lowering:
        names = Names(part.requires, BUILTIN_NAMES)
        if isinstance(part.element, m.KnowledgeModel):
            names.add(part.name)
        return Lowering(part.file.declared, names, part.file.members, self.elements, part.label)

    def service_parts(self, part: Part) -> tuple[list[str], list[str]]:
        """Give the parameters of a decision service, in order, and its output decisions."""
        service = part.element
        if not isinstance(service, m.DecisionService):
            return [], []
        params = [
            self.resolve(part.file, ref) for ref in (*service.inputs, *service.input_decisions)
        ]
        outputs = [self.resolve(part.file, ref) for ref in service.outputs]
        return [key for key in params if key], [key for key in outputs if key]

    def requirements(self, part: Part) -> Requirements:
        """Give what it takes to evaluate a decision, or a service with its parameters given."""
        if part.key not in self._requirements:
            self._requirements[part.key] = self._required(part)
        return self._requirements[part.key]

    def _required(self, part: Part) -> Requirements:
        given, targets = self.service_parts(part)
        if isinstance(part.element, m.Decision):
            targets = [part.key]
        decisions = self.order(targets, frozenset(given))
        needed = [key for key in self.inputs_of(decisions) if key not in given]
        return Requirements((*sorted(set(given)), *needed), tuple(decisions), tuple(targets))

    def service_type(self, part: Part) -> Type:
        """Give the type of what a decision service returns."""
        if part.type != ANY:
            return part.type
        _, outputs = self.service_parts(part)
        if len(outputs) == 1:
            return self.parts[outputs[0]].type
        return context_of({self.parts[key].name: self.parts[key].type for key in outputs})

    def find(self, name: str, kinds: tuple[type, ...]) -> Part:
        """Find an element of the main model by name or id; raises Refused."""
        candidates = [part for part in self.parts.values() if isinstance(part.element, kinds)]
        for part in reversed(candidates):
            if name in (part.element.name, part.element.id):
                return part
        raise Refused(
            Problem(
                "model.unknown",
                f'The model has no {_KINDS[kinds[0]]} "{name}".',
                "",
                did_you_mean(name, [part.name for part in candidates]),
            )
        )


def _key(namespace: str, identity: str) -> str:
    return f"{namespace}#{identity}"


def _references(element: Element) -> tuple[str, ...]:
    if isinstance(element, m.Decision):
        return (
            *element.required_inputs,
            *element.required_decisions,
            *element.required_knowledge,
        )
    if isinstance(element, m.KnowledgeModel):
        return element.required_knowledge
    if isinstance(element, m.DecisionService):
        return (*element.outputs, *element.encapsulated, *element.input_decisions, *element.inputs)
    return ()
