"""Evaluates conditions, loops, filters, functions and their calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from decisions.engine.access import at_index, iterate, member, select, span
from decisions.engine.builtins import BUILTINS
from decisions.engine.calls import in_order, takes
from decisions.engine.coercion import coerce
from decisions.engine.feel import nodes as n
from decisions.engine.feel.type_rules import is_position, item_components, may_be_position
from decisions.engine.interpreter.walk import LEAVES, RULES, Frame, Steps, Walk, each
from decisions.engine.operators import both, either, truth
from decisions.engine.problems import Site
from decisions.engine.run import Run
from decisions.engine.runtime import no_condition
from decisions.engine.types import ANY
from decisions.engine.values import Function


def _if(walk: Walk, node: n.If, frame: Frame) -> Steps:
    condition = truth(walk.run, (yield node.condition, frame), frame.site(node.condition))
    return (yield node.then if condition is True else node.otherwise, frame)


_ENDED = object()


def _rounds(
    walk: Walk,
    loops: tuple[n.Loop, ...],
    frame: Frame,
    go_round: Callable[[Frame], Steps],
    nothing: Callable[[], bool],
) -> Steps:
    """Go round once for each combination of the loops' items, until a round gives true.

    `nothing` is told of a loop with nothing to go through, and says whether that ends it all.
    """
    opened: list[tuple[Iterator[Any], Frame]] = []
    inner = frame
    deeper = True
    while deeper or opened:
        if deeper:
            items = yield from _open(walk, loops[len(opened)], inner)
            if items is None and nothing():
                return
            opened.append((iter(()) if items is None else items, inner))
            deeper = False
        items, outer = opened[-1]
        item = next(items, _ENDED)
        if item is _ENDED:
            opened.pop()
            continue
        inner = outer.naming(loops[len(opened) - 1].name, item)
        if len(opened) < len(loops):
            deeper = True
            continue
        walk.run.spend(1)
        if (yield from go_round(inner)):
            return


def _open(walk: Walk, loop: n.Loop, frame: Frame) -> Steps:
    domain = yield loop.domain, frame
    site = frame.site(loop.domain)
    if loop.last is None:
        return iterate(walk.run, domain, site)
    return span(walk.run, domain, (yield loop.last, frame), site)


def _for(walk: Walk, node: n.For, frame: Frame) -> Steps:
    results: list[Any] = []
    failed = False

    def nothing() -> bool:
        nonlocal failed
        failed = True
        return False

    def go_round(inner: Frame) -> Steps:
        scope = Frame(inner.where, {"partial": results}, inner, grows=True)
        results.append((yield node.body, scope))

    yield from _rounds(walk, node.loops, frame, go_round, nothing)
    return None if failed else results


def _quantified(walk: Walk, node: n.Quantified, frame: Frame) -> Steps:
    combine, settled = (both, False) if node.every else (either, True)
    result: bool | None = not settled

    def nothing() -> bool:
        nonlocal result
        result = None
        return True

    def go_round(inner: Frame) -> Steps:
        nonlocal result
        found = yield node.condition, inner
        if no_condition(walk.run, found, inner.site(node.condition)):
            result = None
            return True
        result = combine(result, found)
        return result is settled

    yield from _rounds(walk, node.loops, frame, go_round, nothing)
    return result


def _member(walk: Walk, node: n.Member, frame: Frame) -> Steps:
    return member(walk.run, (yield node.operand, frame), node.name, frame.site(node))


def _filter(walk: Walk, node: n.Filter, frame: Frame) -> Steps:
    value = yield node.operand, frame
    site, kind = frame.site(node), walk.type_of(node.condition)
    components = item_components(walk.types.get(id(node.operand), ANY))
    if is_position(node.condition, kind, components):
        return at_index(walk.run, value, (yield node.condition, frame), site)

    def keep(item: Any) -> Any:
        named = frame.naming("item", item)
        scope = Frame(frame.where, {}, named, is_item=True, item=item, components=components)
        return walk.evaluate(node.condition, scope)

    return select(walk.run, value, keep, site, may_be_position(node.condition, kind))


@dataclass(frozen=True, slots=True)
class Closure:
    """The code of a function value: steps for the walk that calls it, a call for anybody else."""

    steps: Callable[[Walk, tuple[Any, ...]], Steps]
    walk: Walk

    def __call__(self, run: Run, site: Site, *arguments: Any) -> Any:
        walk = self.walk if run is self.walk.run else Walk(run, self.walk.types)
        return walk.finish(self.steps(walk, arguments))


def function_over(walk: Walk, node: n.FunctionOf, frame: Frame) -> Function:
    """Build a function value over the names it was written among."""
    names = tuple(param.name for param in node.params)

    def steps(walk: Walk, arguments: tuple[Any, ...]) -> Steps:
        given: dict[str, Any] = {}
        for param, value in zip(node.params, arguments, strict=True):
            fitted = coerce(walk.run, value, param.type or ANY, frame.site(node))
            if fitted is None and value is not None:
                return None
            given[param.name] = fitted
        result = yield node.body, Frame(frame.where, given, frame)
        return coerce(walk.run, result, node.result or ANY, frame.site(node.body))

    closure = Closure(steps, walk)
    return Function(node.name, names, len(names), closure, type=walk.type_of(node))


def _call(walk: Walk, node: n.Call, frame: Frame) -> Steps:
    arguments = yield from each(node.arguments, frame)
    site = frame.site(node)
    name = node.function.name if isinstance(node.function, n.Name) else ""
    if name in BUILTINS and not frame.hides(name):
        if node.names:
            return BUILTINS[name].call_named(walk.run, site, node.names, arguments)
        return BUILTINS[name].call(walk.run, site, *arguments)
    function = yield node.function, frame
    if node.names:
        ordered = in_order(walk.run, site, function, node.names, arguments)
        if ordered is None:
            return None
        arguments = ordered
    return (yield from _apply(walk, site, function, tuple(arguments)))


def _apply(walk: Walk, site: Site, function: Any, arguments: tuple[Any, ...]) -> Steps:
    """Call a function value; the steps of one of ours are taken by the same walk."""
    if not takes(walk.run, site, function, len(arguments)):
        return None
    walk.run.enter()
    if isinstance(function.invoke, Closure):
        result = yield from function.invoke.steps(walk, arguments)
    else:
        result = function.invoke(walk.run, site, *arguments)
    walk.run.leave()
    return result


LEAVES[n.FunctionOf] = function_over
RULES.update(
    {
        n.If: _if,
        n.For: _for,
        n.Quantified: _quantified,
        n.Member: _member,
        n.Filter: _filter,
        n.Call: _call,
    }
)
