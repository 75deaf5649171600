"""Times the analysis of tables of any size: `python -m tests.benchmarks.analysis 20 200 2000`.

Sparse tables have innumerable gaps, dense ones have none, and those with holes a few.
"""

from __future__ import annotations

import sys
from time import process_time

from decisions.engine import Model, load_model
from decisions.engine.analysis.findings import Analysis
from tests.benchmarks import partitions, tables

KINDS = ("sparse", "dense", "holes")


def load(kind: str, count: int, *, hit_policy: str = "FIRST") -> Model:
    """Load a table of a kind with about that many rows."""
    if kind == "sparse":
        rows = [row.cells() for row in tables.make_rows(count)]
    else:
        rows = [partitions.cells(cut) for cut in partitions.make_cuts(count)]
    if kind == "holes":
        del rows[:: max(1, count // 10)]
    return load_model(tables.dmn_of(rows, hit_policy=hit_policy))


def measure(model: Model) -> tuple[float, Analysis]:
    """Analyse a model once; gives the seconds of the processor, and the analysis."""
    start = process_time()
    analysis = model.analyse()
    return process_time() - start, analysis


if __name__ == "__main__":
    for count in map(int, sys.argv[1:] or ("20", "200", "2000")):
        for kind in KINDS:
            for policy in ("FIRST", "UNIQUE"):
                seconds, analysis = measure(load(kind, count, hit_policy=policy))
                left = [(item.code, item.listed, item.total) for item in analysis.left]
                print(f"{count:>6} {kind:<7}{policy:<7}{seconds:8.3f} s"
                      f"{len(analysis.findings):5} findings, left {left}")  # fmt: skip
