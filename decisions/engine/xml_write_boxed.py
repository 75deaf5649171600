"""Writes boxed expressions, decision tables among them, as DMN XML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from decisions.engine import model as m
from decisions.engine.xml_carried import Carried
from decisions.engine.xml_tags import Row, Tag
from decisions.engine.xml_writer import XmlWriter


def write_boxed(writer: XmlWriter, boxed: m.Boxed | None) -> list[Tag]:
    """Write an expression, or nothing where there is none."""
    return [] if boxed is None else [_WRITERS[type(boxed)](writer, boxed)]


def _expression(
    writer: XmlWriter,
    name: str,
    boxed: m.Boxed,
    attributes: dict[str, str],
    *children: Iterable[Tag],
) -> Tag:
    known = {"id": boxed.id, "typeRef": boxed.type_ref, **attributes}
    return writer.tag(name, known, *children, kept=boxed.kept)


def _literal(writer: XmlWriter, boxed: m.LiteralExpression) -> Tag:
    attributes = {"expressionLanguage": boxed.language}
    text = writer.text("text", boxed.text)
    return _expression(writer, "literalExpression", boxed, attributes, text)


def _context(writer: XmlWriter, boxed: m.ContextExpression) -> Tag:
    entries = (_named(writer, "contextEntry", "variable", entry) for entry in boxed.entries)
    return _expression(writer, "context", boxed, {}, entries)


def _named(writer: XmlWriter, tag: str, holder: str, entry: m.NamedExpression) -> Tag:
    """Write an entry of a context or an argument of an invocation."""
    variable = m.NOTHING if entry.variable is None and entry.name else entry.variable
    held = writer.variable(holder, entry.name, entry.type_ref, variable)
    return writer.tag(tag, {}, held, write_boxed(writer, entry.value), kept=entry.kept)


def _list(writer: XmlWriter, boxed: m.ListExpression, name: str = "list") -> Tag:
    items = (tag for item in boxed.items for tag in write_boxed(writer, item))
    return _expression(writer, name, boxed, {}, items)


def _relation(writer: XmlWriter, boxed: m.RelationExpression) -> Tag:
    columns = (writer.typed("column", name, kind) for name, kind in boxed.columns)
    rows = (_list(writer, row, "row") for row in boxed.rows)
    return _expression(writer, "relation", boxed, {}, columns, rows)


def _invocation(writer: XmlWriter, boxed: m.InvocationExpression) -> Tag:
    function = write_boxed(writer, boxed.function)
    bindings = (_named(writer, "binding", "parameter", binding) for binding in boxed.bindings)
    return _expression(writer, "invocation", boxed, {}, function, bindings)


def write_function(
    writer: XmlWriter, boxed: m.FunctionExpression, name: str = "functionDefinition"
) -> Tag:
    """Write a function, also that of a knowledge model under another name."""
    params = (writer.typed("formalParameter", param, kind) for param, kind in boxed.params)
    return _expression(
        writer, name, boxed, {"kind": boxed.kind}, params, write_boxed(writer, boxed.body)
    )


def _conditional(writer: XmlWriter, boxed: m.ConditionalExpression) -> Tag:
    inner = {"if": boxed.condition, "then": boxed.then, "else": boxed.otherwise}
    return _expression(writer, "conditional", boxed, {}, _parts(writer, inner, boxed.parts))


def _filter(writer: XmlWriter, boxed: m.FilterExpression) -> Tag:
    inner = {"in": boxed.source, "match": boxed.match}
    return _expression(writer, "filter", boxed, {}, _parts(writer, inner, boxed.parts))


def _iterator(writer: XmlWriter, boxed: m.IteratorExpression) -> Tag:
    inner = {"in": boxed.source, "return" if boxed.kind == "for" else "satisfies": boxed.body}
    attributes = {"iteratorVariable": boxed.variable}
    return _expression(writer, boxed.kind, boxed, attributes, _parts(writer, inner, boxed.parts))


def _parts(
    writer: XmlWriter, inner: dict[str, m.Boxed | None], parts: tuple[m.Kept, ...]
) -> Iterator[Tag]:
    """Write expressions that stand in an element of their own each."""
    for place, (name, boxed) in enumerate(inner.items()):
        kept = parts[place] if place < len(parts) else m.NOTHING
        if boxed is not None or kept != m.NOTHING:
            yield writer.tag(name, {}, write_boxed(writer, boxed), kept=kept)


# Decision tables


def _table(writer: XmlWriter, table: m.TableExpression) -> Tag:
    attributes = {
        "id": "" if table.anonymous else table.id,
        "hitPolicy": table.hit_policy,
        "aggregation": table.aggregation,
        "preferredOrientation": table.orientation,
        "outputLabel": table.output_label,
    }
    return _expression(
        writer,
        "decisionTable",
        table,
        attributes,
        (_input(writer, clause) for clause in table.inputs),
        (_output(writer, clause) for clause in table.outputs),
        (_annotation(writer, name) for name in table.annotations),
        _rules(writer, table),
    )


def _input(writer: XmlWriter, clause: m.TableInput) -> Tag:
    return writer.tag(
        "input",
        {"id": clause.id, "label": clause.label},
        writer.held("inputExpression", clause.text, {"typeRef": clause.type_ref}),
        writer.optional("inputValues", clause.allowed),
        kept=clause.kept,
    )


def _output(writer: XmlWriter, clause: m.TableOutput) -> Tag:
    name = {"name": clause.name} if clause.name else {}
    return writer.tag(
        "output",
        {"id": clause.id, "label": clause.label, **name, "typeRef": clause.type_ref},
        writer.optional("outputValues", clause.allowed),
        writer.optional("defaultOutputEntry", clause.default),
        kept=clause.kept,
    )


def _annotation(writer: XmlWriter, name: str) -> Tag:
    return writer.typed("annotation", name, "")


def _rules(writer: XmlWriter, table: m.TableExpression) -> Iterator[Tag]:
    carried = Carried(table)
    for rule in table.rules:
        kept = carried.by(rule)
        yield _row(writer, rule, kept) or _rule(writer, rule, kept)


def _row(
    writer: XmlWriter, rule: m.TableRule, carried: Sequence[Sequence[m.Kept | str]]
) -> Row | None:
    """Write a rule whose cells carry at most an id each, as nearly all do; None for others."""
    if not writer.quick or rule.kept != m.NOTHING:
        return None
    row = Row(writer.own, rule.id, rule.description)
    texts = rule.inputs, rule.outputs, rule.annotations
    for name, words, kept in zip(writer.entries, texts, carried, strict=True):
        known = len(kept)
        for place, text in enumerate(words):
            identity = _id_alone(text, kept[place] if place < known else m.NOTHING)
            if identity is None:
                return None
            row.add(name, identity, text)
    return row


def _id_alone(text: str, kept: m.Kept | str) -> str | None:
    """Give the id that a cell carries, "" where it has none, None where it carries more."""
    if type(text) is m.Text:
        return text.id if text.kept is m.NOTHING else None
    if isinstance(kept, str):
        return kept
    return "" if kept is m.NOTHING else None


def _rule(writer: XmlWriter, rule: m.TableRule, carried: Sequence[Sequence[m.Kept | str]]) -> Tag:
    inputs, outputs, annotations = carried
    return writer.tag(
        "rule",
        {"id": rule.id},
        writer.text("description", rule.description),
        _entries(writer, "inputEntry", rule.inputs, inputs),
        _entries(writer, "outputEntry", rule.outputs, outputs),
        _entries(writer, "annotationEntry", rule.annotations, annotations),
        kept=rule.kept,
    )


def _entries(
    writer: XmlWriter, name: str, texts: tuple[str, ...], carried: Sequence[m.Kept | str]
) -> Iterator[Tag]:
    for place, text in enumerate(texts):
        kept = carried[place] if place < len(carried) else m.NOTHING
        if isinstance(kept, str):
            kept = m.Kept((("id", kept),))
        yield writer.held(name, text, kept=kept)


_WRITERS: dict[type, Callable[[XmlWriter, Any], Tag]] = {
    m.LiteralExpression: _literal,
    m.ContextExpression: _context,
    m.ListExpression: _list,
    m.RelationExpression: _relation,
    m.InvocationExpression: _invocation,
    m.FunctionExpression: write_function,
    m.ConditionalExpression: _conditional,
    m.FilterExpression: _filter,
    m.IteratorExpression: _iterator,
    m.TableExpression: _table,
}
