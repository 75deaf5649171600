"""Spreadsheet files: sheets of texts out and in, as XLSX and CSV, never run and never trusted."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from decisions.errors import Fault, Invalid

MOST_BYTES = 10 * 2**20
MOST_UNPACKED = 80 * 2**20
MOST_PARTS = 1_000
MOST_SHEETS = 100
MOST_ROWS = 50_010
MOST_COLUMNS = 410
MOST_CELLS = 1_000_000
MOST_CHARACTERS = 20_000
MOST_LISTED = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# What a browser may call these files; the content is looked at in any case.
TYPES = frozenset({XLSX, "text/csv", "application/csv", "text/plain", "application/vnd.ms-excel"})
_ANY_TYPE = frozenset({"", "application/octet-stream", "application/zip"})

_RUNS = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")  # Also their wide forms.
_HARMLESS = re.compile(r"-|[+-]\d+(\.\d+)?")  # A dash alone, and plain numbers.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MUST_ESCAPE = re.compile(r"\r|_(?=x[0-9A-Fa-f]{4}_)")
_DTD = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


class Dated(str):
    """A cell that a spreadsheet keeps as a date; the text is in ISO form."""

    __slots__ = ()


@dataclass(frozen=True)
class Sheet:
    """The texts of one sheet by row and column from 0; a CSV file has one without a name."""

    name: str
    rows: Sequence[Sequence[str]]

    def place(self, row: int, column: int) -> str:
        """Name a cell as spreadsheets do."""
        cell = f"{get_column_letter(column + 1)}{row + 1}"
        return f"Sheet '{self.name}', cell {cell}" if self.name else f"Cell {cell}"

    def cell(self, row: int, column: int) -> str:
        """Give the text of a cell, "" where there is none."""
        texts = self.rows[row] if row < len(self.rows) else ()
        return texts[column] if column < len(texts) else ""


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write CSV line by line, so that a spreadsheet runs none of its cells."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run; `meant` takes it away again."""
    return f"'{cell}" if _RUNS.match(cell) and not _HARMLESS.fullmatch(cell) else cell


def meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell


def xlsx_of(sheets: Iterable[Sheet], *, head: int, hidden: Sequence[int] = ()) -> bytes:
    """Write a workbook of texts, `head` rows of each sheet frozen, some columns (from 0) hidden."""
    book = openpyxl.Workbook(write_only=True)
    names: set[str] = set()
    for sheet in sheets:
        page = book.create_sheet(_sheet_name(sheet.name, names))
        page.freeze_panes = f"A{head + 1}"
        for column in range(max(map(len, sheet.rows), default=0)):
            letter = get_column_letter(column + 1)
            page.column_dimensions[letter].width = 24
            page.column_dimensions[letter].hidden = column in hidden
        for number, row in enumerate(sheet.rows):
            page.append([_text_cell(page, text, bold=number < head) for text in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def read_sheets(name: str, content: bytes, content_type: str = "") -> list[Sheet]:
    """Read an XLSX or CSV file; raises Invalid for what is neither, too large or not plain.

    A cell with a formula is a fault: what it would give is not known here.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in TYPES | _ANY_TYPE:
        raise Invalid(f"“{name}” is not a spreadsheet. Give an XLSX or a CSV file.")
    if len(content) > MOST_BYTES:
        raise Invalid("The file is larger than 10 MiB. Split it.")
    if not content.strip():
        raise Invalid("The file is empty.")
    packed = content.startswith(b"PK\x03\x04")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("This is an old or a locked Excel file. Save it as XLSX without password.")
    if name.lower().endswith((".xlsx", ".csv")) and packed != name.lower().endswith(".xlsx"):
        wanted = "XLSX" if name.lower().endswith(".xlsx") else "CSV"
        raise Invalid(f"“{name}” is not {wanted} inside. Save it as {wanted} again.")
    return _read_xlsx(content) if packed else [_read_csv(content)]


def refuse(message: str, faults: Sequence[Fault]) -> None:
    """Raise Invalid with all faults of a file, if there are any; a long list is cut."""
    if not faults:
        return
    listed = list(faults[:MOST_LISTED])
    if more := len(faults) - len(listed):
        listed.append(Fault(where="", message=f"{more:,} more cells have faults.", hint=""))
    raise Invalid(message, listed)


class _Echo:
    def write(self, line: str) -> str:
        return line


def _text_cell(page: Any, text: str, *, bold: bool) -> Any:
    shown = _MUST_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    cell = WriteOnlyCell(page, shown)
    # A text whatever it begins with, now and after somebody has edited it.
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _sheet_name(name: str, used: set[str]) -> str:
    """Give a name that Excel takes: 31 characters, none of []:*?/\\, no two alike."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip(" '") or "Table"
    found, number = plain[:31], 1
    while found.casefold() in used:
        number += 1
        found = f"{plain[: 30 - len(str(number))]} {number}"
    used.add(found.casefold())
    return found


def _read_csv(content: bytes) -> Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is not UTF-8 text. Save it as CSV UTF-8.") from error
    head = _QUOTED.sub("", text.partition("\n")[0])
    comma = max(",;\t", key=head.count)  # Excel writes the one of its country.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in reader:
            cells += len(row)
            _refuse_size(len(rows), len(row), cells)
            rows.append([meant(cell) for cell in row])
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} of the file is no CSV: {error}.") from error
    return _checked(Sheet("", _trimmed(rows)), [])


def _read_xlsx(content: bytes) -> list[Sheet]:
    _refuse_bombs(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        pages = book.worksheets
        if len(pages) > MOST_SHEETS:
            raise Invalid(f"The file has more than {MOST_SHEETS} sheets.")
        return [_read_page(page) for page in pages]
    except Invalid:
        raise
    # The library raises what it meets: KeyError, ValueError, XML errors and more.
    except Exception as error:
        raise Invalid("The file cannot be read as XLSX. Open it in Excel and save it again.") from (
            error
        )


def _refuse_bombs(content: bytes) -> None:
    """Look into the package before anything is parsed: sizes, parts, and no DTD anywhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            parts = pack.infolist()
            if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_UNPACKED:
                raise Invalid("The file unpacks to more than 80 MiB. Split it.")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    text = pack.read(part)
                    if _DTD.search(text) or b"\0" in text:
                        raise Invalid("The file holds XML that a spreadsheet never does.")
    except Invalid:
        raise
    # Each way of packing raises errors of its own: zlib.error, LZMAError, OSError and more.
    except Exception as error:
        raise Invalid("The file is damaged or encrypted. Save it as XLSX again.") from error


def _read_page(page: Any) -> Sheet:
    page.reset_dimensions()  # What the file says of its size is not believed.
    rows: list[list[str]] = []
    faults: list[Fault] = []
    cells = 0
    title = Sheet(str(page.title), ())
    for row in page.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1):
        texts = _last_cut([_text_of(cell) for cell in row])
        for column, text in enumerate(texts):
            if text is None:
                message = "This is a formula or an error. Put its result there as a text."
                faults.append(Fault(where=title.place(len(rows), column), message=message))
        cells += len(texts)
        _refuse_size(len(rows), len(texts), cells)
        rows.append([text or "" for text in texts])
    return _checked(Sheet(title.name, _trimmed(rows)), faults)


def _text_of(cell: Any) -> str | None:
    """Give a cell as a text; None for a formula or an error."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        whole = value.time() == time()
        return Dated(value.date().isoformat() if whole else value.isoformat())
    if isinstance(value, date | time):
        return Dated(value.isoformat())
    if isinstance(value, timedelta):
        return None
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))


def _number(value: float) -> str:
    plain = format(Decimal(repr(value)), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _refuse_size(row: int, width: int, cells: int) -> None:
    if row >= MOST_ROWS or width > MOST_COLUMNS or cells > MOST_CELLS:
        raise Invalid(
            f"A sheet may have {MOST_ROWS:,} rows and {MOST_COLUMNS} columns. Split it, and delete "
            "empty rows that it seems to end with."
        )


def _last_cut(texts: list[str | None]) -> list[str | None]:
    while texts and texts[-1] == "":
        texts.pop()
    return texts


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _checked(sheet: Sheet, faults: list[Fault]) -> Sheet:
    for number, row in enumerate(sheet.rows):
        for column, text in enumerate(row):
            if len(text) > MOST_CHARACTERS:
                message = f"A cell has at most {MOST_CHARACTERS:,} characters."
                faults.append(Fault(where=sheet.place(number, column), message=message))
    refuse("The sheet has cells that cannot be read. Nothing was changed.", faults)
    return sheet
