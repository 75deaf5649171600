"""Writes decision tables: one function that finds the rows, one that works out their outputs."""

from __future__ import annotations

from decisions.engine.codegen.expressions import Env, Writer, register
from decisions.engine.codegen.unit import Body
from decisions.engine.coercion import coerce
from decisions.engine.feel import nodes as n
from decisions.engine.problems import NOWHERE, Site
from decisions.engine.run import Run
from decisions.engine.tables.cells import condition
from decisions.engine.tables.hit_policy import Policy
from decisions.engine.types import ANY, Type


def write_table(writer: Writer, node: n.Table, env: Env, body: Body) -> str:
    """Write a table; gives the variable that holds its value."""
    subjects = [_input(writer, clause, env, body) for clause in node.inputs]
    policy = Policy(
        node.id,
        node.hit_policy,
        node.aggregation,
        tuple(output.name for output in node.outputs) if len(node.outputs) > 1 else (),
        tuple(
            tuple(part.value for part in output.order if isinstance(part, n.Literal))
            for output in node.outputs
        ),
        Site(node.where),
    )
    rows = _traced_rows if writer.unit.trace else _rows
    hits = rows(writer, node, subjects, policy, env, body)
    output = _outputs(writer, node, env)
    default = _defaults(writer, node, env)
    chosen = output.call(body, "i")
    return body.keep(
        f"apply_policy(run, {writer.unit.constant(policy)}, {hits}, "
        f"lambda i: {chosen}, lambda: {default.call(body)})"
    )


def _input(writer: Writer, clause: n.InputClause, env: Env, body: Body) -> tuple[str, Type]:
    """Write an input expression, fitted to its type and checked against its allowed values."""
    atom = writer.write(clause.expression, env, body)
    kind = clause.type
    if kind == ANY:
        kind = writer.types.get(id(clause.expression), ANY)
    else:
        atom = writer.coerced(atom, kind, clause.expression, body)
    if clause.allowed is not None and clause.allowed.tests:
        outer, writer.where = writer.where, clause.expression.where
        allowed = writer.tests_on(clause.allowed, atom, kind, env, body)
        text, site = writer.unit.constant(clause.allowed_text), writer.site(clause.expression)
        body.line(f"check_allowed(run, {atom}, {allowed}, {text}, {site})")
        writer.where = outer
    return atom, kind


def _cell(
    writer: Writer, cell: n.Placed, subject: tuple[str, Type], env: Env, body: Body
) -> str | None:
    """Write the condition of one cell as an expression; None for a cell that takes anything."""
    tests = cell.body
    if not isinstance(tests, n.Tests) or not tests.tests:
        return None
    atom, kind = body.use(subject[0]), subject[1]
    quick = condition(tests, atom, kind, writer.unit.constant)
    if quick is not None:
        return quick
    outer, writer.where = writer.where, cell.where
    inner = Body(writer.unit, "c")
    given = inner.variable()
    inner.params = (given,)
    inner.finish(writer.tests_on(tests, given, kind, env, inner))
    writer.where = outer
    return f"{inner.call(body, atom)} is True"


_Subjects = list[tuple[str, Type]]


def _rows(
    writer: Writer, node: n.Table, subjects: _Subjects, policy: Policy, env: Env, body: Body
) -> str:
    """Write the function that gives the rows that match, as a list of indexes."""
    inner = Body(writer.unit, "r")
    if not policy.first_only:
        inner.line("h = []")
    for number, rule in enumerate(node.rules):
        conditions = [
            text
            for cell, subject in zip(rule.cells, subjects, strict=True)
            if (text := _cell(writer, cell, subject, env, inner)) is not None
        ]
        test = " and ".join(f"({text})" for text in conditions) or "True"
        found = f"return [{number}]" if policy.first_only else f"h.append({number})"
        inner.line(f"if {test}: {found}")
    inner.finish("[]" if policy.first_only else "h")
    return inner.call(body)


def _traced_rows(
    writer: Writer, node: n.Table, subjects: _Subjects, policy: Policy, env: Env, body: Body
) -> str:
    """Write the same for an evaluation that is to be explained: every cell by itself."""
    inner = Body(writer.unit, "r")
    rows = []
    for rule in node.rules:
        cells = [
            _cell(writer, cell, subject, env, inner)
            for cell, subject in zip(rule.cells, subjects, strict=True)
        ]
        texts = ("None" if text is None else f"lambda: {text}" for text in cells)
        rows.append(f"({''.join(f'{text}, ' for text in texts)})")
    atoms = ", ".join(inner.use(atom) for atom, _ in subjects)
    table = writer.unit.constant(node.id)
    everything = "".join(f"{row}, " for row in rows)
    inner.finish(f"trace_rows(run, {table}, {policy.first_only}, [{atoms}], ({everything}))")
    return inner.call(body)


def _outputs(writer: Writer, node: n.Table, env: Env) -> Body:
    """Write the function that works out what one row gives; constants are looked up."""
    inner = Body(writer.unit, "o", ("i",))
    constants: dict[int, object] = {}
    rest: list[tuple[int, n.Rule]] = []
    for number, rule in enumerate(node.rules):
        row = _constants(node, rule)
        if row is None:
            rest.append((number, rule))
        else:
            constants[number] = row if len(node.outputs) != 1 else row[node.outputs[0].name]
    if constants:
        table = writer.unit.constant(constants)
        made = f"dict({table}[i])" if len(node.outputs) > 1 else f"{table}[i]"
        inner.line(f"if i in {table}: return {made}")
    for number, rule in rest:
        inner.line(f"if i == {number}:")
        inner.level += 1
        atoms = [
            _output(writer, clause, made, env, inner)
            for clause, made in zip(node.outputs, rule.outputs, strict=True)
        ]
        inner.line(f"return {_row_text(writer, node, atoms)}")
        inner.level -= 1
    inner.finish("None")
    return inner


def _constants(node: n.Table, rule: n.Rule) -> dict[str, object] | None:
    """Give what a row of constants makes, or None where they are none or not of their types."""
    row: dict[str, object] = {}
    for clause, made in zip(node.outputs, rule.outputs, strict=True):
        if not isinstance(made.body, n.Literal):
            return None
        row[clause.name] = coerce(Run(), made.body.value, clause.type, NOWHERE)
        if row[clause.name] is None and made.body.value is not None:
            return None
    return row


def _output(
    writer: Writer, clause: n.OutputClause, made: n.Placed | None, env: Env, body: Body
) -> str:
    """Write an output, fitted to the type of its column; None where it has no default."""
    if made is None:
        return "None"
    atom = writer.write(made, env, body)
    outer, writer.where = writer.where, made.where
    atom = writer.coerced(atom, clause.type, made, body)
    writer.where = outer
    return atom


def _row_text(writer: Writer, node: n.Table, atoms: list[str]) -> str:
    if len(node.outputs) == 1:
        return atoms[0]
    pairs = (
        f"{writer.unit.constant(output.name)}: {atom}"
        for output, atom in zip(node.outputs, atoms, strict=True)
    )
    return "{" + ", ".join(pairs) + "}"


def _defaults(writer: Writer, node: n.Table, env: Env) -> Body:
    """Write the function that gives the default outputs, null where none are declared."""
    inner = Body(writer.unit, "o")
    if all(output.default is None for output in node.outputs):
        inner.finish("None")
        return inner
    atoms = [_output(writer, clause, clause.default, env, inner) for clause in node.outputs]
    inner.finish(_row_text(writer, node, atoms))
    return inner


register(n.Table, write_table)
