"""Why a decision came out as it did, arranged for its page: sentence, table, graph, facts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.enums import SettledBy
from decisions.models import Decision
from decisions.services.explanation import Explanation
from decisions.views.graph import Graph, graph_of
from decisions.views.tables import Table, policy_in_words, table_of

_WORDS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass(frozen=True)
class Fact:
    """One input value with what the model says of it; `decided` if the outcome hangs on it."""

    label: str
    path: str
    value: Any
    unit: str
    source: str
    decided: bool


@dataclass(frozen=True)
class Step:
    """One evaluated decision; `table` is there for decision tables."""

    anchor: str
    name: str
    note: str
    kind: str
    value: Any
    text: str
    table: Table | None
    policy: str
    question: str


@dataclass(frozen=True)
class Why:
    """Everything the page of a decision shows of its evaluation."""

    steps: list[Step]
    decisive: Step | None
    row: int
    basis: dict[str, str]
    graph: Graph | None
    facts: list[Fact]
    same: bool

    @property
    def deciding(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.decided]

    @property
    def other_facts(self) -> list[Fact]:
        return [fact for fact in self.facts if not fact.decided]


def why_of(
    decision: Decision, told: Explanation, model: Mapping[str, Any], *, everything: bool = False
) -> Why:
    """Arrange an explanation; `model` is the description of the rules it was made under."""
    entries = told.tables
    keys = {s["input"]: s["key"] for s in model["sources"] if s["kind"] == "reference"}
    references = {name: told.inputs.get(name) for name in keys}
    described = {item["id"]: item for item in model["decisions"]}
    steps = [_step(entry, described, references, keys) for entry in entries]
    chosen = _decisive(decision, entries)
    decisive = steps[chosen] if chosen is not None else None
    owners = [_without_functions(e, model) for e in entries if e["id"] in described]
    notes = {step.name: step.note for step in steps} | _input_notes(model)
    row = entries[chosen]["matched"][0] if chosen is not None else 0
    return Why(
        steps=steps,
        decisive=decisive,
        row=row,
        basis=_basis(decisive, row, model),
        graph=graph_of(
            owners,
            notes=notes,
            labels=_input_labels(model),
            decisive=_owner(decisive, owners),
            asked=_asked_names(entries, chosen),
            everything=everything,
        )
        if owners
        else None,
        facts=list(facts_of(told.inputs, model, _asked(entries, chosen))),
        same=told.same,
    )


def facts_of(
    inputs: Mapping[str, Any], model: Mapping[str, Any], asked: frozenset[str] = frozenset()
) -> Iterator[Fact]:
    """Flatten the facts of the submission, with the labels, units and sources of the model."""
    for item in model["inputs"]:
        if not item["source"] and item["name"] in inputs:
            yield from _facts(item, inputs[item["name"]], item["name"], asked)


def _facts(item: Mapping[str, Any], value: Any, path: str, asked: frozenset[str]) -> Iterator[Fact]:
    parts = {part["name"]: part for part in item.get("components", ())}
    if isinstance(value, Mapping) and parts:
        for name, inner in value.items():
            yield from _facts(
                parts.get(name, {"name": name, "field": {}}), inner, f"{path}.{name}", asked
            )
        return
    hints = item.get("field") or {}
    decided = any(
        f"{path}.".startswith(f"{name}.") or f"{name}.".startswith(f"{path}.") for name in asked
    )
    yield Fact(
        label=hints.get("label") or item["name"],
        path=path,
        value=value,
        unit=hints.get("unit", ""),
        source=hints.get("source", ""),
        decided=decided,
    )


def _step(
    entry: Mapping[str, Any],
    described: Mapping[str, Any],
    references: Mapping[str, Any],
    keys: Mapping[str, str],
) -> Step:
    is_table = bool(entry["rules"])
    return Step(
        anchor=f"d-{entry['id']}",
        name=entry["name"],
        note=_note(entry),
        kind=entry["kind"],
        value=entry["value"],
        text=entry.get("text", ""),
        table=table_of(entry, references=references, keys=keys) if is_table else None,
        policy=policy_in_words(entry["hit_policy"]) if is_table else "",
        question=(described.get(entry["id"]) or {}).get("question", ""),
    )


def _note(entry: Mapping[str, Any]) -> str:
    """The result of a decision in a few words, under its name in the graph."""
    hits = entry["matched"]
    value = entry["value"]
    if not entry["rules"]:
        return "" if isinstance(value, dict) else _brief(value)
    if not hits:
        return "no row matched"
    rows = f"row {hits[0]}" if len(hits) == 1 else f"{len(hits)} rows"
    plain = isinstance(value, str) and len(value) < 14
    return f"{rows}: {value}" if plain else f"{rows} matched"


def _brief(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        plain = all(isinstance(part, str | int) for part in value)
        return (", ".join(map(str, value)) or "none") if plain else f"{len(value)} found"
    return "unknown" if value is None else str(value)


def _input_notes(model: Mapping[str, Any]) -> dict[str, str]:
    kinds = {"reference": "reference table", "evidence": "evidence"}
    return {
        item["name"]: kinds.get((item["source"] or {}).get("kind", ""), "")
        or item["field"].get("source", "submission")
        for item in model["inputs"]
    }


def _input_labels(model: Mapping[str, Any]) -> dict[str, str]:
    return {
        item["name"]: item["field"].get("label")
        or item["name"].replace("_", " ").strip().capitalize()
        for item in model["inputs"]
    }


def _decisive(decision: Decision, entries: Sequence[Mapping[str, Any]]) -> int | None:
    """The table that gave the first reason, or else the last table that says the outcome."""
    codes = _rule_codes(decision)
    wanted = [f'"{codes[0]}"'] if codes else []
    for text in [*wanted, f'"{decision.rules_outcome}"']:
        found = [place for place, entry in enumerate(entries) if _says(entry, text)]
        if found:
            return found[0] if text in wanted else found[-1]
    return None


def _says(entry: Mapping[str, Any], text: str) -> bool:
    return any(rule["matched"] and text in rule["outputs"] for rule in entry["rules"])


def _rule_codes(decision: Decision) -> list[str]:
    """The reason codes of the rules; after a verdict `reasons` holds those of the person."""
    if decision.settled_by != SettledBy.PERSON:
        return list(decision.reasons)
    said = (decision.outputs or {}).get("reasons") or []
    return [str(reason["code"]) for reason in said if reason.get("code")]


def _asked_texts(entries: Sequence[Mapping[str, Any]], chosen: int | None) -> list[str]:
    """The input expressions of the columns that the decisive rows ask about."""
    if chosen is None:
        return []
    entry = entries[chosen]
    rows = [rule for rule in entry["rules"] if rule["matched"]]
    return [
        clause["text"]
        for place, clause in enumerate(entry["inputs"])
        if any(rule["cells"][place]["text"].strip() not in {"", "-"} for rule in rows)
    ]


def _asked_names(entries: Sequence[Mapping[str, Any]], chosen: int | None) -> set[str]:
    """What the decisive rows read: names of inputs and decisions, which may hold spaces."""
    if chosen is None:
        return set()
    text = " ".join(_asked_texts(entries, chosen))
    return {name for name in entries[chosen]["requires"] if name in text}


def _asked(entries: Sequence[Mapping[str, Any]], chosen: int | None) -> frozenset[str]:
    """The facts behind the decisive rows as dotted names, those behind a decision they read too."""
    words = {word for text in _asked_texts(entries, chosen) for word in _WORDS.findall(text)}
    requires = {entry["name"]: entry["requires"] for entry in entries}
    for name in _asked_names(entries, chosen):
        words.update(requires.get(name, ()))
    return frozenset(words)


def _without_functions(entry: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """Functions a decision calls are no part of the graph of decisions."""
    functions = {item["name"] for item in model["knowledge"]}
    return {**entry, "requires": [name for name in entry["requires"] if name not in functions]}


def _owner(decisive: Step | None, owners: Sequence[Mapping[str, Any]]) -> str:
    """A table within a decision is drawn as that decision."""
    if decisive is None:
        return ""
    names = [entry["name"] for entry in owners]
    return decisive.name if decisive.name in names else decisive.name.partition(" / ")[0]


def _basis(decisive: Step | None, row: int, model: Mapping[str, Any]) -> dict[str, str]:
    """The annotations of the decisive row, by the names of the columns."""
    if decisive is None or decisive.table is None:
        return {}
    for item in model["decisions"]:
        for table in item["tables"]:
            if table["id"] == decisive.table.id:
                rule = table["rules"][row - 1]
                return dict(zip(table["annotations"], rule["annotations"], strict=False))
    return {}
