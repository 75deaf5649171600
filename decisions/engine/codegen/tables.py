"""Writes decision tables: one function that finds the rows, one that works out their outputs."""

from __future__ import annotations

from decisions.engine.codegen.expressions import Env, Writer, register
from decisions.engine.codegen.unit import Body
from decisions.engine.coercion import conforms
from decisions.engine.feel import nodes as n
from decisions.engine.problems import Site
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
    # Where several rows may count, a column may declare the type of the list they make.
    several = node.hit_policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
    kinds = [ANY if several else clause.type for clause in node.outputs]
    constants: dict[int, object] = {}
    rest: list[tuple[int, n.Rule]] = []
    for number, rule in enumerate(node.rules):
        values = [made.body for made in rule.outputs]
        if all(map(_is_fitting, values, kinds)):
            row = [value.value for value in values if isinstance(value, n.Literal)]
            constants[number] = _row(node, row)
        else:
            rest.append((number, rule))
    if constants:
        table = writer.unit.constant(constants)
        made = f"dict({table}[i])" if len(node.outputs) > 1 else f"{table}[i]"
        inner.line(f"if i in {table}: return {made}")
    for number, rule in rest:
        inner.line(f"if i == {number}:")
        inner.level += 1
        atoms = [
            writer.coerced(writer.write(made, env, inner), kind, made, inner)
            for made, kind in zip(rule.outputs, kinds, strict=True)
        ]
        inner.line(f"return {_row_text(writer, node, atoms)}")
        inner.level -= 1
    inner.finish("None")
    return inner


def _is_fitting(value: n.Node, kind: Type) -> bool:
    """Tell whether an output is a constant of the type of its column."""
    return isinstance(value, n.Literal) and conforms(Run(), value.value, kind)


def _row(node: n.Table, values: list[object]) -> object:
    if len(node.outputs) == 1:
        return values[0]
    return {output.name: value for output, value in zip(node.outputs, values, strict=True)}


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
    atoms = [
        "None" if output.default is None else writer.write(output.default, env, inner)
        for output in node.outputs
    ]
    inner.finish(_row_text(writer, node, atoms))
    return inner


register(n.Table, write_table)
