"""Pages of file imports: from the upload to the rows that came back."""

import csv
import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from connectors.models import FileImport, Mapping
from connectors.services import imports
from decisions.enums import EventKind
from decisions.models import AuditEvent, Submission
from decisions.services import evaluation
from tests.connectors.records import NOW
from tests.rules import person, small_model

pytestmark = pytest.mark.django_db
CONTENT = "ID,Amount,Market\nR-1,500,GB\nR-2,abc,GB\n=R-3,700,FR\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def lead(client):
    user = person("Dana Osei", "lead")
    client.force_login(user)
    return user


@pytest.fixture
def model():
    return small_model()


def upload(client, model, content=CONTENT, name="rows.csv"):
    file = SimpleUploadedFile(name, content.encode())
    answer = client.post(reverse("connectors:import_list"), {"file": file, "model": model.pk})
    assert answer.status_code == 302, answer.content.decode()
    return FileImport.objects.latest("pk")


def chosen(page):
    """What the form of a page would send."""
    text = page.content.decode()
    fields = {}
    for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', text):
        found = re.search(r'<option value="([^"]*)" selected', inner)
        fields[name] = found[1] if found else re.search(r'value="([^"]*)"', inner)[1]
    return fields


def read(file):
    event = AuditEvent.objects.filter(kind=EventKind.IMPORT_REQUESTED).latest("pk")
    imports.run([event.pk], clock=lambda: NOW)
    received = AuditEvent.objects.filter(kind=EventKind.SUBMISSION_RECEIVED)
    evaluation.evaluate([one.pk for one in received], now=NOW)
    file.refresh_from_db()


def imported(client, model, content=CONTENT):
    file = upload(client, model, content)
    page = client.get(reverse("connectors:import", args=[file.pk]))
    client.post(reverse("connectors:import_start", args=[file.pk]), chosen(page))
    read(file)
    return file


def test_columns_are_suggested_by_name_and_kind(client, lead, model):
    file = upload(client, model)
    page = client.get(reverse("connectors:import", args=[file.pk]))
    assert chosen(page) == {
        "column:id": "c:ID",
        "column:amount": "c:Amount",
        "as:amount": "number",
        "column:country": "c:Market",
    }
    assert "does not read as" in page.content.decode()


def test_start_without_writing_any_feel(client, lead, model):
    file = imported(client, model)
    assert dict(Mapping.objects.get().entries) == {
        "id": "payload.ID",
        "amount": "number(payload.Amount)",
        "country": "payload.Market",
    }
    assert (file.state, file.taken, file.rejected) == ("done", 2, 1)
    page = client.get(reverse("connectors:import", args=[file.pk])).content.decode()
    assert "Download all 1" in page
    assert "Approve" in page
    assert "first run" in page


def test_own_feel_is_kept(client, lead, model):
    file = upload(client, model)
    page = client.get(reverse("connectors:import", args=[file.pk]))
    typed = {**chosen(page), "column:id": "feel", "feel:id": '"X-" + payload.ID'}
    shown = client.post(
        reverse("connectors:import_start", args=[file.pk]),
        {**typed, "preview": "1"},
        headers={"HX-Request": "true"},
    )
    assert "X-R-1" in shown.content.decode()
    client.post(reverse("connectors:import_start", args=[file.pk]), typed)
    read(file)
    assert Submission.objects.filter(reference="X-R-1").exists()


def test_broken_feel_is_shown_at_its_input(client, lead, model):
    file = upload(client, model)
    page = client.get(reverse("connectors:import", args=[file.pk]))
    typed = {**chosen(page), "column:id": "feel", "feel:id": "payload.("}
    answer = client.post(reverse("connectors:import_start", args=[file.pk]), typed)
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    file.refresh_from_db()
    assert file.state == "mapping"


