"""Imports a file of many rows, beside a plain loop over csv that inserts the same rows.

`python -m tests.benchmarks.imports [--rows 100000] [--xlsx]` works in a fresh SQLite database of
its own. Prints seconds of the processor, the ratio, and how much memory the import took at most
beyond what the process held before it: once a tenth of the rows is read, it must not grow.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import resource
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ENTRIES = {"id": "payload.id", "amount": "number(payload.amount)", "country": "payload.country"}
CHUNK = 500


def rows(count: int):
    yield ["id", "amount", "country", "name", "note"]
    for number in range(count):
        country = ("GB", "DE", "FR")[number % 3]
        yield [f"R-{number}", str(number % 900), country, f"Subject {number}", "Brought by file"]


def written(folder: Path, count: int, *, xlsx: bool) -> Path:
    path = folder / ("rows.xlsx" if xlsx else "rows.csv")
    if xlsx:
        import openpyxl

        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet()
        for row in rows(count):
            page.append(row)
        book.save(path)
        return path
    with path.open("w", newline="") as opened:
        csv.writer(opened).writerows(rows(count))
    return path


def held() -> float:
    """Return what the process holds now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def imported(path: Path, model, user) -> tuple[int, int, float]:
    """Import a file as a worker does, message after message; return rows and growth of memory."""
    from django.utils import timezone

    from connectors.models import FileImport
    from connectors.services import imports
    from decisions import events
    from decisions.enums import EventKind
    from decisions.models import AuditEvent

    events.send = lambda *_: None
    with path.open("rb") as opened:
        file = imports.take_in(
            imports.source_for(user, now=NOW),
            model,
            name=path.name,
            content=opened,
            size=path.stat().st_size,
            author=user,
            now=NOW,
        )
    imports.start(file, entries=ENTRIES, author=user, now=NOW)
    event = AuditEvent.objects.filter(kind=EventKind.IMPORT_REQUESTED).latest("pk")
    total = file.length or None
    marks: list[float] = []
    while file.unfinished or file.state == "mapping":
        imports.run([event.pk], clock=timezone.now)
        file = FileImport.objects.get(pk=file.pk)
        marks.append(held())
        done = f"{file.offset / (file.length or total or 1):4.0%}"
        print(f"  {done} {file.rows:>9,} rows, {marks[-1]:6.1f} MiB held", flush=True)
    return file.rows, file.rejected, max(marks) - marks[0]


def plain(path: Path, model) -> None:
    """Read with csv and insert in bulk: what no check, no mapping and no log would cost."""
    from django.db import transaction

    from decisions.ids import new_id
    from decisions.models import Submission

    with path.open(newline="") as opened:
        reader = csv.DictReader(io.TextIOWrapper(opened.buffer, "utf-8", newline=""))
        chunk: list[Submission] = []
        for row in reader:
            facts = {"id": row["id"], "amount": int(row["amount"]), "country": row["country"]}
            chunk.append(
                Submission(
                    id=new_id(NOW),
                    model=model,
                    facts=facts,
                    facts_hash="0" * 64,
                    source="plain",
                    reference=row["id"],
                    received_at=NOW,
                    updated_at=NOW,
                )
            )
            if len(chunk) == CHUNK:
                with transaction.atomic():
                    Submission.objects.bulk_create(chunk)
                chunk = []


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--xlsx", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clearance-bench-") as folder:
        os.environ["CLEARANCE_STATE_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from tests.rules import person, small_model

        model, user = small_model(), person("Bench", "admin")
        text = written(Path(folder), arguments.rows, xlsx=False)
        path = written(Path(folder), arguments.rows, xlsx=True) if arguments.xlsx else text
        start, clock = process_time(), perf_counter()
        count, rejected, grown = imported(path, model, user)
        ours, wall = process_time() - start, perf_counter() - clock
        start = process_time()
        plain(text, model)
        theirs = process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{path.stat().st_size / 2**20:.0f} MiB, {count:,} rows, {rejected:,} rejected: "
            f"{ours:.1f} s of the processor ({wall:.0f} s by the clock, {count / wall:,.0f} rows a "
            f"second), plain loop {theirs:.1f} s, {ours / theirs:.1f} : 1. Peak {peak:.0f} MiB, "
            f"grown by {grown:.1f} MiB after the first message."
        )


if __name__ == "__main__":
    main()
