"""Runs a tree of the public compatibility kit of DMN (TCK) against the engine."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from lxml import etree

from decisions import engine
from decisions.engine import model as m
from decisions.errors import Invalid
from decisions.services.tck_values import children, read_value, same, shown, typed

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)
Rewrite = Callable[[bytes], bytes]


class NoCases(Invalid):
    """There is nothing to run at a path."""


@dataclass(frozen=True)
class Question:
    """One result of one test case: where it stands, whom it asks with what, and what should come.

    `folder` is the level and the folder, such as compliance-level-3/0001-filter. Where there is
    nobody to ask, `decide` is None and `fault` says why.
    """

    folder: str
    test: str
    case: str
    node: str
    expected: Any
    decide: engine.Decide | None
    facts: dict[str, Any]
    fault: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one result of one test case should be, and what it was."""

    folder: str
    test: str
    case: str
    node: str
    expected: Any
    actual: Any = None
    problems: tuple[str, ...] = ()
    asked: bool = False

    @property
    def level(self) -> str:
        """Give the conformance level the case belongs to."""
        return self.folder.rpartition("/")[0]

    @cached_property
    def passed(self) -> bool:
        """Tell whether the result was asked for and is the expected one."""
        return self.asked and same(self.expected, self.actual)


@dataclass
class Report:
    """All outcomes of a tree, and the files that look like tests but cannot be read."""

    outcomes: list[Outcome] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Tell whether everything passed."""
        return not self.unreadable and all(outcome.passed for outcome in self.outcomes)

    @property
    def missed(self) -> list[Outcome]:
        """The outcomes that are not as expected."""
        return [outcome for outcome in self.outcomes if not outcome.passed]


def run_tree(root: Path, *, rewrite: Rewrite = lambda source: source) -> Report:
    """Run every test file at or below a path; raises NoCases when there is none.

    `rewrite` changes the source of each model before it is loaded.
    """
    kit = Kit(root, rewrite)
    report = Report(list(map(_ask, kit.questions())), kit.unreadable)
    if not report.outcomes:
        raise NoCases(f"{root} holds no test cases; give the TestCases folder of the TCK.")
    return report


def _ask(question: Question) -> Outcome:
    place = (question.folder, question.test, question.case, question.node, question.expected)
    if question.decide is None:
        return Outcome(*place, problems=(question.fault,))
    result = question.decide(question.facts, now=NOW)
    value = result.value
    if isinstance(question.decide.part.element, m.DecisionService):
        value = result.values.get(question.node, value)
    return Outcome(*place, value, tuple(map(str, result.problems)), asked=True)


class Kit:
    """The test files at or below a path."""

    def __init__(self, root: Path, rewrite: Rewrite = lambda source: source) -> None:
        if not root.exists():
            raise NoCases(f"There is no folder {root}.")
        self.paths = [root] if root.is_file() else sorted(root.rglob("*.xml"))
        self.rewrite = rewrite
        self.unreadable: list[str] = []

    def questions(self) -> Iterator[Question]:
        """Give every result that the tests ask for."""
        folders: dict[Path, _Folder] = {}
        for path in self.paths:
            try:
                test = etree.fromstring(path.read_bytes(), _parser())
            except (etree.XMLSyntaxError, OSError):
                self.unreadable.append(str(path))
                continue
            if etree.QName(test).localname == "testCases":
                folder = folders.setdefault(path.parent, _Folder(path.parent, self.rewrite))
                yield from _questions_of(folder, path.stem, test)


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class _Folder:
    """The models of one folder, each read once."""

    def __init__(self, path: Path, rewrite: Rewrite) -> None:
        self.path = path
        self.name = _name_of(path)
        self._rewrite = rewrite

    @cached_property
    def _by_namespace(self) -> dict[str, bytes]:
        sources = (self._rewrite(path.read_bytes()) for path in sorted(self.path.glob("*.dmn")))
        return {_namespace_of(source): source for source in sources}

    def find(self, namespace: str, _: str = "") -> bytes | None:
        """Find an imported model by its namespace."""
        return self._by_namespace.get(namespace)

    def load(self, name: str) -> engine.Model | None:
        """Load a model by its file name; None when the file is not there."""
        path = self.path / name
        if not name or not path.is_file():
            return None
        return engine.load_model(self._rewrite(path.read_bytes()), resolver=self.find)


def _name_of(path: Path) -> str:
    """Name a folder below TestCases, or by its last two parts."""
    parts = path.resolve().parts
    start = parts.index("TestCases") + 1 if "TestCases" in parts[:-1] else -2
    return "/".join(parts[start:])


def _namespace_of(source: bytes) -> str:
    try:
        return str(etree.fromstring(source, _parser()).get("namespace", ""))
    except etree.XMLSyntaxError:
        return ""


def _questions_of(folder: _Folder, name: str, test: Any) -> Iterator[Question]:
    """Give the questions of one test file, with its model loaded once."""
    named = [element.text or "" for element in children(test, "modelName")]
    file = named[0].strip() if named else f"{folder.path.name}.dmn"
    model = folder.load(file)
    for case in children(test, "testCase"):
        for node in children(case, "resultNode"):
            # What is an error is null (DMN 1.5 §10.3.2.13.1), so its value may be left out.
            expected = next(map(read_value, children(node, "expected")), None)
            place = (folder.name, name, case.get("id", ""), node.get("name", ""), expected)
            try:
                if model is None:
                    raise engine.Invalid(f"There is no model {file} beside the test.")
                yield Question(*place, *_Caller(model, folder, case).target(place[3]))
            except engine.Invalid as error:
                yield Question(*place, None, {}, str(error))


@dataclass
class _Caller:
    """Finds what one test case asks of a model."""

    model: engine.Model
    folder: _Folder
    case: Any

    def target(self, node: str) -> tuple[engine.Decide, dict[str, Any]]:
        """Give what a case asks, and the facts; raises Invalid for what the model lacks."""
        called = self.case.get("invocableName")
        if called is None:
            decide = self.model.decision(node)
        elif self._knowledge(called):
            decide = self._call_of(self._knowledge(called)[0])
        else:
            decide = self.model.service(called)
        return decide, self._facts(decide)

    def _facts(self, target: engine.Decide) -> dict[str, Any]:
        facts = {}
        for node in children(self.case, "inputNode"):
            name = self._visible_name(node)
            facts[name] = typed(read_value(node), target.shapes.get(name))
        return facts

    def _visible_name(self, node: Any) -> str:
        """Name an input as the model does, also where it is that of an imported model."""
        name, namespace, graph = node.get("name", ""), node.get("namespace"), self.model.graph
        if namespace and graph is not None:
            home = graph.files[self.model.definitions.namespace]
            for key, part in graph.parts.items():
                if part.file.definitions.namespace == namespace and part.name == name:
                    return graph.visible_name(home, key)
        return str(name)

    def _knowledge(self, name: str) -> list[m.KnowledgeModel]:
        return [item for item in self.model.definitions.knowledge if name in (item.name, item.id)]

    def _call_of(self, knowledge: m.KnowledgeModel) -> engine.Decide:
        """Make a decision that calls a knowledge model with inputs of the parameters' names."""
        namespace = self.model.definitions.namespace
        names = [name for name, _ in knowledge.function.params] if knowledge.function else []
        call = m.InvocationExpression(
            "",
            "",
            0,
            function=_feel(f"called.{knowledge.name}"),
            bindings=tuple(m.NamedExpression(name, "", _feel(name)) for name in names),
        )
        decision = m.Decision(
            "call",
            knowledge.name,
            "",
            call,
            required_inputs=tuple(f"#input{place}" for place in range(len(names))),
            required_knowledge=(f"{namespace}#{knowledge.id}",),
        )
        source = engine.write_definitions(
            m.Definitions(
                name="Call",
                namespace="urn:clearance:tck:call",
                imports=(m.Import("called", namespace, ""),),
                inputs=tuple(
                    m.InputData(f"input{place}", name, "") for place, name in enumerate(names)
                ),
                decisions=(decision,),
            )
        )
        return engine.load_model(source, resolver=self.folder.find).decision("call")


