"""Reads boxed expressions, decision tables among them, from DMN XML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.engine import model as m
from decisions.engine import xml_kept as kept
from decisions.engine.feel.names import normal_name
from decisions.engine.xml_elements import (
    Element,
    all_named,
    children,
    local_name,
    name_of,
    one_named,
    text_of,
    type_ref_of,
)
from decisions.engine.xml_kept import held_text, kept_of, optional_text, typed_names
from decisions.engine.xml_rules import marks_of, rules_in
from decisions.engine.xml_schema import lifted


def boxed_in(element: Element | None) -> m.Boxed | None:
    """Read the first boxed expression among the children of an element."""
    if element is None:
        return None
    for child in children(element):
        reader = _READERS.get(local_name(child))
        if reader is not None:
            return reader(child)
    return None


def _boxed_part(element: Element, name: str) -> m.Boxed | None:
    return boxed_in(one_named(element, name))


def _parts(element: Element, *names: str) -> tuple[m.Kept, ...]:
    return tuple(kept_of(one_named(element, name), kept.PART) for name in names)


def _base(element: Element, read: kept.Read = kept.BOXED) -> dict[str, Any]:
    return {
        "id": element.get("id", ""),
        "type_ref": type_ref_of(element),
        "line": element.sourceline or 0,
        "kept": kept_of(element, read),
    }


def _literal(element: Element) -> m.Boxed:
    return m.LiteralExpression(
        **_base(element, kept.LITERAL),
        text=text_of(element, "text"),
        language=lifted(element.get("expressionLanguage", "")),
    )


def _context(element: Element) -> m.Boxed:
    entries = []
    for entry in all_named(element, "contextEntry"):
        variable = one_named(entry, "variable")
        name = "" if variable is None else name_of(variable)
        entries.append(_named(name, variable, entry))
    return m.ContextExpression(**_base(element), entries=tuple(entries))


def _named(name: str, variable: Element | None, entry: Element) -> m.NamedExpression:
    return m.NamedExpression(
        name,
        type_ref_of(variable),
        boxed_in(entry),
        None if variable is None else kept_of(variable, kept.VARIABLE),
        kept_of(entry, kept.ENTRY),
    )


def _boxed_items(element: Element) -> tuple[m.Boxed, ...]:
    return tuple(
        reader(child)
        for child in children(element)
        if (reader := _READERS.get(local_name(child))) is not None
    )


def _list(element: Element) -> m.ListExpression:
    return m.ListExpression(**_base(element), items=_boxed_items(element))


def _relation(element: Element) -> m.Boxed:
    return m.RelationExpression(
        **_base(element),
        columns=typed_names(element, "column"),
        rows=tuple(map(_list, all_named(element, "row"))),
    )


def _invocation(element: Element) -> m.Boxed:
    bindings = []
    for binding in all_named(element, "binding"):
        parameter = one_named(binding, "parameter")
        if parameter is not None:
            bindings.append(_named(name_of(parameter), parameter, binding))
    return m.InvocationExpression(
        **_base(element), function=boxed_in(element), bindings=tuple(bindings)
    )


def function_in(element: Element) -> m.FunctionExpression:
    params = typed_names(element, "formalParameter")
    return m.FunctionExpression(
        **_base(element),
        kind=element.get("kind", ""),
        params=params,
        body=boxed_in(element),
    )


def _conditional(element: Element) -> m.Boxed:
    return m.ConditionalExpression(
        **_base(element),
        condition=_boxed_part(element, "if"),
        then=_boxed_part(element, "then"),
        otherwise=_boxed_part(element, "else"),
        parts=_parts(element, "if", "then", "else"),
    )


def _filter(element: Element) -> m.Boxed:
    return m.FilterExpression(
        **_base(element),
        source=_boxed_part(element, "in"),
        match=_boxed_part(element, "match"),
        parts=_parts(element, "in", "match"),
    )


def _iterator(element: Element) -> m.Boxed:
    kind = local_name(element)
    result = "return" if kind == "for" else "satisfies"
    return m.IteratorExpression(
        **_base(element),
        kind=kind,
        variable=normal_name(element.get("iteratorVariable", "")),
        source=_boxed_part(element, "in"),
        body=_boxed_part(element, result),
        parts=_parts(element, "in", result),
    )


def _table(element: Element) -> m.Boxed:
    identity = element.get("id")
    inputs = tuple(map(_table_input, all_named(element, "input")))
    outputs = tuple(map(_table_output, all_named(element, "output")))
    annotations = tuple(name for name, _ in typed_names(element, "annotation"))
    marks = marks_of(element, (inputs, outputs, annotations))
    return m.TableExpression(
        **{**_base(element, kept.TABLE), "id": identity or _made_up_id(element)},
        hit_policy=element.get("hitPolicy", "UNIQUE"),
        aggregation=element.get("aggregation", ""),
        output_label=element.get("outputLabel", ""),
        inputs=inputs,
        outputs=outputs,
        rules=rules_in(element, marks),
        annotations=annotations,
        orientation=element.get("preferredOrientation", ""),
        anonymous=not identity,
        marks=marks,
    )


def _made_up_id(element: Element) -> str:
    """Name a table without an id by what it stands in, and its place there."""
    owner = next(parent for parent in element.iterancestors() if parent.get("id") is not None)
    place = list(owner.iter(element.tag)).index(element)
    return f"{owner.get('id')}_table{place or ''}"


def _table_input(element: Element) -> m.TableInput:
    expression = one_named(element, "inputExpression")
    return m.TableInput(
        element.get("id", ""),
        element.get("label", ""),
        "" if expression is None else held_text(expression, kept.INPUT_EXPRESSION),
        type_ref_of(expression),
        optional_text(element, "inputValues"),
        kept_of(element, kept.INPUT),
    )


def _table_output(element: Element) -> m.TableOutput:
    return m.TableOutput(
        element.get("id", ""),
        normal_name(element.get("name", "")),
        element.get("label", ""),
        type_ref_of(element),
        optional_text(element, "outputValues"),
        optional_text(element, "defaultOutputEntry"),
        kept_of(element, kept.OUTPUT),
    )


_READERS: dict[str, Callable[[Element], m.Boxed]] = {
    "literalExpression": _literal,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": function_in,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
    "decisionTable": _table,
}
