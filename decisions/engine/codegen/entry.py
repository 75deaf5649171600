"""Writes the way from facts to inputs: one guard for each, and out at the first misfit.

What the guards do not take is not wrong yet: it is left to `facts.Reader`, which says what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from sys import intern
from typing import Any, NamedTuple

from decisions.engine import numbers
from decisions.engine.codegen.expressions import Writer
from decisions.engine.codegen.runtime import Deopt
from decisions.engine.codegen.scaled import Places, whole_of_float, whole_of_int
from decisions.engine.codegen.unit import Body, Unit
from decisions.engine.facts import Shape
from decisions.engine.feel import nodes as n
from decisions.engine.reading import quick_reader
from decisions.engine.run import Run
from decisions.engine.types import (
    BOOLEAN,
    NUMBER,
    STRING,
    ContextType,
    ListType,
    Type,
    base_of,
)
from decisions.engine.values import give_out, take_in, text_fault

Enter = Callable[..., Any]
"""(decide, facts, *, now=None) → Result; whatever is unusual it leaves to `decide.slowly`."""

_LONGEST = 10**15
_LONGEST_BITS = 50


class EntryOptions(NamedTuple):
    """What an entry has to know of its decision beside its inputs.

    Which names facts may have, which inputs have a value already, whether the model has faults
    that every result carries, and the class of results.
    """

    names: frozenset[str]
    fixed: frozenset[str]
    tainted: bool
    result: type


def unfit_text(value: Any) -> bool:
    """Tell whether a value is no text that can be taken in."""
    return type(value) is not str or bool(text_fault(value))


def number(value: Any) -> Any:
    """Take in a number out of the ordinary; raises Deopt for what is none, or too large."""
    kind = type(value)
    if kind is float and -_LONGEST < value < _LONGEST:
        return numbers.CONTEXT.create_decimal(repr(value))
    found = take_in(value) if kind is Decimal else value if kind is int else None
    if found is None or not -_LONGEST < found < _LONGEST:
        raise Deopt
    return found


def unfit() -> Any:
    """Leave a lean program."""
    raise Deopt


def give(value: Any) -> Any:
    """Turn a value into Python's."""
    return give_out(value, Run())


_ENTRY: dict[str, Any] = {
    "unfit_text": unfit_text,
    "number": number,
    "unfit": unfit,
    "give": give,
    "Exception": Exception,
    "Spare": Run,
}


def open_entry(
    writer: Writer, body: Body, shapes: Mapping[str, Shape], options: EntryOptions
) -> list[str]:
    """Write what reads and guards the inputs, inside a try; gives their variables in order."""
    unit = body.unit
    unit.namespace |= {**_ENTRY, "Result": options.result}
    body.params = ("decide", "facts", "*", "now=None")
    body.open_try()
    asked = [name for name in shapes if name not in options.fixed]
    allowed = unit.constant(options.names - options.fixed)
    strict = all(not shapes[name].optional for name in asked)
    count = f"len(facts) != {len(asked)} and " if strict else ""
    # Other mappings may make values up for names that they do not have.
    body.line("if facts.__class__ is not dict: raise Deopt")
    body.line(f"if {count}not {allowed}.issuperset(facts): raise Deopt")
    variables = {name: body.variable() for name in shapes}
    if options.fixed:
        fixed = [variables[name] for name in shapes if name in options.fixed]
        body.line(f"{', '.join(fixed)}, = decide.fixed")
    for name in asked:
        key = unit.constant(intern(name))
        read = f"facts.get({key})" if shapes[name].optional else f"facts[{key}]"
        body.line(f"{variables[name]} = {read}")
    for name in asked:
        _guard(writer, body, variables[name], shapes[name])
    return list(variables.values())


def open_values(
    writer: Writer, body: Body, kinds: Mapping[str, Type], places: Places
) -> dict[str, str]:
    """Write what guards values of simple kinds, inside a try; gives their variables by name."""
    body.unit.namespace |= _ENTRY
    body.params = ("names",)
    body.open_try()
    # Other names may be part of longer ones, and so mean that the text reads otherwise.
    asked = f"names.__class__ is not dict or len(names) != {len(kinds)}" if kinds else ""
    asked = asked or "names is not None and (names.__class__ is not dict or names)"
    body.line(f"if {asked}: return None")
    variables = {}
    for name, kind in kinds.items():
        atom = body.keep(f"names[{body.unit.constant(intern(name))}]")
        if name in places:
            atom = open_scaled(writer, body, atom, places[name])
        elif kind == NUMBER:
            trust(writer, atom, Shape(kind))
            body.line(f"if {atom}.__class__ is not int: {atom} = number({atom})")
            body.line(f"elif {_GUARDS[NUMBER].format(v=atom)}: raise Deopt")
        else:
            _guard(writer, body, atom, Shape(kind))
        variables[name] = atom
    return variables


def open_scaled(writer: Writer, body: Body, atom: str, places: int | None) -> str:
    """Write what takes in a number as a scaled integer; gives the variable of that."""
    found = whole_of_int(body, atom) if places is None else whole_of_float(body, atom, places)
    writer.scaled[found.text] = found
    return found.text


def close_values(writer: Writer, body: Body, value: str, places: Places) -> None:
    """Write the answer of an expression."""
    for atom in list(writer.pending):
        guard_now(writer, body, atom)
    body.line("answer = Answer()")
    body.line(f"answer.value = {value}")
    body.line("answer.problems = []")
    body.line("return answer")
    body.close_try()
    body.finish("other(names)" if places else "None")


