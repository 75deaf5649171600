"""The public compatibility kit of DMN, where a copy of it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from decisions.engine import write_definitions
from decisions.engine.xml import read_definitions
from decisions.services.conformance import Report, run_tree

SHARED = Path(os.environ.get("CLEARANCE_SHARED", Path(__file__).resolve().parents[4] / "shared"))
CASES = SHARED / "tck" / "TestCases"
LEVELS = ["compliance-level-2", "compliance-level-3"]

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=f"no TCK found at {CASES}")


def missed(report: Report) -> list[str]:
    return [f"{outcome.folder} {outcome.case} {outcome.node}" for outcome in report.missed]


@pytest.mark.parametrize("level", LEVELS)
def test_every_case_of_the_level_passes(level: str) -> None:
    report = run_tree(CASES / level)
    assert (missed(report), report.unreadable) == ([], [])


@pytest.mark.parametrize("level", LEVELS)
def test_every_case_passes_with_models_that_were_written_and_read(level: str) -> None:
    report = run_tree(
        CASES / level, rewrite=lambda source: write_definitions(read_definitions(source))
    )
    assert missed(report) == []
