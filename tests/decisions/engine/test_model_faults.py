"""Faults of a model that would decide something else than its author meant, and their hints."""

from __future__ import annotations

import pytest

from decisions.engine import Problem, load_model
from tests.decisions.engine import dmn

A, B = dmn.input_data("a", "number"), dmn.input_data("b", "number")
SMALL = dmn.table("FIRST", [("a", "number")], [("o", "")], [("1", "1")])
LARGE = dmn.table(
    "FIRST", [("a", "number"), ("b", "number")], [("o", "")], [("2", "2", "2"), ("-", "-", "3")]
)
FIRST = dmn.decision("First", SMALL, inputs=["a"])
SECOND = dmn.decision("Second", LARGE, inputs=["a", "b"], decisions=["First"])


def problems_of(*elements: str) -> list[Problem]:
    return load_model(dmn.file(*elements)).problems


def said(*elements: str) -> list[str]:
    return list(map(str, problems_of(*elements)))


# Names and ids that are used twice


def test_table_id_used_twice_is_told_at_both_places_and_taints() -> None:
    model = load_model(dmn.file(A, B, FIRST, SECOND))
    assert list(map(str, model.problems)) == [
        f'decision "{one}": The table id "t" is also that of a table in decision "{other}". '
        "Give each an id of its own."
        for one, other in (("First", "Second"), ("Second", "First"))
    ]
    result = model.decision("Second")({"a": 1, "b": 1})
    assert (result.value, result.failed) == (3, True)


@pytest.mark.parametrize("every_row", [False, True])
def test_tables_of_one_id_are_explained_each_as_itself(every_row: bool) -> None:
    result = load_model(dmn.file(A, B, FIRST, SECOND)).decision("Second")({"a": 1, "b": 1})
    first, second = result.explain(every_row=every_row)
    assert (first["matched"], [cell["text"] for cell in first["inputs"]]) == ([1], ["a"])
    assert (second["matched"], [cell["text"] for cell in second["inputs"]]) == ([2], ["a", "b"])
    assert result.why_not(1)["text"].startswith("Row 1 did not match: a is 1 where")


def test_tables_of_one_id_within_one_decision_are_explained_each_as_itself() -> None:
    entries = "".join(
        f'<contextEntry><variable name="{name}"/>{table}</contextEntry>'
        for name, table in (("x", SMALL), ("y", LARGE))
    )
    model = load_model(
        dmn.file(A, B, dmn.decision("D", f"<context>{entries}</context>", inputs=["a", "b"]))
    )
    assert [p.message for p in model.problems] == ['The table id "t" is that of two tables here.']
    result = model.decision("D")({"a": 1, "b": 1})
    assert [entry["matched"] for entry in result.explain()] == [[1], [2], []]


def test_tables_of_imported_files_may_have_the_same_id() -> None:
    library = dmn.file(A, FIRST, namespace="urn:lib")
    imported = dmn.decision("Second", LARGE.replace("<text>a<", "<text>lib.a<"), inputs=["b"])
    requirements = "".join(
        f'<informationRequirement><required{kind} href="urn:lib#{key}"/></informationRequirement>'
        for kind, key in (("Input", "id_a"), ("Decision", "id_First"))
    )
    main = dmn.file(
        '<import name="lib" namespace="urn:lib" importType="dmn"/>',
        B,
        imported.replace("<decisionTable", f"{requirements}<decisionTable"),
    )
    model = load_model(main, resolver=lambda *_: library)
    assert model.problems == []
    result = model.decision("Second")({"lib.a": 1, "b": 1})
    assert [(entry["name"], entry["matched"]) for entry in result.explain()] == [
        ("First", [1]),
        ("Second", [2]),
    ]


def test_elements_of_one_id_stay_apart_and_are_told() -> None:
    model = load_model(
        dmn.file(
            dmn.decision("One", "1"),
            dmn.decision("Other", "2").replace("id_Other", "id_One"),
            dmn.decision("Third", "One + 1", decisions=["One"]),
            dmn.decision("Apart", "4"),
        )
    )
    assert list(map(str, model.problems)) == [
        'decision "One": The id "id_One" is also that of decision "Other". '
        "Give each an id of its own.",
        'decision "Other": The id "id_One" is also that of decision "One". '
        "Give each an id of its own.",
    ]
    found = {name: model.decision(name)({}) for name in ("One", "Other", "Third", "Apart")}
    assert [(r.value, r.failed) for r in found.values()] == [
        (1, True),
        (2, True),
        (2, True),
        (4, False),
    ]


def test_elements_of_one_id_keep_their_places_when_written() -> None:
    model = load_model(
        dmn.file(
            dmn.decision("One", "1"),
            A,
            dmn.decision("Two", "2"),
            dmn.decision("Other", "3").replace("id_Other", "id_One"),
        )
    )
    assert load_model(model.to_xml()).hash == model.hash


def test_name_used_twice_taints_whatever_requires_either() -> None:
    twin = dmn.decision("Same", "2").replace("id_Same", "id_Twin")
    model = load_model(
        dmn.file(dmn.decision("Same", "1"), twin, dmn.decision("Last", "Same", decisions=["Same"]))
    )
    assert said(dmn.decision("Same", "1"), twin) == [
        'decision "Same": The name "Same" is used twice, both times by decision "Same". Rename one.'
    ]
    assert model.decision("Last")({}).failed


