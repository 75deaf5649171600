"""Turns boxed expressions of DMN into the nodes of FEEL, so that one tree is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from decisions.engine import model as m
from decisions.engine.declared import Declared
from decisions.engine.feel import nodes as n
from decisions.engine.feel.constants import fold, priorities_of
from decisions.engine.feel.external import java_call, refused
from decisions.engine.feel.hints import Elements
from decisions.engine.feel.names import Names
from decisions.engine.feel.parser import parse_expression, parse_unary_tests
from decisions.engine.feel.plain import Constants
from decisions.engine.feel.tokens import Surroundings
from decisions.engine.problems import Problem, Refused, did_you_mean
from decisions.engine.tables.hit_policy import AGGREGATIONS, LISTS, POLICIES
from decisions.engine.types import ANY, ListType, Type, base_of, item_of

_NOTHING = n.Literal(1, None)
_SHORT_POLICIES = {"U": "UNIQUE", "F": "FIRST", "P": "PRIORITY", "A": "ANY", "C": "COLLECT",
                   "R": "RULE ORDER", "O": "OUTPUT ORDER"}  # fmt: skip


class Lowering:
    """Lowers the expressions of one element; names and places change on the way down."""

    def __init__(
        self, declared: Declared, names: Names, members: Names, elements: Elements, where: str
    ) -> None:
        self.declared = declared
        self.elements = elements
        self.members = members
        self.names = names
        self.where = where
        self.problems: list[Problem] = []

    def report(self, code: str, message: str, hint: str = "", where: str = "") -> None:
        """Keep a problem."""
        self.problems.append(Problem(code, message, where or self.where, hint))

    def warn(self, code: str, message: str, hint: str, where: str) -> None:
        """Keep a problem that does not taint results."""
        self.problems.append(Problem(code, message, where, hint, "warning"))

    def kind(self, reference: str) -> Type:
        """Find a declared type."""
        return self.declared.resolve(reference, self.where)

    def optional_kind(self, reference: str) -> Type | None:
        """Find a declared type, or None where none is declared."""
        return self.kind(reference) if reference else None

    def around(self, where: str = "") -> Surroundings:
        """Give what a text at this place may refer to."""
        return Surroundings(self.names, self.members, self.declared.types, where or self.where)

    def feel(self, text: str, where: str = "") -> n.Node:
        """Read a FEEL text; a wrong one is a problem and counts as null."""
        if not text.strip():
            return _NOTHING
        try:
            return parse_expression(text, self.around(where))
        except Refused as refusal:
            self.problems.append(self.elements.unread(refusal.problem, text, self.names))
            return _NOTHING

    def made(self, text: str, where: str) -> n.Node:
        """Read the cell of an output; an empty one counts as null, which may be a slip."""
        if not text:
            hint = "Write what the row gives, or null where that is meant."
            self.warn("table.blank", "The output is empty, which gives null.", hint, where)
        return self.feel(text, where)

    def made_by(self, column: tuple[str, tuple[str, ...]]) -> Callable[[str, str], n.Node]:
        """Give what reads the cells of an output column; one that is all empty is told once."""
        label, texts = column
        if any(texts) or not texts:
            return self.made
        message, where = f'No row gives a value for "{label}".', f'{self.where}, output "{label}"'
        self.warn("table.unused_output", message, "Remove the column, or fill it in.", where)
        return self.feel

    def tests(self, text: str, where: str) -> n.Tests:
        """Read unary tests; an empty cell takes anything, a wrong one takes nothing."""
        if not text.strip() or text.strip() == "-":
            return n.Tests(1, ())
        try:
            return fold(parse_unary_tests(text, self.around(where)), self.names)
        except Refused as refusal:
            self.problems.append(self.elements.unread(refusal.problem, text, self.names))
            return n.Tests(1, (n.Test(1, "", n.Literal(1, False), uses_input=True),))

    def lower(self, boxed: m.Boxed | None, part: str = "") -> n.Node:
        """Lower a boxed expression; `part` names it within its parent."""
        outer = self.where
        self.where = f"{outer}, {part}" if part else outer
        if boxed is None:
            self.report("model.expression", "There is no expression.", "Add one.")
            node: n.Node = _NOTHING
        else:
            node = _LOWER[type(boxed)](self, boxed)
            text = boxed.text if isinstance(boxed, m.LiteralExpression) else ""
            node = n.Placed(node.at, node, self.where, text, self.optional_kind(boxed.type_ref))
        self.where = outer
        return node

    def inside(self, names: Iterable[str], lower: Callable[[], Any]) -> Any:
        """Lower something with more names in scope."""
        outer, self.names = self.names, Names(names, self.names)
        result = lower()
        self.names = outer
        return result

    # One method for each boxed expression

    def literal(self, boxed: m.LiteralExpression) -> n.Node:
        language = boxed.language.rstrip("/").lower()
        if language and not language.endswith("feel"):
            self.report(
                "model.language", f"The language {boxed.language} is not known.", "Use FEEL."
            )
        if not boxed.text.strip():
            self.report("model.expression", "The expression is empty.", "Write one.")
        return self.feel(boxed.text)

    def context(self, boxed: m.ContextExpression) -> n.Node:
        def lower() -> n.Node:
            entries: list[n.Entry] = []
            result: n.Node | None = None
            for entry in boxed.entries:
                if not entry.name:
                    result = self.lower(entry.value, "result")
                    continue
                value = self.lower(entry.value, f'entry "{entry.name}"')
                entries.append(n.Entry(entry.name, value, self.optional_kind(entry.type_ref)))
                self.names.add(entry.name)
            return n.Context(1, tuple(entries), result)

        node: n.Node = self.inside((), lower)
        return node

    def list_(self, boxed: m.ListExpression) -> n.Node:
        items = (self.lower(item, f"item {i}") for i, item in enumerate(boxed.items, 1))
        return n.ListOf(1, tuple(items))

    def relation(self, boxed: m.RelationExpression) -> n.Node:
        rows: list[n.Node] = []
        for number, row in enumerate(boxed.rows, 1):
            entries = [
                n.Entry(
                    str(name),
                    self.lower(cell, f'row {number}, column "{name}"'),
                    self.optional_kind(kind),
                )
                for (name, kind), cell in zip(boxed.columns, row.items, strict=False)
            ]
            rows.append(n.Context(1, tuple(entries)))
        return n.ListOf(1, tuple(rows))

    def invocation(self, boxed: m.InvocationExpression) -> n.Node:
        function = self.lower(boxed.function, "function")
        if isinstance(function, n.Placed) and isinstance(function.body, n.Name):
            function = function.body
        arguments = tuple(
            self.lower(binding.value, f'parameter "{binding.name}"') for binding in boxed.bindings
        )
        return n.Call(1, function, arguments, tuple(binding.name for binding in boxed.bindings))

    def function(self, boxed: m.FunctionExpression) -> n.Node:
        return self.function_named(boxed, "function", None)

    def function_named(
        self, boxed: m.FunctionExpression, name: str, result: Type | None
    ) -> n.FunctionOf:
        """Lower a function definition under a name, with a declared result type."""
        params = tuple(
            n.Param(str(param), self.optional_kind(kind)) for param, kind in boxed.params
        )
        if boxed.kind not in ("FEEL", ""):
            return n.FunctionOf(1, params, self.external(boxed, params), name, result)
        body = self.inside([param.name for param in params], lambda: self.lower(boxed.body))
        return n.FunctionOf(1, params, body, name, result)

    def external(self, boxed: m.FunctionExpression, params: Sequence[n.Param]) -> n.Node:
        """Lower the body of a function of Java; that of any other kind is refused."""
        try:
            if boxed.kind != "Java":
                raise refused(
                    f"Functions of kind {boxed.kind} cannot be called.",
                    "Write the function in FEEL.",
                )
            return n.Placed(1, java_call(self.lower(boxed.body), params), self.where)
        except Refused as refusal:
            self.report(refusal.problem.code, refusal.problem.message, refusal.problem.hint)
            return _NOTHING

    def conditional(self, boxed: m.ConditionalExpression) -> n.Node:
        return n.If(
            1,
            self.lower(boxed.condition, "if"),
            self.lower(boxed.then, "then"),
            self.lower(boxed.otherwise, "else"),
        )

    def filter(self, boxed: m.FilterExpression) -> n.Node:
        source = self.lower(boxed.source, "in")

        def lower() -> n.Node:
            self.names.root = {**self.members.root, **self.names.root}
            return self.lower(boxed.match, "match")

        return n.Filter(1, source, self.inside(("item",), lower))

    def iterator(self, boxed: m.IteratorExpression) -> n.Node:
        source = self.lower(boxed.source, "in")
        loops = (n.Loop(boxed.variable, source),)
        part = "return" if boxed.kind == "for" else "satisfies"
        names = (boxed.variable, "partial") if boxed.kind == "for" else (boxed.variable,)
        body = self.inside(names, lambda: self.lower(boxed.body, part))
        if boxed.kind == "for":
            return n.For(1, loops, body)
        return n.Quantified(1, boxed.kind == "every", loops, body)

    # Decision tables

    def table(self, boxed: m.TableExpression) -> n.Node:
        policy = _SHORT_POLICIES.get(boxed.hit_policy, boxed.hit_policy)
        if policy not in POLICIES or boxed.aggregation not in ("", *AGGREGATIONS):
            self.report(
                "table.policy",
                f'"{policy} {boxed.aggregation}" is no hit policy.',
                did_you_mean(policy, POLICIES),
            )
            policy = "UNIQUE"
        if not boxed.outputs:
            self.report(
                "table.outputs", "The table has no output, so it gives nothing.", "Add a column."
            )
        inputs = tuple(self.input_clause(clause) for clause in boxed.inputs)
        outputs = tuple(self.output_clause(clause, boxed, policy) for clause in boxed.outputs)
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.order for output in outputs):
            self.report(
                "table.order",
                f"The hit policy {policy} needs the output values in order of priority.",
                "Add output values to the output column, the most important first.",
            )
        rules = self.rules(
            boxed.rules,
            [clause.label for clause in inputs],
            [clause.label for clause in outputs],
        )
        return n.Table(1, boxed.id, policy, boxed.aggregation, inputs, outputs, rules, self.where)

    def input_clause(self, clause: m.TableInput) -> n.InputClause:
        """Lower one input column."""
        where = f'{self.where}, input "{clause.title}"'
        node = self.feel(clause.text, where)
        if not clause.text:
            self.report("table.expression", "The column has no expression.", "Add one.", where)
        allowed = self.tests(clause.allowed, f"{where}, allowed values")
        return n.InputClause(
            clause.title,
            n.Placed(1, node, where, clause.text),
            self.kind(clause.type_ref),
            allowed if allowed.tests else None,
            clause.allowed,
        )

    def output_clause(
        self, clause: m.TableOutput, table: m.TableExpression, policy: str
    ) -> n.OutputClause:
        """Lower one output column; priorities may also come from the allowed values of its type."""
        label = clause.label or clause.name or table.output_label or "output"
        where = f'{self.where}, output "{label}"'
        allowed = self.tests(clause.allowed, f"{where}, output values")
        reference = clause.type_ref or (table.type_ref if len(table.outputs) == 1 else "")
        kind = self.kind(reference)
        if not clause.type_ref and policy in LISTS:
            # The table's type is that of its rows together.
            kind = ANY if table.aggregation == "COUNT" else item_of(kind)
        elif policy in LISTS and isinstance(base_of(kind), ListType):
            # A column may declare the type of the list that its rows make.
            kind = ANY
        ordered = allowed if allowed.tests else self.declared.tests.get(reference)
        default = None
        if clause.default:
            node = self.feel(clause.default, f"{where}, default")
            default = n.Placed(1, node, f"{where}, default", clause.default)
        return n.OutputClause(
            clause.name,
            label,
            kind,
            priorities_of(ordered, self.names),
            allowed if allowed.tests else None,
            clause.allowed,
            default,
        )

    def rules(
        self, rules: tuple[m.TableRule, ...], inputs: list[str], outputs: list[str]
    ) -> n.Rules:
        """Lower the rows under columns with these labels; problems come in the order of rows."""
        constants = Constants()
        asked = _columns([rule.inputs for rule in rules], inputs)
        made = _columns([rule.outputs for rule in rules], outputs)
        cells = [
            *(_Cells(self, *pair, constants.tests, self.tests) for pair in asked),
            *(_Cells(self, *pair, constants.value, self.made_by(pair)) for pair in made),
        ]
        widths = {(len(rule.inputs), len(rule.outputs)) for rule in rules}
        if widths - {(len(inputs), len(outputs))} or any(part.wrong for part in cells):
            for row, rule in enumerate(rules):
                self.check_width(rule, row + 1, len(inputs), len(outputs))
                for part in cells:
                    part.report(row)
        columns = tuple(part.column for part in cells)
        return n.Rules(columns[: len(inputs)], columns[len(inputs) :], len(rules))

    def check_width(self, rule: m.TableRule, number: int, inputs: int, outputs: int) -> None:
        """Report a row with too few or too many cells."""
        if len(rule.inputs) != inputs or len(rule.outputs) != outputs:
            self.report(
                "table.row",
                f"Row {number} has {len(rule.inputs)} input and {len(rule.outputs)} output cells; "
                f"the table has {inputs} and {outputs} columns.",
                "Add or remove cells.",
            )


def _columns(
    rows: Sequence[tuple[str, ...]], labels: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Turn rows into columns with their labels; texts too many are left out, missing ones empty."""
    count = len(labels)
    even = [row if len(row) == count else (*row, *[""] * count)[:count] for row in rows]
    return zip(labels, zip(*even, strict=True) if even else [()] * count, strict=True)


