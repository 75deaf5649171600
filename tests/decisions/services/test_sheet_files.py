"""Spreadsheet files: what goes out comes back, nothing runs, and bombs are turned away."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions.errors import Invalid
from decisions.services import sheet_files
from decisions.services.sheet_files import Dated, Sheet, csv_lines, read_sheets, xlsx_of

# What XML 1.0, and so a DMN cell, can hold; a carriage return only comes by an entity.
KEPT = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"
)
TEXTS = st.text(KEPT | st.sampled_from("\t\n\r=+-@'\"_,;x0Aa"), max_size=12)
ROWS = st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=6)


def trimmed(rows):
    cut = [list(row) for row in rows]
    for row in cut:
        while row and row[-1] == "":
            row.pop()
    while cut and not cut[-1]:
        cut.pop()
    return cut


def back(content, name):
    return [trimmed(sheet.rows) for sheet in read_sheets(name, content)]


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_csv_comes_back_as_it_went_out(rows):
    rows = [["head", "one", "two"], *rows]
    assert back("".join(csv_lines(rows)).encode(), "a.csv") == [trimmed(rows)]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_xlsx_comes_back_as_it_went_out(rows):
    rows = [["head", "one", "two"], *rows]
    assert back(xlsx_of([Sheet("A", rows)], head=1), "a.xlsx") == [trimmed(rows)]


RUNS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1", '=HYPERLINK("x")']


@pytest.mark.parametrize("text", RUNS)
def test_nothing_in_a_csv_begins_as_a_formula(text):
    (_, line) = csv_lines([[text]])
    assert line.startswith("\"'")


@pytest.mark.parametrize("text", ["-", "-5", "+3.25", "- 5"[:1], "a=b", ""])
def test_dashes_and_numbers_stay_as_they_are(text):
    (_, line) = csv_lines([[text]])
    assert line == f'"{text}"\r\n'


@pytest.mark.parametrize("text", RUNS)
def test_every_cell_of_a_workbook_is_a_text_now_and_after_it_was_edited(text):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of([Sheet("A", [[text]])], head=0)))
    cell = book.active["A1"]
    assert (cell.data_type, cell.number_format, cell.quotePrefix) == ("s", "@", True)


def test_hidden_ids_and_frozen_heads():
    sheets = [Sheet("A", [["id", "b"]]), Sheet("a", [["id", "b"]]), Sheet("x:y/z", [])]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(sheets, head=1, hidden=[0])))
    assert book.sheetnames == ["A", "a 2", "x y z"]
    assert book["A"].column_dimensions["A"].hidden
    assert not book["A"].column_dimensions["B"].hidden
    assert book["A"].freeze_panes == "A2"


def workbook(fill):
    book = openpyxl.Workbook()
    fill(book.active)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_what_excel_makes_of_cells_is_read_as_texts():
    def fill(page):
        page.append([1, 2.5, True, date(2026, 1, 2), 1e-7, "x", 10.0])

    (sheet,) = read_sheets("a.xlsx", workbook(fill))
    assert sheet.rows == [["1", "2.5", "true", "2026-01-02", "0.0000001", "x", "10"]]
    assert isinstance(sheet.rows[0][3], Dated)


def test_formulas_are_refused_with_sheet_and_cell():
    def fill(page):
        page.title = "Outcome"
        page["C7"] = "=SUM(A1:A2)"

    with pytest.raises(Invalid) as caught:
        read_sheets("a.xlsx", workbook(fill))
    assert [fault["where"] for fault in caught.value.faults] == ["Sheet 'Outcome', cell C7"]


def packed(**parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, text in parts.items():
            pack.writestr(f"{name}.xml", text)
    return content.getvalue()


def test_bombs_and_dtds_are_turned_away():
    huge = packed(a=b"0" * (sheet_files.MOST_UNPACKED + 1))
    assert len(huge) < sheet_files.MOST_BYTES
    with pytest.raises(Invalid, match="unpacks to more"):
        read_sheets("a.xlsx", huge)
    with pytest.raises(Invalid, match="XML that a spreadsheet never"):
        read_sheets(
            "a.xlsx", packed(a='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a/>')
        )
    with pytest.raises(Invalid, match="cannot be read as XLSX"):
        read_sheets("a.xlsx", packed(a="<a/>"))


def test_a_damaged_part_is_refused():
    content = bytearray(packed(part="<a/>" * 500))
    start = content.find(b"part.xml") + len(b"part.xml")
    content[start : start + 6] = b"\xff" * 6
    with pytest.raises(Invalid, match="damaged"):
        read_sheets("x.xlsx", bytes(content))


def test_a_row_far_down_is_refused_before_it_is_filled_up():
    def fill(page):
        page["A1000000"] = "x"

    with pytest.raises(Invalid, match="A sheet may have"):
        read_sheets("a.xlsx", workbook(fill))


def test_a_column_far_right_is_refused():
    def fill(page):
        page["XFD1"] = "x"
        page.cell(1, sheet_files.MOST_COLUMNS + 1).value = "y"

    with pytest.raises(Invalid, match="A sheet may have"):
        read_sheets("a.xlsx", workbook(fill))


@pytest.mark.parametrize(
    ("name", "content", "kind", "words"),
    [
        ("a.png", b"\x89PNG", "image/png", "is not a spreadsheet"),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "", "an old or a locked Excel file"),
        ("a.csv", b"PK\x03\x04", "", "is not CSV inside"),
        ("a.csv", b" \n", "", "empty"),
        ("a.csv", b"a" * (sheet_files.MOST_BYTES + 1), "", "larger than 10 MiB"),
        ("a.csv", b"a" * 20_001, "", "cannot be read"),
    ],
)
def test_what_is_no_plain_sheet_is_refused(name, content, kind, words):
    with pytest.raises(Invalid, match=words):
        read_sheets(name, content, kind)


@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_csv_of_any_country_is_read(comma):
    text = f'"a, b; c"{comma}two\n1{comma}2\n'
    assert read_sheets("a.csv", text.encode())[0].rows == [["a, b; c", "two"], ["1", "2"]]