@pytest.mark.parametrize("other", ['name="B"><variable name="x"/>', 'name="x">'])
def test_input_is_known_by_the_name_of_its_variable(other: str) -> None:
    name = 'input "B"' if "B" in other else 'input "x"'
    assert said(
        '<inputData id="i1" name="A"><variable name="x"/></inputData>',
        f'<inputData id="i2" {other}</inputData>',
    ) == [
        f'input "x": The name "x" is used twice, by input "A" and by {name}. '
        "Rename one; an input goes by the name of its variable."
    ]


def test_type_defined_twice_is_a_problem() -> None:
    assert said(dmn.item("tA", "string"), dmn.item("tB", "string"), dmn.item("tA", "number")) == [
        'type "tA": 2 types have the name "tA". Rename all but one.'
    ]


# Tables that give nothing


def test_empty_output_is_a_warning_at_its_cell() -> None:
    body = dmn.table("FIRST", [("a", "number")], [("o", "number")], [("1", "1"), ("-", "")])
    model = load_model(dmn.file(A, dmn.decision("D", body, inputs=["a"])))
    assert [(p.severity, str(p)) for p in model.problems] == [
        (
            "warning",
            'decision "D", row 2, column "o": The output is empty, which gives null. '
            "Write what the row gives, or null where that is meant.",
        )
    ]
    result = model.decision("D")({"a": 2})
    assert (result.value, result.problems) == (None, [])


def test_column_of_empty_outputs_is_one_warning() -> None:
    body = dmn.table(
        "FIRST", [("a", "number")], [("o", ""), ("p", "")], [("1", "1", ""), ("-", "2", "")]
    )
    model = load_model(dmn.file(A, dmn.decision("D", body, inputs=["a"])))
    told = [
        'decision "D", output "p": No row gives a value for "p". Remove the column, or fill it in.'
    ]
    assert list(map(str, model.problems)) == told
    assert [f.message for f in model.analyse().findings] == ['No row gives a value for "p".']


def test_null_as_an_output_is_no_slip() -> None:
    body = dmn.table("FIRST", [("a", "number")], [("o", "number")], [("1", "1"), ("-", "null")])
    assert said(A, dmn.decision("D", body, inputs=["a"])) == []


def test_table_without_outputs_is_an_error() -> None:
    body = dmn.table("FIRST", [("a", "number")], [], [("1",)])
    model = load_model(dmn.file(A, dmn.decision("D", body, inputs=["a"])))
    assert list(map(str, model.problems)) == [
        'decision "D": The table has no output, so it gives nothing. Add a column.'
    ]
    assert model.decision("D")({"a": 1}).failed


# Names that are not known

COUNTRY, INCOME = dmn.input_data("country", "string"), dmn.input_data("Annual income", "number")


def hint(text: str, *more: str, type_ref: str = "") -> str:
    elements = (COUNTRY, INCOME, dmn.input_data("mode", "number"), dmn.decision("Base", "1"))
    asked = dmn.decision("D", text, inputs=["country"], type_ref=type_ref)
    (problem,) = problems_of(*elements, asked, *more)
    return problem.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Base + 1", 'Add a requirement to the decision "Base".'),
        ("Annual income > 5", 'Add a requirement to the input "Annual income".'),
        ("if Annual income > 5 then 1 else 2", 'Add a requirement to the input "Annual income".'),
        ("country = DE", 'Put a text in quotes: "DE".'),
        ("country in (DE)", 'Put a text in quotes: "DE".'),
        ("needs review", 'Put a text in quotes: "needs review".'),
        ("country = Base", 'Add a requirement to the decision "Base".'),
        ("contry", 'Did you mean "country"?'),
        ("cout(country)", 'Did you mean "count"?'),
        ("mod", "Known here: country."),
    ],
)
def test_unknown_name_is_answered_with_what_was_probably_forgotten(
    text: str, expected: str
) -> None:
    assert hint(text) == expected


def test_bare_word_where_a_text_is_declared_lacks_its_quotes() -> None:
    assert hint("approve", type_ref="string") == 'Put a text in quotes: "approve".'


def test_decision_is_not_told_to_require_itself() -> None:
    assert "requirement to" not in hint("D + 1")


@pytest.mark.parametrize(
    ("cells", "types", "expected"),
    [
        (("DE", '"x"'), ("string", ""), "DE"),
        (("not(DE)", '"x"'), ("", ""), "DE"),
        (("-", "mode2"), ("string", "string"), "mode2"),
        (("-", "more"), ("string", ""), "more"),
        (("-", "send it back"), ("string", "string"), "send it back"),
        (("United Kingdom", '"x"'), ("string", ""), "United Kingdom"),
    ],
)
def test_word_in_a_column_of_texts_lacks_its_quotes(
    cells: tuple[str, str], types: tuple[str, str], expected: str
) -> None:
    body = dmn.table("FIRST", [("country", types[0])], [("o", types[1])], [cells, ("-", '"y"')])
    assert hint('"x"', dmn.decision("T", body, inputs=["country"])) == (
        f'Put a text in quotes: "{expected}".'
    )
