"""What is wrong with a table, in words, with a case, how often it is real, and what mends it."""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from decisions import engine
from decisions.canonical import digest
from decisions.errors import Expected, Fault, Invalid, Refused
from decisions.models import ModelVersion, User
from decisions.services import drafting
from decisions.services.candidates import candidate_today
from decisions.services.drafting import loaded_draft
from decisions.services.falls import Fallen, Gaps, Region, fallen, recent, unanswered

# Findings that keep rules from being proposed though decisions could be made with them.
BLOCKING = frozenset({"table.unreachable", "table.lost_output"})
FRESH = timedelta(minutes=10)  # For so long, counts of unchanged content are not counted again.
MOST_REMEMBERED = 200

Operation = dict[str, Any]


@dataclass(frozen=True)
class Cure:
    """What one click does: an operation on the draft."""

    words: str
    operation: Operation

    @property
    def json(self) -> str:
        return json.dumps(self.operation)


@dataclass(frozen=True)
class TableProblem:
    """One thing wrong with a table; `key` names it as long as it is the same.

    `fallen` is None where submissions cannot fall in it, or were not counted yet.
    """

    key: str
    code: str
    severity: str
    title: str
    text: str
    rows: tuple[int, ...]
    columns: tuple[str, ...]
    example: tuple[tuple[str, Any], ...]
    blocks: bool
    cures: tuple[Cure, ...] = ()
    region: Region | None = None
    given: Mapping[str, Any] | None = None
    fallen: Fallen | None = None


@dataclass(frozen=True)
class Checked:
    """The problems of a table, those that stop a proposal first, then the most frequent.

    `counted` tells whether real submissions were looked at, and `looked_at` how many.
    """

    table_id: str
    problems: list[TableProblem]
    counted: bool
    looked_at: int = 0

    @property
    def blocking(self) -> int:
        return sum(problem.blocks for problem in self.problems)

    @property
    def others(self) -> int:
        return len(self.problems) - self.blocking


def problems_of(version: ModelVersion, table_id: str, now: datetime, count: bool = True) -> Checked:
    """Find what is wrong with a table and count real submissions there.

    With `count` off, they are counted only if that is known already. Raises Invalid when there
    is no such table.
    """
    problems = _problems(loaded_draft(version), table_id)
    placed = [problem for problem in problems if problem.region is not None]
    counts = _counts(version, table_id, placed, now=now, count=count) if placed else {}
    found = [_counted(problem, counts) for problem in problems]
    looked_at = max((one.of for one in counts.values()), default=0)
    counted = not placed or bool(counts)
    return Checked(table_id, sorted(found, key=_rank), counted, looked_at)


def problem_called(version: ModelVersion, table_id: str, key: str) -> TableProblem | None:
    """Return a problem by its key, if it is still there."""
    return next((p for p in _problems(loaded_draft(version), table_id) if p.key == key), None)


def cure(
    version: ModelVersion, table_id: str, *, key: str, words: str, author: User, now: datetime
) -> str:
    """Carry out the cure of a problem that these words name; returns what was done.

    Raises Refused when the problem or the cure is no longer there.
    """
    problem = problem_called(version, table_id, key)
    cures = problem.cures if problem is not None else ()
    chosen = next((one for one in cures if one.words == words), None)
    if problem is None or chosen is None:
        raise Refused("This problem is no longer there. Look at those that are.")
    saved = drafting.edit(
        version, [chosen.operation], based_on=version.revision, author=author, now=now
    )
    return f"{saved.change.summary}."


def blocking(version: ModelVersion, loaded: engine.Model, *, now: datetime) -> list[Fault]:
    """Return what keeps rules from being proposed.

    Errors, cells that can never hold, outputs that others read in vain, and gaps in which real
    submissions fell that end without an outcome. Other gaps do not: a table may have nothing to
    say of a case that other tables decide.
    """
    findings = loaded.analyse().findings
    faults = [
        Fault(code=f.code, where=f.where, message=f.message, hint=f.hint)
        for f in findings
        if f.severity == "error" or f.code in BLOCKING
    ]
    gaps = dict.fromkeys(f.table for f in findings if f.code == "table.gap")
    if faults or not gaps:
        return faults
    rules = candidate_today(version, now=now)
    if not unanswered(rules, recent(version, rules, now=now), now=now):
        return []
    return [
        Fault(code=p.code, where=p.title, message=p.text, hint="Add a row for it.")
        for table in gaps
        for p in problems_of(version, table, now).problems
        if p.blocks
    ]


def _problems(loaded: engine.Model, table_id: str) -> list[TableProblem]:
    try:
        findings = loaded.analyse(table=table_id).findings
    except engine.Invalid as error:
        raise Invalid(str(error)) from error
    tables = engine.tables_of(loaded.definitions)
    table = next(table for table in tables if table.id == table_id)
    return [_problem(finding, table) for finding in findings]


def _problem(finding: engine.Finding, table: Any) -> TableProblem:
    key = digest([finding.code, finding.message, list(finding.region)])[:12]
    title, text = _words(finding)
    return TableProblem(
        key=key,
        code=finding.code,
        severity=finding.severity,
        title=title,
        text=text,
        rows=finding.rows,
        columns=finding.columns,
        example=_example(finding, table),
        blocks=finding.severity == "error" or finding.code in BLOCKING,
        cures=_cures(finding, table, key),
        region=_region(finding, table),
        given=finding.example,
    )


