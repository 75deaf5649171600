"""Authors shape a draft: its decisions, what they read, and what stands in their columns.

Each act is one change of the draft like an edit of a cell, with its way back. What would break
rules that worked is refused, and the places are named.
"""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from decisions import engine
from decisions.errors import Fault, Invalid, Refused
from decisions.ids import new_id
from decisions.models import ModelVersion, User
from decisions.services import drafting, outline
from decisions.services.drafting import Saved, loaded_draft

MOST_NAMED = 20


@dataclass(frozen=True)
class Hand:
    """Who changes a draft, when, and the revision they saw."""

    author: User
    based_on: int
    now: datetime


@dataclass(frozen=True)
class TableColumn:
    """A column as its settings show it; `text` tells whether its cells are texts."""

    id: str
    part: str
    at: int
    label: str
    text: bool
    expression: str = ""
    name: str = ""
    type: str = ""
    allowed: str = ""
    default: str = ""

    def as_given(self) -> dict[str, str]:
        """Give it as a form does, values of texts without quotes."""
        values = engine.texts_listed(self.allowed) if self.text else []
        otherwise = engine.texts_listed(self.default) if self.text else []
        plain = not any("," in value for value in values)
        return {
            "label": self.label,
            "expression": self.expression,
            "name": self.name,
            "type": self.type,
            "allowed": ", ".join(values) if values and plain else self.allowed,
            "default": otherwise[0] if len(otherwise) == 1 else self.default,
        }


@dataclass(frozen=True)
class TableSettings:
    """What a table is around its rows."""

    name: str
    hit_policy: str
    aggregation: str
    columns: list[TableColumn]


def settings_of(version: ModelVersion, table_id: str) -> TableSettings:
    """Return the hit policy and the columns of a table; raises Invalid when there is none."""
    loaded = loaded_draft(version)
    for name, table in engine.named_tables(loaded.definitions):
        if table.id == table_id:
            texts = engine.texts_of(loaded, table_id).columns
            return TableSettings(name, table.hit_policy, table.aggregation, _columns(table, texts))
    raise Invalid("This table is no longer in the draft.")


def _columns(table: Any, texts: Container[str]) -> list[TableColumn]:
    inputs = [
        TableColumn(
            id=c.id,
            part="inputs",
            at=at,
            label=c.label,
            text=c.id in texts,
            expression=c.text,
            type=c.type_ref,
            allowed=str(c.allowed),
        )
        for at, c in enumerate(table.inputs)
    ]
    outputs = [
        TableColumn(
            id=c.id,
            part="outputs",
            at=at,
            label=c.label,
            text=c.id in texts,
            name=c.name,
            type=c.type_ref,
            allowed=str(c.allowed),
            default=str(c.default),
        )
        for at, c in enumerate(table.outputs)
    ]
    notes = [
        TableColumn(f"annotation:{at}", "annotations", at, str(name), text=False)
        for at, name in enumerate(table.annotations)
    ]
    return [*inputs, *outputs, *notes]


def _listed(typed: str) -> str:
    """Read `approve, reject` as FEEL; what holds quotes or brackets is FEEL already."""
    if any(sign in typed for sign in '"([') or not typed.strip():
        return typed
    return ", ".join(engine.quoted(part.strip()) for part in typed.split(",") if part.strip())


def _said(typed: str) -> str:
    return typed if '"' in typed or not typed or typed == "null" else engine.quoted(typed)


def add_table(
    version: ModelVersion,
    *,
    name: str,
    question: str,
    reads: Sequence[str],
    outputs: Sequence[tuple[str, str]],
    hit_policy: str,
    hand: Hand,
) -> tuple[Saved, str]:
    """Add a decision with an empty table; returns the id of the table as well.

    It has a column for each input or decision it reads that is a value, none for records.
    """
    identity = f"d_{new_id(hand.now).hex[:12]}"
    fields = {field.path: field for field in outline.fields_of(version)}
    columns = [
        [fields[one].label if one in fields else one, one]
        for one in reads
        if one not in fields or fields[one].base != "context"
    ]
    operation: dict[str, Any] = {
        "op": "add_table",
        "id": identity,
        "decision": name,
        "question": question,
        "requires": list(reads),
        "columns": columns,
        "outputs": [list(output) for output in outputs],
        "hit_policy": hit_policy,
    }
    saved = edit_carefully(version, [operation], f"Table added: {name}", hand)
    return saved, f"{identity}_table"


