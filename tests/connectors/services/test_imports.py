"""Files become submissions: read once, whatever happens to the worker, and rejected in words."""

import errno
import io
import json
import zipfile
from datetime import timedelta

import openpyxl
import pytest

from connectors.models import FileImport, ImportedRow, Mapping
from connectors.services import file_rows, imports, uploads
from decisions.enums import EventKind
from decisions.errors import Invalid, Refused
from decisions.models import AuditEvent, Receipt, Submission
from tests.connectors.records import NOW
from tests.rules import person, small_model

pytestmark = pytest.mark.django_db
ENTRIES = {"id": "payload.id", "amount": "number(payload.amount)", "country": "payload.country"}
HEAD = "id,amount,country\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.UPLOADS_DIR = tmp_path / "uploads"
    return settings.UPLOADS_DIR


@pytest.fixture
def lead():
    return person("Dana Osei", "lead", "admin")


@pytest.fixture
def model():
    return small_model()


@pytest.fixture
def upload(lead, model):
    def take(content, name="rows.csv"):
        content = content.encode() if isinstance(content, str) else content
        return imports.take_in(
            imports.source_for(lead, now=NOW),
            model,
            name=name,
            content=io.BytesIO(content),
            size=len(content),
            author=lead,
            now=NOW,
        )

    return take


def started(file, lead, entries=ENTRIES):
    imports.start(file, entries=entries, author=lead, now=NOW)
    return AuditEvent.objects.filter(kind=EventKind.IMPORT_REQUESTED).latest("pk")


def read(file, lead, entries=ENTRIES, clock=lambda: NOW):
    imports.run([started(file, lead, entries).pk], clock=clock)
    file.refresh_from_db()
    return file


def reasons_of(file):
    rows = ImportedRow.objects.filter(file=file, submission=None).order_by("number")
    return {row.number: row.reasons for row in rows}


def lines(count, first=0):
    return "".join(f"R-{n},{n % 900},GB\n" for n in range(first, first + count))


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_rows_become_submissions(upload, lead):
    file = read(upload(HEAD + "R-1,500,GB\nR-2,700,FR\n"), lead)
    assert (file.state, file.rows, file.rejected) == ("done", 2, 0)
    assert [s.facts for s in Submission.objects.order_by("reference")] == [
        {"id": "R-1", "amount": 500, "country": "GB"},
        {"id": "R-2", "amount": 700, "country": "FR"},
    ]
    assert Submission.objects.first().source == "File imports: rows.csv"
    finished = AuditEvent.objects.get(kind=EventKind.IMPORT_FINISHED)
    assert finished.detail["rows"] == 2


def test_file_is_deleted_when_it_was_read(upload, lead, folder, django_capture_on_commit_callbacks):
    file = upload(HEAD + "R-1,500,GB\n")
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]
    with django_capture_on_commit_callbacks(execute=True):
        read(file, lead)
    assert list(folder.iterdir()) == []


def test_rejected_rows_say_why(upload, lead):
    content = HEAD + 'R-1,abc,GB\nR-2,5\n\nR-3,5,XX\n"R-4,5,GB\nR-5,5,GB\n'
    file = read(upload(content), lead)
    assert (file.rows, file.rejected, file.taken) == (5, 4, 1)
    found = reasons_of(file)
    assert found[2] == ["amount: “abc” in the column amount does not read as “Number, 1234.56”."]
    assert found[3] == ["It has 2 cells, the head has 3."]
    assert found[5][0].startswith("country: ")
    assert found[6] == ["The quotation marks of this row do not match."]
    assert Submission.objects.get().reference == "R-5"


def test_cells_with_line_breaks_are_one_row(upload, lead):
    file = read(upload(HEAD + '"R-1\nsecond line",5,GB\nR-2,5,GB\n'), lead)
    assert (file.rows, file.rejected) == (2, 0)


def test_ndjson_keeps_types(upload, lead):
    content = '{"id":"R-1","amount":12.5,"country":"GB"}\nnot json\n[1]\n'
    file = read(upload(content, "a.ndjson"), lead, {**ENTRIES, "amount": "payload.amount"})
    assert file.rejected == 2
    assert Submission.objects.get().facts["amount"] == 12.5
    assert reasons_of(file) == {2: [file_rows.NO_JSON], 3: [file_rows.NO_JSON]}


