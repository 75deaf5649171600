"""Rule tests: cases with the outputs expected of them, kept with a draft and frozen with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction

from decisions import engine, history
from decisions.canonical import canonical, digest
from decisions.enums import VersionState
from decisions.errors import Fault, Invalid, Refused
from decisions.ids import new_id
from decisions.models import Decision, ModelVersion, RuleTest, User
from decisions.services.candidates import Candidate, candidate_today
from decisions.services.drafting import loaded_draft
from decisions.services.rulesets import sources_of

MOST_TESTS = 1000
MOST_OUTPUTS = 60  # Outputs of one answer that a form offers to expect.
ABSENT = "(nothing)"


@dataclass(frozen=True)
class Difference:
    """One expected output that came out otherwise."""

    path: str
    expected: Any
    actual: Any


@dataclass(frozen=True)
class Tested:
    """What the rules said of one test, and the rows, as (table id, number), that answered."""

    test: RuleTest
    differences: tuple[Difference, ...]
    problems: tuple[str, ...]
    rows: tuple[tuple[str, int], ...]
    result: engine.Result

    @property
    def passed(self) -> bool:
        return not self.differences and not self.problems


def create(
    version: ModelVersion,
    *,
    name: str,
    facts: Mapping[str, Any],
    expected: Mapping[str, Any],
    author: User,
    reason: str,
    now: datetime,
    at: datetime | None = None,
    from_decision: Decision | None = None,
) -> RuleTest:
    """Add a test to a draft. Raises Invalid for facts that do not fit the model's inputs."""
    with transaction.atomic():
        draft = _draft(version)
        position = draft.tests.count()
        if position >= MOST_TESTS:
            raise Refused(f"A version holds at most {MOST_TESTS} tests. Remove some first.")
        test = RuleTest(
            id=new_id(now), version=draft, position=position, from_decision=from_decision
        )
        _write(test, name=name, facts=facts, expected=expected, at=at, now=now)
        history.save(test, by=author, reason=reason or "Added", now=now)
    return test


def case_of(version: ModelVersion, decision: Decision) -> dict[str, Any]:
    """Return the facts of a past decision as a test holds them: with evidence by its input."""
    if decision.model_id != version.model_id:
        raise Invalid("This decision was made by another model. Choose a draft of its own.")
    said = {row.source: row.facts for row in decision.submission.evidence.all()}
    inputs = _evidence_of(version)
    return {**decision.submission.facts, **{i: said.get(key) for i, key in inputs.items()}}


def _evidence_of(version: ModelVersion) -> dict[str, str]:
    sources = sources_of(loaded_draft(version))
    return {s.input: s.key for s in sources if s.kind == "evidence"}


def create_from_decision(
    version: ModelVersion,
    decision: Decision,
    *,
    name: str,
    author: User,
    reason: str,
    now: datetime,
) -> RuleTest:
    """Add a test that expects of a draft what the rules said of a past decision, at its time."""
    facts = case_of(version, decision)
    if decision.failed or not decision.outputs:
        raise Invalid("The rules gave no answer here, so there is nothing to expect.")
    return create(
        version,
        name=name,
        facts=facts,
        expected=decision.outputs,
        at=decision.evaluated_at,
        from_decision=decision,
        author=author,
        reason=reason,
        now=now,
    )


def change(
    test: RuleTest,
    *,
    name: str,
    facts: Mapping[str, Any],
    expected: Mapping[str, Any],
    author: User,
    reason: str,
    now: datetime,
    at: datetime | None = None,
) -> RuleTest:
    """Change a test of a draft; that it expects something else needs a reason."""
    if dict(expected) != test.expected and not reason.strip():
        raise Invalid(
            "Say why the test expects something else now. The reason stays with the test."
        )
    with transaction.atomic():
        _draft(test.version)
        _write(test, name=name, facts=facts, expected=expected, at=at, now=now)
        history.save(test, by=author, reason=reason or "Changed", now=now)
    return test


