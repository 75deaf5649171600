"""Authors shape a draft: its decisions, what they read, and what stands in their columns.

Each act is one change of the draft like an edit of a cell, with its way back. What would break
rules that worked is refused, and the places are named.
"""

from collections import Counter
from collections.abc import Sequence
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
        full["id"] = f"c_{new_id(hand.now).hex[:12]}"
    return edit_carefully(version, [full], "", hand)


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
