"""The content of a DMN file as frozen values, as it was written and before it is understood."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hints:
    """What the extension elements of Clearance say about an input or a component.

    `display` holds hints for people; `source` names where the portal takes an input from.
    """

    optional: bool = False
    display: dict[str, str] = field(default_factory=dict, hash=False)
    source: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A declared type, or a component of one.

    `allowed` limits a value or, of a collection, each item; `constraint` a collection as a whole.
    """

    name: str
    type_ref: str
    components: tuple[ItemDefinition, ...] = ()
    is_collection: bool = False
    allowed: str = ""
    constraint: str = ""
    function_output: str | None = None
    function_params: tuple[tuple[str, str], ...] = ()
    description: str = ""
    hints: Hints = Hints()


@dataclass(frozen=True, slots=True)
class Boxed:
    """Any expression of a decision; `line` is where it stands in the file."""

    id: str
    type_ref: str
    line: int


@dataclass(frozen=True, slots=True)
class LiteralExpression(Boxed):
    """A FEEL text."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class NamedExpression:
    """A name, its declared type and the expression bound to it."""

    name: str
    type_ref: str
    value: Boxed | None


@dataclass(frozen=True, slots=True)
class ContextExpression(Boxed):
    """Entries; the last may have no name and is then the result."""

    entries: tuple[NamedExpression, ...]


@dataclass(frozen=True, slots=True)
class ListExpression(Boxed):
    """Items in order."""

    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True)
class RelationExpression(Boxed):
    """Named columns and rows of expressions."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True)
class InvocationExpression(Boxed):
    """A function and the values bound to its parameters."""

    function: Boxed | None
    bindings: tuple[NamedExpression, ...]


@dataclass(frozen=True, slots=True)
class FunctionExpression(Boxed):
    """A function; `kind` is FEEL, Java or PMML."""

    kind: str
    params: tuple[tuple[str, str], ...]
    body: Boxed | None


@dataclass(frozen=True, slots=True)
class ConditionalExpression(Boxed):
    """if, then, else"""

    condition: Boxed | None
    then: Boxed | None
    otherwise: Boxed | None


@dataclass(frozen=True, slots=True)
class FilterExpression(Boxed):
    """A list and the condition its items must meet."""

    source: Boxed | None
    match: Boxed | None


@dataclass(frozen=True, slots=True)
class IteratorExpression(Boxed):
    """for, some or every; `kind` says which."""

    kind: str
    variable: str
    source: Boxed | None
    body: Boxed | None


@dataclass(frozen=True, slots=True)
class TableInput:
    """One input column of a decision table."""

    id: str
    label: str
    text: str
    type_ref: str
    allowed: str


@dataclass(frozen=True, slots=True)
class TableOutput:
    """One output column of a decision table."""

    id: str
    name: str
    label: str
    type_ref: str
    allowed: str
    default: str


@dataclass(frozen=True, slots=True)
class TableRule:
    """One row of a decision table, as texts."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...]
    description: str
    line: int


@dataclass(frozen=True, slots=True)
class TableExpression(Boxed):
    """A decision table."""

    hit_policy: str
    aggregation: str
    output_label: str
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rules: tuple[TableRule, ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputData:
    """A fact that comes from outside."""

    id: str
    name: str
    type_ref: str
    description: str = ""
    hints: Hints = Hints()


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; requirements are references to ids, with a namespace where imported."""

    id: str
    name: str
    type_ref: str
    expression: Boxed | None
    required_inputs: tuple[str, ...] = ()
    required_decisions: tuple[str, ...] = ()
    required_knowledge: tuple[str, ...] = ()
    question: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A business knowledge model: a named function."""

    id: str
    name: str
    type_ref: str
    function: FunctionExpression | None
    required_knowledge: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class DecisionService:
    """A part of the graph offered as one function."""

    id: str
    name: str
    type_ref: str
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    inputs: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """Another file whose elements are used under a prefix."""

    name: str
    namespace: str
    location: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """One DMN file; `hash` is the SHA-256 of its canonical content without the diagram."""

    id: str = ""
    name: str = ""
    namespace: str = ""
    hash: str = ""
    description: str = ""
    imports: tuple[Import, ...] = ()
    items: tuple[ItemDefinition, ...] = ()
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    knowledge: tuple[KnowledgeModel, ...] = ()
    services: tuple[DecisionService, ...] = ()