def remove(test: RuleTest, *, author: User, reason: str, now: datetime) -> None:
    """Take a test out of a draft; its history stays."""
    if not reason.strip():
        raise Invalid("Say why this test goes. The reason stays with the draft.")
    with transaction.atomic():
        _draft(test.version)
        history.remove(test, by=author, reason=reason, now=now)


def accept(test: RuleTest, *, author: User, reason: str, now: datetime) -> RuleTest:
    """Expect of a test what the rules say now, of the outputs it looks at."""
    said = run_one(test, candidate_today(test.version, now=now))
    if said.problems:
        raise Refused(f"The rules fail here, which no test may expect: {said.problems[0]}")
    value = engine.to_json(said.result.value)
    actual = {path: output_at(value, path) for path in test.expected}
    expected = {path: found for path, found in actual.items() if found != ABSENT}
    return change(
        test,
        name=test.name,
        facts=test.facts,
        expected=expected,
        author=author,
        reason=reason,
        now=now,
        at=test.at,
    )


@dataclass(frozen=True)
class Case:
    """A test as a file holds it; `place` says where in the file."""

    place: str
    name: str
    facts: Mapping[str, Any]
    expected: Mapping[str, Any]
    at: datetime | None


def take_in(
    version: ModelVersion, cases: Iterable[Case], *, author: User, reason: str, now: datetime
) -> tuple[int, int]:
    """Add cases to a draft, or change its tests of their names: all, or none where one misfits.

    Returns how many were added and how many changed.
    """
    with transaction.atomic():
        draft = _draft(version)
        known = {test.name: test for test in draft.tests.all()}
        rules, added, changed = candidate_today(draft, now=now), 0, 0
        for case in cases:
            test = known.get(case.name.strip()[:200])
            if test is None:
                test = RuleTest(id=new_id(now), version=draft, position=len(known))
                added += 1
            else:
                changed += 1
            try:
                _write(
                    test,
                    name=case.name,
                    facts=case.facts,
                    expected=case.expected,
                    at=case.at,
                    rules=rules,
                    now=now,
                )
            except Invalid as error:
                words = "; ".join(f"{f.get('where')}: {f.get('message')}" for f in error.faults)
                raise Invalid(f"{case.place}: {words or error} Nothing was taken in.") from error
            known[test.name] = test
            if len(known) > MOST_TESTS:
                raise Refused(f"A version holds at most {MOST_TESTS} tests. Split the file.")
            history.save(test, by=author, reason=reason or "Taken in from a file", now=now)
    return added, changed


def run_all(version: ModelVersion, *, now: datetime) -> list[Tested]:
    """Run every test of a version against its rules and the reference tables of today."""
    tests = list(version.tests.select_related("from_decision"))
    rules = candidate_today(version, now=now) if tests else None
    return [run_one(test, rules) for test in tests if rules is not None]


def run_one(test: RuleTest, rules: Candidate) -> Tested:
    """Run one test; a tainted answer never passes."""
    result = rules.decide(rules.inputs(test.facts), now=test.at)
    value = engine.to_json(result.value)
    return Tested(
        test=test,
        differences=tuple(_differences(test.expected, value)),
        problems=tuple(p.message for p in result.problems if p.severity == "error"),
        rows=tuple((table, number) for table, number in result.rows),
        result=result,
    )


@dataclass(frozen=True)
class Said:
    """What rules say of facts that are no test yet: outputs by path, and what went wrong."""

    outputs: dict[str, Any]
    problems: tuple[str, ...]
    rows: tuple[tuple[str, int], ...]