def _feel(text: str) -> m.LiteralExpression:
    return m.LiteralExpression("", "", 0, text=text)


# Counting and writing


@dataclass(frozen=True)
class Score:
    """How many of how many passed, and the same for those that do not expect null."""

    name: str
    passed: int
    total: int
    passed_values: int
    total_values: int


def scores(outcomes: Iterable[Outcome]) -> tuple[Score, list[Score], list[Score]]:
    """Count overall, by level and by folder."""
    listed = list(outcomes)
    levels = _grouped(listed, lambda outcome: outcome.level)
    folders = _grouped(listed, lambda outcome: outcome.folder)
    return (
        _score("all", listed),
        [_score(name, found) for name, found in levels.items()],
        [_score(name, found) for name, found in folders.items()],
    )


def _grouped(
    outcomes: Iterable[Outcome], key: Callable[[Outcome], Any]
) -> Mapping[Any, list[Outcome]]:
    groups: dict[Any, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    return groups


def _score(name: str, outcomes: list[Outcome]) -> Score:
    values = [outcome for outcome in outcomes if outcome.expected is not None]
    return Score(
        name,
        sum(outcome.passed for outcome in outcomes),
        len(outcomes),
        sum(outcome.passed for outcome in values),
        len(values),
    )


def by_case(outcomes: Iterable[Outcome]) -> Mapping[tuple[str, str, str], list[Outcome]]:
    """Bring together the results that one case asks for, by folder, test and case."""
    return _grouped(outcomes, lambda outcome: (outcome.folder, outcome.test, outcome.case))


def write_csv(outcomes: Iterable[Outcome], file: TextIO) -> None:
    """Write the result file of the kit: folder, test, case, SUCCESS or ERROR, remark; no header."""
    rows = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for (folder, test, case), results in by_case(outcomes).items():
        missed = [outcome for outcome in results if not outcome.passed]
        remark = "; ".join(map(_remark, missed))
        rows.writerow([folder, test, case, "ERROR" if missed else "SUCCESS", remark])


def _remark(outcome: Outcome) -> str:
    """Say in one line what is wrong, without the quotes that the kit's reader trips over."""
    said = f"{outcome.node}: expected {shown(outcome.expected)}, got {shown(outcome.actual)}"
    if not outcome.asked:
        said = f"{outcome.node}: {' '.join(outcome.problems)}"
    return " ".join(said.replace('"', "'").split())
