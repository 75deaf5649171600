"""Editing: cells as people type them mean what they say, and every operation can be taken back."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions import engine
from decisions.engine.editing.shown import to_feel, to_shown

LIBRARY = Path(__file__).parents[3] / "decisions" / "library" / "podcast_sponsorship.dmn"
SMALL = Path(__file__).parents[2] / "small.dmn"


@pytest.mark.parametrize(
    ("tested", "given", "said"),
    [
        ("> 5", "reject", "If Amount is over 5, then Outcome is reject."),
        ("-", "Call them back.", "In any case, Outcome is Call them back."),
        ("-", '"Why not?"', 'In any case, Outcome is "Why not?"'),
        ("Inc.", "", "If Amount is Inc., then nothing is said."),
    ],
)
def test_a_row_is_one_sentence_with_one_full_stop(tested, given, said):
    table = {"inputs": [{"label": "Amount"}], "outputs": [{"label": "Outcome"}]}
    assert engine.sentence(table, ["rule1", [tested], [given], []]) == said


@pytest.mark.parametrize(
    ("feel", "shown"),
    [
        ('"alcohol"', "alcohol"),
        ('"alcohol","tobacco"', "alcohol, tobacco"),
        ('not("GB", "US")', "not(GB, US)"),
        ("-", "-"),
        ("", "-"),
        ("null", "null"),
        ('"null"', '"null"'),
        ('"-"', '"-"'),
        ('"a, b"', '"a, b"'),
        ("limits.most", "= limits.most"),
        ('list contains(?, "x")', '= list contains(?, "x")'),
        (r'"say \"yes\""', 'say "yes"'),
        ('"Kestrel Bikes"', "Kestrel Bikes"),
    ],
)
def test_a_cell_of_texts_is_shown_without_quotes_where_that_is_plain(feel, shown):
    assert to_shown(feel, text=True) == shown
    typed = to_feel(shown, text=True)
    assert engine.evaluate_unary_tests(typed, "GB", {}).value == (
        engine.evaluate_unary_tests(feel or "-", "GB", {}).value
    )


def test_an_output_of_text_is_one_text_with_its_commas():
    assert to_feel("Yes, but late", text=True, output=True) == '"Yes, but late"'
    assert to_shown('"Yes, but late"', text=True, output=True) == "Yes, but late"
    assert to_feel("= a + b", text=True, output=True) == "a + b"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12))
def test_any_text_shown_in_an_output_is_that_text_again(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    feel = f'"{escaped}"'
    typed = to_feel(to_shown(feel, text=True, output=True), text=True, output=True)
    assert engine.evaluate_expression(typed, {}).value == text


@given(st.lists(st.text('ab,-(="\\ n', max_size=4), min_size=1, max_size=3), st.booleans())
def test_any_list_of_texts_means_the_same_when_typed_again(values, negated):
    listed = ", ".join('"{}"'.format(v.replace("\\", "\\\\").replace('"', '\\"')) for v in values)
    feel = f"not({listed})" if negated else listed
    typed = to_feel(to_shown(feel, text=True), text=True)
    for probe in [*values, "other"]:
        ours = engine.evaluate_unary_tests(typed, probe, {}).value
        assert ours == engine.evaluate_unary_tests(feel, probe, {}).value


def loaded(path=SMALL):
    model = engine.load_model(path)
    return engine.load_model(engine.write_definitions(engine.with_ids(model.definitions)))


def test_rows_without_ids_keep_theirs_when_another_editor_moves_them_or_puts_one_between():
    bare = re.sub(r'<rule id="rule\d">', "<rule>", SMALL.read_text())
    ids = [rule.id for rule in engine.tables_of(loaded(bare).definitions)[0].rules]
    rules = re.findall(r"<rule>.*?</rule>", bare, flags=re.DOTALL)
    new = rules[0].replace("limits.most", "9")
    moved = bare.replace(rules[0], "").replace(rules[3], f"{rules[3]}{new}{rules[0]}{rules[0]}")
    again = [rule.id for rule in engine.tables_of(loaded(moved).definitions)[0].rules]
    assert again[:3] == ids[1:]
    assert again[4:] == [ids[0], f"{ids[0]}_2"]
    assert again[3] not in ids


def carried_out(model, operations):
    edited = engine.edit_model(model, operations)
    return engine.load_model(engine.write_definitions(edited.definitions)), edited.inverse


def operations_on(table):
    row = st.sampled_from([row[0] for row in table["rows"]])
    columns = [c["id"] for c in [*table["inputs"], *table["outputs"]]]
    text = st.sampled_from(["-", "GB", "> 5", "null", "a, b", "= amount", "", '"x"'])
    rows = st.lists(row, min_size=1, max_size=3, unique=True)
    cells = st.lists(
        st.tuples(row, st.sampled_from(columns), text).map(list), min_size=1, max_size=4
    )
    base = {"table": table["id"]}
    new = {"id": "new", "inputs": ["> 1", "GB"], "outputs": ["approve", "", "X"]}
    column = {"kind": "input", "id": "c9", "label": "Id", "expression": "id", "type": "string"}
    return st.one_of(
        cells.map(lambda c: {**base, "op": "cells", "cells": c}),
        rows.map(lambda r: {**base, "op": "remove_rows", "rows": r}),
        row.map(lambda r: {**base, "op": "insert_rows", "before": r, "rows": [new]}),
        st.tuples(rows, st.none()).map(
            lambda p: {**base, "op": "move_rows", "rows": p[0], "before": p[1]}
        ),
        st.just({**base, "op": "hit_policy", "hit_policy": "COLLECT", "aggregation": ""}),
        st.integers(0, 2).map(lambda at: {**base, "op": "insert_column", "at": at, **column}),
        st.sampled_from(columns).map(lambda c: {**base, "op": "remove_column", "column": c}),
        st.just({**base, "op": "move_column", "column": table["inputs"][0]["id"], "to": 1}),
        st.just({**base, "op": "change_column", "column": columns[1], "label": "Land"}),
        st.just({"op": "add_table", "id": "d9", "decision": "New", "requires": ["amount"]}),
        st.just({"op": "item_type", "item": "tCountry", "allowed": '"GB"'}),
        st.sampled_from(AROUND),
    )


AROUND = [
    {"op": "remove_decision", "decision": "decision"},
    {"op": "change_decision", "decision": "spend_rules", "name": "Limit check", "question": "?"},
    {"op": "change_decision", "decision": "spend_rules", "requires": ["country", "amount", "id"]},
    {"op": "change_decision", "decision": "decision", "text": '{outcome: "approve"}'},
    {"op": "item_type", "item": "tAmount", "optional": True, "label": "Sum", "description": "All"},
    {"op": "add_item", "item": "tNew", "type": "string", "allowed": '"a"'},
    {"op": "add_input", "id": "i9", "input": "channel", "type": "string", "label": "Channel"},
    {"op": "remove_input", "input": "id"},
    {"op": "change_input", "input": "limits", "type": "Any", "optional": True, "label": "Limits"},
]
BEFORE = loaded()
TABLE = engine.shown_table(BEFORE, "spend_table")


@given(st.lists(operations_on(TABLE), min_size=1, max_size=3))
def test_what_an_operation_did_is_taken_back_by_its_inverse(operations):
    try:
        after, inverse = carried_out(BEFORE, operations)
    except engine.Invalid:
        return  # The operations name what an earlier one of them removed.
    again, _ = carried_out(after, inverse)
    assert again.hash == BEFORE.hash


def test_ids_that_are_there_stay_and_the_hash_with_them():
    model = engine.load_model(LIBRARY)
    assert loaded(LIBRARY).hash == model.hash


def test_a_new_table_reads_what_it_requires():
    after, _ = carried_out(
        BEFORE,
        [
            {"op": "add_table", "id": "d9", "decision": "Fee", "requires": ["amount"]},
            {
                "op": "insert_rows",
                "table": "d9_table",
                "before": None,
                "rows": [{"id": "r", "inputs": ["> 5"], "outputs": ["7"]}],
            },
        ],
    )
    assert after.problems == []
    assert after.decision("Fee")({"amount": 6}).value == 7


def test_allowed_values_are_listed_for_a_column():
    assert TABLE["inputs"][1]["allowed"] == ["GB", "DE", "FR"]
    assert TABLE["inputs"][1]["text"] is True


def test_a_text_comes_back_into_a_column_that_was_removed_with_it():
    base = {"table": "spend_table"}
    after, inverse = carried_out(
        BEFORE,
        [
            {**base, "op": "cells", "cells": [["rule1", "o1", "-"]]},
            {**base, "op": "remove_column", "column": "o1"},
        ],
    )
    assert carried_out(after, inverse)[0].hash == BEFORE.hash


def test_readers_follow_the_new_name_of_a_decision():
    after, _ = carried_out(
        BEFORE, [{"op": "change_decision", "decision": "spend_rules", "name": "Limit check"}]
    )
    assert after.problems == []
    text = after.definitions.decisions[1].expression.text
    assert text.count("Limit check.") == 3
    assert "Spend rules" not in text


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (
            {"op": "remove_decision", "decision": "spend_rules"},
            "“Spend rules” is read by “Decision”. Let them read something else first, "
            "then remove it.",
        ),
        (
            {"op": "change_decision", "decision": "spend_rules", "requires": ["Decision"]},
            "“Decision” reads “Spend rules” itself, directly or not. "
            "Two decisions cannot wait for each other.",
        ),
        (
            {"op": "change_decision", "decision": "spend_rules", "name": "amount"},
            "There is a decision or an input “amount” already. Choose another name.",
        ),
        (
            {"op": "change_decision", "decision": "spend_rules", "name": "outcome"},
            "“Decision” uses “outcome” for something else. Choose another name.",
        ),
        (
            {"op": "change_decision", "decision": "spend_rules", "text": "1"},
            "“Spend rules” is no single expression.",
        ),
        (
            {"op": "remove_input", "input": "amount"},
            "“amount” is read by “Spend rules”. Change that first.",
        ),
        ({"op": "remove_item", "item": "tAmount"}, "The type “tAmount” is still used."),
        (
            {"op": "put_decision", "dmn": "<a/>", "at": 0, "place": 0},
            "This is no DMN of a decision: The file is not DMN 1.2 to 1.5: "
            "its root is 'a' of None.",
        ),
    ],
)
def test_what_would_leave_the_graph_broken_is_refused(operation, words):
    with pytest.raises(engine.Invalid) as refused:
        engine.edit_model(BEFORE, [operation])
    assert str(refused.value) == words


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add_table", "id": "d9", "decision": "New", "requires": 5},
        {"op": "add_table", "id": "d9", "decision": "New", "hit_policy": []},
        {"op": "add_table", "id": "d9", "decision": "New", "outputs": [["a", "b", "c"]]},
        {"op": "add_table", "id": "d9", "decision": "New", "columns": "x"},
        {"op": "change_decision", "decision": "decision", "requires": [[]]},
        {"op": "change_decision", "decision": "decision", "requires": [7]},
        {"op": "change_decision", "decision": [], "name": "x"},
        {"op": "change_decision", "decision": "decision", "name": {}},
        {"op": "put_decision", "dmn": 5, "at": 0, "place": 0},
        {"op": "put_decision", "dmn": "\ud800", "at": 0, "place": 0},
        {"op": "add_input", "id": "i9", "input": "x", "source": "limits"},
        {"op": "add_input", "id": "i9", "input": "x", "at": "0"},
        {"op": "change_input", "input": "amount", "label": 5},
        {"op": "item_type", "item": 5},
        {"op": "add_item", "item": []},
    ],
)
def test_operation_of_another_form_is_refused(operation):
    with pytest.raises(engine.Invalid):
        engine.edit_model(BEFORE, [operation])


def test_a_removed_decision_comes_back_with_its_rows():
    model = engine.load_model(LIBRARY)
    free = [d for d in model.definitions.decisions if d.name == "Decision"]
    after, inverse = carried_out(model, [{"op": "remove_decision", "decision": free[0].id}])
    assert len(after.definitions.decisions) == len(model.definitions.decisions) - 1
    again, _ = carried_out(after, inverse)
    assert again.hash == model.hash
