"""Reference tables in the browser: tried first, put in force at a time, taken back, as sheets."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from decisions import events
from decisions.events import SYSTEM
from decisions.models import ImpactReport, ReferenceTable
from decisions.queries import rules as queries
from decisions.services import intake
from tests.rules import FACTS, person, small_model

pytestmark = pytest.mark.django_db


def at(name, *more):
    return reverse(f"decisions:reference_table{name}", args=["limits", *more])


@pytest.fixture(autouse=True)
def limits(monkeypatch):
    monkeypatch.setattr(events, "send", lambda *_: None)
    small_model(now=timezone.now() - timedelta(days=1))
    return ReferenceTable.objects.get(key="limits")


@pytest.fixture
def client():
    client = Client()
    client.force_login(person("Ines Carvalho", "rule_author"))
    return client


def upload(client, text, name="limits.csv", **more):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode(), **more)
    return client.post(at("_import"), {"file": file})


def number_in_force(table):
    return queries.content_in_force(table, timezone.now()).number


CHANGED = "value,key\n900,most\n600,doubt\n"


def test_sheet_in_any_order_of_columns_is_tried_first(client, limits):
    answer = upload(client, CHANGED)
    assert (answer.status_code, answer.url) == (302, at("_version", 2))
    page = client.get(answer.url)
    (change,) = page.context["changes"]
    assert (change.kind, change.cells[1]) == ("chg", ("value", 1000, 900, True))
    assert [model.name for model in page.context["readers"]] == ["Spending"]
    assert number_in_force(limits) == 1


def test_bad_sheet_is_refused_with_every_cell_named(client, limits):
    answer = upload(client, "key;value\nmost;many\n;5\nmost;6\n")
    assert answer.status_code == 422
    assert str(answer.context["problem"]).endswith("Nothing was changed.")
    assert [(f["where"], f["message"]) for f in answer.context["faults"]] == [
        ("Cell B2", "Value must be a number. It holds “many”."),
        ("Cell A4", "“most” is there twice. It holds “most”."),
    ]
    assert limits.versions.count() == 1


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("key,value,colour\nmost,1,red\n", "Cell C1", "“colour” is no column of this table."),
        ("key,key,value\nmost,most,1\n", "Cell B1", "The column “key” is there twice."),
        ("key\nmost\n", "Cell A1", "The first row does not name the column value."),
    ],
)
def test_columns_of_another_table_are_refused(client, limits, text, where, words):
    (fault,) = upload(client, text).context["faults"]
    assert fault["where"] == where
    assert fault["message"].startswith(words)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "limits.csv", "empty"),
        (b"\x00\xff\xfe", "limits.csv", "not UTF-8"),
        (b"PK\x03\x04 nothing", "limits.xlsx", "damaged"),
        (b"key,value", "limits.xlsx", "not XLSX inside"),
    ],
)
def test_what_is_no_sheet_is_refused(client, limits, content, name, words):
    answer = upload(client, content, name)
    told = str(answer.context["problem"] or answer.context["form"].errors)
    assert (answer.status_code, words in told) == (422, True)


def test_download_and_upload_change_nothing(client, limits):
    sent = client.get(at("_csv", 1))
    assert sent.headers["Content-Disposition"] == 'attachment; filename="limits-v1.csv"'
    text = b"".join(sent.streaming_content)
    page = client.get(upload(client, text).url)
    assert page.context["changes"] == []
    assert page.context["content"].rows == limits.versions.get(number=1).rows


def test_tried_content_is_put_in_force_with_a_reason(client, limits):
    upload(client, CHANGED)
    silent = client.post(at("_in_force", 2), {"reason": ""})
    assert (silent.status_code, number_in_force(limits)) == (422, 1)
    answer = client.post(at("_in_force", 2), {"reason": "Less money"})
    assert (answer.url, number_in_force(limits)) == (at(""), 3)


def test_dated_change_waits_and_can_be_taken_back(client, limits):
    upload(client, CHANGED)
    moment = timezone.localtime(timezone.now() + timedelta(days=2))
    given = {"reason": "New year", "effective_from": f"{moment:%Y-%m-%dT%H:%M}"}
    answer = client.post(at("_in_force", 2), given)
    assert (answer.url, number_in_force(limits)) == (at("_version", 3), 1)
    assert client.get(at("")).context["waiting"].number == 3
    assert client.get(answer.url).context["is_waiting"]
    assert "Take it back before you change the table again." in client.get(at("_edit")).text
    back = client.post(at("_take_back", 3), {"reason": "Not yet"})
    assert (back.status_code, client.get(at("")).context["waiting"]) == (302, None)


def test_button_of_the_form_tries_what_was_typed(client, limits):
    given = {"based_on": 1, "newest": 1, "start": 0, "size": 2, "rows": 1, "try": "yes"}
    answer = client.post(at("_edit"), {**given, "o-0": 1, "c-0-0": "most", "c-0-1": "900"})
    trial = limits.versions.get(trial=True)
    assert (answer.url, trial.rows) == (at("_version", 2), [{"key": "most", "value": 900}])


def test_preview_of_a_tried_content_starts_from_its_page(client, limits):
    intake.submit_and_decide(
        "spending",
        FACTS,
        evidence={},
        source="t",
        actor=SYSTEM,
        now=timezone.now() - timedelta(hours=1),
    )
    upload(client, CHANGED)
    answer = client.post(at("_impact", 2), {"model": "spending"})
    report = ImpactReport.objects.get()
    assert answer.url == reverse("decisions:impact", args=[report.pk])
    assert [version.number for version in report.references.all()] == [2]


def test_preview_without_decisions_says_so(client, limits):
    upload(client, CHANGED)
    answer = client.post(at("_impact", 2), {"model": "spending"})
    assert (answer.status_code, "Nothing was decided" in answer.text) == (422, True)


def test_content_of_the_past_can_be_the_start_of_a_change(client, limits):
    upload(client, CHANGED)
    client.post(at("_in_force", 2), {"reason": "Less money"})
    page = client.get(f"{at('_edit')}?from=1")
    assert (page.context["content"].number, page.context["newest"]) == (1, 3)
    given = {"based_on": 1, "newest": 3, "start": 0, "size": 2, "rows": 2, "save": "yes"}
    cells = {"o-0": 1, "c-0-0": "most", "c-0-1": "1000", "o-1": 2, "c-1-0": "doubt"}
    client.post(at("_edit"), {**given, **cells, "c-1-1": "600", "reason": "As it was"})
    assert number_in_force(limits) == 4


NEW = {"name": "Rival brands", "kind": "rows", "reason": "Asked for by sales"}


def test_new_table_is_created_empty_and_then_filled(client):
    columns = "brand: string\nsince: date optional\nweight: number"
    answer = client.post(reverse("decisions:reference_table_new"), {**NEW, "columns": columns})
    assert answer.url == reverse("decisions:reference_table_edit", args=["rival_brands"])
    assert client.get(answer.url).status_code == 200
    table = ReferenceTable.objects.get(key="rival_brands")
    assert table.columns == [
        {"name": "brand", "type": "string"},
        {"name": "since", "type": "date", "optional": True},
        {"name": "weight", "type": "number"},
    ]
    made = table.versions.get()
    assert (made.rows, made.reason) == ([], "Asked for by sales")


def test_named_values_have_their_two_columns_already(client):
    client.post(reverse("decisions:reference_table_new"), {**NEW, "kind": "values"})
    columns = ReferenceTable.objects.get(key="rival_brands").columns
    assert [(c["name"], c["type"]) for c in columns] == [("key", "string"), ("value", "number")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"columns": "a: colour"}, "Line 1: “colour” is no type."),
        ({"columns": "a\n\na: number"}, "Line 3: “a” is there twice."),
        ({"columns": "a b: number"}, "Line 1: “a b” is no name."),
        ({"columns": ""}, "Name at least one column."),
        ({"columns": "a", "name": "Limits"}, "it is taken"),
        ({"columns": "a", "name": "New"}, "it is taken"),
        ({"columns": "a", "reason": ""}, "This field is required."),
    ],
)
def test_table_that_cannot_be_is_refused_at_its_field(client, given, words):
    answer = client.post(reverse("decisions:reference_table_new"), {**NEW, **given})
    assert (answer.status_code, words in answer.text) == (422, True)
    assert ReferenceTable.objects.count() == 1
