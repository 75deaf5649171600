"""Drafts: edited in rows and cells by several people, every change kept, nothing lost."""

import json

import pytest

from decisions import engine
from decisions.errors import Invalid, Refused
from decisions.models import DraftChange, ModelVersion
from decisions.services import drafting, sheets
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


@pytest.fixture
def tom():
    return person("Tom", "rule_author")


@pytest.fixture
def draft(ines):
    model = small_model()
    model.refresh_from_db()
    return drafting.start_draft(
        model, based_on=model.live_version, author=ines, note="Try", now=NOW
    )


def shown(version):
    fresh = ModelVersion.objects.get(pk=version.pk)
    loaded = engine.load_model(fresh.dmn)
    table = engine.tables_of(loaded.definitions)[0]
    return engine.shown_table(loaded, table.id)


def cells(version, row, column, text):
    table = shown(version)
    place = table["rows"][row][0]
    return [
        {
            "op": "cells",
            "table": table["id"],
            "cells": [[place, table["inputs"][column]["id"], text]],
        }
    ]


def edit(version, operations, author, based_on=None):
    version.refresh_from_db()
    seen = version.revision if based_on is None else based_on
    return drafting.edit(version, operations, based_on=seen, author=author, now=NOW)


def test_a_draft_starts_with_the_rules_it_is_based_on_and_an_id_for_every_row(draft):
    assert draft.state == "draft"
    assert draft.content_hash != ""
    rows = [row[0] for row in shown(draft)["rows"]]
    assert len(set(rows)) == len(rows) > 1
    assert "" not in rows


def test_an_edit_changes_the_cell_and_leaves_history_and_a_change(draft, ines):
    saved = edit(draft, cells(draft, 0, 0, "> 5"), ines)
    assert shown(draft)["rows"][0][1][0] == "> 5"
    assert saved.version.revision == 1
    assert draft.history.first().history_user == ines
    assert "Cells changed: 1" in draft.history.first().history_change_reason
    assert DraftChange.objects.get().touched == [shown(draft)["rows"][0][0]]


def test_two_people_edit_different_rows_from_one_revision_and_both_are_kept(draft, ines, tom):
    first, second = cells(draft, 0, 0, "> 5"), cells(draft, 1, 0, "> 7")
    edit(draft, first, ines, based_on=0)
    saved = edit(draft, second, tom, based_on=0)
    rows = shown(draft)["rows"]
    assert [rows[0][1][0], rows[1][1][0]] == ["> 5", "> 7"]
    assert set(saved.touched) == {rows[0][0], rows[1][0]}


def test_the_same_row_changed_by_somebody_else_is_refused_and_said(draft, ines, tom):
    first, second = cells(draft, 1, 0, "> 5"), cells(draft, 1, 0, "> 7")
    edit(draft, first, tom, based_on=0)
    with pytest.raises(drafting.Conflict, match=r"^Tom changed row 2 while you were editing\."):
        edit(draft, second, ines, based_on=0)
    assert shown(draft)["rows"][1][1][0] == "> 5"
    assert DraftChange.objects.count() == 1


def test_own_edits_from_an_old_revision_do_not_clash(draft, ines):
    edit(draft, cells(draft, 1, 0, "> 5"), ines, based_on=0)
    edit(draft, cells(draft, 1, 0, "> 6"), ines, based_on=0)
    assert shown(draft)["rows"][1][1][0] == "> 6"


def test_undo_and_redo_walk_back_and_forth(draft, ines):
    before = shown(draft)
    edit(draft, cells(draft, 0, 0, "> 5"), ines)
    edit(draft, cells(draft, 0, 0, "> 6"), ines)
    walk = []
    for step in (
        drafting.undo,
        drafting.undo,
        drafting.redo,
        drafting.redo,
        drafting.undo,
        drafting.redo,
    ):
        draft.refresh_from_db()
        step(draft, based_on=draft.revision, author=ines, now=NOW)
        walk.append(shown(draft)["rows"][0][1][0])
    was = before["rows"][0][1][0]
    assert walk == ["> 5", was, "> 5", "> 6", "> 5", "> 6"]
    with pytest.raises(Refused, match="nothing to do again"):
        drafting.redo(draft, based_on=draft.revision, author=ines, now=NOW)


def test_the_history_says_what_was_taken_back_and_done_again_once(draft, ines):
    edit(draft, cells(draft, 0, 0, "> 5"), ines)
    said = DraftChange.objects.get().summary
    for step in (drafting.undo, drafting.redo, drafting.undo):
        draft.refresh_from_db()
        step(draft, based_on=draft.revision, author=ines, now=NOW)
    words = list(DraftChange.objects.order_by("revision").values_list("summary", flat=True))
    assert words == [said, f"Took back: {said}", f"Did again: {said}", f"Took back: {said}"]


def test_undo_is_refused_where_somebody_else_built_on_it(draft, ines, tom):
    edit(draft, cells(draft, 0, 0, "> 5"), ines)
    edit(draft, cells(draft, 0, 0, "> 6"), tom)
    draft.refresh_from_db()
    with pytest.raises(Refused, match="Tom changed row 1"):
        drafting.undo(draft, based_on=draft.revision, author=ines, now=NOW)


