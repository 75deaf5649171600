"""The public compatibility kit of DMN, where a copy of it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.decisions.engine.tck import run_tree

SHARED = Path(os.environ.get("CLEARANCE_SHARED", Path(__file__).resolve().parents[4] / "shared"))
CASES = SHARED / "tck" / "TestCases"


@pytest.mark.skipif(not CASES.is_dir(), reason=f"no TCK found at {CASES}")
@pytest.mark.parametrize("level", ["compliance-level-2", "compliance-level-3"])
def test_every_case_of_the_level_passes(level: str) -> None:
    cases = run_tree(CASES / level)
    assert cases
    missed = [f"{case.folder} {case.name}" for case in cases if not case.passed]
    assert missed == []
