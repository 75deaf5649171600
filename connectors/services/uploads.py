"""Uploaded files are looked at before they count: what they are, how large, in which characters."""

import codecs
import contextlib
import errno
import hashlib
import io
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings

from connectors.enums import FileKind
from connectors.services import file_rows
from decisions.errors import Invalid, Refused

MOST_BYTES = 512 * 2**20
MOST_UNPACKED = 2 * 2**30
MOST_PARTS = 1_000
MOST_STRINGS = 200 * 2**20  # Texts that a workbook shares are held in memory.
MOST_LINE = 2**20
PIECE = 2**20
SPARE = 200 * 2**20  # What the disk must still hold for all else.
SAMPLE = 20

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
FULL = "The disk of the server is full, so the file was not kept. Tell an admin, then try again."
BROKEN = "The workbook is damaged, cut off or locked. Open it in Excel and save it as XLSX again."
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": "This is an old or a locked Excel file. Save it as XLSX, no password.",
    b"%PDF": "This is a PDF. Save the table behind it as CSV or XLSX.",
    b"\x1f\x8b": "This file is compressed (gzip). Unpack it first.",
}
_DTD = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT = re.compile(rb"<[A-Za-z]")


@dataclass(frozen=True)
class Looked:
    """What an uploaded file is, after it was kept."""

    kind: FileKind
    encoding: str
    delimiter: str
    columns: list[str]
    sample: list[dict[str, Any]]
    size: int
    length: int
    offset: int
    content_hash: str


def path_of(key: UUID, *, workbook: bool = False) -> Path:
    """Where a file lies: what is read row by row is text, a workbook waits beside it."""
    return Path(settings.UPLOADS_DIR) / f"{key}.{'xlsx' if workbook else 'txt'}"


def keep(key: UUID, name: str, source: IO[bytes], *, size: int) -> Looked:
    """Look at an upload and keep it; raises Invalid for what is no table, Refused without room."""
    _refuse_size(size)
    head = source.read(PIECE)
    source.seek(0)
    packed = _is_packed(name, head)
    try:
        with _room_for(size):
            if packed:
                return _keep_workbook(key, source, size)
            return _keep_text(key, source, head, size)
    except BaseException:
        drop(key)
        raise


def drop(key: UUID) -> None:
    """Delete what lies of a file; what is gone already stays gone."""
    for path in (path_of(key), path_of(key, workbook=True)):
        for one in (path, path.with_suffix(".part")):
            one.unlink(missing_ok=True)


