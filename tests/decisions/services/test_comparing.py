"""Versions are compared by meaning: what a person changed is what the difference says, no more."""

import random
from dataclasses import replace

import pytest

from decisions import engine
from decisions.events import SYSTEM
from decisions.models import ModelVersion
from decisions.services import authoring, comparing, drafting, testing
from decisions.services.table_differences import table_difference
from tests.rules import FACTS, HERE, NOW, person, small_model

DMN = (HERE / "small.dmn").read_text()


def table_of(dmn=DMN):
    (table,) = engine.tables_of(engine.load_model(dmn).definitions)
    return table


def row(table, number):
    return table.rules[number - 1]


def changed(table, number, **cells):
    rules = list(table.rules)
    rules[number - 1] = replace(row(table, number), **cells)
    return replace(table, rules=tuple(rules))


def ordered(table, *numbers):
    return replace(table, rules=tuple(row(table, number) for number in numbers))


def without_ids(table):
    return replace(table, rules=tuple(replace(rule, id="") for rule in table.rules))


def summary(before, after):
    return [
        (r.kind, r.before, r.after, r.moved, sum(c.changed for c in r.cells))
        for r in table_difference("Spend rules", before, after).rows
    ]


def test_a_table_is_the_same_as_itself():
    difference = table_difference("Spend rules", table_of(), table_of())
    assert (difference.kind, difference.rows, difference.settings) == ("same", (), ())


def test_a_changed_cell_is_one_cell_of_one_row():
    after = changed(table_of(), 3, inputs=("> 5", '"FR"'))
    (found,) = table_difference("Spend rules", table_of(), after).rows
    assert (found.kind, found.before, found.after) == ("chg", 3, 3)
    (cell,) = [cell for cell in found.cells if cell.changed]
    assert (cell.label, cell.before, cell.after) == ("Amount", "-", "> 5")


@pytest.mark.parametrize("form", [lambda table: table, without_ids])
def test_rows_added_and_removed_do_not_change_their_neighbours(form):
    before = form(ordered(table_of(), 1, 2, 4))
    after = form(ordered(table_of(), 1, 3, 4))
    after = replace(
        after,
        rules=(after.rules[0], replace(after.rules[1], outputs=("a", "b", "c")), after.rules[2]),
    )
    assert [entry[:4] for entry in summary(before, after)] == [
        ("del", 2, None, False),
        ("add", None, 2, False),
    ]


@pytest.mark.parametrize("form", [lambda table: table, without_ids])
def test_a_row_that_moves_is_moved_and_the_others_are_not(form):
    assert summary(form(table_of()), form(ordered(table_of(), 4, 1, 2, 3))) == [
        ("mov", 4, 1, True, 0)
    ]


def test_a_row_without_an_id_that_was_edited_is_changed_in_its_place():
    after = changed(table_of(), 2, inputs=("> 1", "-"))
    assert summary(without_ids(table_of()), without_ids(after)) == [("chg", 2, 2, False, 1)]


def test_a_row_may_move_and_change():
    after = changed(ordered(table_of(), 4, 1, 2, 3), 1, inputs=("> 1", "-"))
    assert summary(table_of(), after) == [("chg", 4, 1, True, 1)]


def test_a_new_column_changes_rows_only_where_it_asks_something():
    table = table_of()
    extra = replace(table.inputs[0], id="c9", label="Flag", text="flag")
    rules = [replace(rule, inputs=(*rule.inputs, "-")) for rule in table.rules]
    rules[0] = replace(rules[0], inputs=(*table.rules[0].inputs, "true"))
    after = replace(table, inputs=(*table.inputs, extra), rules=tuple(rules))
    difference = table_difference("Spend rules", table, after)
    assert [(s.kind, s.name) for s in difference.settings] == [("add", "Column “Flag”")]
    assert [(r.kind, r.after) for r in difference.rows] == [("chg", 1)]
    assert [s.kind for s in table_difference("Spend rules", after, table).settings] == ["del"]


def test_hit_policy_and_headings_are_told():
    table = table_of()
    heading = replace(table.inputs[0], label="Sum")
    after = replace(table, hit_policy="ANY", inputs=(heading, table.inputs[1]))
    told = table_difference("Spend rules", table, after).settings
    assert [(s.name, s.before, s.after) for s in told] == [
        ("Hit policy", "first", "any"),
        ("Column “Sum”: its heading", "Amount", "Sum"),
    ]


def longest_rising(numbers):
    best = [1] * len(numbers)
    for at, number in enumerate(numbers):
        best[at] += max((best[b] for b in range(at) if numbers[b] < number), default=0)
    return max(best, default=0)