def test_rejected_rows_come_back_harmless_and_can_be_mended(client, lead, model):
    content = "ID,Amount,Market\n=HYPERLINK(1),abc,GB\n"
    file = imported(client, model, content)
    answer = client.get(reverse("connectors:import_rejected", args=[file.pk]))
    text = b"".join(answer.streaming_content).decode()
    head, row = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    assert head == ["ID", "Amount", "Market", "Row in the file", "Why it was rejected"]
    assert row[:4] == ["'=HYPERLINK(1)", "abc", "GB", "2"]
    mended = imported(client, model, text.replace("abc", "5"))
    assert (mended.taken, mended.rejected) == (1, 0)
    assert Submission.objects.get().reference == "=HYPERLINK(1)"


def test_results_say_who_is_where(client, lead, model):
    file = imported(client, model)
    answer = client.get(reverse("connectors:import_results", args=[file.pk, "ndjson"]))
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [(row["row"], row["subject"], row["segment"]) for row in rows] == [
        (2, "R-1", "approve"),
        (4, "=R-3", "finance"),
    ]
    answer = client.get(reverse("connectors:import_results", args=[file.pk, "csv"]))
    assert "'=R-3" in b"".join(answer.streaming_content).decode()
    assert (
        client.get(reverse("connectors:import_results", args=[file.pk, "exe"])).status_code == 404
    )


def test_page_compares_with_the_run_before(client, lead, model):
    imported(client, model, "ID,Amount,Market\nR-1,5,GB\nR-2,5,GB\nR-3,5,GB\n")
    file = imported(client, model, "ID,Amount,Market\nR-1,5,GB\nR-2,5,FR\nR-4,5,GB\n")
    page = client.get(reverse("connectors:import", args=[file.pk]))
    assert [(m["was"], m["segment"], m["count"]) for m in page.context["moves"]] == [
        ("", "approve", 1),
        ("approve", "finance", 1),
        ("approve", "", 1),
    ]


def test_same_file_twice_is_told(client, lead, model):
    imported(client, model)
    file = upload(client, model)
    page = client.get(reverse("connectors:import", args=[file.pk])).content.decode()
    assert "The very same file was imported before" in page


def test_progress_is_asked_for_until_the_end(client, lead, model):
    file = upload(client, model)
    address = reverse("connectors:import", args=[file.pk])
    client.post(reverse("connectors:import_start", args=[file.pk]), chosen(client.get(address)))
    assert 'hx-trigger="every 1s"' in client.get(address).content.decode()
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert "Stop" in part
    read(file)
    ended = client.get(address, headers={"HX-Request": "true"})
    assert ended.headers["HX-Redirect"] == address


def test_stop_go_on_and_drop(client, lead, model):
    file = upload(client, model)
    address = reverse("connectors:import", args=[file.pk])
    client.post(reverse("connectors:import_start", args=[file.pk]), chosen(client.get(address)))
    client.post(reverse("connectors:import_stop", args=[file.pk]))
    assert "Go on after row 1" in client.get(address).content.decode()
    client.post(reverse("connectors:import_go_on", args=[file.pk]))
    read(file)
    assert file.state == "done"
    other = upload(client, model, "ID,Amount,Market\n")
    client.post(reverse("connectors:import_drop", args=[other.pk]))
    assert not FileImport.objects.filter(pk=other.pk).exists()


def test_refused_file_is_told_on_the_page(client, lead, model):
    file = SimpleUploadedFile("a.csv", b"%PDF-1.7")
    answer = client.post(reverse("connectors:import_list"), {"file": file, "model": model.pk})
    assert answer.status_code == 422
    assert "This is a PDF" in answer.content.decode()


def test_auditor_sees_and_does_not_import(client, model):
    client.force_login(person("Leila Haddad", "auditor"))
    page = client.get(reverse("connectors:import_list")).content.decode()
    assert "Upload a file" not in page


def test_list_needs_the_same_queries_for_many(client, lead, model, django_assert_max_num_queries):
    for _ in range(4):
        upload(client, model)
    with django_assert_max_num_queries(14):
        client.get(reverse("connectors:import_list"))


def test_example_tables_find_their_columns_again(client, lead, model):
    answer = client.get(reverse("connectors:import_table", args=["subjects"]))
    head, row = csv.reader(
        io.StringIO(b"".join(answer.streaming_content).decode().lstrip("\ufeff"))
    )
    assert head[0] == "subject_id"
    assert len(head) == len(row)