def remove_decision(version: ModelVersion, decision_id: str, *, hand: Hand) -> Saved:
    """Remove a decision that nothing reads."""
    found = outline.decision_of(version, decision_id)
    if found.decides:
        raise Refused(f"“{found.name}” gives the outcome of this model and has to stay.")
    operation = {"op": "remove_decision", "decision": decision_id}
    return edit_carefully(version, [operation], f"Decision removed: {found.name}", hand)


def change_decision(
    version: ModelVersion,
    decision_id: str,
    *,
    name: str,
    question: str,
    reads: Sequence[str],
    text: str | None,
    hand: Hand,
) -> Saved | None:
    """Change what a decision is called, answers, reads and says; None where nothing differs.

    `text` is the FEEL of a single expression. Raises Invalid with what would break.
    """
    found = outline.decision_of(version, decision_id)
    if found.decides and name != found.name:
        raise Invalid(
            "The outcome is read by this name.",
            [Fault(where="name", message=f"The outcome comes from “{found.name}”.", hint="")],
        )
    given: dict[str, Any] = {"name": name, "question": question, "requires": list(reads)}
    known: dict[str, Any] = {"name": found.name, "question": found.question}
    changed = {key: value for key, value in given.items() if known.get(key) != value}
    if set(reads) == set(found.reads):
        changed.pop("requires", None)
    if text is not None and found.text is not None and text != found.text:
        changed["text"] = text
    if not changed:
        return None
    operation = {"op": "change_decision", "decision": decision_id, **changed}
    words = f"Decision changed: {found.name}"
    if "name" in changed:
        words = f"Decision renamed: {found.name} is now {name}"
    return edit_carefully(version, [operation], words, hand)


def change_table(
    version: ModelVersion, table_id: str, operation: dict[str, Any], *, hand: Hand
) -> Saved:
    """Change the columns or the hit policy of a table; a new column gets its id here."""
    full = {**operation, "table": table_id}
    if full["op"] == "insert_column" and full.get("kind") != "annotation":
        full["id"] = f"c_{new_id(hand.now).hex[-12:]}"
    return edit_carefully(version, [full], "", hand)


def change_column(
    version: ModelVersion, table_id: str, column: TableColumn, given: dict[str, str], *, hand: Hand
) -> Saved | None:
    """Change a column to what a form says; None where nothing differs.

    Values of texts are given as people write them: `approve, reject`.
    """
    now = column.as_given()
    changed = {name: text for name, text in given.items() if now.get(name) != text}
    if not changed:
        return None
    if column.text:
        if "allowed" in changed:
            changed["allowed"] = _listed(changed["allowed"])
        if "default" in changed:
            changed["default"] = _said(changed["default"])
    operation = {"op": "change_column", "column": column.id, **changed}
    return change_table(version, table_id, operation, hand=hand)


def edit_carefully(
    version: ModelVersion, operations: list[dict[str, Any]], summary: str, hand: Hand
) -> Saved:
    """Carry operations out, unless rules that worked would not work any more."""
    if faults := breaks(version, operations):
        raise Invalid("This would break rules that work. Nothing was changed.", faults)
    return drafting.edit(
        version,
        operations,
        based_on=hand.based_on,
        author=hand.author,
        now=hand.now,
        summary=summary,
    )


def breaks(version: ModelVersion, operations: list[dict[str, Any]]) -> list[Fault]:
    """Return what would be wrong after some operations that is not wrong now."""
    loaded = loaded_draft(version)
    try:
        edited = engine.edit_model(loaded, operations)
    except engine.Invalid as error:
        raise Invalid(f"{error} Nothing was changed.") from error
    after = engine.load_model(engine.write_definitions(edited.definitions))
    # Places may have new names and numbers by now: what counts is what is said.
    known = Counter((problem.code, problem.message) for problem in loaded.problems)
    found = []
    for problem in after.problems:
        said = problem.code, problem.message
        known[said] -= 1
        # A comparison that is never true is a cell that does not fit its type any more.
        broken = problem.severity == "error" or problem.code.startswith("type.")
        if broken and known[said] < 0:
            fault = Fault(
                code=problem.code, where=problem.where, message=problem.message, hint=problem.hint
            )
            found.append(fault)
    return found[:MOST_NAMED]