def test_workbook_is_read_from_its_first_sheet(upload, lead):
    content = workbook([["id", "amount", "country"], ["R-1", 500, "GB"], ["R-2", 7.5, "DE"]])
    file = upload(content, "rows.xlsx")
    assert file.sample[0] == {"id": "R-1", "amount": "500", "country": "GB"}
    file = read(file, lead)
    assert (file.state, file.rows, file.rejected) == ("done", 2, 0)
    assert sorted(s.facts["amount"] for s in Submission.objects.all()) == [7.5, 500]


def test_worker_that_dies_loses_and_repeats_nothing(upload, lead, monkeypatch):
    file = upload(HEAD + lines(1300))
    event = started(file, lead)
    real = imports._outcomes
    calls = []

    def dying(*given):
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit  # As a kill would: nothing after it runs, the transaction is lost.
        return real(*given)

    monkeypatch.setattr(imports, "_outcomes", dying)
    with pytest.raises(SystemExit):
        imports.run([event.pk], clock=lambda: NOW)
    assert Submission.objects.count() == 500
    monkeypatch.setattr(imports, "_outcomes", real)
    imports.run([event.pk], clock=lambda: NOW)
    assert Submission.objects.count() == 500, "another worker waits until the first is silent"
    imports.run([event.pk], clock=lambda: NOW + imports.SILENCE)
    file.refresh_from_db()
    assert (file.state, file.rows) == ("done", 1300)
    assert Submission.objects.count() == 1300
    assert Submission.objects.values("reference").distinct().count() == 1300


def test_long_file_goes_on_with_the_next_message(upload, lead, messages):
    file = upload(HEAD + lines(1200))
    event = started(file, lead)
    moments = iter(NOW + timedelta(seconds=10 * n) for n in range(100))
    imports.run([event.pk], clock=lambda: next(moments))
    file.refresh_from_db()
    assert (file.state, file.worked_at) == ("running", None)
    assert messages[-1] == (imports.SUBSCRIBER, [str(event.pk)])
    assert not Receipt.objects.filter(event=event).exists()
    while file.unfinished:
        imports.run([event.pk], clock=lambda: next(moments))
        file.refresh_from_db()
    assert (file.state, file.rows) == ("done", 1200)
    assert Receipt.objects.filter(event=event).count() == 1


def test_stopped_import_can_go_on(upload, lead):
    file = upload(HEAD + lines(700))
    event = started(file, lead)
    imports.stop(file, by=lead, now=NOW)
    imports.run([event.pk], clock=lambda: NOW)
    assert Submission.objects.count() == 0
    file.refresh_from_db()
    imports.go_on(file, by=lead, now=NOW)
    event = AuditEvent.objects.filter(kind=EventKind.IMPORT_REQUESTED).latest("pk")
    imports.run([event.pk], clock=lambda: NOW)
    assert Submission.objects.count() == 700


def test_mapping_is_saved_once_and_used_again(upload, lead):
    read(upload(HEAD + "R-1,500,GB\n"), lead)
    read(upload(HEAD + "R-2,500,GB\n"), lead)
    assert Mapping.objects.count() == 1
    read(upload(HEAD + "R-3,500,GB\n"), lead, {**ENTRIES, "id": '"X-" + payload.id'})
    assert list(Mapping.objects.values_list("number", flat=True)) == [2, 1]


def test_import_does_not_start_twice(upload, lead):
    file = upload(HEAD + "R-1,500,GB\n")
    started(file, lead)
    with pytest.raises(Refused):
        imports.start(file, entries=ENTRIES, author=lead, now=NOW)


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_characters_are_recognised(upload, lead, encoding, word):
    file = read(upload((HEAD + "Café-1,500,GB\r\n").encode(encoding)), lead)
    assert file.encoding == word
    assert Submission.objects.get().reference == "Café-1"


def test_other_characters_in_the_middle_cost_only_their_rows(upload, lead):
    content = (HEAD + "Café-1,500,GB\n").encode() + "Café-2,500,GB\n".encode("cp1252")
    file = read(upload(content + b"R-3,500,GB\n"), lead)
    assert reasons_of(file) == {3: [file_rows.GARBLED]}
    assert (file.encoding, file.taken) == ("UTF-8", 2)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_recognised(upload, lead, delimiter):
    content = (HEAD + "R-1,500,GB\n").replace(",", delimiter)
    file = read(upload(content), lead)
    assert (file.delimiter, file.taken) == (delimiter, 1)


