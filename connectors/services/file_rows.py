"""Rows of a file, read from any byte on in bounded memory; a workbook becomes text first."""

import csv
import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from connectors.enums import FileKind
from decisions.errors import Invalid
from decisions.services.sheet_files import meant

MOST_COLUMNS = 300
DELIMITERS = ",;\t|"
BEAT = 2_000  # Rows of a workbook between two signs of life.
_QUOTED = re.compile(r'"[^"]*"')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
UNREADABLE = "\ufffd"
GARBLED = "It holds characters that cannot be read. Save the file as UTF-8."
NO_JSON = "This line is no JSON object. Write one object on each line."
UNMATCHED = "The quotation marks of this row do not match."


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number, the byte after it, its cells as they stood, what they say by column.

    `problem` says why it cannot be read; then `values` is empty.
    """

    number: int
    end: int
    cells: Sequence[str]
    values: Mapping[str, Any]
    problem: str = ""


def delimiter_of(head: str) -> str:
    """The character that parts the cells of a head; Excel writes the one of its country."""
    plain = _QUOTED.sub("", head)
    return max(DELIMITERS, key=plain.count)


def first_rows(
    path: Path, kind: str, delimiter: str, *, most: int
) -> tuple[list[str], int, list[dict[str, Any]]]:
    """The columns of a text file, the byte where its rows begin, and its first rows."""
    if kind == FileKind.NDJSON:
        sample = [row.values for row, _ in zip(json_rows(path, 0, 0), range(most), strict=False)]
        columns = list(dict.fromkeys(name for one in sample for name in one))
        if not columns:
            raise Invalid("The file holds no objects. Write one JSON object on each line.")
        # As the database keeps JSON: without exact decimals.
        return columns[:MOST_COLUMNS], 0, json.loads(json.dumps(sample, default=float))
    offset, head, _ = next(_csv_records(path, 0, delimiter), (0, [], ""))
    columns = named(head)
    rows = zip(csv_rows(path, offset, 1, delimiter, columns), range(most), strict=False)
    return columns, offset, [dict(row.values) for row, _ in rows if row.values]


def named(head: Sequence[str]) -> list[str]:
    """Names for columns: none empty, no two alike; raises Invalid for what is no head."""
    if not any(cell.strip() for cell in head):
        raise Invalid("The file has no head. Give the columns names in its first row.")
    if len(head) > MOST_COLUMNS:
        raise Invalid(
            f"The file has more than {MOST_COLUMNS} columns. Leave out what nobody reads."
        )
    names: list[str] = []
    for number, cell in enumerate(head, 1):
        wanted = " ".join(cell.split())[:100] or f"Column {number}"
        name, again = wanted, 1
        while name in names:
            again += 1
            name = f"{wanted} ({again})"
        names.append(name)
    return names


def record(columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """Cells by column; an empty one says nothing."""
    return {
        name: meant(cell.strip()) if cell.strip() else None
        for name, cell in zip(columns, cells, strict=False)
    }


def rows_of(
    path: Path, kind: str, offset: int, line: int, delimiter: str, columns: Sequence[str]
) -> Iterator[Row]:
    """The rows of a text file from a byte on; `line` is the number of the row before it."""
    if kind == FileKind.NDJSON:
        return json_rows(path, offset, line)
    return csv_rows(path, offset, line, delimiter, columns)


def csv_rows(
    path: Path, offset: int, line: int, delimiter: str, columns: Sequence[str]
) -> Iterator[Row]:
    """Rows of CSV; an empty line is none. A quotation mark too many costs one row, not all."""
    width = len(columns)
    records = _csv_records(path, offset, delimiter, width)
    for number, (end, cells, problem) in enumerate(records, line + 1):
        if not any(cells):
            continue
        if problem := problem or _odd(cells, width):
            yield Row(number, end, cells, {}, problem)
        else:
            yield Row(number, end, cells, record(columns, cells))


def _odd(cells: Sequence[str], width: int) -> str:
    if len(cells) != width:
        return f"It has {len(cells)} cell{'s' * (len(cells) != 1)}, the head has {width}."
    if any(UNREADABLE in cell for cell in cells):
        return GARBLED
    return ""


def _csv_records(
    path: Path, offset: int, delimiter: str, width: int = 0
) -> Iterator[tuple[int, list[str], str]]:
    """Records, each with the byte after it; after one that breaks, reading goes on a line on."""
    with path.open("rb") as opened:
        start = place = offset

        def lines() -> Iterator[str]:
            nonlocal place
            while raw := opened.readline():
                place += len(raw)
                yield raw.decode()

        while True:
            opened.seek(start)
            place = start
            reader = csv.reader(lines(), delimiter=delimiter, strict=True)
            try:
                before = 0
                for cells in reader:
                    if width and len(cells) != width and reader.line_num > before + 1:
                        break  # It may have swallowed the rows after it.
                    before = reader.line_num
                    yield place, cells, ""
                    start = place
                else:
                    return
            except csv.Error:
                pass
            opened.seek(start)
            broken = opened.readline()
            start += len(broken)
            yield start, [broken.decode().rstrip("\n")], UNMATCHED


def json_rows(path: Path, offset: int, line: int) -> Iterator[Row]:
    """Rows of NDJSON, one object a line."""
    with path.open("rb") as opened:
        opened.seek(offset)
        place = offset
        while raw := opened.readline():
            place += len(raw)
            line += 1
            text = raw.decode()
            if text.strip():
                yield _json_row(line, place, text.rstrip("\n"))


def _json_row(number: int, end: int, text: str) -> Row:
    if UNREADABLE in text:
        return Row(number, end, [text], {}, GARBLED)
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Row(number, end, [text], {}, NO_JSON)
    if not isinstance(value, dict):
        return Row(number, end, [text], {}, NO_JSON)
    return Row(number, end, [text], value)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def workbook_rows(path: Path) -> Generator[list[str]]:
    """The rows of the first sheet as texts, row by row; raises Invalid where it cannot be read."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, keep_links=False, data_only=True)
        try:
            page = book.worksheets[0]
            page.reset_dimensions()  # What the file says of its size is not believed.
            width = 0
            for values in page.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
                texts = [_text(value) for value in values]
                while texts and not texts[-1]:
                    texts.pop()
                width = width or len(texts)
                yield texts + [""] * (width - len(texts))
        finally:
            book.close()
    # The library raises what it meets: KeyError, ValueError, XML errors and more.
    except Exception as error:
        raise Invalid(
            "The workbook is damaged or cut off. Open it in Excel and save it as XLSX again."
        ) from error


def write_text(path: Path, target: Path, *, beat: Callable[[], None]) -> tuple[list[str], int]:
    """Write a workbook as CSV, whole or not at all; return its columns and where rows begin.

    `beat` is called now and then, so that others see that somebody is at it.
    """
    part = target.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        rows = workbook_rows(path)
        head = next(rows, [])
        columns = named(head)
        writer.writerow(columns)
        opened.flush()
        offset = opened.tell()
        for number, row in enumerate(rows):
            if number % BEAT == 0:
                beat()
            writer.writerow(row or [""])
    part.replace(target)
    return columns, offset


def _text(value: Any) -> str:
    """A cell of a workbook as the text that CSV would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        plain = format(Decimal(repr(value)), "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)).replace("\r\n", "\n")
