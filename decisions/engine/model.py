"""The content of a DMN file as frozen values, as it was written and before it is understood.

An editor changes it by `dataclasses.replace` and writes it again. Every id of the file is in an
`id`, a `kept`, a Text or the marks of a rule, so that what moves takes its id along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from decisions.engine.fragments import NOTHING as NOTHING
from decisions.engine.fragments import Fragment as Fragment
from decisions.engine.fragments import Kept as Kept
from decisions.engine.fragments import Text as Text
from decisions.engine.fragments import reworded as reworded


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


KeptCells = tuple[tuple[Kept | str, ...], tuple[Kept | str, ...], tuple[Kept | str, ...]]
"""What the cells of one rule carry: those of its inputs, its outputs and its annotations.

Where that is an id and nothing else, as of nearly all, the id stands for it.
"""

Columns = tuple[tuple[TableInput, ...], tuple[TableOutput, ...], tuple[str, ...]]
"""The columns of a table: inputs, outputs and the names of annotations."""


class Marks:
    """What the cells of a table carry, ids above all: read from the file when first asked for.

    There may be a hundred thousand cells, and nobody asks but who writes. `columns` are those of
    the file, so that a cell keeps its id when columns come, go or move.
    """

    __slots__ = ("_read", "_rows", "columns", "source")

    def __init__(
        self,
        columns: Columns,
        read: Callable[[bytes], Sequence[KeptCells]],
    ) -> None:
        self.columns = columns
        self.source = b""
        self._read = read
        self._rows: Sequence[KeptCells] | None = None

    def row(self, place: int) -> KeptCells:
        """Give what the cells of a rule carry, by its place in the file."""
        if self._rows is None:
            self._rows = self._read(self.source)
            self.source = b""
        return self._rows[place]


@dataclass(frozen=True, slots=True)
class TableRule:
    """One row of a decision table, as texts; `marks` is where the ids of its cells are found.

    A cell that is given another text keeps its id; a Text brings its own.
    """

    id: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...]
    description: str
    line: int = field(compare=False)
    kept: Kept = NOTHING
    marks: tuple[Marks, int] | None = field(default=None, compare=False, repr=False)


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
    marks: Marks | None = field(default=None, compare=False, repr=False)


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

    `about` is what Clearance says of the model as a whole, such as its purpose. `order` lists the
    ids of the elements of the graph as they stand in the file, `prefixes` are its namespaces by
    prefix.
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
    diagram: Fragment | None = None
    prefixes: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    about: dict[str, str] = field(default_factory=dict, compare=False)


def tables_in(boxed: Boxed | None) -> Iterator[TableExpression]:
    """Give every table within an expression, in order."""
    if isinstance(boxed, TableExpression):
        yield boxed
    elif boxed is not None:
        for name in boxed.__dataclass_fields__:
            yield from _tables_in_value(getattr(boxed, name))


def _tables_in_value(value: Any) -> Iterator[TableExpression]:
    if isinstance(value, Boxed):
        yield from tables_in(value)
    elif isinstance(value, NamedExpression):
        yield from tables_in(value.value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _tables_in_value(item)
