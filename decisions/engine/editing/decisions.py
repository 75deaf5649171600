"""Operations on the decisions of a model: added, removed, renamed, and what each of them reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from decisions.engine import model as m
from decisions.engine.editing.places import Operation, id_of, text_of
from decisions.engine.editing.renaming import renamed, speaks_of
from decisions.engine.feel.lexer import KEYWORDS
from decisions.engine.feel.names import NAME_WORD, normal_name
from decisions.engine.problems import Invalid, Refused
from decisions.engine.tables.hit_policy import POLICIES
from decisions.engine.xml import read_definitions
from decisions.engine.xml_write import write_definitions

Done = tuple[m.Definitions, Sequence[dict[str, Any]], Sequence[str]]
MOST_COLUMNS = 50


def _add_table(definitions: m.Definitions, operation: Operation) -> Done:
    """Add a decision with a table, which others may require.

    `columns` are [label, expression] of its inputs, one for each name in `requires` where none
    are given; `outputs` are [name, type], one of the decision's own name where none are.
    """
    name = new_name(definitions, operation.get("decision", ""))
    wanted = [text_of(one) for one in _wanted(operation)]
    inputs, decisions = _references(definitions, wanted)
    identity = id_of(operation.get("id", ""))
    if not identity or identity in ids_of(definitions):
        raise Invalid("A new decision needs an id of its own.")
    policy = text_of(operation.get("hit_policy", "FIRST"))
    if policy not in POLICIES:
        raise Invalid(f"“{policy}” is no hit policy. Use one of {', '.join(POLICIES)}.")
    columns = _pairs(operation, "columns", [[one, one] for one in wanted])
    outputs = _pairs(operation, "outputs", [[name, ""]])
    if not outputs or len({output for output, _ in outputs}) < len(outputs):
        raise Invalid("A table needs an output, and each output a name of its own.")
    table = m.TableExpression(
        f"{identity}_table",
        "",
        0,
        policy,
        "",
        "",
        tuple(
            m.TableInput(f"{identity}_if_{at}", label, text, "", "")
            for at, (label, text) in enumerate(columns, 1)
        ),
        tuple(
            m.TableOutput(f"{identity}_then_{at}", output, "", kind, "", "")
            for at, (output, kind) in enumerate(outputs, 1)
        ),
        (),
    )
    question = text_of(operation.get("question", ""))
    made = m.Decision(identity, name, "", table, inputs, decisions, question=question)
    changed = replace(
        definitions,
        decisions=(*definitions.decisions, made),
        order=(*definitions.order, identity) if definitions.order else (),
    )
    return changed, [{"op": "remove_decision", "decision": identity}], [identity]


def _remove_decision(definitions: m.Definitions, operation: Operation) -> Done:
    """Remove a decision that nothing requires; its inverse puts all of it back."""
    found = _decision(definitions, operation)
    if readers := readers_of(definitions, found.id):
        names = " and ".join(f"“{name}”" for name in readers[:3])
        raise Invalid(
            f"“{found.name}” is read by {names}. Let them read something else first, "
            "then remove it."
        )
    back = {
        "op": "put_decision",
        "dmn": _alone(definitions, found),
        "at": definitions.decisions.index(found),
        "place": definitions.order.index(found.id) if found.id in definitions.order else -1,
    }
    changed = replace(
        definitions,
        decisions=tuple(item for item in definitions.decisions if item is not found),
        order=tuple(one for one in definitions.order if one != found.id),
    )
    return changed, [back], [found.id]


def _put_decision(definitions: m.Definitions, operation: Operation) -> Done:
    """Put a removed decision back, as DMN of its own, where it stood."""
    text = operation.get("dmn")
    try:
        read = read_definitions(text.encode()) if isinstance(text, str) else m.Definitions()
    except (Refused, UnicodeEncodeError) as error:
        raise Invalid(f"This is no DMN of a decision: {error}") from None
    if len(read.decisions) != 1:
        raise Invalid("Give the DMN of one decision.")
    (made,) = read.decisions
    if id_of(made.id) in ids_of(definitions):
        raise Invalid(f"There is a decision “{made.name}” already.")
    free_name(definitions, made.name)
    at, place = operation.get("at"), operation.get("place")
    if not isinstance(at, int) or not isinstance(place, int) or at < 0:
        raise Invalid("Say where the decision stands.")
    order = definitions.order
    changed = replace(
        definitions,
        decisions=(*definitions.decisions[:at], made, *definitions.decisions[at:]),
        order=(*order[:place], made.id, *order[place:]) if place >= 0 else order,
    )
    return changed, [{"op": "remove_decision", "decision": made.id}], [made.id]


def _change_decision(definitions: m.Definitions, operation: Operation) -> Done:
    """Change a decision's name, question, requirements or FEEL text; readers follow its name."""
    found = _decision(definitions, operation)
    back: dict[str, Any] = {"op": "change_decision", "decision": found.id}
    changed = found
    if "question" in operation:
        back["question"] = found.question
        changed = replace(changed, question=text_of(operation["question"]))
    if "requires" in operation:
        back["requires"] = _required(definitions, found)
        changed = _requiring(definitions, changed, _wanted(operation))
    if "text" in operation:
        literal = found.expression
        if not isinstance(literal, m.LiteralExpression):
            raise Invalid(f"“{found.name}” is no single expression.")
        back["text"] = str(literal.text)
        text = m.reworded(literal.text, text_of(operation["text"]))
        changed = replace(changed, expression=replace(literal, text=text))
    definitions = _with_decision(definitions, changed)
    if "name" in operation and operation["name"] != found.name:
        back["name"] = found.name
        definitions = _renaming(definitions, changed, text_of(operation["name"]))
    return definitions, [back], [found.id]