@contextlib.contextmanager
def full_disk_told() -> Iterator[None]:
    """Turn a full disk into words."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Refused(FULL) from error
        raise


@contextlib.contextmanager
def _room_for(size: int) -> Iterator[None]:
    folder = Path(settings.UPLOADS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size * 2 + SPARE:
        raise Refused(FULL)
    with full_disk_told():
        yield


def _refuse_size(size: int) -> None:
    if not size:
        raise Invalid("The file is empty.")
    if size > MOST_BYTES:
        raise Invalid(f"The file is larger than {MOST_BYTES >> 20} MiB. Split it.")


def _is_packed(name: str, head: bytes) -> bool:
    for start, words in _FOREIGN.items():
        if head.startswith(start):
            raise Invalid(words)
    packed = head.startswith(b"PK\x03\x04")
    if name.lower().endswith(".xlsx") != packed:
        kind = "XLSX" if name.lower().endswith(".xlsx") else "text"
        raise Invalid(f"“{name}” is not {kind} inside. Save it as CSV, NDJSON or XLSX again.")
    return packed


def _keep_text(key: UUID, source: IO[bytes], head: bytes, size: int) -> Looked:
    path = path_of(key)
    encoding = _encoding(source, head)
    with _written(path) as target:
        content_hash = _transcode(source, target, encoding)
    with path.open("rb") as kept:
        first = kept.readline(MOST_LINE)
    start = first.lstrip()
    if start.startswith(b"["):
        raise Invalid("This is one JSON list. Save it as NDJSON: one object on each line.")
    kind = FileKind.NDJSON if start.startswith(b"{") else FileKind.CSV
    delimiter = file_rows.delimiter_of(first.decode()) if kind == FileKind.CSV else ""
    columns, offset, sample = file_rows.first_rows(path, kind, delimiter, most=SAMPLE)
    return Looked(
        kind=kind,
        encoding=ENCODINGS[encoding],
        delimiter=delimiter,
        columns=columns,
        sample=sample,
        size=size,
        length=path.stat().st_size,
        offset=offset,
        content_hash=content_hash,
    )


def _keep_workbook(key: UUID, source: IO[bytes], size: int) -> Looked:
    path = path_of(key, workbook=True)
    hashed = hashlib.sha256()
    with _written(path) as target:
        while piece := source.read(PIECE):
            hashed.update(piece)
            target.write(piece)
    refuse_bombs(path)
    rows = file_rows.workbook_rows(path)
    try:
        columns = file_rows.named(next(rows, []))
        cells = [row for row, _ in zip(rows, range(SAMPLE), strict=False)]
    finally:
        rows.close()
    return Looked(
        kind=FileKind.XLSX,
        encoding="",
        delimiter="",
        columns=columns,
        sample=[file_rows.record(columns, row) for row in cells],
        size=size,
        length=0,
        offset=0,
        content_hash=hashed.hexdigest(),
    )


def refuse_bombs(path: Path) -> None:
    """Look into a package before anything is parsed: parts, sizes, and no DTD anywhere."""
    try:
        with zipfile.ZipFile(path) as pack:
            parts = pack.infolist()
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
                raise Invalid("This is a ZIP file, but no workbook. Upload the table inside it.")
            strings = sum(p.file_size for p in parts if p.filename.endswith("sharedStrings.xml"))
            if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_UNPACKED:
                raise Invalid(f"The workbook unpacks to more than {MOST_UNPACKED >> 30} GiB.")
            if strings > MOST_STRINGS:
                raise Invalid("The workbook holds too many different texts. Save it as CSV UTF-8.")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with pack.open(part) as opened:
                        start = opened.read(4096)
                    if _DTD.search(start) or b"\0" in start or not _ROOT.search(start):
                        raise Invalid("The file holds XML that a workbook never does.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Invalid(BROKEN) from error


@contextlib.contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """Write a file that only its owner reads; it has its name once it is whole."""
    part = path.with_suffix(".part")
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "wb") as target:
        yield target
    part.replace(path)


def _encoding(source: IO[bytes], head: bytes) -> str:
    """Find out in which characters a text is written: by its mark, its zeros, or by trying."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head[:4096]:
        even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
        if max(even, odd) < len(head[:4096]) // 4:
            raise Invalid("This is no text. Give a CSV, NDJSON or XLSX file.")
        return "utf-16-be" if even > odd else "utf-16-le"
    decoder = codecs.getincrementaldecoder("utf-8")()
    beyond_ascii = False
    source.seek(0)
    while piece := source.read(PIECE):
        try:
            decoder.decode(piece)
        except UnicodeDecodeError as error:
            # What began as UTF-8 stays so: the rows that are not are rejected one by one.
            began = beyond_ascii or not piece[: max(error.start, 0)].isascii()
            return "utf-8" if began else "cp1252"
        beyond_ascii = beyond_ascii or not piece.isascii()
    return "utf-8"


def _transcode(source: IO[bytes], target: IO[bytes], encoding: str) -> str:
    """Write a text anew as UTF-8 with plain line ends; return the hash of what came."""
    hashed = hashlib.sha256()
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    lines = io.IncrementalNewlineDecoder(decoder, translate=True)
    open_line = 0
    source.seek(0)
    while True:
        piece = source.read(PIECE)
        hashed.update(piece)
        text = lines.decode(piece, final=not piece)
        if "\0" in text:
            raise Invalid("This is no text. Give a CSV, NDJSON or XLSX file.")
        longest = max((len(line) for line in text.split("\n")[:-1]), default=0)
        open_line = open_line + len(text) if "\n" not in text else len(text) - text.rfind("\n")
        if max(longest, open_line) > MOST_LINE:
            raise Invalid("A line of the file is longer than 1 MiB. Is it a table?")
        target.write(text.encode("utf-8", "replace"))
        if not piece:
            return hashed.hexdigest()