class _Cells:
    """Reads the cells of a column: each text once, and a wrong one again at each of its places."""

    def __init__(
        self,
        lowering: Lowering,
        label: str,
        texts: tuple[str, ...],
        constant: Callable[[str], n.Node | None],
        read: Callable[[str, str], n.Node],
    ) -> None:
        self.read = read
        self.wrong: set[str] = set()
        known: dict[str, n.Node] = {}
        outer, lowering.problems = lowering.problems, []
        for text in dict.fromkeys(texts):
            known[text] = constant(text) or read(text, "")
            if lowering.problems:
                lowering.problems.clear()
                self.wrong.add(text)
        lowering.problems = outer
        bodies = tuple(map(known.__getitem__, texts))
        self.column = n.EntryColumn(lowering.where, label, texts, bodies)

    def report(self, row: int) -> None:
        """Report the problems of a cell at its place."""
        text = self.column.texts[row]
        if text in self.wrong:
            self.read(text, self.column.where(row))


_LOWER: dict[type, Callable[[Lowering, Any], n.Node]] = {
    m.LiteralExpression: Lowering.literal,
    m.ContextExpression: Lowering.context,
    m.ListExpression: Lowering.list_,
    m.RelationExpression: Lowering.relation,
    m.InvocationExpression: Lowering.invocation,
    m.FunctionExpression: Lowering.function,
    m.ConditionalExpression: Lowering.conditional,
    m.FilterExpression: Lowering.filter,
    m.IteratorExpression: Lowering.iterator,
    m.TableExpression: Lowering.table,
}


def with_type(node: n.Node, kind: Type | None, where: str) -> n.Placed:
    """Ask an expression for a declared type."""
    if isinstance(node, n.Placed) and node.type is None:
        return n.Placed(node.at, node.body, node.where, node.text, kind)
    return n.Placed(node.at, node, where, "", kind)
