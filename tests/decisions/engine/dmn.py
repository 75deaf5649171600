"""Writes small DMN files for the tests."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file(*elements: str, name: str = "Model", namespace: str = "urn:test") -> str:
    """Write a whole file."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{NAMESPACE}" '
        f'xmlns:clearance="urn:clearance:dmn" id="m" name="{name}" namespace="{namespace}">'
        + "".join(elements)
        + "</definitions>"
    )


def input_data(name: str, type_ref: str = "", extra: str = "") -> str:
    """Write an input with its declared type."""
    reference = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<inputData id="{_id(name)}" name={quoteattr(name)}>{extra}'
        f"<variable name={quoteattr(name)}{reference}/></inputData>"
    )


def item(
    name: str, type_ref: str = "", *, allowed: str = "", parts: str = "", more: str = ""
) -> str:
    """Write an item definition; `more` are attributes."""
    inner = _item(type_ref, allowed, parts)
    return f"<itemDefinition name={quoteattr(name)}{more}>{inner}</itemDefinition>"


def part(
    name: str,
    type_ref: str = "",
    *,
    allowed: str = "",
    parts: str = "",
    extra: str = "",
    more: str = "",
) -> str:
    """Write a component of an item definition."""
    inner = extra + _item(type_ref, allowed, parts)
    return f"<itemComponent name={quoteattr(name)}{more}>{inner}</itemComponent>"


def _item(type_ref: str, allowed: str, parts: str) -> str:
    reference = f"<typeRef>{type_ref}</typeRef>" if type_ref else ""
    values = f"<allowedValues><text>{escape(allowed)}</text></allowedValues>" if allowed else ""
    return reference + values + parts


def literal(text: str) -> str:
    """Write a literal expression."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(
    name: str,
    body: str,
    *,
    inputs: Iterable[str] = (),
    decisions: Iterable[str] = (),
    knowledge: Iterable[str] = (),
    type_ref: str = "",
) -> str:
    """Write a decision around a boxed expression; a body that is no XML is a FEEL text."""
    reference = f' typeRef="{type_ref}"' if type_ref else ""
    needs = "".join(
        f'<informationRequirement><required{kind} href="#{_id(other)}"/></informationRequirement>'
        for kind, names in (("Input", inputs), ("Decision", decisions))
        for other in names
    ) + "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{_id(other)}"/></knowledgeRequirement>'
        for other in knowledge
    )
    return (
        f'<decision id="{_id(name)}" name={quoteattr(name)}>'
        f"<variable name={quoteattr(name)}{reference}/>{needs}"
        f"{body if body.startswith('<') else literal(body)}</decision>"
    )


def knowledge(name: str, params: dict[str, str], body: str, *, needs: Iterable[str] = ()) -> str:
    """Write a business knowledge model; parameters with their types."""
    formal = "".join(
        f"<formalParameter name={quoteattr(param)}{f' typeRef={quoteattr(kind)}' if kind else ''}/>"
        for param, kind in params.items()
    )
    required = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{_id(other)}"/></knowledgeRequirement>'
        for other in needs
    )
    return (
        f'<businessKnowledgeModel id="{_id(name)}" name={quoteattr(name)}>'
        f"<variable name={quoteattr(name)}/>{required}"
        f"<encapsulatedLogic>{formal}{body if body.startswith('<') else literal(body)}"
        "</encapsulatedLogic></businessKnowledgeModel>"
    )


def table(
    policy: str,
    inputs: Iterable[tuple[str, str]],
    outputs: Iterable[tuple[str, str]],
    rules: Iterable[Iterable[str]],
    *,
    aggregation: str = "",
    identity: str = "t",
    allowed: dict[str, str] | None = None,
    order: dict[str, str] | None = None,
    default: str = "",
    defaults: dict[str, str] | None = None,
    notes: Iterable[str] = (),
) -> str:
    """Write a decision table: columns as (expression or name, type), rows as texts."""
    inputs, outputs, notes = list(inputs), list(outputs), list(notes)
    kind = f' aggregation="{aggregation}"' if aggregation else ""
    columns = "".join(_input(text, ref, (allowed or {}).get(text, "")) for text, ref in inputs)
    columns += "".join(
        _output(name, ref, (order or {}).get(name, ""), (defaults or {}).get(name, default))
        for name, ref in outputs
    )
    rows = "".join(
        _rule(list(cells), len(inputs), notes[number] if notes else "")
        for number, cells in enumerate(rules)
    )
    head = f'<decisionTable id="{identity}" hitPolicy="{policy}"{kind}>'
    return f"{head}{columns}{rows}</decisionTable>"


def _input(text: str, type_ref: str, allowed: str) -> str:
    reference = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    expression = f"<inputExpression{reference}><text>{escape(text)}</text></inputExpression>"
    return f"<input label={quoteattr(text)}>{expression}{_values('inputValues', allowed)}</input>"


def _output(name: str, type_ref: str, order: str, default: str) -> str:
    reference = f" typeRef={quoteattr(type_ref)}" if type_ref else ""
    values = _values("outputValues", order) + _values("defaultOutputEntry", default)
    return f"<output name={quoteattr(name)} label={quoteattr(name)}{reference}>{values}</output>"


def _rule(cells: list[str], inputs: int, note: str) -> str:
    texts = "".join(f"<inputEntry><text>{escape(t)}</text></inputEntry>" for t in cells[:inputs])
    texts += "".join(f"<outputEntry><text>{escape(t)}</text></outputEntry>" for t in cells[inputs:])
    return f"<rule>{texts}{_values('annotationEntry', note)}</rule>"


def _values(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text)}</text></{tag}>" if text else ""


def _id(name: str) -> str:
    return "id_" + "".join(c if c.isalnum() else f"_{ord(c):x}_" for c in name)