@pytest.mark.parametrize("seed", range(60))
def test_random_edits_are_found_and_nothing_else(seed):
    chance = random.Random(seed)
    table = table_of()
    rules = [
        replace(table.rules[3], id=f"r{n}", inputs=(f"> {n}", "-"), outputs=(f'"{n}"', "", ""))
        for n in range(chance.randint(1, 40))
    ]
    before = replace(table, rules=tuple(rules))
    after = [rule for rule in rules if chance.random() > 0.2]
    for _ in range(chance.randint(0, 3)):
        if after:
            after.insert(chance.randrange(len(after)), after.pop(chance.randrange(len(after))))
    kept = [int(rule.id[1:]) for rule in after]
    edited = {rule.id for rule in after if chance.random() < 0.2}
    after = [replace(r, inputs=("> 999", "-")) if r.id in edited else r for r in after]
    fresh = [replace(rules[0], id=f"n{n}", inputs=(f"< {n}", '"FR"')) for n in range(3)]
    for rule in fresh:
        after.insert(chance.randrange(len(after) + 1), rule)
    found = table_difference("Spend rules", before, replace(table, rules=tuple(after)))
    assert {after[r.after - 1].id for r in found.rows if r.kind == "add"} == {"n0", "n1", "n2"}
    assert {r.before - 1 for r in found.rows if r.kind == "del"} == (
        set(range(len(rules))) - set(kept)
    )
    assert {after[r.after - 1].id for r in found.rows if r.kind == "chg"} == edited
    assert found.moved == len(kept) - longest_rising(kept)
    places = [r.after for r in found.rows if r.after]
    assert places == sorted(places)


@pytest.fixture
def versions(db):
    model = small_model()
    model.refresh_from_db()
    ines = person("Ines", "rule_author")
    return model.live_version, lambda dmn: authoring.draft_version(
        model, dmn=dmn, author=ines, actor=SYSTEM, note="", now=NOW
    )


def test_decisions_inputs_and_types_are_compared(versions):
    live, draft = versions
    other = draft(
        DMN.replace('"GB","DE","FR"', '"GB","DE"')
        .replace("queue: Spend rules.queue, ", "queue: null, ")
        .replace(
            '<inputData id="i_id" name="id"><variable name="id" typeRef="string"/></inputData>',
            '<inputData id="i_id" name="id"><variable name="id" typeRef="string"/></inputData>'
            '<inputData id="i_vip" name="vip"><variable name="vip" typeRef="boolean"/></inputData>',
        )
    )
    told = comparing.compare(live, other)
    assert [(e.kind, e.what, e.name) for e in told.elements] == [
        ("chg", "Decision", "Decision"),
        ("add", "Input", "vip"),
        ("chg", "Type", "tCountry"),
    ]
    (change,) = told.elements[2].changes
    assert (change.name, change.before, change.after) == (
        "allowed values",
        '"GB","DE","FR"',
        '"GB","DE"',
    )
    assert (told.tables_same, told.nothing) == (1, False)
    back = comparing.compare(other, live)
    assert [(e.kind, e.name) for e in back.elements] == [
        ("chg", "Decision"),
        ("del", "vip"),
        ("chg", "tCountry"),
    ]


def test_a_draft_without_edits_has_no_difference(versions):
    live, _ = versions
    ines = person("Tom", "rule_author")
    same = drafting.start_draft(live.model, based_on=live, author=ines, note="", now=NOW)
    assert comparing.compare(live, same).nothing


def test_tests_are_compared_by_name(versions):
    live, draft = versions
    other = draft(DMN)
    ines = person("Tom", "rule_author")

    def add(name, expected):
        return testing.create(
            other,
            name=name,
            facts=FACTS,
            expected={"outcome": expected},
            author=ines,
            reason="Try",
            now=NOW,
        )

    add("Small", "approve")
    add("Large", "approve")
    third = drafting.start_draft(other.model, based_on=other, author=ines, note="", now=NOW)
    small, large = third.tests.get(name="Small"), third.tests.get(name="Large")
    testing.change(
        small,
        name="Small",
        facts=FACTS,
        expected={"outcome": "reject"},
        author=ines,
        reason="Law",
        now=NOW,
    )
    testing.remove(large, author=ines, reason="Told twice", now=NOW)
    added = comparing.compare(live, other).tests
    assert [(e.kind, e.name) for e in added] == [("add", "Small"), ("add", "Large")]
    told = comparing.compare(other, ModelVersion.objects.get(pk=third.pk)).tests
    assert [(e.kind, e.name) for e in told] == [("chg", "Small"), ("del", "Large")]
    (change,) = told[0].changes
    assert (change.name, change.before, change.after) == (
        "expects of outcome",
        "approve",
        "reject",
    )
