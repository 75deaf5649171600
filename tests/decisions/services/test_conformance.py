"""The runner of the compatibility kit, on kits of a few cases each."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from decisions.services.conformance import NoCases, Outcome, run_tree, scores, write_csv
from tests.decisions.engine import dmn

TESTS = (
    '<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    "<modelName>{model}</modelName>{cases}</testCases>"
)
FIVE = '<value xsi:type="xsd:decimal">5</value>'
NIL = '<value xsi:nil="true"/>'


def case(results: dict[str, str], *, inputs: str = "", more: str = "", result: str = "") -> str:
    """Write a test case; `results` maps result nodes to their expected values."""
    nodes = "".join(
        f'<resultNode name="{name}" {result}><expected>{value}</expected></resultNode>'
        for name, value in results.items()
    )
    return f'<testCase id="001" {more}>{inputs}{nodes}</testCase>'


def given(name: str, value: str, more: str = "") -> str:
    return f'<inputNode name="{name}" {more}>{value}</inputNode>'


def kit(root: Path, *cases: str, model: str = "", level: str = "compliance-level-3") -> Path:
    """Write a kit of one folder, with one model and one test file."""
    folder = root / "TestCases" / level / "0001-small"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "0001-small.dmn").write_text(model or dmn.file(dmn.decision("D", "5")))
    text = TESTS.format(model="0001-small.dmn", cases="".join(cases))
    (folder / "0001-small-test-01.xml").write_text(text)
    return root


def outcome_of(root: Path) -> Outcome:
    (outcome,) = run_tree(root).outcomes
    return outcome


def test_outcome_says_where_it_is_from(tmp_path: Path) -> None:
    assert outcome_of(kit(tmp_path, case({"D": FIVE}))) == Outcome(
        folder="compliance-level-3/0001-small",
        test="0001-small-test-01",
        case="001",
        node="D",
        expected=Decimal(5),
        actual=5,
        asked=True,
    )


@pytest.mark.parametrize("below", ["", "TestCases", "TestCases/compliance-level-3"])
def test_folder_is_named_alike_from_wherever_the_run_starts(tmp_path: Path, below: str) -> None:
    kit(tmp_path, case({"D": FIVE}))
    assert outcome_of(tmp_path / below).folder == "compliance-level-3/0001-small"


@pytest.mark.parametrize(
    ("expression", "value", "passed"),
    [
        ("5.000000001", FIVE, True),
        ("5.1", FIVE, False),
        ('"5"', FIVE, False),
        ("true", '<value xsi:type="xsd:boolean">true</value>', True),
        ("1", '<value xsi:type="xsd:boolean">true</value>', False),
        ('""', '<value xsi:type="xsd:string"></value>', True),
        ("null", '<value xsi:type="xsd:string"></value>', False),
        ("null", NIL, True),
        ("5", NIL, False),
        ("null", '<list xsi:nil="true"/>', True),
        ("[]", "<list/>", True),
        ("[]", '<list xsi:nil="true"/>', False),
        ('date("2024-02-29")', '<value xsi:type="xsd:date">2024-02-29</value>', True),
        ('duration("PT1H")', '<value xsi:type="xsd:duration">PT60M</value>', True),
        (
            'date and time("2024-02-29T10:00:00Z")',
            '<value xsi:type="xsd:dateTime">2024-02-29T10:00:00Z</value>',
            True,
        ),
        (
            "[1, null]",
            f"<list><item>{FIVE.replace('5', '1')}</item><item>{NIL}</item></list>",
            True,
        ),
        (
            "{a: {b: [5]}, c: null}",
            f'<component name="a"><component name="b"><list><item>{FIVE}</item></list></component>'
            '</component><component name="c" xsi:nil="true"/>',
            True,
        ),
        ("{a: 5, b: 5}", f'<component name="a">{FIVE}</component>', False),
        ("5", "<value>5</value>", True),
        ("true", "<value>true</value>", True),
        ("null", "<value/>", True),
        ("5", "<value>6</value>", False),
    ],
)
def test_result_is_compared_with_what_is_expected(
    tmp_path: Path, expression: str, value: str, passed: bool
) -> None:
    kit(tmp_path, case({"D": value}), model=dmn.file(dmn.decision("D", expression)))
    assert outcome_of(tmp_path).passed is passed


def test_inputs_are_read_with_lists_components_and_nil(tmp_path: Path) -> None:
    shows = (
        f'<list><item><component name="n">{FIVE}</component></item>'
        f'<item><component name="n">{NIL}</component></item></list>'
    )
    kit(
        tmp_path,
        case({"D": FIVE}, inputs=given("shows", shows) + given("none", NIL)),
        model=dmn.file(
            dmn.input_data("shows"),
            dmn.input_data("none"),
            dmn.decision(
                "D",
                "if none = null and shows[2].n = null then shows[1].n else 0",
                inputs=["shows", "none"],
            ),
        ),
    )
    assert outcome_of(tmp_path).passed


def test_untyped_input_has_the_type_that_the_model_declares(tmp_path: Path) -> None:
    parts = dmn.part("n", "number") + dmn.part("d", "date")
    value = (
        '<list><item><component name="n"><value>5</value></component>'
        '<component name="d"><value>2024-02-29</value></component></item></list>'
    )
    kit(
        tmp_path,
        case({"D": "<value>2029</value>"}, inputs=given("show", value)),
        model=dmn.file(
            dmn.item("tIn", parts=parts, more=' isCollection="true"'),
            dmn.input_data("show", "tIn"),
            dmn.decision("D", "show[1].d.year + show[1].n", inputs=["show"]),
        ),
    )
    assert outcome_of(tmp_path).passed


@pytest.mark.parametrize("expected", [f"<expected>{NIL}</expected>", ""])
def test_expected_error_is_null(tmp_path: Path, expected: str) -> None:
    node = f'<testCase id="001"><resultNode name="D" errorResult="true">{expected}</resultNode>'
    kit(tmp_path, node + "</testCase>", model=dmn.file(dmn.decision("D", "1 / 0")))
    assert outcome_of(tmp_path).passed
    kit(tmp_path, node + "</testCase>")
    assert not outcome_of(tmp_path).passed


def test_decision_that_is_not_there_is_a_miss_even_where_null_is_expected(tmp_path: Path) -> None:
    outcome = outcome_of(kit(tmp_path, case({"Gone": NIL})))
    assert (outcome.passed, outcome.asked) == (False, False)
    assert outcome.problems == ('The model has no decision "Gone". Known here: D.',)


def test_model_that_is_not_there_is_a_miss(tmp_path: Path) -> None:
    kit(tmp_path, case({"D": NIL}))
    next(tmp_path.rglob("*.dmn")).unlink()
    outcome = outcome_of(tmp_path)
    assert not outcome.passed
    assert outcome.problems == ("There is no model 0001-small.dmn beside the test.",)


SERVICE = (
    '<decisionService id="s" name="Service"><variable name="Service"/>{outputs}'
    '<inputDecision href="#id_Base"/></decisionService>'
)


def test_service_is_called_by_its_invocable_name(tmp_path: Path) -> None:
    kit(
        tmp_path,
        case(
            {"Top": FIVE},
            inputs=given("Base", FIVE.replace("5", "4")),
            more='type="decisionService" invocableName="Service"',
        ),
        model=dmn.file(
            dmn.decision("Base", "0"),
            dmn.decision("Top", "Base + 1", decisions=["Base"]),
            SERVICE.format(outputs='<outputDecision href="#id_Top"/>'),
        ),
    )
    assert outcome_of(tmp_path).passed


def test_service_with_two_outputs_gives_each_by_its_name(tmp_path: Path) -> None:
    kit(
        tmp_path,
        case(
            {"Top": FIVE, "Other": NIL},
            inputs=given("Base", FIVE),
            more='type="decisionService" invocableName="Service"',
        ),
        model=dmn.file(
            dmn.decision("Base", "0"),
            dmn.decision("Top", "Base", decisions=["Base"]),
            dmn.decision("Other", "null"),
            SERVICE.format(
                outputs='<outputDecision href="#id_Top"/><outputDecision href="#id_Other"/>'
            ),
        ),
    )
    assert [outcome.passed for outcome in run_tree(tmp_path).outcomes] == [True, True]


@pytest.mark.parametrize("called", ["add up", "id_add_20_up"])
def test_knowledge_model_is_called_by_its_invocable_name(tmp_path: Path, called: str) -> None:
    kit(
        tmp_path,
        case(
            {"any": FIVE},
            inputs=given("first one", FIVE.replace("5", "2")) + given("b", FIVE.replace("5", "1")),
            more=f'type="bkm" invocableName="{called}"',
        ),
        model=dmn.file(
            dmn.knowledge("twice", {"n": "number"}, "n * 2"),
            dmn.knowledge(
                "add up",
                {"first one": "number", "b": "tN"},
                "twice(first one) + b",
                needs=["twice"],
            ),
            dmn.item("tN", "number"),
        ),
    )
    outcome = outcome_of(tmp_path)
    assert (outcome.actual, outcome.problems) == (5, ())


def test_unknown_invocable_is_a_miss(tmp_path: Path) -> None:
    outcome = outcome_of(kit(tmp_path, case({"D": NIL}, more='type="bkm" invocableName="no"')))
    assert (outcome.passed, outcome.asked) == (False, False)


def test_imported_model_is_found_by_its_namespace(tmp_path: Path) -> None:
    library = dmn.file(
        dmn.input_data("n", "number"),
        dmn.decision("Plus one", "n + 1", inputs=["n"]),
        namespace="urn:lib",
    )
    kit(
        tmp_path,
        case({"D": FIVE}, inputs=given("n", FIVE.replace("5", "4"), 'namespace="urn:lib"')),
        model=dmn.file(
            '<import name="lib" namespace="urn:lib" importType="dmn"/>',
            '<decision id="d" name="D"><informationRequirement>'
            '<requiredDecision href="urn:lib#id_Plus_20_one"/></informationRequirement>'
            f"{dmn.literal('lib.Plus one')}</decision>",
        ),
    )
    next(tmp_path.rglob("*.dmn")).with_name("library.dmn").write_text(library)
    assert outcome_of(tmp_path).passed


def test_files_that_are_no_tests_are_passed_over(tmp_path: Path) -> None:
    kit(tmp_path, case({"D": FIVE}))
    folder = next(tmp_path.rglob("*.dmn")).parent
    (folder / "pom.xml").write_text("<project/>")
    (folder / "notes.txt").write_text("none")
    report = run_tree(tmp_path)
    assert (len(report.outcomes), report.unreadable, report.passed) == (1, [], True)


def test_test_that_is_not_readable_is_told_and_does_not_pass(tmp_path: Path) -> None:
    kit(tmp_path, case({"D": FIVE}))
    broken = next(tmp_path.rglob("*.dmn")).with_name("broken-test-02.xml")
    broken.write_text("<testCases>")
    report = run_tree(tmp_path)
    assert (report.unreadable, report.passed, report.missed) == ([str(broken)], False, [])


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ("gone", "There is no folder {path}."),
        ("", "{path} holds no test cases; give the TestCases"),
    ],
)
def test_path_without_cases_is_refused(tmp_path: Path, below: str, said: str) -> None:
    path = tmp_path / below
    with pytest.raises(NoCases) as refusal:
        run_tree(path)
    assert str(refusal.value).startswith(said.format(path=path))


def test_scores_are_counted_by_level_and_by_folder(tmp_path: Path) -> None:
    kit(tmp_path, case({"D": FIVE}), case({"D": NIL}), level="compliance-level-2")
    kit(tmp_path, case({"D": FIVE}))
    overall, levels, folders = scores(run_tree(tmp_path).outcomes)
    assert (overall.passed, overall.total) == (2, 3)
    assert (overall.passed_values, overall.total_values) == (2, 2)
    assert [(score.name, score.passed, score.total) for score in levels] == [
        ("compliance-level-2", 1, 2),
        ("compliance-level-3", 1, 1),
    ]
    assert [score.name for score in folders] == [
        "compliance-level-2/0001-small",
        "compliance-level-3/0001-small",
    ]


def test_result_file_has_a_line_for_each_case_in_the_form_of_the_kit(tmp_path: Path) -> None:
    passing = case({"D": FIVE}).replace("001", "a")
    missing = case({"D": '<value xsi:type="xsd:string">x</value>', "Gone": FIVE})
    file = io.StringIO()
    write_csv(run_tree(kit(tmp_path, passing, missing)).outcomes, file)
    lines = file.getvalue().splitlines()
    place = '"compliance-level-3/0001-small","0001-small-test-01"'
    assert lines == [
        f'{place},"a","SUCCESS",""',
        f'{place},"001","ERROR","D: expected \'x\', got 5; '
        "Gone: The model has no decision 'Gone'. Known here: D.\"",
    ]
    assert [row[3] for row in csv.reader(lines)] == ["SUCCESS", "ERROR"]


# The command; pytest-django refuses it any database.


def run(*arguments: object) -> tuple[int, list[str]]:
    out, status = io.StringIO(), 0
    try:
        call_command("tck", *map(str, arguments), stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    return status, out.getvalue().splitlines()


def test_command_prints_scores_and_ends_well_when_everything_passes(tmp_path: Path) -> None:
    kit(tmp_path, case({"D": FIVE, "id_D": FIVE}))
    assert run(tmp_path) == (
        0,
        [
            "                                       passed        not null",
            "compliance-level-3/0001-small          2 of 2          2 of 2",
            "compliance-level-3                     2 of 2          2 of 2",
            "all                                    2 of 2          2 of 2",
            "Counted: results; a case may have several. Cases, a line each in a CSV: 1.",
        ],
    )


def test_command_lists_each_miss_with_its_problems_and_fails(tmp_path: Path) -> None:
    kit(tmp_path, case({"D": FIVE}), model=dmn.file(dmn.decision("D", '1 + "a"')))
    status, lines = run(tmp_path)
    assert (status, lines[:3]) == (
        1,
        [
            "compliance-level-3/0001-small 0001-small-test-01 001 D",
            "    expected 5",
            "    got null",
        ],
    )
    assert lines[3].startswith('    decision "D", character ')


def test_command_writes_the_result_file(tmp_path: Path) -> None:
    target = tmp_path / "results.csv"
    assert run(kit(tmp_path, case({"D": FIVE})), "--csv", target)[0] == 0
    assert target.read_text() == (
        '"compliance-level-3/0001-small","0001-small-test-01","001","SUCCESS",""\n'
    )


@pytest.mark.parametrize("wrong", ["path", "csv"])
def test_command_says_in_a_sentence_what_is_wrong(tmp_path: Path, wrong: str) -> None:
    kit(tmp_path, case({"D": FIVE}))
    gone = tmp_path / "gone" / "file"
    arguments = [gone] if wrong == "path" else [tmp_path, "--csv", gone]
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert (
        str(refusal.value)
        == {
            "path": f"There is no folder {gone}.",
            "csv": f"{gone} cannot be written: No such file or directory.",
        }[wrong]
    )


def test_dates_are_compared_as_dates(tmp_path: Path) -> None:
    value = '<value xsi:type="xsd:date">2024-02-29</value>'
    kit(tmp_path, case({"D": value}), model=dmn.file(dmn.decision("D", 'date("2024-02-29")')))
    assert outcome_of(tmp_path).actual == date(2024, 2, 29)
