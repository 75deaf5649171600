"""Writes what goes through lists: for, some, every and filters."""

from __future__ import annotations

from decisions.engine.codegen.expressions import Env, Writer, register
from decisions.engine.codegen.unit import Body
from decisions.engine.feel import nodes as n
from decisions.engine.feel.type_rules import is_position, item_components, may_be_position
from decisions.engine.types import ANY, BOOLEAN


def write_for(writer: Writer, node: n.For, env: Env, body: Body) -> str:
    result, failed = body.keep("[]"), body.keep("False")
    start = body.level, body.loops
    env = _open_loops(writer, node.loops, env, body, f"{failed} = True")
    inner = Env({"partial": result}, env, copied=frozenset({"partial"}))
    body.line("run.spend(1)")
    atom = writer.write(node.body, inner, body)
    body.line(f"{body.use(result)}.append({atom})")
    body.level, body.loops = start
    body.line(f"if {failed}: {result} = None")
    return result


def _open_loops(
    writer: Writer, loops: tuple[n.Loop, ...], env: Env, body: Body, otherwise: str
) -> Env:
    """Open the loops; `otherwise` is done where there is nothing to go through."""
    for loop in loops:
        domain = writer.write(loop.domain, env, body)
        site = writer.site(loop.domain)
        if loop.last is not None:
            last = writer.write(loop.last, env, body)
            source = body.keep(f"span(run, {domain}, {last}, {site})")
        else:
            source = body.keep(f"iterate(run, {domain}, {site})")
        variable = body.variable()
        body.line(f"if {source} is None: {otherwise}")
        body.line(f"for {variable} in {source} or ():")
        body.level += 1
        body.loops += 1
        env = Env({loop.name: variable}, env)
    return env


def write_quantified(writer: Writer, node: n.Quantified, env: Env, body: Body) -> str:
    inner = Body(writer.unit)
    start, combine, settled = (
        ("True", "both", "False") if node.every else ("False", "either", "True")
    )
    result = inner.keep(start)
    scope = _open_loops(writer, node.loops, env, inner, "return None")
    inner.line("run.spend(1)")
    atom = writer.write(node.condition, scope, inner)
    if writer.type_of(node.condition) != BOOLEAN:
        inner.line(f"if no_condition(run, {atom}, {writer.site(node.condition)}): return None")
    inner.line(f"{result} = {combine}({result}, {atom})")
    with inner.block(f"if {result} is {settled}:"):
        inner.line(f"return {settled}")
    inner.level, inner.loops = 1, 0
    inner.finish(result)
    return body.keep(inner.call(body))


def write_filter(writer: Writer, node: n.Filter, env: Env, body: Body) -> str:
    atom = writer.write(node.operand, env, body)
    site, condition = writer.site(node), writer.type_of(node.condition)
    components = item_components(writer.types.get(id(node.operand), ANY))
    if is_position(node.condition, condition, components):
        position = writer.write(node.condition, env, body)
        return body.keep(f"at_index(run, {atom}, {position}, {site})")
    inner = Body(writer.unit)
    item = inner.variable()
    inner.params = (item,)
    named = Env({"item": item}, env)
    scope = Env({}, named, item=item, components=components)
    inner.finish(writer.write(node.condition, scope, inner))
    call = inner.call(body, "i")
    ask = may_be_position(node.condition, condition)
    return body.keep(f"select(run, {atom}, lambda i: {call}, {site}, {ask})")


register(n.Filter, write_filter)
register(n.For, write_for)
register(n.Quantified, write_quantified)
