"""An evaluated decision table as its page shows it: rows read, cells that fit, the row that hit."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 24
_PATH = re.compile(r'"(?:[^"\\]|\\.)*"|\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+')

HIT_POLICIES = {
    "UNIQUE": "Exactly one row may match.",
    "FIRST": "The first match decides.",
    "ANY": "Rows that match must agree.",
    "PRIORITY": "Of the rows that match, the most important result decides.",
    "COLLECT": "Every match counts.",
    "RULE ORDER": "Every match counts, in the order of the rows.",
    "OUTPUT ORDER": "Every match counts, the most important first.",
}


@dataclass(frozen=True)
class Cell:
    """One test; `state` is yes, no, or skip for a cell that was not read."""

    label: str
    value: Any
    text: str
    feel: str
    state: str


@dataclass(frozen=True)
class Row:
    number: int
    cells: list[Cell]
    outputs: list[tuple[str, str]]
    hit: bool
    words: str


@dataclass(frozen=True)
class Borrowed:
    """A value that a test takes from a reference table."""

    value: Any
    table: str
    line: str


@dataclass(frozen=True)
class Table:
    """`left_out` counts columns no row shown asks about; `unread` is the span after the hit."""

    id: str
    name: str
    policy: str
    inputs: list[tuple[str, Any]]
    outputs: list[str]
    rows: list[Row]
    size: int
    read: int
    hits: list[int]
    left_out: int
    unread: tuple[int, int] | None
    silent: int
    borrowed: list[Borrowed] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.inputs) + len(self.outputs)


def table_of(
    entry: Mapping[str, Any],
    *,
    references: Mapping[str, Any] | None = None,
    keys: Mapping[str, str] | None = None,
) -> Table:
    """Build the table of one entry of an explanation.

    `references` are the inputs filled from reference tables, `keys` the tables' keys by input:
    their values stand in the tests in place of their names.
    """
    rules = entry["rules"]
    read = [rule for rule in rules if _was_read(rule)]
    shown = (
        read if len(read) <= MOST_ROWS else [r for r in read if r["matched"]] or read[:MOST_ROWS]
    )
    columns = [
        place
        for place in range(len(entry["inputs"]))
        if any(rule["cells"][place]["text"].strip() not in {"", "-"} for rule in shown)
    ]
    borrowed: dict[str, Borrowed] = {}
    rows = [_row(rule, entry, columns, references or {}, keys or {}, borrowed) for rule in shown]
    last = read[-1]["number"] if read else 0
    after = (last + 1, len(rules)) if read and last < len(rules) else None
    return Table(
        id=entry["table"] or entry["id"],
        name=entry["name"],
        policy=entry["hit_policy"],
        inputs=[(_name(entry["inputs"][i]), entry["inputs"][i]["value"]) for i in columns],
        outputs=[clause["label"] or clause["name"] for clause in entry["outputs"]],
        rows=rows,
        size=len(rules),
        read=len(read),
        hits=list(entry["matched"]),
        left_out=len(entry["inputs"]) - len(columns),
        unread=after,
        silent=len(read) - len(shown),
        borrowed=list(borrowed.values()),
    )


def policy_in_words(policy: str) -> str:
    return HIT_POLICIES.get(policy.split("<")[0].strip(), "")


def _was_read(rule: Mapping[str, Any]) -> bool:
    return rule["matched"] or any(cell["matched"] is not None for cell in rule["cells"])


def _name(clause: Mapping[str, Any]) -> str:
    return str(clause["label"] or clause["text"])


def _row(
    rule: Mapping[str, Any],
    entry: Mapping[str, Any],
    columns: Sequence[int],
    references: Mapping[str, Any],
    keys: Mapping[str, str],
    borrowed: dict[str, Borrowed],
) -> Row:
    cells = []
    for place in columns:
        cell, clause = rule["cells"][place], entry["inputs"][place]
        text = _filled(cell["text"], references, keys, borrowed if rule["matched"] else {})
        state = {True: "yes", False: "no", None: "skip"}[cell["matched"]]
        cells.append(Cell(_name(clause), clause["value"], text, cell["text"], state))
    return Row(rule["number"], cells, _outputs(rule, entry), rule["matched"], rule["annotation"])


def _outputs(rule: Mapping[str, Any], entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the row says: for a row that hit the values it gave, where they can be told apart."""
    clauses = entry["outputs"]
    labels = [clause["label"] or clause["name"] for clause in clauses]
    texts = list(rule["outputs"])
    given, hits = entry["value"], entry["matched"]
    if rule["matched"] and isinstance(given, list) and len(given) == len(hits):
        given = given[hits.index(rule["number"])]
    elif len(hits) != 1:
        given = None
    if rule["matched"] and given is not None:
        if len(clauses) == 1 and isinstance(given, str | int | float):
            texts = [str(given)]
        elif isinstance(given, Mapping):
            names = [clause["name"] for clause in clauses]
            texts = [
                text if given.get(name) is None else str(given[name])
                for name, text in zip(names, texts, strict=True)
            ]
    return list(zip(labels, texts, strict=True))


def _filled(
    text: str,
    references: Mapping[str, Any],
    keys: Mapping[str, str],
    borrowed: dict[str, Borrowed],
) -> str:
    """Put values of reference tables in place of their names: `>= limits.most` → `>= 1000`."""

    def value_of(found: re.Match[str]) -> str:
        name, _, line = found[0].partition(".")
        table = references.get(name)
        if not isinstance(table, Mapping) or not isinstance(table.get(line), str | int | float):
            return found[0]
        borrowed[found[0]] = Borrowed(table[line], keys.get(name, name), line)
        return str(table[line]).lower() if isinstance(table[line], bool) else str(table[line])

    return _PATH.sub(value_of, text)