def _words(finding: engine.Finding) -> tuple[str, str]:
    row = finding.rows[0] if finding.rows else 0
    titles = {
        "table.gap": "Gap: no row answers this",
        "table.shadowed": f"Row {row} can never decide",
        "table.outranked": f"Row {row} can never decide",
        "table.unreachable": f"Row {row} can never match",
        "table.duplicate": f"Row {finding.rows[-1] if finding.rows else 0} is there twice",
    }
    if finding.code in titles:
        return titles[finding.code], finding.message.removeprefix(f"{titles[finding.code]}: ")
    if finding.code == "table.overlap":
        rows = " and ".join(map(str, finding.rows))
        return f"Rows {rows} answer the same case", finding.message
    where = f"Row {row}" if row and finding.columns else ""
    if finding.columns:
        where = f"{where}, {finding.columns[0]}" if where else finding.columns[0]
    return (f"{where}: {finding.message}" if where else finding.message), finding.hint


def _example(finding: engine.Finding, table: Any) -> tuple[tuple[str, Any], ...]:
    """Name the values of a case by the labels of their columns, those that tell it first."""
    if finding.example is None:
        return ()
    labels = {" ".join(c.text.split()): c.label or c.text for c in table.inputs}
    narrow = {
        clause.label or clause.text
        for clause, cell in zip(table.inputs, finding.region, strict=False)
        if cell != "-"
    }
    pairs = [(labels.get(text, text), value) for text, value in finding.example.items()]
    return tuple(sorted(pairs, key=lambda pair: pair[0] not in narrow))[: len(narrow) or 4]


def _region(finding: engine.Finding, table: Any) -> Region | None:
    if finding.code == "table.gap":
        return Region(finding.region, gap=True)
    if finding.code == "table.overlap":
        return Region(finding.region)
    if finding.code in {"table.shadowed", "table.outranked"}:
        return Region(tuple(table.rules[finding.rows[0] - 1].inputs))
    return None


def _cures(finding: engine.Finding, table: Any, key: str) -> tuple[Cure, ...]:
    names = [rule.id for rule in table.rules]
    row = names[finding.rows[0] - 1] if finding.rows else ""
    if finding.code == "table.gap":
        new = {"id": f"row_{key}", "inputs": list(finding.region), "outputs": [], "annotations": []}
        insert = {"op": "insert_rows", "as": "feel", "table": table.id, "rows": [new]}
        return (Cure("Add row", insert),)
    if finding.code == "table.duplicate":
        again = names[finding.rows[-1] - 1]
        return (Cure("Remove row", {"op": "remove_rows", "table": table.id, "rows": [again]}),)
    remove = Cure("Remove row", {"op": "remove_rows", "table": table.id, "rows": [row]})
    if finding.code == "table.shadowed":
        first = min(finding.rows[1:])
        before = names[first - 1]
        move = {"op": "move_rows", "table": table.id, "rows": [row], "before": before}
        return (Cure(f"Move above {first}", move), remove)
    return (remove,) if finding.code in {"table.unreachable", "table.outranked"} else ()


def _counted(problem: TableProblem, counts: Mapping[str, Fallen]) -> TableProblem:
    known = counts.get(problem.key)
    if known is None or problem.code != "table.gap" or not known.count:
        return replace(problem, fallen=known)
    one = known.count == 1
    those = f"{known.count:,} real submission{'' if one else 's'}"
    if known.unanswered:
        title = f"Gap: {those} get{'s' if one else ''} no answer"
        return replace(problem, title=title, fallen=known, blocks=True)
    text = f"{problem.text} Other tables decide these cases."
    return replace(problem, title=f"Gap: {those} fell here", text=text, fallen=known)


def _rank(problem: TableProblem) -> tuple[bool, int, int]:
    severity = {"error": 0, "warning": 1, "info": 2}[problem.severity]
    return not problem.blocks, -(problem.fallen.count if problem.fallen else 0), severity


def _gaps_after(loaded: engine.Model, table_id: str) -> Gaps:
    """Return the gaps of the tables whose decisions read a table, directly or through others."""
    owners = {table.id: name for name, table in engine.named_tables(loaded.definitions)}
    reads = {decision["name"]: set(decision["requires"]) for decision in loaded.decisions}
    after, grown = {owners.get(table_id, "")}, True
    while grown:
        readers = {name for name, read in reads.items() if read & after}
        grown, after = not readers <= after, after | readers
    found: Gaps = {}
    for finding in loaded.analyse().findings:
        other = finding.table
        if finding.code == "table.gap" and other != table_id and owners.get(other) in after:
            found.setdefault(other, []).append(Region(finding.region, gap=True))
    return found


@dataclass(frozen=True)
class _Known:
    at: datetime
    counts: dict[str, Fallen] = field(default_factory=dict)


_known: OrderedDict[str, _Known] = OrderedDict()


def _counts(
    version: ModelVersion,
    table_id: str,
    problems: Sequence[TableProblem],
    *,
    now: datetime,
    count: bool,
) -> dict[str, Fallen]:
    """Count real submissions at each problem, once for some minutes; {} where rules cannot run."""
    try:
        rules = candidate_today(version, now=now)
    except Expected:
        return {}
    base = digest([str(version.model_id), version.content_hash, rules.references, table_id])
    known = _known.get(base)
    if known is not None and now - known.at < FRESH:
        return known.counts
    if not count:
        return {}
    regions = [problem.region for problem in problems if problem.region is not None]
    found = fallen(
        rules,
        table_id,
        regions,
        recent(version, rules, now=now),
        now=now,
        later=lambda: _gaps_after(rules.model, table_id),
    )
    counts = {problem.key: one for problem, one in zip(problems, found, strict=True)}
    while len(_known) >= MOST_REMEMBERED:
        _known.popitem(last=False)
    _known[base] = _Known(now, counts)
    return counts
