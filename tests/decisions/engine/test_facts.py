"""Facts against declared inputs: nothing invalid gets in, nothing valid is refused."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from decisions.engine import Decide, Model, load_model
from tests.decisions.engine import dmn

OPTIONAL = "<extensionElements><clearance:optional/></extensionElements>"
LABEL = (
    '<extensionElements><clearance:field label="Booked on" unit="date" disclosable="true"/>'
    "</extensionElements>"
)
REFERENCE = (
    '<extensionElements><clearance:source kind="reference" key="sponsorship_limits"/>'
    "</extensionElements>"
)
SHOW = dmn.item(
    "tShow",
    parts=dmn.part("name", "string", allowed="string length(?) <= 20")
    + dmn.part("explicit", "boolean")
    + dmn.part("tags", "string", allowed='"a", "b"', more=' isCollection="true"')
    + dmn.part("first aired", "date", extra=OPTIONAL),
)


def model() -> Model:
    found = load_model(
        dmn.file(
            SHOW,
            dmn.item("tCountry", "string", allowed='"DE", "FR"'),
            dmn.item("tShare", "number", allowed="[0..1]"),
            dmn.item("tBudget", "number", allowed="> 0"),
            dmn.item("tCode", "string", allowed='matches(?, "^[A-Z]{2}$")'),
            dmn.input_data("show", "tShow"),
            dmn.input_data("country", "tCountry"),
            dmn.input_data("share", "tShare", OPTIONAL),
            dmn.input_data("budget", "tBudget"),
            dmn.input_data("code", "tCode"),
            dmn.input_data("on", "date", LABEL),
            dmn.input_data("limits", "Any", REFERENCE),
            dmn.decision(
                "D",
                "[show, country, share, budget, code, on, limits]",
                inputs=["show", "country", "share", "budget", "code", "on", "limits"],
            ),
        )
    )
    assert found.problems == []
    return found


MODEL = model()
GOOD: dict[str, Any] = {
    "show": {"name": "Café 🐎", "explicit": False, "tags": ["a"]},
    "country": "DE",
    "budget": 1.5,
    "code": "AB",
    "on": "2024-02-29",
}


def changed(path: str, value: Any) -> dict[str, Any]:
    facts = json.loads(json.dumps(GOOD))
    at = facts
    *parents, last = path.strip("/").split("/")
    for name in parents:
        at = at[name]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return facts


def test_good_facts_have_no_problems() -> None:
    assert MODEL.check(GOOD) == []
    assert MODEL.check({**GOOD, "share": None}) == []
    assert MODEL.check(changed("show/first aired", "0999-01-01")) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("country", "de", '/country: "de" is not an allowed value. Use one of: "DE", "FR".'),
        ("country", ..., '/country: "country" is missing. Use one of: "DE", "FR".'),
        ("country", None, '/country: This field must not be empty. Use one of: "DE", "FR".'),
        ("country", 5, '/country: The number 5 stands here. Use one of: "DE", "FR".'),
        ("country", ["DE"], '/country: A list stands here. Use one of: "DE", "FR".'),
        ("budget", 0, "/budget: 0 is out of range. Use a value of more than 0."),
        ("budget", "1.5", '/budget: The text "1.5" stands here. Use a value of more than 0.'),
        ("budget", True, "/budget: The value true stands here. Use a value of more than 0."),
        ("share", 1.01, "/share: 1.01 is out of range. Use a value of at least 0 and at most 1."),
        ("code", "abc", '/code: "abc" is not an allowed value. Allowed: matches(?, "^[A-Z]{2}$").'),
        ("on", "29.02.2024", '/on: "29.02.2024" is no date. Write a date as "2026-01-31".'),
        ("on", "2023-02-29", '/on: "2023-02-29" is no date. Write a date as "2026-01-31".'),
        ("on", 20240229, '/on: The number 20240229 stands here. Write a date as "2026-01-31".'),
        ("contry", "DE", '/contry: "contry" is not a field of this model. Did you mean "country"?'),
        ("limits", {}, None),
        ("show", "x", '/show: The text "x" stands here. Give an object of fields.'),
        (
            "show/explicit",
            "false",
            '/show/explicit: The text "false" stands here. Give true or false.',
        ),
        ("show/explicit", ..., '/show/explicit: "explicit" is missing. Give true or false.'),
        ("show/tags", "a", '/show/tags: The text "a" stands here. Give a list: [ ... ].'),
        (
            "show/tags",
            ["a", "c"],
            '/show/tags/1: "c" is not an allowed value. Use one of: "a", "b".',
        ),
        ("show/tags", [None], '/show/tags/0: This field must not be empty. Use one of: "a", "b".'),
        ("show/name", "a\x00", None),
        ("show/name", "\ud800", None),
        ("show/a~b", 1, None),
        ("budget", float("nan"), None),
        ("budget", float("inf"), None),
        ("budget", Decimal("1E+7000"), None),
    ],
)
def test_bad_fact_is_named_exactly(path: str, value: Any, expected: str | None) -> None:
    facts = changed(path, value)
    problems = MODEL.check(facts)
    assert len(problems) == 1
    assert problems[0].severity == "error"
    assert problems[0].hint
    assert expected is None or str(problems[0]) == expected


def test_every_problem_of_the_facts_is_reported_at_once() -> None:
    assert len(MODEL.check({})) == 5
    assert [p.where for p in MODEL.check([])] == [""]


def test_facts_may_be_decimals_and_dates_of_python() -> None:
    import datetime as py

    facts = {**GOOD, "budget": Decimal("0.1"), "on": py.date(2024, 2, 29)}
    assert MODEL.check(facts) == []


def test_schema_says_the_same_as_the_check() -> None:
    schema = MODEL.inputs
    assert schema["required"] == ["show", "country", "budget", "code", "on"]
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert "limits" not in properties
    assert properties["country"]["enum"] == ["DE", "FR"]
    assert properties["share"] == {"type": ["number", "null"], "minimum": 0, "maximum": 1}
    assert properties["budget"] == {"type": "number", "exclusiveMinimum": 0}
    assert properties["code"]["pattern"] == "^[A-Z]{2}$"
    assert properties["on"] == {"type": "string", "format": "date", "title": "Booked on"}
    show = properties["show"]
    assert show["required"] == ["name", "explicit", "tags"]
    assert show["properties"]["name"]["maxLength"] == 20
    assert show["properties"]["tags"]["items"]["enum"] == ["a", "b"]
    assert json.dumps(schema)


def test_sources_name_what_the_portal_fills() -> None:
    assert MODEL.sources == [{"input": "limits", "kind": "reference", "key": "sponsorship_limits"}]
    display = MODEL.describe()["inputs"][5]["field"]
    assert display == {"label": "Booked on", "unit": "date", "disclosable": "true"}


def test_evaluation_reports_bad_facts_and_never_raises() -> None:
    decide = MODEL.decision("D")
    result = decide({**GOOD, "budget": "x"})
    assert result.failed
    assert {p.where: p.code for p in result.problems} == {
        "/budget": "input.type",
        "/limits": "input.missing",
    }
    assert decide({}).failed


def test_given_inputs_are_read_once_and_used_by_every_call() -> None:
    decide = MODEL.decision("D").given({"limits": {"most": 0.1}})
    result = decide(GOOD)
    assert result.problems == []
    assert result.value[-1] == {"most": Decimal("0.1")}
    assert result.value[2] is None


def test_broken_given_input_taints_every_result() -> None:
    decide = MODEL.decision("D").given({"limits": object()})
    assert decide(GOOD).failed
    assert decide(GOOD).failed


def test_type_built_on_another_keeps_both_constraints() -> None:
    found = load_model(
        dmn.file(
            dmn.item("tWhole", "number", allowed="floor(?) = ?"),
            dmn.item("tCount", "tWhole", allowed="[0..10]"),
            dmn.input_data("n", "tCount"),
            dmn.decision("D", "n", inputs=["n"]),
        )
    )
    assert [len(found.check({"n": n})) for n in (5, 5.5, 11)] == [0, 1, 1]
    assert [found.decision("D")({"n": n}).value for n in (5, 5.5, 11)] == [5, None, None]


def test_facts_that_are_no_object_are_refused() -> None:
    result = MODEL.decision("D")([1])  # type: ignore[arg-type]
    assert result.failed
    assert (result.problems[0].code, result.problems[0].where) == ("input.type", "")


def test_null_is_found_in_a_column_whose_classes_share_masks() -> None:
    rows = [(f"[{number}..{number + 1})", str(number)) for number in range(600)]
    for last in ("-", "null", "null, > 5000"):
        for policy, expected in (("FIRST", 777), ("COLLECT", [777])):
            body = dmn.table(policy, [("a", "number")], [("o", "number")], [*rows, (last, "777")])
            optional = "<extensionElements><clearance:optional/></extensionElements>"
            source = dmn.file(
                dmn.input_data("a", "number", optional), dmn.decision("D", body, inputs=["a"])
            )
            result = load_model(source).decision("D")({"a": None})
            assert (result.value, result.rows) == (expected, [("t", 601)])


class Country(str, Enum):  # noqa: UP042 - a StrEnum shows as its text already.
    """A text with a class of its own, as choices of Django are."""

    DE = "DE"


class Anything:
    """Equals whatever it is compared with."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("DE")


def _by_country() -> Decide:
    rows = [('"DE"', "1"), *((f'"X{number}"', "2") for number in range(12)), ("-", "3")]
    body = dmn.table("FIRST", [("c", "string")], [("o", "number")], rows)
    return load_model(
        dmn.file(dmn.input_data("c", "string"), dmn.decision("D", body, inputs=["c"]))
    ).decision("D")


def test_text_of_a_class_of_its_own_counts_as_its_text() -> None:
    result = _by_country()({"c": Country.DE})
    assert (result.value, result.failed) == (1, False)
    assert result.explain(every_row=True)[0]["inputs"][0]["value"] == "DE"


def test_what_only_equals_a_text_is_none() -> None:
    result = _by_country()({"c": Anything()})
    assert [problem.code for problem in result.problems] == ["input.type"]
    assert (result.rows, result.failed) == ([("t", 14)], True)


def test_value_that_a_mapping_makes_up_is_missing() -> None:
    made_up: defaultdict[str, str] = defaultdict(str, {"zz": "DE"})
    result = _by_country()(made_up)
    assert {problem.code for problem in result.problems} == {"input.missing", "input.unknown"}
    assert dict(made_up) == {"zz": "DE"}
