"""What the door says to callers who give it something it cannot take, and what it lets out."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from decisions.engine import (
    Decide,
    Invalid,
    Model,
    evaluate_expression,
    evaluate_unary_tests,
    load_model,
)
from tests.decisions.engine import dmn

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
COUNTRY = dmn.input_data("country", "string")
TABLE = dmn.table("FIRST", [("country", "string")], [("o", "string")], [('"DE"', '"yes"')])
SERVICE = '<decisionService id="s" name="S"><outputDecision href="#id_D"/></decisionService>'


def model_of(*more: str) -> Model:
    return load_model(
        dmn.file(COUNTRY, dmn.decision("D", TABLE, inputs=["country"]), SERVICE, *more)
    )


def wrong_call(call: Callable[[Any], object], given: Any) -> str:
    with pytest.raises(TypeError) as refusal:
        call(given)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("call", "given", "said"),
    [
        (
            load_model,
            None,
            "A DMN model must be given as bytes, as a str of XML or as a Path, not None.",
        ),
        (
            lambda given: load_model(dmn.file(), resolver=given),
            5,
            "The resolver must be given as a function of namespace and location, not 5.",
        ),
        (
            model_of().decision,
            None,
            "The decision must be given as its name or id, a str, not None.",
        ),
        (model_of().service, 5, "The decision must be given as its name or id, a str, not 5."),
        (
            model_of().decision("D")({"country": "DE"}).why_not,
            "1",
            "The row must be given as its number from 1, not '1'.",
        ),
        (
            lambda given: model_of().analyse(table=given),
            5,
            "The table must be given as its id, a str, not 5.",
        ),
        (
            model_of().decision("D").given,
            [1],
            "The facts must be given as a mapping of input names to values, not [1].",
        ),
        (evaluate_expression, 5, "A FEEL text must be given as a str, not 5."),
        (evaluate_expression, [], "A FEEL text must be given as a str, not []."),
        (
            lambda given: evaluate_unary_tests(given, 1),
            None,
            "A FEEL text must be given as a str, not None.",
        ),
        (load_model, list(range(99)), "not a list."),
    ],
)
def test_argument_of_a_wrong_type_is_refused_with_what_to_give(
    call: Callable[[Any], object], given: Any, said: str
) -> None:
    assert wrong_call(call, given).endswith(said)


def test_resolver_that_gives_no_source_is_refused() -> None:
    source = dmn.file('<import name="lib" namespace="urn:lib" importType="dmn"/>')
    with pytest.raises(TypeError, match="not 5"):
        load_model(source, resolver=lambda *_: 5)  # type: ignore[arg-type,return-value]


def test_imported_text_may_name_another_encoding_than_its_bytes_have() -> None:
    library = dmn.file(dmn.decision("Ä", "4"), namespace="urn:lib").replace("UTF-8", "UTF-16")
    source = dmn.file('<import name="lib" namespace="urn:lib" importType="dmn"/>')
    assert load_model(source, resolver=lambda *_: library).problems == []


@pytest.mark.parametrize("text", ["models/screening.dmn", "/no/such/file.dmn", ""])
def test_name_of_a_file_given_as_text_is_told_apart(text: str) -> None:
    (problem,) = load_model(text).problems
    assert problem.code == "xml.syntax"
    assert problem.hint == (
        "A str is read as the DMN text itself; to open a file, give its name as a Path."
    )


def test_path_that_is_not_there_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "gone.dmn")


def deciders() -> list[Decide]:
    """A lean decision, a service, one that needs a run, and one with given facts."""
    model = model_of(dmn.decision("Late", "string(today()) + country", inputs=["country"]))
    plain = model.decision("D")
    return [plain, model.service("S"), model.decision("Late"), plain.given({"country": "DE"})]


@pytest.mark.parametrize("facts", [[], None, "x", 5, [("country", "DE")]])
def test_facts_that_are_no_mapping_are_one_problem_on_every_way(facts: Any) -> None:
    for decide in deciders():
        result = decide(facts, now=NOON)
        said = [(p.code, p.message) for p in result.problems if p.code.startswith("input.")]
        assert said == [("input.type", "The facts must be an object: names with their values.")]
        assert result.failed
        with pytest.raises(Invalid, match="must be a mapping of names to columns"):
            decide.evaluate_many(facts, now=NOON)
    assert [p.code for p in model_of().check(facts)] == ["input.type"]


@pytest.mark.parametrize("names", [[], "x", "", 5, [("x", 1)]])
def test_names_that_are_no_mapping_are_a_problem_however_often_they_come(names: Any) -> None:
    for _ in range(4):  # Later ones are met by compiled code.
        answer = evaluate_expression("1 + 1", names)
        assert (answer.value, [p.code for p in answer.problems]) == (None, ["input.type"])
        assert evaluate_unary_tests("> 0", 1, names).problems == answer.problems
        assert evaluate_expression("1 + 1").value == 2
        assert evaluate_expression("1 + 1", {}).value == 2


def test_name_that_is_no_text_is_a_problem() -> None:
    answer = evaluate_expression("x", {5: 1})  # type: ignore[dict-item]
    assert [str(p) for p in answer.problems] == ["names: 5 is no name. Give names as texts."]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (None, "none was given"),
        ("x", "'x' is none"),
        (5, "5 is none"),
        (date(2026, 1, 31), "datetime.date(2026, 1, 31) is none"),
        (datetime(2026, 1, 31, 12), "the one given has no time zone"),  # noqa: DTZ001
    ],
)
def test_time_that_is_none_is_a_problem_where_rules_ask_for_it(now: Any, said: str) -> None:
    model = model_of(
        dmn.decision("Late", "now() > now()"),
        '<decisionService id="l" name="L"><outputDecision href="#id_Late"/></decisionService>',
    )
    late = model.decision("Late")
    problems = [
        late({}, now=now).problems,
        model.service("L")({}, now=now).problems,
        evaluate_expression("now()", now=now).problems,
        evaluate_unary_tests("> now()", 1, now=now).problems,
    ]
    for found in problems:
        assert {p.code for p in found if p.severity == "error"} == {"temporal.now"}
        assert f"The rules ask for the current time, and {said}." in {p.message for p in found}
        assert "Pass now= to the evaluation: a datetime with a time zone." in {
            p.hint for p in found
        }
    result = late({}, now=now)
    assert result.explain()[0]["value"] is None
    assert model.decision("D")({"country": "DE"}, now=now).problems == []


def test_bad_time_of_a_batch_is_a_problem_of_its_items() -> None:
    source = dmn.file(COUNTRY, dmn.decision("D", "now() = country", inputs=["country"]))
    batch = load_model(source).decision("D").evaluate_many({"country": ["DE"]}, now="x")  # type: ignore[arg-type]
    assert "temporal.now" in {problem.code for problem in batch.problems[0]}


def test_row_of_a_decision_without_a_table_is_refused() -> None:
    result = load_model(dmn.file(dmn.decision("D", "1"))).decision("D")({})
    with pytest.raises(Invalid, match="No decision that was evaluated is a table"):
        result.why_not(1)


@pytest.mark.parametrize(
    "thing", [model_of(), model_of().decision("D"), model_of().service("S")], ids=type
)
def test_compiled_things_say_what_to_keep_in_place_of_a_pickle(thing: object) -> None:
    with pytest.raises(TypeError, match=r"cannot be pickled. Keep .*source.*load_model\(source"):
        pickle.dumps(thing)
    assert copy.copy(thing) is thing
    assert copy.deepcopy([thing])[0] is thing


def test_result_is_pickled_as_plain_data() -> None:
    model = model_of(dmn.decision("Day", "[today(), country]", inputs=["country"]))
    for decide, facts in ((model.decision("D"), {"country": "DE"}), (model.decision("Day"), {})):
        result = decide(facts, now=NOON)
        again = pickle.loads(pickle.dumps(result))
        kept = (again.value, again.rows, again.problems, again.failed)
        assert kept == (result.value, result.rows, result.problems, result.failed)
        with pytest.raises(Invalid, match="Decide on the same facts"):
            again.explain()
        with pytest.raises(Invalid, match="Decide on the same facts"):
            again.why_not(1)
        with pytest.raises(Invalid, match="Decide on the same facts"):
            print(again.values)


def test_copy_of_a_result_is_explained_as_well() -> None:
    result = model_of().decision("D")({"country": "DE"}, now=NOON)
    for copied in (copy.copy(result), copy.deepcopy(result)):
        assert copied.explain() == result.explain()
        assert (copied.value, copied.rows) == (result.value, result.rows)
    copied.rows.append(("t", 2))
    assert result.rows == [("t", 1)]
