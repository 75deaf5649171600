"""Writes decision tables: which rows match, what they give, and what the hit policy makes of it."""

from __future__ import annotations

from decisions.engine.codegen.expressions import Env, Writer, register
from decisions.engine.codegen.matching import Subject, matching_rows, write_first
from decisions.engine.codegen.unit import Body, NotLean
from decisions.engine.feel import nodes as n
from decisions.engine.feel.type_rules import input_type
from decisions.engine.tables.cells import condition
from decisions.engine.tables.hit_policy import policy_of
from decisions.engine.types import ANY, SCALARS


def write_table(writer: Writer, node: n.Table, env: Env, body: Body) -> str:
    """Write a table; gives the variable that holds its value."""
    subjects = [_input(writer, clause, env, body) for clause in node.inputs]
    if writer.unit.lean:
        return _lean_table(writer, node, subjects, env, body)
    policy = policy_of(node)
    hits = matching_rows(writer, node, subjects, env, body)
    inputs = ", ".join(body.use(atom) for atom, _ in subjects)
    output = _outputs(writer, node, env).call(body, "i")
    default = _defaults(writer, node, env).call(body)
    return body.keep(
        f"settle(run, {writer.unit.constant(policy)}, [{inputs}], {hits}, "
        f"lambda i: {output}, lambda: {default})"
    )


def _input(writer: Writer, clause: n.InputClause, env: Env, body: Body) -> Subject:
    """Write an input expression, fitted to its type and checked against its allowed values."""
    atom = writer.write(clause.expression, env, body)
    kind = input_type(clause, writer.types)
    if clause.type != ANY:
        atom = writer.coerced(atom, kind, clause.expression, body)
    if clause.allowed is not None and clause.allowed.tests:
        _check_allowed(writer, clause, (atom, kind), env, body)
    return atom, kind


def _check_allowed(
    writer: Writer, clause: n.InputClause, subject: Subject, env: Env, body: Body
) -> None:
    if clause.allowed is None:
        return
    atom, kind = subject
    quick = condition(clause.allowed, atom, kind, writer.unit.constant)
    if writer.unit.lean and quick is not None:
        body.line(f"if {atom} is not None and not ({quick}): raise Deopt")
        return
    outer, writer.where = writer.where, clause.expression.where
    allowed = writer.tests_on(clause.allowed, atom, kind, env, body)
    text, site = writer.unit.constant(clause.allowed_text), writer.site(clause.expression)
    body.line(f"check_allowed(run, {atom}, {allowed}, {text}, {site})")
    writer.where = outer


# A lean table: nothing but lookups


def _lean_table(
    writer: Writer, node: n.Table, subjects: list[Subject], env: Env, body: Body
) -> str:
    """Write a table whose hit policy needs no run; its hits join those of the result."""
    if not body.entry or node.aggregation or node.hit_policy not in _LEAN:
        raise NotLean(node.hit_policy)
    result = _LEAN[node.hit_policy](writer, node, subjects, env, body)
    if writer.traced:
        table = writer.unit.constant(node.id)
        inputs = ", ".join(atom for atom, _ in subjects)
        body.line(f"trace.note({table}, [{inputs}], [row - 1 for _, row in {writer.hits[-1]}], [])")
    return result


def _lean_single(
    writer: Writer, node: n.Table, subjects: list[Subject], env: Env, body: Body
) -> str:
    """Write FIRST, or UNIQUE: the row is looked up once."""
    result, hits = body.variable(), body.variable()
    writer.hits.append(hits)
    names = writer.unit.constant([(node.id, number + 1) for number in range(len(node.rules))])

    def hit(row: str) -> None:
        body.line(f"{hits} = [{names}[{row}]]")
        body.line(f"{result} = {_output_of(writer, node, env, body, row)}")

    def miss() -> None:
        body.line(f"{hits} = []")
        body.line(f"{result} = {_default_of(writer, node, env, body)}")

    write_first(writer, node, subjects, env, body, hit=hit, miss=miss)
    return result


def _lean_list(writer: Writer, node: n.Table, subjects: list[Subject], env: Env, body: Body) -> str:
    """Write COLLECT without an aggregation, or RULE ORDER."""
    rows = matching_rows(writer, node, subjects, env, body)
    result, hits = body.variable(), body.variable()
    writer.hits.append(hits)
    table = writer.unit.constant(node.id)
    body.line(f"{hits} = [({table}, i + 1) for i in {rows}]")
    body.line(f"if {rows}: {result} = [{_output_of(writer, node, env, body, 'i')} for i in {rows}]")
    with body.block("else:"):
        body.line(f"{result} = {_default_of(writer, node, env, body)}")
        body.line(f"if {result} is None: {result} = []")
    return result


_LEAN = {
    "FIRST": _lean_single,
    "UNIQUE": _lean_single,
    "COLLECT": _lean_list,
    "RULE ORDER": _lean_list,
}


# What rows give


def _output_of(writer: Writer, node: n.Table, env: Env, body: Body, row: str) -> str:
    """Write the outputs of a row whose number is known: a lookup where all are constants."""
    constants = writer.indexes[id(node)].constants
    if len(constants) < len(node.rules):
        return _outputs(writer, node, env).call(body, row)
    rows = writer.unit.constant(list(constants.values()))
    return f"{rows}[{row}].copy()" if len(node.outputs) > 1 else f"{rows}[{row}]"


def _outputs(writer: Writer, node: n.Table, env: Env) -> Body:
    """Write the function that works out what one row gives; constants are looked up."""
    inner = Body(writer.unit, "o", ("i",))
    constants = writer.indexes[id(node)].constants
    if constants:
        table = writer.unit.constant(constants)
        made = f"dict({table}[i])" if len(node.outputs) > 1 else f"{table}[i]"
        inner.line(f"if i in {table}: return {made}")
    for number, rule in enumerate(node.rules):
        if number in constants:
            continue
        with inner.block(f"if i == {number}:"):
            atoms = [
                _output(writer, clause, made, env, inner)
                for clause, made in zip(node.outputs, rule.outputs, strict=True)
            ]
            inner.line(f"return {_row_text(writer, node, atoms)}")
    inner.finish("None")
    return inner


def _output(
    writer: Writer, clause: n.OutputClause, made: n.Placed | None, env: Env, body: Body
) -> str:
    """Write an output, fitted to the type of its column; None where it has no default."""
    if made is None:
        return "None"
    atom = writer.write(made, env, body)
    outer, writer.where = writer.where, made.where
    if clause.type not in SCALARS or writer.type_of(made.body) != clause.type:
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


def _default_of(writer: Writer, node: n.Table, env: Env, body: Body) -> str:
    """Write the default outputs."""
    if not node.has_default:
        return "None"
    return _defaults(writer, node, env).call(body)


def _defaults(writer: Writer, node: n.Table, env: Env) -> Body:
    """Write the function that gives the default outputs, null where none are declared."""
    inner = Body(writer.unit, "o")
    if not node.has_default:
        inner.finish("None")
        return inner
    atoms = [_output(writer, clause, clause.default, env, inner) for clause in node.outputs]
    inner.finish(_row_text(writer, node, atoms))
    return inner


register(n.Table, write_table)
