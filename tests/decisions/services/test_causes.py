"""Causes of flips: the table that answers otherwise first, not those that follow from it."""

import json
from datetime import UTC, datetime

import pytest

from decisions import engine
from decisions.services.causes import Causes
from decisions.services.replaying import Answer
from tests.decisions.library.conftest import LIBRARY, reference_inputs
from tests.decisions.library.ordinary import FEED, ORDINARY, changed

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DMN = (LIBRARY / "podcast_sponsorship.dmn").read_text(encoding="utf-8")
TABLES = json.loads((LIBRARY / "podcast_sponsorship.tables.json").read_text(encoding="utf-8"))
SMALL = """<inputEntry><text>[limits.least_downloads..limits.sure_downloads)</text></inputEntry>
        <inputEntry><text>-</text></inputEntry>"""


def cause(before: str, after: str, **changes) -> str:
    models = [engine.load_model(text) for text in (before, after)]
    by_key = reference_inputs(TABLES)
    read = {s["input"]: by_key[s["key"]] for s in models[0].sources if s["kind"] == "reference"}
    facts = {**changed(ORDINARY, changes), "feed": FEED, **read}
    answers = []
    for model in models:
        result = model.decision("Decision")(facts, now=NOW)
        assert not result.failed
        answers.append(Answer(result.value["outcome"], "", tuple(result.rows), False))
    assert answers[0].outcome != answers[1].outcome
    return Causes(*models).why(*answers)


@pytest.mark.parametrize("turned", [False, True])
def test_the_first_table_that_answers_otherwise_is_the_cause(turned):
    narrower = DMN.replace(SMALL, SMALL.replace("<text>-<", "<text>&gt;= 10000<"))
    assert narrower != DMN
    texts = (narrower, DMN) if turned else (DMN, narrower)
    changes = {"downloads_30d_median": 7_000, "budget_micro": 8_000_000_000}
    told = cause(*texts, **changes)
    if turned:
        assert told == "Commercial doubts, row 1: Budget, EUR from >= 10000 to -"
    else:
        assert told == (
            "Commercial doubts, row 1 no longer answers: Budget, EUR from - to >= 10000"
        )
