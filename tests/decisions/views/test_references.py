"""Reference tables: read by all, changed by few, with a reason, cell by cell."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from decisions.errors import Invalid
from decisions.events import SYSTEM
from decisions.models import AuditEvent, ReferenceTable
from decisions.queries import rules as queries
from decisions.queries.differences import changes_between
from decisions.services import authoring
from decisions.services.new_tables import columns_of
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
LIST = reverse("decisions:reference_table_list")
PAGE = reverse("decisions:reference_table", args=["limits"])
EDIT = reverse("decisions:reference_table_edit", args=["limits"])


@pytest.fixture(autouse=True)
def limits():
    small_model()
    return ReferenceTable.objects.get(key="limits")


@pytest.fixture
def ines():
    return person("Ines Carvalho", "rule_author")


@pytest.fixture
def client(ines):
    client = Client()
    client.force_login(ines)
    return client


def form(*rows, based_on=1, reason="Budgets doubled", press="save", **more):
    """The form as a browser sends it; a row is (origin, key, value)."""
    sent = {"based_on": based_on, "start": 0, "size": 2, "rows": len(rows), "reason": reason}
    for place, (origin, *texts) in enumerate(rows):
        sent[f"o-{place}"] = origin
        sent |= {f"c-{place}-{at}": text for at, text in enumerate(texts)}
    name, _, value = press.partition("=")
    return {**sent, name: value or "yes", **more}


OLD = ((1, "most", "1000"), (2, "doubt", "600"))


def current(table):
    found = in_force(table)
    return found.number, found.rows


def in_force(table):
    return queries.content_in_force(table, timezone.now())


def test_everybody_who_reads_rules_reads_tables_but_only_authors_change_them(ines):
    client = Client()
    client.force_login(person("Rita Reviewer", "reviewer"))
    assert [client.get(address).status_code for address in (LIST, PAGE, EDIT)] == [200, 200, 403]
    assert "This needs the role rule author or admin." in client.get(EDIT).text
    assert client.post(EDIT, form(*OLD)).status_code == 403
    assert EDIT not in client.get(PAGE).text


def test_integrations_read_nothing():
    client = Client()
    client.force_login(person("Crm", "integration"))
    assert [client.get(address).status_code for address in (LIST, PAGE)] == [403, 403]


def test_list_names_the_live_models_that_read_a_table(client):
    (row,) = client.get(LIST).context["rows"]
    assert (row["table"].key, [str(model) for model in row["readers"]]) == ("limits", ["Spending"])


def test_queries_do_not_grow_with_the_list(client):
    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    count()  # The first reads the model's content, which is kept.
    few = count()
    for number in range(12):
        make_table(f"table-{number}", [])
    assert count() == few


def test_saved_change_is_a_new_version_with_who_and_why(client, limits, ines):
    response = client.post(EDIT, form((1, "most", "2,000"), (2, "doubt", "600")))
    assert (response.status_code, response.url) == (302, PAGE)
    rows = [{"key": "most", "value": 2000}, {"key": "doubt", "value": 600}]
    assert current(limits) == (2, rows)
    assert (in_force(limits).created_by, in_force(limits).reason) == (ines, "Budgets doubled")
    event = AuditEvent.objects.filter(kind="reference_table.changed").latest("pk")
    assert event.actor_id == ines.pk


def test_page_shows_what_the_version_changed(client):
    client.post(EDIT, form((1, "most", "2000"), (0, "least", "5")))
    changes = client.get(PAGE).context["changes"]
    assert [(change.kind, change.number, change.cells) for change in changes] == [
        ("chg", 1, [("key", "most", "most", False), ("value", 1000, 2000, True)]),
        ("add", 2, [("key", None, "least", True), ("value", None, 5, True)]),
        ("del", 2, [("key", "doubt", None, True), ("value", 600, None, True)]),
    ]


def test_edited_row_reads_as_a_change_and_an_inserted_one_as_new():
    before = [{"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 3}]
    after = [{"a": 0, "b": 0}, {"a": 1, "b": 1}, {"a": 2, "b": 5}, {"a": 3, "b": 3}]
    changes = changes_between(before, after, columns=["a", "b"], kind="rows")
    assert [(change.kind, change.number) for change in changes] == [("add", 1), ("chg", 3)]
    assert changes[1].cells == [("a", 2, 2, False), ("b", 2, 5, True)]
    assert changes_between(after, after, columns=["a", "b"], kind="rows") == []


def test_earlier_version_stays_readable(client):
    client.post(EDIT, form((1, "most", "2000"), (2, "doubt", "600")))
    response = client.get(reverse("decisions:reference_table_version", args=["limits", 1]))
    assert response.context["rows"][0] == (1, [("most", False), (1000, True)])
    assert "replaced" in response.text
    missing = reverse("decisions:reference_table_version", args=["limits", 9])
    assert client.get(missing).status_code == 404


def test_rows_are_added_and_removed_without_saving(client, limits):
    added = client.post(EDIT, form(*OLD, press="add"))
    assert [row.origin for row in added.context["rows"]] == [1, 2, 0]
    assert "data-focus" in added.text
    removed = client.post(EDIT, form(*OLD, press="remove=0"))
    assert [row.origin for row in removed.context["rows"]] == [2]
    kept = [response.context["form"]["reason"].value() for response in (added, removed)]
    assert kept == ["Budgets doubled"] * 2
    assert current(limits)[0] == 1


def test_partial_answer_is_the_form_alone(client):
    response = client.post(EDIT, form(*OLD, press="add"), headers={"HX-Request": "true"})
    assert "<html" not in response.text
    assert 'id="grid-form"' in response.text


def test_saved_form_sends_the_browser_on(client, limits):
    response = client.post(EDIT, form(*OLD), headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == PAGE
    assert current(limits)[0] == 2


@pytest.mark.parametrize(
    ("rows", "place", "column", "words"),
    [
        ([OLD[0], (2, "doubt", "some")], 1, "value", "Value must be a number."),
        ([OLD[0], (2, "doubt", "")], 1, "value", "Give a value for Value."),
        ([OLD[0], (2, "doubt", "1e999")], 1, "value", "Value must be a number."),
        ([OLD[0], (2, "doubt", "NaN")], 1, "value", "Value must be a number."),
        ([OLD[0], (0, "most", "1")], 1, "key", "“most” is there twice."),
    ],
)
def test_cell_that_does_not_fit_says_so_and_keeps_what_was_typed(
    client, limits, rows, place, column, words
):
    response = client.post(EDIT, form(*rows))
    assert response.status_code == 422
    cells = {cell.column["name"]: cell for cell in response.context["rows"][place].cells}
    assert (cells[column].fault, cells["value"].text) == (words, rows[place][2])
    assert 'aria-invalid="true"' in response.text
    assert current(limits)[0] == 1


def test_change_without_a_reason_is_refused_at_the_reason(client, limits):
    response = client.post(EDIT, form(*OLD, reason="  "))
    assert response.status_code == 422
    assert response.context["form"].errors["reason"][0].startswith("Say why you change this table.")
    assert current(limits)[0] == 1


def test_second_editor_is_told_and_keeps_the_text(client, limits):
    client.post(EDIT, form((1, "most", "2000"), (2, "doubt", "600")))
    response = client.post(EDIT, form((1, "most", "3000"), (2, "doubt", "600")))
    assert response.status_code == 409
    assert "“Limits” was changed while you were editing" in response.context["conflict"]
    assert response.context["rows"][0].cells[1].text == "3000"
    assert current(limits)[1][0]["value"] == 2000


@pytest.mark.parametrize("based_on", ["", "x", "7", "9" * 40, "-1", "²"])
def test_form_of_no_version_is_not_found(client, limits, based_on):
    assert client.post(EDIT, form(*OLD, based_on=based_on)).status_code == 404
    assert current(limits)[0] == 1


@pytest.mark.parametrize(
    "odd", [{"rows": "9999999"}, {"start": "99"}, {"size": "x"}, {"remove": "99"}, {"o-0": "77"}]
)
def test_forged_numbers_never_break_the_page(client, odd):
    assert client.post(EDIT, form(*OLD, press="add", **odd)).status_code == 200


TYPED = [
    {"name": "key", "type": "string"},
    {"name": "many", "type": "list"},
    {"name": "on", "type": "date", "optional": True},
    {"name": "yes", "type": "boolean"},
    {"name": "free", "type": "any"},
    {"name": "note", "type": "string", "optional": True},
]
ROW = {
    "key": " spaced ",
    "many": ["a, b", "c"],
    "on": "2026-11-23",
    "yes": False,
    "free": {"deep": [1, 2.5, None]},
    "note": "",
}


def make_table(key, rows, columns=TYPED):
    return authoring.create_table(
        key=key,
        name=key,
        kind="rows",
        columns=columns,
        rows=rows,
        author=None,
        actor=SYSTEM,
        now=NOW,
    )


def sent_back(response, **changes):
    """The form of a page as a browser would send it unchanged."""
    grid = response.context["grid"]
    sent = {"based_on": response.context["content"].number, "start": grid.start, "size": grid.size}
    sent |= {"rows": len(grid.rows), "reason": "Because", "save": "yes"}
    for row in response.context["rows"]:
        sent[f"o-{row.place}"] = row.origin
        sent |= {cell.name: cell.text.replace("\n", "\r\n") for cell in row.cells}
    return {**sent, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"many": []},
        {"many": [1, True]},
        {"on": None, "note": None},
        {"free": "text"},
        {"free": "7"},
        {"free": 1e-7},
        {"key": "two\nlines"},
    ],
)
def test_form_sent_back_unchanged_changes_no_value(client, changes):
    row = {**ROW, **changes}
    table = make_table("typed", [row])
    address = reverse("decisions:reference_table_edit", args=["typed"])
    client.post(address, sent_back(client.get(address)))
    assert current(table) == (2, [row])


@pytest.mark.parametrize(
    ("place", "text", "value"),
    [
        (1, "x, y,, z ", ["x", "y", "z"]),
        (1, '["a, b", 2]', ["a, b", 2]),
        (1, "", []),
        (2, "", None),
        (3, "TRUE", True),
        (4, '{"a": 1}', {"a": 1}),
        (4, "plain words", "plain words"),
        (4, "NaN", "NaN"),
        (4, "[" * 5000, "[" * 5000),
        (4, '"\\ud800"', '"\\ud800"'),
        (5, "", None),
    ],
)
def test_typed_cells_are_read_by_their_column(client, place, text, value):
    table = make_table("typed", [ROW | {"note": "x"}])
    address = reverse("decisions:reference_table_edit", args=["typed"])
    client.post(address, sent_back(client.get(address), **{f"c-0-{place}": text}))
    assert current(table)[1][0][TYPED[place]["name"]] == value


def test_long_table_is_edited_a_page_at_a_time(client):
    columns = [{"name": "n", "type": "number"}]
    table = make_table("long", [{"n": n} for n in range(250)], columns)
    address = reverse("decisions:reference_table_edit", args=["long"])
    response = client.get(f"{address}?first=150")
    assert (response.context["rows"][0].number, len(response.context["rows"])) == (101, 100)
    client.post(address, sent_back(response, **{"c-0-0": "-1"}))
    values = [row["n"] for row in current(table)[1]]
    assert values == [*range(100), -1, *range(101, 250)]


ROWS_JSON = reverse("decisions:reference_table_rows", args=["limits"])


def send(client, *rows, **more):
    body = {"based_on": 1, "newest": 1, "reason": "Budgets doubled", "rows": rows, **more}
    return client.post(ROWS_JSON, json.dumps(body), content_type="application/json")


def test_grid_reads_a_version_as_texts_with_the_types_of_its_columns(client):
    read = client.get(f"{ROWS_JSON}?version=1").json()
    assert read["rows"] == [["most", "1000"], ["doubt", "600"]]
    assert [(column["label"], column["type"]) for column in read["columns"]] == [
        ("Name", "string"),
        ("Value", "number"),
    ]
    assert client.get(f"{ROWS_JSON}?version=9").status_code == 404


def test_grid_sends_rows_by_number_and_what_was_typed(client, limits):
    response = send(client, 2, [1, "most", "2,000"], [0, "least", "5"])
    assert response.json() == {"address": PAGE}
    assert current(limits) == (2, [
        {"key": "doubt", "value": 600}, {"key": "most", "value": 2000}, {"key": "least", "value": 5}
    ])  # fmt: skip


def test_grid_is_told_the_cells_that_do_not_fit(client, limits):
    response = send(client, 1, [2, "doubt", "some"], [0, "most", "1"])
    assert response.status_code == 422
    assert response.json()["cells"] == [
        [2, "value", "Value must be a number."],
        [3, "key", "“most” is there twice."],
    ]
    assert current(limits)[0] == 1


def test_grid_is_told_of_a_reason_that_is_missing_and_of_another_editor(client, limits):
    response = send(client, 1, 2, reason=" ")
    assert (response.status_code, list(response.json()["fields"])) == (422, ["reason"])
    send(client, 1)
    response = send(client, 2)
    assert response.status_code == 409
    assert response.json()["message"].startswith("“Limits” was changed while you were editing")
    assert current(limits)[0] == 2


def test_grid_tries_without_a_reason_and_sets_a_moment(client, limits):
    trial = send(client, 1, reason="", **{"try": True})
    assert trial.json()["address"].endswith("/versions/2/")
    later = send(client, 1, effective_from="2096-01-01T09:00")
    assert later.json()["address"].endswith("/versions/3/")
    assert current(limits)[0] == 1


@pytest.mark.parametrize(
    "rows",
    [
        [9],
        [True],
        [[1, "most"]],
        [[1, "most", 5]],
        ["1"],
        [[]],
        [{}],
        [[0]],
        [-1],
        [0],
        [1.0],
        [None],
    ],
)
def test_rows_of_another_shape_are_refused(client, limits, rows):
    response = send(client, *rows)
    assert (response.status_code, response.json()["cells"]) == (422, [])
    assert current(limits)[0] == 1


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"rows": [], "based_on": "1", "newest": 1}'])
def test_a_body_of_another_shape_is_refused(client, body):
    response = client.post(ROWS_JSON, body, content_type="application/json")
    assert response.status_code == 422


def test_column_of_choices_takes_no_other_text(client):
    (column,) = columns_of("tier: string optional of gold, silver", "rows")
    assert column == {
        "name": "tier", "type": "string", "choices": ["gold", "silver"], "optional": True
    }  # fmt: skip
    make_table("tiers", [], [column])
    address = reverse("decisions:reference_table_edit", args=["tiers"])
    sent = {"based_on": 1, "start": 0, "size": 0, "rows": 1, "o-0": 0, "reason": "New"}
    response = client.post(address, {**sent, "c-0-0": "bronze", "save": "yes"})
    assert response.context["rows"][0].cells[0].fault == "tier must be one of gold, silver."
    assert client.post(address, {**sent, "c-0-0": "gold", "save": "yes"}).status_code == 302
    with pytest.raises(Invalid, match="The columns cannot be read"):
        columns_of("tier: number of 1, 2", "rows")
