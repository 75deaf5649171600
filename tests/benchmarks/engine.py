"""The engine against zen-engine: python -m tests.benchmarks.engine [ROWS ...].

One run, the two in turn with fresh facts each time, garbage collection off; medians of CPU time per
decision, and the median of the ratios. zen-engine runs through its static loader, which is its
quickest way. It is no dependency: install it beside the others for this (pip install zen-engine).
"""

from __future__ import annotations

import gc
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from decisions.engine import evaluate_expression, load_model
from tests.benchmarks import tables

ROUNDS = 15
SIZES = (20, 200, 2_000, 20_000)
EXPRESSIONS = (
    ('if a > 10 and b < 5 then "x" else "y"', 'a > 10 and b < 5 ? "x" : "y"'),
    ('country in ("DE", "FR") and a >= 18', 'country in ["DE", "FR"] and a >= 18'),
    ("a * 1.2 + b > 20", "a * 1.2 + b > 20"),
    ("price * 1.2 > 20", "price * 1.2 > 20"),
    ("b * 1.19 + 5.5", "b * 1.19 + 5.5"),
    ("price * 1.19 + 5.5", "price * 1.19 + 5.5"),
    ("b / 3 + 5.5", "b / 3 + 5.5"),
)
VALUES: dict[str, Callable[[random.Random], Any]] = {
    "a": lambda source: source.randrange(30),
    "b": lambda source: source.randrange(30),
    "country": lambda source: source.choice(["DE", "US"]),
    "price": lambda source: source.randrange(1_000_000) / 100,
}

Once = Callable[[Any], Any]


def seconds(once: Once, facts: Iterable[Any]) -> float:
    """Give the CPU time of one call on average."""
    given = list(facts)
    start = time.process_time()
    for item in given:
        once(item)
    return (time.process_time() - start) / len(given)


def compare(
    title: str,
    ours: Once,
    theirs: Once,
    facts: Callable[[int, int], list[Any]],
    counts: Sequence[int],
) -> None:
    """Print what one call costs each, and the ratio; `facts(count, seed)` are fresh each time."""
    pairs = []
    for turn in range(ROUNDS):
        mine = seconds(ours, facts(counts[0], 2 * turn))
        pairs.append((mine, seconds(theirs, facts(counts[1], 2 * turn + 1))))
    ratio = median(theirs_ / ours_ for ours_, theirs_ in pairs)
    ours_, theirs_ = (median(column) * 1e6 for column in zip(*pairs, strict=True))
    print(f"  {title:<42}{ours_:9.2f} µs {theirs_:10.2f} µs   x {ratio:.1f}")


def measure_table(count: int) -> None:
    """Compare one decision, with and without its explanation, and a batch, on one table."""
    import zen

    rows = tables.make_rows(count)
    source = tables.dmn(rows)
    start = time.process_time()
    model = load_model(source)
    loaded = time.process_time()
    decide = model.decision(tables.DECISION)
    print(
        f"{count} rows: read {loaded - start:.2f} s, compiled {time.process_time() - loaded:.2f} s"
    )
    content = {"table": tables.jdm(rows)}
    peer = zen.ZenEngine({"loader": {"type": "static", "content": content}})
    many = 1000 if count < 5_000 else 200
    few = max(4, min(100, 40_000 // count))

    def facts(number: int, seed: int) -> list[Any]:
        return tables.make_facts(rows, number, seed=seed)

    def theirs(given: Any) -> Any:
        return peer.evaluate("table", given)

    def theirs_traced(given: Any) -> Any:
        return peer.evaluate("table", given, {"trace": True})

    compare("one decision", decide, theirs, facts, (many, many))
    compare("kept with its explanation, against trace", decide, theirs_traced, facts, (many, few))
    compare(
        "explanation spelt out, against trace",
        lambda given: decide(given).explain(),
        theirs_traced,
        facts,
        (many, few),
    )
    measure_batch(decide, theirs, facts)


def measure_batch(decide: Any, theirs: Once, facts: Callable[[int, int], list[Any]]) -> None:
    """Compare a batch of columns with a loop over single evaluations."""
    size = 20_000
    pairs = []
    for turn in range(ROUNDS):
        columns = _columns(facts(size, 500 + turn))
        start = time.process_time()
        decide.evaluate_many(columns)
        mine = (time.process_time() - start) / size
        pairs.append((mine, seconds(theirs, facts(300, 900 + turn))))
    ratio = median(theirs_ / ours_ for ours_, theirs_ in pairs)
    ours_, theirs_ = (median(column) * 1e6 for column in zip(*pairs, strict=True))
    print(f"  {'one of a batch of 20,000':<42}{ours_:9.2f} µs {theirs_:10.2f} µs   x {ratio:.1f}")


def _columns(facts: list[dict[str, Any]]) -> dict[str, Any]:
    import numpy as np

    return {
        name: np.array([item[name] for item in facts], dtype=object if kind == "string" else None)
        for name, kind in tables.INPUTS.items()
    }


def measure_expressions() -> None:
    """Compare FEEL texts with zen's expressions, each given as text with the values of names."""
    import zen

    print("expressions, as text with the values of names")
    for feel, other in EXPRESSIONS:
        names = [name for name in VALUES if name in feel.replace("(", " ").split()]

        def facts(number: int, seed: int, names: list[str] = names) -> list[Any]:
            source = random.Random(seed)
            return [{name: VALUES[name](source) for name in names} for _ in range(number)]

        compare(
            feel,
            lambda given, feel=feel: evaluate_expression(feel, given),
            lambda given, other=other: zen.evaluate_expression(other, given),
            facts,
            (1000, 1000),
        )
        compiled = zen.compile_expression(other)
        compare(
            "  against zen's compiled expression",
            lambda given, feel=feel: evaluate_expression(feel, given),
            compiled.evaluate,
            facts,
            (1000, 1000),
        )


def measure_growth() -> None:
    """Print how one decision grows with rows, and with the inputs that rows ask about."""
    print("one decision, by rows and by inputs asked about (µs)")
    for count in SIZES[:3]:
        rows = tables.make_rows(count)
        facts = tables.make_facts(rows, 2_000)
        costs = []
        for inputs in (2, 4, 8):
            cells = [[*row.cells()[:inputs], *["-"] * (8 - inputs)] for row in rows]
            decide = load_model(tables.dmn_of(cells)).decision(tables.DECISION)
            costs.append(min(seconds(decide, facts) for _ in range(ROUNDS)) * 1e6)
        shown = ", ".join(
            f"{n} inputs {cost:.2f}" for n, cost in zip((2, 4, 8), costs, strict=True)
        )
        print(f"  {count} rows: {shown}")


def measure_memory() -> None:
    """Print what a compiled table of 20,000 rows holds beside its content as written."""
    model = load_model(tables.dmn(tables.make_rows(20_000)))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    decide = model.decision(tables.DECISION)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    print(f"compiled, 20,000 rows of {len(decide.shapes)} inputs hold {held / 2**20:.1f} MiB")


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    print(f"{'':<44}{'ours':>9}    {'zen':>10}")
    gc.disable()
    for count in sizes:
        measure_table(count)
    measure_expressions()
    measure_growth()
    gc.enable()
    measure_memory()


if __name__ == "__main__":
    main()
