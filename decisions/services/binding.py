"""What an approval is bound to: rules, reference tables, tests, impact and guardrails, by hash."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from decisions import engine
from decisions.canonical import digest
from decisions.enums import GuardrailState, RunState
from decisions.errors import Expected, Fault, Invalid
from decisions.ids import id_at
from decisions.models import ImpactReport, ModelVersion, Proposal, ReferenceTableVersion
from decisions.services import checking, policy, simulation, testing
from decisions.services.authoring import faults_of
from decisions.services.proving import check_all
from decisions.services.rulesets import current_references, sources_of
from decisions.services.untried import untried

NAMES = {
    "rules": "Rules",
    "references": "Reference tables",
    "tests": "Tests",
    "impact": "Impact",
    "guardrails": "Guardrails",
}
WINDOW = timedelta(days=30)
MISSING = "missing"
MOST_NAMED = 3


@dataclass(frozen=True)
class Part:
    """One of the things an approval is bound to; `trouble` says why it cannot go live as it is.

    `doubt` is for the approver to weigh; it keeps nothing from going live.
    """

    name: str
    hash: str
    words: str = ""
    trouble: str = ""
    doubt: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.trouble


@dataclass(frozen=True)
class Content:
    """What is up for approval: a version with its rules as loaded, and the report that tells of it.

    The rules are read from their text here, never from what was remembered of them.
    """

    version: ModelVersion
    loaded: engine.Model
    report: ImpactReport | None
    now: datetime

    def references(self) -> list[ReferenceTableVersion]:
        """Return what the rules read of reference tables; raises Refused where one is missing."""
        keys = [s.key for s in sources_of(self.loaded) if s.kind == "reference"]
        return current_references(keys, now=self.now)


def content_of(version: ModelVersion, report: ImpactReport | None, *, now: datetime) -> Content:
    return Content(version, engine.load_model(version.dmn), report, now)


def report_for(version: ModelVersion, *, now: datetime) -> ImpactReport | None:
    """Return the newest report on real submissions that tells of exactly this version today."""
    done = version.impacts.filter(state=RunState.DONE, source="", references=None)
    newest = done.select_related("version__model").order_by("-requested_at").first()
    try:
        return newest if newest and simulation.is_current(newest, version, now=now) else None
    except Expected:  # Rules that cannot run have no impact.
        return None


def hashes(content: Content) -> dict[str, str]:
    """Return the hash of each part as it is now."""
    return {name: hashed(content) for name, (hashed, _) in _PARTS.items()}


def checked(content: Content) -> list[Part]:
    """Look at every part: its hash, what there is to say of it, and what is wrong with it."""
    return [_checked(name, content) for name in _PARTS]


def content_hash(parts: Mapping[str, str]) -> str:
    return digest(dict(parts))


def changed_parts(proposal: Proposal, content: Content) -> list[str]:
    """Return the names of the parts that are no longer what was proposed."""
    now_is = hashes(content)
    return [name for name, part in proposal.parts.items() if now_is.get(name) != part["hash"]]


def _checked(name: str, content: Content) -> Part:
    hashed, check = _PARTS[name]
    try:
        words = check(content)
        doubt = _DOUBTS[name](content) if name in _DOUBTS else ""
    except Invalid as error:
        return Part(name, hashed(content), trouble=str(error), faults=tuple(error.faults))
    except Expected as error:
        return Part(name, hashed(content), trouble=str(error))
    return Part(name, hashed(content), words=words, doubt=doubt)


def _rules_hash(content: Content) -> str:
    return content.loaded.hash


def _rules(content: Content) -> str:
    loaded, owner = content.loaded, content.version.model
    if faults := faults_of(loaded):
        raise Invalid(f"The rules have {_listed(faults, 'problem')}", faults)
    if faults := policy.forbidden(content.version, loaded, now=content.now):
        raise Invalid(_forbidden(faults), faults)
    if owner.decision_name not in {decision["name"] for decision in loaded.decisions}:
        raise Invalid(
            f"The rules have no decision named “{owner.decision_name}”. "
            "Name the decision that gives the outcome so."
        )
    if faults := checking.blocking(content.version, loaded, now=content.now):
        raise Invalid(f"The tables have {_listed(faults, 'fault')}", faults)
    tables = engine.tables_of(loaded.definitions)
    rows = sum(len(table.rules) for table in tables)
    return f"{_count(len(tables), 'table')}, {_count(rows, 'row')}"


def _forbidden(faults: Sequence[Fault]) -> str:
    """The first field is named in full; the others are counted."""
    more = len(faults) - 1
    others = f" {_count(more, 'more field')} {'is' if more == 1 else 'are'} forbidden too."
    return f"{faults[0]['message']}{others if more else ''} {faults[0]['hint']}"


def _references_hash(content: Content) -> str:
    try:
        rows = content.references()
    except Expected:
        return MISSING
    return digest(sorted([row.table.key, row.content_hash] for row in rows))


def _references(content: Content) -> str:
    named = sorted(f"{row.table.name} v{row.number}" for row in content.references())
    if len(named) > MOST_NAMED:
        return f"{len(named)} tables, as they are today"
    return ", ".join(named) or "None is read"


def _tests_hash(content: Content) -> str:
    return testing.tests_hash(content.version)


def _tests(content: Content) -> str:
    tested = testing.run_all(content.version, now=content.now)
    failing = [one for one in tested if not one.passed]
    if failing:
        raise Invalid(
            f"{len(failing)} of {_count(len(tested), 'rule test')} "
            f"{'fails' if len(failing) == 1 else 'fail'}, the first is "
            f"“{failing[0].test.name}”. Mend the rules, or change what the test expects."
        )
    if tested and engine.tables_of(content.loaded.definitions) and not any(t.rows for t in tested):
        raise Invalid("The rule tests reach no row of any table. Add one that does.")
    return f"{len(tested)} of {len(tested)} green" if tested else "None were written"


def _tests_doubt(content: Content) -> str:
    tested = testing.run_all(content.version, now=content.now)
    reached = {row for one in tested for row in one.rows}
    return untried(content.version, content.loaded, reached).words


def _impact_hash(content: Content) -> str:
    if content.report is None:
        return digest(["no report", str(content.version.model.live_version_id)])
    try:
        current = simulation.is_current(content.report, content.version, now=content.now)
    except Expected:
        current = False
    return content.report.content_hash if current else MISSING


def _impact(content: Content) -> str:
    if content.report is not None:
        return f"{content.report.changed:,} of {content.report.total:,} change"
    owner = content.version.model
    if owner.live_version_id is None:
        return "Nothing is live yet"
    if owner.submissions.filter(pk__gte=id_at(content.now - WINDOW)).exists():
        raise Invalid(
            "There is no impact preview of these rules against what is live now. "
            "Preview the impact first, then propose."
        )
    return "No submission in 30 days"


def _guardrails_hash(content: Content) -> str:
    rows = content.version.model.guardrails.filter(active=True).order_by("pk")
    return digest([list(row) for row in rows.values_list("name", "applies", "forbidden")])


def _guardrails(content: Content) -> str:
    checked = check_all(content.version, now=content.now)
    broken = [one for one in checked if not one.holds]
    if broken:
        raise Invalid(broken[0].trouble)
    if not checked:
        return "None is set"
    proved = [one for one in checked if one.state == GuardrailState.PROVED]
    words = [f"{len(proved)} of {len(checked)} proved"] if proved else []
    if tried := [one for one in checked if one not in proved]:
        cases = _count(min(one.cases for one in tried), "case")
        words.append(f"{len(tried)} tested on {cases}")
    return ", ".join(words)


_PARTS: dict[str, tuple[Callable[[Content], str], Callable[[Content], str]]] = {
    "rules": (_rules_hash, _rules),
    "references": (_references_hash, _references),
    "tests": (_tests_hash, _tests),
    "impact": (_impact_hash, _impact),
    "guardrails": (_guardrails_hash, _guardrails),
}

_DOUBTS: dict[str, Callable[[Content], str]] = {"tests": _tests_doubt}


def _listed(faults: Sequence[Fault], noun: str) -> str:
    """Say how many there are and what the first one is."""
    first = faults[0]
    more = "" if len(faults) == 1 else ", the first"
    words = " ".join(filter(None, [first.get("message"), first.get("hint")]))
    where = f" ({first['where']})" if first.get("where") else ""
    return f"{_count(len(faults), noun)}{more}{where}: {words}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