def _renaming(definitions: m.Definitions, found: m.Decision, wanted: str) -> m.Definitions:
    name = new_name(definitions, wanted)
    readers = [item for item in definitions.decisions if f"#{found.id}" in item.required_decisions]
    if clash := next((one for one in readers if speaks_of(one.expression, name)), None):
        raise Invalid(f"“{clash.name}” uses “{name}” for something else. Choose another name.")
    variable = found.variable
    if variable is not None:
        kept = tuple(pair for pair in variable.attributes if pair[0] != "name")
        variable = replace(variable, attributes=kept)
    definitions = _with_decision(definitions, replace(found, name=name, variable=variable))
    for reader in readers:
        told = replace(reader, expression=renamed(reader.expression, found.name, name))
        definitions = _with_decision(definitions, told)
    return definitions


def _requiring(definitions: m.Definitions, found: m.Decision, wanted: list[Any]) -> m.Decision:
    """Let a decision read what is named; an inverse names the id of each requirement as well."""
    pairs = [(one, "") if isinstance(one, str) else one for one in wanted]
    if any(not isinstance(pair, list | tuple) or len(pair) != 2 for pair in pairs):
        raise Invalid("What a decision reads is given by name, or by name and id.")
    names = [text_of(name) for name, _ in pairs]
    inputs, decisions = _references(definitions, names)
    known = {
        reference: m.Text(reference, text_of(identity)) if identity else reference
        for reference, (_, identity) in zip(_each(definitions, names), pairs, strict=True)
    }
    known |= {str(reference): reference for reference in _own_references(found)}
    foreign = [one for one in _own_references(found) if not one.startswith("#")]
    for reference in decisions:
        if found.id in {reference[1:], *_read_by(definitions, reference[1:])}:
            name = next(d.name for d in definitions.decisions if f"#{d.id}" == reference)
            raise Invalid(
                f"“{name}” reads “{found.name}” itself, directly or not. "
                "Two decisions cannot wait for each other."
            )
    # A requirement that stays keeps the id of its element.
    return replace(
        found,
        required_inputs=tuple(known.get(one, one) for one in inputs),
        required_decisions=(*(known.get(one, one) for one in decisions), *foreign),
        order=(*dict.fromkeys(_each(definitions, names)), *foreign),
    )


def readers_of(definitions: m.Definitions, identity: str) -> list[str]:
    """Name the decisions and services that need a decision."""
    wanted = f"#{identity}"
    found = [item.name for item in definitions.decisions if wanted in item.required_decisions]
    return found + [
        item.name
        for item in definitions.services
        if wanted in (*item.outputs, *item.encapsulated, *item.input_decisions)
    ]


def ids_of(definitions: m.Definitions) -> set[str]:
    """List the ids of the elements of the graph."""
    parts = (
        definitions.inputs,
        definitions.decisions,
        definitions.knowledge,
        definitions.services,
    )
    return {item.id for items in parts for item in items}


