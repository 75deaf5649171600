"""The content of a DMN file as frozen values, as it was written and before it is understood.

An editor changes it by `dataclasses.replace` and writes it again. Every id of the file is in an
`id`, a `kept` or a Text, so that what moves takes its id along.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kept:
    """What the engine does not interpret of an element, for the day it is written again.

    `attributes` are names, {namespace}local where foreign, and values; `children` are canonical
    XML texts in the namespaces of DMN 1.5.
    """

    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[str, ...] = ()


NOTHING = Kept()


class Text(str):
    """A text of the file with the id of its element and what else that carries, as cells have.

    It equals the plain text, and a plain `str` may stand wherever a Text does: then the element
    carries nothing else.
    """

    __slots__ = ("id", "kept")
    id: str
    kept: Kept

    def __new__(cls, text: str, identity: str = "", kept: Kept = NOTHING) -> Text:
        """Make a text in an element."""
        made = str.__new__(cls, text)
        made.id = identity
        made.kept = kept
        return made


def reworded(old: str, text: str) -> str:
    """Give a new text in the element of an old one, which keeps its id."""
    return Text(text, old.id, old.kept) if isinstance(old, Text) else text


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

    `allowed` are its allowed values, `constraint` its type constraint; for what is no collection
    they mean the same, and the first counts (DMN 1.5 §7.3.3).
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
    id: str = ""
    kept: Kept = NOTHING

    @property
    def limits(self) -> str:
        """Give what limits a value or, of a collection, each item."""
        return self.allowed if self.is_collection else self.allowed or self.constraint

    @property
    def limits_of_whole(self) -> str:
        """Give what limits a collection as a whole."""
        return self.constraint if self.is_collection else ""


@dataclass(frozen=True, slots=True)
class Boxed:
    """Any expression of a decision; `line` is where it stands in the file."""

    id: str
    type_ref: str
    line: int = field(compare=False)
    kept: Kept = field(default=NOTHING, kw_only=True)


@dataclass(frozen=True, slots=True)
class LiteralExpression(Boxed):
    """A FEEL text."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class NamedExpression:
    """A name, its declared type and the expression bound to it.

    `variable` is what the element carries that holds the name; None where there is none.
    """

    name: str
    type_ref: str
    value: Boxed | None
    variable: Kept | None = None
    kept: Kept = NOTHING


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
    rows: tuple[ListExpression, ...]


@dataclass(frozen=True, slots=True)
class InvocationExpression(Boxed):
    """A function and the values bound to its parameters."""

    function: Boxed | None
    bindings: tuple[NamedExpression, ...]


@dataclass(frozen=True, slots=True)
class FunctionExpression(Boxed):
    """A function; `kind` is FEEL, Java, PMML or, for FEEL as well, nothing."""

    kind: str
    params: tuple[tuple[str, str], ...]
    body: Boxed | None


@dataclass(frozen=True, slots=True)
class ConditionalExpression(Boxed):
    """if, then, else; `parts` are what the elements of these names carry."""

    condition: Boxed | None
    then: Boxed | None
    otherwise: Boxed | None
    parts: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterExpression(Boxed):
    """A list and the condition its items must meet; `parts` are what "in" and "match" carry."""

    source: Boxed | None
    match: Boxed | None
    parts: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class IteratorExpression(Boxed):
    """for, some or every; `kind` says which, `parts` what the two inner elements carry."""

    kind: str
    variable: str
    source: Boxed | None
    body: Boxed | None
    parts: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class TableInput:
    """One input column of a decision table."""

    id: str
    label: str
    text: str
    type_ref: str
    allowed: str
    kept: Kept = NOTHING

    @property
    def title(self) -> str:
        """Give the label, or else the expression."""
        return self.label or self.text


@dataclass(frozen=True, slots=True)
class TableOutput:
    """One output column of a decision table."""

    id: str
    name: str
    label: str
    type_ref: str
    allowed: str
    default: str
    kept: Kept = NOTHING


@dataclass(frozen=True, slots=True)
class TableRule:
    """One row of a decision table, as texts."""

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...]
    description: str
    line: int = field(compare=False)
    kept: Kept = NOTHING


@dataclass(frozen=True, slots=True)
class TableExpression(Boxed):
    """A decision table; where it is `anonymous`, its id is made up and not in the file."""

    hit_policy: str
    aggregation: str
    output_label: str
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rules: tuple[TableRule, ...]
    annotations: tuple[str, ...] = ()
    orientation: str = ""
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class InputData:
    """A fact that comes from outside.

    `name` is that of its variable; `own_name` is set where the element itself has another.
    """

    id: str
    name: str
    type_ref: str
    description: str = ""
    hints: Hints = Hints()
    own_name: str = ""
    variable: Kept | None = None
    kept: Kept = NOTHING


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; requirements are references to ids, with a namespace where imported.

    `variable` is what the variable carries besides name and type; None where there is none.
    `order` lists the required inputs and decisions as they stand in the file.
    """

    id: str
    name: str
    type_ref: str
    expression: Boxed | None
    required_inputs: tuple[str, ...] = ()
    required_decisions: tuple[str, ...] = ()
    required_knowledge: tuple[str, ...] = ()
    question: str = ""
    description: str = ""
    allowed_answers: str = ""
    order: tuple[str, ...] = ()
    variable: Kept | None = None
    kept: Kept = NOTHING


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A business knowledge model: a named function."""

    id: str
    name: str
    type_ref: str
    function: FunctionExpression | None
    required_knowledge: tuple[str, ...] = ()
    description: str = ""
    variable: Kept | None = None
    kept: Kept = NOTHING


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
    variable: Kept | None = None
    kept: Kept = NOTHING


@dataclass(frozen=True, slots=True)
class Import:
    """Another file whose elements are used under a prefix."""

    name: str
    namespace: str
    location: str
    kept: Kept = NOTHING


@dataclass(frozen=True, slots=True)
class Definitions:
    """One DMN file; `hash` is the SHA-256 of its canonical content without the diagram.

    `order` lists the ids of the elements of the graph as they stand in the file, `diagram` is an
    XML text, `prefixes` are the namespaces of the file by prefix.
    """

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
    kept: Kept = NOTHING
    order: tuple[str, ...] = ()
    diagram: str = ""
    prefixes: tuple[tuple[str, str], ...] = field(default=(), compare=False)