def say(
    version: ModelVersion, facts: Mapping[str, Any], *, at: datetime | None, now: datetime
) -> Said:
    """Ask the rules of a version about facts, writing nothing; raises Invalid for what misfits."""
    _refuse_unkept(facts)
    rules = candidate_today(version, now=now)
    if faults := _faults(rules, facts):
        raise Invalid("Some facts do not fit the model.", faults)
    result = rules.decide(rules.inputs(facts), now=at)
    errors = tuple(p.message for p in result.problems if p.severity == "error")
    return Said(outputs_by_path(engine.to_json(result.value)), errors, tuple(result.rows))


def asked_of(version: ModelVersion) -> dict[str, Any]:
    """Return the JSON Schema of the facts of a test: those of a submission, and evidence."""
    evidence = _evidence_of(version)
    schema = loaded_draft(version).schema_with(evidence)
    return {
        **schema,
        "required": [name for name in schema["required"] if name not in evidence],
        "evidence": list(evidence),
    }


def tests_hash(version: ModelVersion) -> str:
    """Hash what the tests of a version ask and expect, for a proposal's content."""
    fields = ("name", "facts", "expected", "at")
    rows = version.tests.order_by("name").values_list(*fields)
    return digest([[n, facts, said, at and at.isoformat()] for n, facts, said, at in rows])


def outputs_by_path(value: Any, *, most: int = MOST_OUTPUTS) -> dict[str, Any]:
    """Return {path: value} of all that can be expected of an answer; plain lists stay whole."""
    return dict(islice(_paths(value, ""), most))


def _paths(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        parts = [(str(name), part) for name, part in value.items() if "." not in str(name)]
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        parts = [(str(place), item) for place, item in enumerate(value)]
    else:
        if path:
            yield path, value
        return
    for name, part in parts:
        yield from _paths(part, f"{path}.{name}" if path else name)


def output_at(value: Any, path: str) -> Any:
    """Return what stands at a path such as `outcome` or `reasons.0.code`, or ABSENT."""
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value


def _differences(expected: Mapping[str, Any], value: Any) -> Iterable[Difference]:
    for path, wanted in expected.items():
        actual = output_at(value, path)
        if _plain(actual) != _plain(wanted):
            yield Difference(path, wanted, actual)


def _plain(value: Any) -> Any:
    """Make values comparable: 1 and 1.0 are one number, and true is none."""
    if isinstance(value, bool) or value is None:
        return ("constant", value)
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _write(
    test: RuleTest,
    *,
    name: str,
    facts: Mapping[str, Any],
    expected: Mapping[str, Any],
    at: datetime | None,
    now: datetime,
    rules: Candidate | None = None,
) -> None:
    _refuse_unkept([name, facts, expected])
    name = name.strip()[:200]
    if not name:
        raise Invalid("Give the test a name that says what it shows.")
    if test.version.tests.filter(name=name).exclude(pk=test.pk).exists():
        raise Invalid(f"A test “{name}” is there already. Choose another name.")
    if not expected:
        raise Invalid("Say what you expect: at least one output, such as the outcome.")
    if faults := _faults(rules or candidate_today(test.version, now=now), facts):
        raise Invalid("Some facts do not fit the model. The test was not saved.", faults)
    test.name, test.facts, test.expected, test.at = name, dict(facts), dict(expected), at


def _refuse_unkept(given: Any) -> None:
    try:
        canonical(given)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            "The test holds a character or a number that cannot be kept, such as NaN. Remove it."
        ) from error


def _faults(rules: Candidate, facts: Mapping[str, Any]) -> list[Fault]:
    asked = {name: value for name, value in facts.items() if name not in rules.evidence}
    return [
        Fault(code=p.code, where=p.where, message=p.message, hint=p.hint)
        for p in rules.model.check(asked)
        if p.severity == "error"
    ]


def _draft(version: ModelVersion) -> ModelVersion:
    draft = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model")
        .get(pk=version.pk)
    )
    if draft.state != VersionState.DRAFT:
        raise Refused(
            f"Version {draft.number} is {draft.get_state_display().lower()}; its tests are frozen "
            "with it. Start a new draft."
        )
    return draft