def _decision(definitions: m.Definitions, operation: Operation) -> m.Decision:
    identity = operation.get("decision")
    found = next((item for item in definitions.decisions if item.id == identity), None)
    if found is None:
        raise Invalid(f"There is no decision “{identity}”.")
    return found


def _with_decision(definitions: m.Definitions, changed: m.Decision) -> m.Definitions:
    decisions = (changed if item.id == changed.id else item for item in definitions.decisions)
    return replace(definitions, decisions=tuple(decisions))


def new_name(definitions: m.Definitions, given: Any) -> str:
    """Read a name that rules can speak of: no word of FEEL's own, and no path."""
    name = free_name(definitions, given)
    if name in KEYWORDS or "." in name:
        raise Invalid(f"Rules cannot speak of “{name}”: FEEL reads it otherwise. Choose another.")
    return name


def free_name(definitions: m.Definitions, given: Any) -> str:
    """Read a name for something new; raises Invalid where it is taken or cannot be one."""
    name = normal_name(text_of(given))
    if not name:
        raise Invalid("Give it a name.")
    if NAME_WORD.match(name) is None or len(name) > 200:
        raise Invalid("A name begins with a letter and has at most 200 characters.")
    parts = (definitions.decisions, definitions.inputs, definitions.knowledge)
    if name in {item.name for items in parts for item in items}:
        raise Invalid(f"There is a decision or an input “{name}” already. Choose another name.")
    return name


def _references(
    definitions: m.Definitions, names: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    inputs = {item.name: f"#{item.id}" for item in definitions.inputs}
    decisions = {item.name: f"#{item.id}" for item in definitions.decisions}
    if missing := [one for one in names if one not in inputs and one not in decisions]:
        raise Invalid(f"There is no input or decision “{missing[0]}” to ask about.")
    return (
        tuple(dict.fromkeys(inputs[one] for one in names if one in inputs)),
        tuple(dict.fromkeys(decisions[one] for one in names if one not in inputs)),
    )


def _each(definitions: m.Definitions, names: Sequence[str]) -> list[str]:
    known = {item.name: f"#{item.id}" for item in definitions.decisions}
    known |= {item.name: f"#{item.id}" for item in definitions.inputs}
    return [known[one] for one in names]


def _own_references(found: m.Decision) -> tuple[str, ...]:
    return (*found.required_inputs, *found.required_decisions)


def _required(definitions: m.Definitions, found: m.Decision) -> list[list[str]]:
    names = {f"#{item.id}": item.name for item in definitions.inputs}
    names |= {f"#{item.id}": item.name for item in definitions.decisions}
    own = {str(one): getattr(one, "id", "") for one in _own_references(found)}
    wanted = dict.fromkeys([*map(str, found.order), *own])
    return [[names[one], own.get(one, "")] for one in wanted if one in names]


def _read_by(definitions: m.Definitions, identity: str) -> set[str]:
    """List the ids of all decisions that one reads, directly or not."""
    needs = {
        item.id: [reference[1:] for reference in item.required_decisions]
        for item in definitions.decisions
    }
    seen: set[str] = set()
    waiting = list(needs.get(identity, ()))
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(needs.get(current, ()))
    return seen


def _alone(definitions: m.Definitions, found: m.Decision) -> str:
    """Write one decision as DMN, so that it can be put back as it was."""
    alone = m.Definitions(
        id=definitions.id,
        name=definitions.name,
        namespace=definitions.namespace,
        decisions=(found,),
        prefixes=definitions.prefixes,
    )
    return write_definitions(alone).decode()


def _wanted(operation: Operation) -> list[Any]:
    wanted = operation.get("requires") or []
    if not isinstance(wanted, list):
        raise Invalid("What a decision reads is given as a list.")
    return wanted


def _pairs(operation: Operation, name: str, default: list[list[str]]) -> list[list[str]]:
    given = operation.get(name, default)
    if (
        not isinstance(given, list)
        or len(given) > MOST_COLUMNS
        or any(not isinstance(one, list) or len(one) != 2 for one in given)
    ):
        raise Invalid(f"Give at most {MOST_COLUMNS} {name}, each as two texts.")
    return [[text_of(one) for one in pair] for pair in given]


DECISION_OPERATIONS: dict[str, Callable[[m.Definitions, Operation], Done]] = {
    "add_table": _add_table,
    "remove_decision": _remove_decision,
    "put_decision": _put_decision,
    "change_decision": _change_decision,
}
