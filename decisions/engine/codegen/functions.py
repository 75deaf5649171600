"""Writes functions and their calls; built-ins are called by their signatures, others as values."""

from __future__ import annotations

from decisions.engine.builtins import BUILTINS
from decisions.engine.calls import Builtin
from decisions.engine.codegen.expressions import Env, Writer, register
from decisions.engine.codegen.unit import Body
from decisions.engine.feel import nodes as n
from decisions.engine.types import ANY


def write_function(writer: Writer, node: n.FunctionOf, env: Env, body: Body) -> str:
    """Write a function value over what it captures."""
    inner = function_body(writer, node, env)
    names = writer.unit.constant(tuple(param.name for param in node.params))
    captured = "".join(f", {body.use(name)}" for name in inner.captured)
    title = writer.unit.constant(node.name)
    kind = writer.unit.constant(writer.type_of(node))
    return body.keep(f"make_function({title}, {names}, {kind}, {inner.name}{captured})")


def function_body(writer: Writer, node: n.FunctionOf, env: Env) -> Body:
    """Write the code of a function; an argument of the wrong type makes its result null."""
    inner = Body(writer.unit, "f")
    variables: dict[str, str] = {}
    for param in node.params:
        given = inner.variable()
        inner.params = (*inner.params, given)
        variables[param.name] = given
        if param.type is not None and param.type != ANY:
            kind = writer.unit.constant(param.type)
            fitted = inner.keep(f"coerce(run, {given}, {kind}, {writer.site(node)})")
            inner.line(f"if {fitted} is None and {given} is not None: return None")
            variables[param.name] = fitted
    result = writer.write(node.body, Env(variables, env), inner)
    if node.result is not None:
        result = writer.coerced(result, node.result, node.body, inner)
    inner.finish(result)
    return inner


def write_call(writer: Writer, node: n.Call, env: Env, body: Body) -> str:
    """Write a call by position or by names."""
    arguments = [writer.write(argument, env, body) for argument in node.arguments]
    joined = "".join(f", {atom}" for atom in arguments)
    site = writer.site(node)
    names = writer.unit.constant(node.names)
    builtin = _builtin(node, env)
    if builtin is not None and node.names:
        named = writer.unit.constant(builtin.call_named)
        return body.keep(f"{named}(run, {site}, {names}, [{', '.join(arguments)}])")
    if builtin is not None:
        return body.keep(f"{writer.unit.constant(builtin.call)}(run, {site}{joined})")
    function = writer.write(node.function, env, body)
    if node.names:
        return body.keep(f"call_named(run, {site}, {function}, {names}{joined})")
    return body.keep(f"call_value(run, {site}, {function}{joined})")


def _builtin(node: n.Call, env: Env | None) -> Builtin | None:
    """Give the built-in that a call names, unless a variable hides it."""
    if not isinstance(node.function, n.Name) or node.function.name not in BUILTINS:
        return None
    while env is not None:
        if node.function.name in env.variables:
            return None
        env = env.parent
    return BUILTINS[node.function.name]


register(n.FunctionOf, write_function)
register(n.Call, write_call)