def bomb():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("xl/sharedStrings.xml", b"<a>" + b"0" * (uploads.MOST_STRINGS + 1))
    return packed.getvalue()


def with_entities():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", "<Types/>")
        pack.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return packed.getvalue()


def plain_zip():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as pack:
        pack.writestr("a.csv", "a,b")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\n\n", "no head"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.csv", b"\x1f\x8b\x08", "compressed"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "old or a locked"),
        ("a.csv", bytes(range(256)) * 20, "no text"),
        ("a.xlsx", b"id,amount\n", "not XLSX inside"),
        ("a.csv", plain_zip(), "not text inside"),
        ("a.xlsx", plain_zip(), "no workbook"),
        ("a.xlsx", bomb(), "too many different texts"),
        ("a.xlsx", with_entities(), "never does"),
        ("a.xlsx", workbook([["id"], ["1"]])[:-200], "damaged"),
        ("a.json", b'[{"id":1}]', "one JSON list"),
        ("a.csv", b"a" * (uploads.MOST_LINE + 2), "longer than 1 MiB"),
    ],
)
def test_what_is_no_table_is_refused_in_words(upload, folder, name, content, words):
    with pytest.raises(Invalid, match=words):
        upload(content, name)
    assert FileImport.objects.count() == 0
    assert [path for path in folder.glob("*") if path.is_file()] == []


def test_full_disk_is_told_and_leaves_nothing(upload, folder, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads, "_transcode", full)
    with pytest.raises(Refused, match="disk of the server is full"):
        upload(HEAD)
    assert list(folder.glob("*")) == []


def test_disk_that_fills_while_a_workbook_is_opened_breaks_the_import_off(
    upload, lead, monkeypatch
):
    file = upload(workbook([["id", "amount", "country"], ["R-1", 5, "GB"]]), "a.xlsx")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_rows, "write_text", full)
    file = read(file, lead)
    assert (file.state, file.problem) == ("failed", uploads.FULL)
    monkeypatch.undo()
    imports.go_on(file, by=lead, now=NOW)


def test_lost_file_is_told(upload, lead):
    file = upload(HEAD + "R-1,5,GB\n")
    uploads.drop(file.pk)
    file = read(file, lead)
    assert (file.state, file.problem) == ("failed", imports.GONE)


def test_too_many_rejected_rows_end_the_import(upload, lead, monkeypatch):
    monkeypatch.setattr(imports, "MOST_REJECTED", 500)
    file = read(upload(HEAD + "x,y,z\n" * 1200), lead)
    assert (file.state, file.rejected) == ("failed", 500)
    assert "the rest was not read" in file.problem


def test_upload_that_is_dropped_leaves_nothing(upload, lead, folder):
    file = upload(HEAD + "R-1,5,GB\n")
    imports.drop_upload(file, by=lead, now=NOW)
    assert list(folder.glob("*")) == []
    assert FileImport.objects.count() == 0
    assert AuditEvent.objects.get(kind=EventKind.IMPORT_DROPPED).detail["name"] == "rows.csv"


def test_files_and_cells_are_forgotten_in_time(upload, lead, folder):
    waiting = upload(HEAD + "R-1,5,GB\n")
    rejected = read(upload(HEAD + "R-2,abc,GB\n"), lead)
    assert imports.forget(now=NOW + timedelta(days=8)) == 1
    waiting.refresh_from_db()
    assert (waiting.sample, waiting.forgotten_at) == ([], NOW + timedelta(days=8))
    assert ImportedRow.objects.get(file=rejected).cells == ["R-2", "abc", "GB"]
    imports.forget(now=NOW + timedelta(days=31))
    assert ImportedRow.objects.get(file=rejected).cells is None


def test_json_numbers_stay_exact(upload, lead):
    content = json.dumps({"id": "R-1", "amount": 0.1, "country": "GB"})
    read(upload(content, "a.ndjson"), lead, {**ENTRIES, "amount": "payload.amount * 3"})
    assert str(Submission.objects.get().facts["amount"]) == "0.3"