def test_rows_are_added_moved_and_removed_and_come_back(draft, ines):
    table = shown(draft)
    ids = [row[0] for row in table["rows"]]
    new = {"id": "row_new", "inputs": ["> 1"], "outputs": [], "annotations": []}
    edit(
        draft, [{"op": "insert_rows", "table": table["id"], "before": ids[1], "rows": [new]}], ines
    )
    edit(
        draft,
        [{"op": "move_rows", "table": table["id"], "rows": ["row_new"], "before": ids[0]}],
        ines,
    )
    assert [row[0] for row in shown(draft)["rows"]] == ["row_new", *ids]
    edit(draft, [{"op": "remove_rows", "table": table["id"], "rows": [ids[0], "row_new"]}], ines)
    assert [row[0] for row in shown(draft)["rows"]] == ids[1:]
    for _ in range(3):
        draft.refresh_from_db()
        drafting.undo(draft, based_on=draft.revision, author=ines, now=NOW)
    assert shown(draft) == table


@pytest.mark.parametrize(
    "operations",
    [
        None,
        [],
        [5],
        [{}],
        [{"op": "drop"}],
        [{"op": "cells", "table": "nope", "cells": [["a", "b", "c"]]}],
        [{"op": "cells", "table": None}],
        [{"op": "remove_rows", "rows": []}],
        [{"op": "insert_rows", "rows": [{"id": ""}]}],
        [{"op": "cells", "cells": [["row", "column"]]}],
        [{"op": "hit_policy", "hit_policy": "SOMETIMES"}],
        [{"op": "remove_column", "column": "nope"}],
        [{"op": "move_rows", "rows": ["nope"], "before": None}],
        [{"op": "insert_rows", "before": "nope", "rows": [{"id": "x", "inputs": []}]}],
        [{"op": "insert_rows", "rows": [{"id": "x", "inputs": ["\x00"]}]}],
        [{"op": "insert_rows", "rows": [{"id": "x", "inputs": ["1"] * 99}]}],
        [{"op": "cells", "cells": [[[], "column", "x"]]}],
        [{"op": "order_rows", "rows": [{}]}],
        [{"op": "insert_column", "kind": ["input"], "id": "x"}],
        [{"op": "insert_column", "kind": "input", "id": "x", "cells": [1]}],
        [{"op": "hit_policy", "hit_policy": "ANY", "why": "\0"}],
        [{"op": "hit_policy", "hit_policy": "ANY", "why": "\ud800"}],
        [{"op": "insert_rows", "rows": [{"id": "a/b"}]}],
        [{"op": "insert_rows", "rows": [{"id": ".."}]}],
        [{"op": "add_table", "id": "a/b", "decision": "Fee"}],
        [{"op": "add_input", "id": " ", "input": "fee"}],
        [{"op": "add_item", "item": "tLoop", "type": "tLoop"}],
        [{"op": "add_table", "id": "d9", "decision": "if"}],
        [{"op": "add_table", "id": "d9", "decision": "a.b"}],
        [{"op": "add_input", "id": "i9", "input": "null"}],
    ],
)
def test_operations_that_make_no_sense_are_refused_and_change_nothing(draft, ines, operations):
    for operation in operations or []:
        if isinstance(operation, dict) and "op" in operation:
            operation.setdefault("table", shown(draft)["id"])
    before = shown(draft)
    with pytest.raises(Invalid):
        edit(draft, operations, ines)
    assert shown(draft) == before
    assert DraftChange.objects.count() == 0


def test_what_an_operation_says_beside_itself_does_not_count_as_rows(draft, ines):
    operation = {"op": "hit_policy", "table": shown(draft)["id"], "hit_policy": "ANY", "rows": 5}
    assert edit(draft, [operation], ines).change.summary.startswith("Hit policy changed in")


def test_only_drafts_are_edited(draft, ines):
    live = draft.based_on
    with pytest.raises(Refused, match="is live and cannot be changed"):
        edit(live, cells(live, 0, 0, "> 5"), ines)


def test_rules_that_are_loaded_later_are_those_of_one_moment(draft, ines):
    early = ModelVersion.objects.defer("dmn").get(pk=draft.pk)
    edit(draft, cells(draft, 0, 0, "> 5"), ines)
    edit(draft, cells(draft, 1, 0, "> 7"), ines)
    loaded = drafting.loaded_draft(early)
    draft.refresh_from_db()
    assert (loaded.hash, early.revision) == (draft.content_hash, 2)


def test_a_draft_that_was_edited_is_sent_as_it_is_now(draft, ines):
    table = sheets.tables_of(draft)[0].id
    before = json.loads(sheets.table_json(draft, table))
    assert before == sheets.shown_table(draft, table) == shown(draft)
    edit(draft, cells(draft, 0, 0, "> 5"), ines)
    draft.refresh_from_db()
    after = json.loads(sheets.table_json(draft, table))
    assert (after["rows"][0][1][0], after["rows"][1:]) == ("> 5", before["rows"][1:])
