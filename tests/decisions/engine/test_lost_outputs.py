"""Outputs that other decisions read of a table: told where no column gives them any more."""

from pathlib import Path

import pytest

from decisions import engine

LIBRARY = Path(engine.__file__).parents[1] / "library" / "podcast_sponsorship.dmn"


@pytest.fixture(scope="module")
def sponsorship():
    return engine.load_model(LIBRARY)


def without(model, table, column):
    edited = engine.edit_model(model, [{"op": "remove_column", "table": table, "column": column}])
    return engine.load_model(engine.write_definitions(edited.definitions))


def columns(model):
    tables = engine.tables_of(model.definitions)
    return [(t.id, o.id) for t in tables if len(t.outputs) > 1 for o in t.outputs]


def lost(model, **asked):
    return [f for f in model.analyse(**asked).findings if f.code == "table.lost_output"]


def test_a_model_whose_tables_give_all_that_is_read_has_none(sponsorship):
    assert lost(sponsorship) == []


def test_every_output_column_of_the_library_is_missed_when_it_goes(sponsorship):
    known = {str(problem) for problem in sponsorship.problems}
    silent = []
    for table, column in columns(sponsorship):
        model = without(sponsorship, table, column)
        by_type = [p for p in model.problems if str(p) not in known]
        if not lost(model, table=table) and not by_type:
            silent.append((table, column))
    assert silent == []


def test_the_message_names_who_reads_and_what_to_do(sponsorship):
    table = next(t for t in engine.tables_of(sponsorship.definitions) if t.id == "x_food_rules")
    model = without(sponsorship, table.id, table.outputs[0].id)
    (finding,) = lost(model)
    assert (finding.severity, finding.decision) == ("warning", "Food rules")
    assert finding.message == (
        '"Findings" reads "effect" of this table, but no column of the table gives it.'
    )
    assert finding.hint == (
        'Add an output column named effect, or change "Findings". The table gives code, rule, text.'
    )


def test_rows_are_followed_into_functions(sponsorship):
    table = next(
        t for t in engine.tables_of(sponsorship.definitions) if t.id == "x_brand_safety_doubts"
    )
    (finding,) = lost(without(sponsorship, table.id, table.outputs[0].id))
    assert (finding.severity, '"for queue"' in finding.message) == ("error", True)