def _guard(writer: Writer, body: Body, atom: str, shape: Shape) -> None:
    """Write the guard of one input; that of a simple one waits for a lookup that can hold it."""
    base = base_of(shape.type)
    simple = shape.parts is None and shape.item is None and base in _GUARDS
    if not simple:
        reader = body.unit.constant(quick_reader(shape))
        body.line(f"{atom} = {reader}(Spare(), {atom})")
        return
    trust(writer, atom, shape)
    null = f"{atom} is not None and " if shape.optional else ""
    if base == STRING:
        # Others may equal a text that the rules know, and be none.
        body.line(f"if {null}{atom}.__class__ is not str: raise Deopt")
    if base == NUMBER:
        fit = f"if {null}{atom}.__class__ is not int: {atom} = number({atom})"
        if not shape.optional and shape.constraint is None:
            body.line_to_drop(atom, fit)
        else:
            body.line(fit)
    if shape.constraint is None or shape.constraint.texts is None:
        writer.pending[atom] = null + _GUARDS[base].format(v=atom)
    if shape.optional or shape.constraint is not None:
        guard_now(writer, body, atom)
    _constrain(body, atom, shape, null)


def trust(writer: Writer, atom: str, shape: Shape) -> None:
    """Let a program rely on what the guard of an input makes sure of."""
    base = base_of(shape.type)
    if shape.parts is None and shape.item is None and base in _GUARDS:
        if not shape.optional:
            writer.sure.add(atom)
        if base == NUMBER:
            writer.bits[atom] = _LONGEST_BITS


def guard_now(writer: Writer, body: Body, atom: str) -> None:
    """Write a guard that waits, if it still does."""
    if atom in writer.pending:
        body.line(f"if {writer.pending.pop(atom)}: raise Deopt")


_GUARDS = {
    BOOLEAN: "{v} is not True and {v} is not False",
    STRING: "unfit_text({v})",
    NUMBER: f"not -{_LONGEST} < {{v}} < {_LONGEST}",
}


def _constrain(body: Body, atom: str, shape: Shape, null: str) -> None:
    """Write what allowed values ask for."""
    constraint = shape.constraint
    if constraint is None or constraint.allows is None:
        return
    constant = body.unit.constant
    low, high = constraint.low, constraint.high
    if constraint.texts:
        refused = f"{atom} not in {constant(constraint.texts)}"
    elif (low or high) and not constraint.inherits:
        tests = [
            f"{atom} {sign}{'=' if bound[1] else ''} {constant(bound[0])}"
            for sign, bound in ((">", low), ("<", high))
            if bound is not None
        ]
        refused = f"not ({' and '.join(tests)})"
    else:
        refused = f"{constant(constraint.allows)}(Spare(), {atom}) is not True"
    body.line(f"if {null}{refused}: raise Deopt")


def close_lean(
    writer: Writer, body: Body, inputs: Sequence[str], value: str, options: EntryOptions
) -> None:
    """Write the result of a lean program."""
    for atom in list(writer.pending):
        guard_now(writer, body, atom)
    rows = " + ".join(writer.hits) or "[]"
    tainted = "decide.tainted.copy()" if options.tainted else "[]"
    for line in (
        "result = Result()",
        "result.decide = decide",
        f"result.inputs = ({''.join(f'{atom}, ' for atom in inputs)})",
        "result.now = now",
        "result.known = None",
        f"result.value = {value}",
        f"result.rows = {rows}",
        f"result.problems = {tainted}",
        "return result",
    ):
        body.line(line)
    close_entry(body)


def close_entry(body: Body) -> None:
    """Write the end of what `open_entry` began."""
    # Whatever goes wrong here goes wrong once more in the full program, which says what it is.
    body.close_try()
    body.finish("decide.slowly(facts, now)")


def slow_entry(decide: Any, facts: Any, *, now: Any = None) -> Any:
    """Stand in for an entry that cannot be compiled."""
    return decide.slowly(facts, now)


def write_taker(shapes: Mapping[str, Shape], options: EntryOptions) -> Enter:
    """Write what only reads the inputs; the rules need a run and are left to the full program."""
    unit = Unit(lean=True)
    body = Body(unit, "take")
    writer = Writer(unit, {}, {})
    inputs = open_entry(writer, body, shapes, options)
    for atom in list(writer.pending):
        guard_now(writer, body, atom)
    body.line(f"return decide.fully(({''.join(f'{atom}, ' for atom in inputs)}), now)")
    close_entry(body)
    enter: Enter = unit.load()[body.name]
    return enter


def gives_plain(node: n.Node, writer: Writer) -> bool:
    """Tell whether a value is Python's as it is: no date, duration or range can be in it."""
    while isinstance(node, n.Placed):
        node = node.body
    if isinstance(node, n.Table):
        index = writer.indexes[id(node)]
        values = [
            part
            for row in index.constants.values()
            for part in (row.values() if isinstance(row, dict) else [row])
        ]
        plain = all(value is None or type(value) in (str, bool, int, Decimal) for value in values)
        return index.whole and plain
    return _is_plain(writer.types.get(id(node)))


def _is_plain(kind: Type | None) -> bool:
    base = None if kind is None else base_of(kind)
    if isinstance(base, ContextType):
        return all(map(_is_plain, base.components.values()))
    if isinstance(base, ListType):
        return _is_plain(base.item)
    return base in (STRING, BOOLEAN, NUMBER)
