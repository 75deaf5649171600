"""An explained table as the page shows it."""

from decisions.views.tables import MOST_ROWS, policy_in_words, table_of


def rule(number, *answers, outputs=('"yes"',), texts=("1", "-"), matched=None):
    cells = [{"text": t, "matched": a} for t, a in zip(texts, answers, strict=True)]
    hit = all(a is True for a in answers) if matched is None else matched
    return {
        "number": number,
        "cells": cells,
        "outputs": list(outputs),
        "matched": hit,
        "annotation": "",
    }


def entry(rules, *, value=None, outputs=({"label": "Out", "name": "out"},)):
    return {
        "id": "d",
        "table": "t",
        "name": "Table",
        "hit_policy": "FIRST",
        "inputs": [
            {"label": "First", "text": "a", "value": 1},
            {"label": "", "text": "b + 1", "value": None},
        ],
        "outputs": list(outputs),
        "rules": rules,
        "matched": [r["number"] for r in rules if r["matched"]],
        "value": value,
    }


def test_rows_not_read_are_counted_and_columns_nobody_asks_about_left_out():
    table = table_of(entry([rule(1, False, None), rule(2, True, True), rule(3, None, None)]))
    assert [row.number for row in table.rows] == [1, 2]
    assert table.unread == (3, 3)
    assert (table.size, table.read, table.hits) == (3, 2, [2])
    assert table.inputs == [("First", 1)]
    assert table.left_out == 1
    assert table.width == 2


def test_states_of_cells_are_yes_no_and_not_read():
    table = table_of(
        entry([rule(1, True, False, texts=("1", "2")), rule(2, False, None, texts=("1", "2"))])
    )
    assert [[cell.state for cell in row.cells] for row in table.rows] == [
        ["yes", "no"],
        ["no", "skip"],
    ]
    assert table.rows[0].cells[1].label == "b + 1"


def test_values_of_reference_tables_stand_in_place_of_their_names():
    texts = (">= limits.most", '"limits.most"')
    table = table_of(
        entry([rule(1, True, True, texts=texts)]),
        references={"limits": {"most": 1000, "open": True}},
        keys={"limits": "spend_limits"},
    )
    first, second = table.rows[0].cells
    assert (first.text, first.feel) == (">= 1000", ">= limits.most")
    assert second.text == '"limits.most"'  # A text is not a name.
    assert [(b.value, b.table, b.line) for b in table.borrowed] == [(1000, "spend_limits", "most")]


def test_values_of_rows_that_missed_are_not_cited():
    table = table_of(
        entry([rule(1, False, None, texts=("> limits.most", "-"))]),
        references={"limits": {"most": 1000}},
        keys={"limits": "limits"},
    )
    assert table.borrowed == []


def test_hit_shows_what_it_gave_not_how():
    two = ({"label": "Code", "name": "code"}, {"label": "Text", "name": "text"})
    expressions = ('"LATE"', '"It is " + string(days) + " days late"')
    given = {"code": "LATE", "text": "It is 3 days late"}
    table = table_of(entry([rule(1, True, True, outputs=expressions)], value=given, outputs=two))
    assert table.rows[0].outputs == [("Code", "LATE"), ("Text", "It is 3 days late")]


def test_each_of_several_hits_shows_its_own():
    rules = [
        rule(1, True, True, outputs=("a",)),
        rule(2, False, None, outputs=("b",)),
        rule(3, True, True, outputs=("c",)),
    ]
    table = table_of(entry(rules, value=["one", "three"]))
    assert [row.outputs for row in table.rows] == [
        [("Out", "one")],
        [("Out", "b")],
        [("Out", "three")],
    ]


def test_long_table_shows_its_hits():
    rules = [rule(n, n == 40, True if n == 40 else None) for n in range(1, 61)]
    table = table_of(entry(rules))
    assert [row.number for row in table.rows] == [40]
    assert table.silent == 59


def test_long_table_without_hit_shows_its_beginning():
    table = table_of(entry([rule(n, False, None) for n in range(1, 61)]))
    assert len(table.rows) == MOST_ROWS
    assert table.silent == 60 - MOST_ROWS


def test_hit_policies_read_as_sentences():
    assert policy_in_words("FIRST") == "The first match decides."
    assert policy_in_words("COLLECT") == "Every match counts."
