"""Compares two forms of a large table: `python -m tests.benchmarks.comparing 3000`.

Prints the seconds of the processor, and how often that fits into reading the table once.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from random import Random
from time import process_time
from typing import Any

from decisions.engine import load_model, tables_of, with_ids
from decisions.services.table_differences import table_difference
from tests.benchmarks import tables


def forms_of(table: Any) -> dict[str, Any]:
    """Return other forms of a table: as it is, edited here and there, shuffled, without ids."""
    chance = Random(1)
    rows = list(table.rules)
    edited = [
        replace(row, inputs=("-", *row.inputs[1:])) if chance.random() < 0.1 else row
        for row in rows
    ]
    shuffled = chance.sample(rows, len(rows))
    nameless = [replace(row, id="") for row in edited]
    found = {"same": rows, "edited": edited, "shuffled": shuffled, "no ids": nameless}
    return {name: replace(table, rules=tuple(changed)) for name, changed in found.items()}


if __name__ == "__main__":
    for count in map(int, sys.argv[1:] or ("300", "3000")):
        start = process_time()
        model = load_model(tables.dmn_of([row.cells() for row in tables.make_rows(count)]))
        reading = process_time() - start
        (table,) = tables_of(with_ids(model.definitions))
        for name, other in forms_of(table).items():
            start = process_time()
            difference = table_difference("Screening", table, other)
            spent = process_time() - start
            print(f"{count:>6} {name:<9}{spent:7.3f} s, 1 : {reading / spent:4.1f} of reading, "
                  f"{len(difference.rows)} rows differ")  # fmt: skip
