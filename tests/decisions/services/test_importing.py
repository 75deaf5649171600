"""Sheets and decision tables: out and back is no change, and a bad sheet is refused by cell."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from decisions import engine
from decisions.errors import Invalid
from decisions.models import DecisionModel
from decisions.services import authoring, drafting, exporting, importing
from decisions.services.sheet_files import Sheet, csv_lines, read_sheets, xlsx_of
from tests.rules import HERE, NOW, person, small_model

pytestmark = pytest.mark.django_db
TABLE = "spend_table"
# Cells as FEEL, of the columns amount, country, outcome, queue, code.
NUMBERS = st.sampled_from(["-", "> 5", "-3", "[1..2)", "not(> 3)", "< limits.most", "1, 2", "null"])
COUNTRIES = st.sampled_from(
    ["-", '"GB"', '"GB","DE"', 'not("FR")', "limits.most", 'not("GB", "DE")', "null"]
)
WORDS = st.text(st.sampled_from("ab =+-@,\"\\'é\n("), max_size=6)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


OUTPUTS = st.one_of(WORDS.map(quoted), st.sampled_from(["null", "limits.most", '"a" + "b"', ""]))
ROWS = st.lists(st.tuples(NUMBERS, COUNTRIES, OUTPUTS, OUTPUTS, OUTPUTS), min_size=1, max_size=6)


@pytest.fixture
def ines():
    return person("Ines", "rule_author")


@pytest.fixture
def draft(ines):
    model = small_model()
    model.refresh_from_db()
    return drafting.start_draft(model, based_on=model.live_version, author=ines, note="", now=NOW)


def sheet_of(version, table=TABLE):
    text = "".join(exporting.table_csv(version, table))
    return [list(row) for row in read_sheets("a.csv", text.encode())[0].rows]


def plan(version, rows, kind="csv", name="Spend rules"):
    sheet = Sheet(name, rows)
    content = "".join(csv_lines(rows)).encode() if kind == "csv" else xlsx_of([sheet], head=4)
    (found,) = importing.plan_file(
        version, name=f"a.{kind}", content=content, now=NOW, table_id=TABLE
    )
    return found


def feel_of(version):
    table = next(t for t in engine.tables_of(drafting.loaded_draft(version).definitions))
    return [(r.id, tuple(map(str, r.inputs)), tuple(map(str, r.outputs))) for r in table.rules]


def carried_out(version, found, author):
    if not found.operations:
        return version
    return drafting.edit(
        version, found.operations, based_on=version.revision, author=author, now=NOW
    ).version


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, kind=st.sampled_from(["csv", "xlsx"]))
def test_out_and_back_gives_the_same_feel(draft, ines, rows, kind):
    cells = [
        {"id": f"n{at}", "inputs": list(row[:2]), "outputs": list(row[2:])}
        for at, row in enumerate(rows)
    ]
    old = [row[0] for row in feel_of(draft)]
    operations = [
        {"op": "insert_rows", "as": "feel", "table": TABLE, "rows": cells},
        {"op": "remove_rows", "table": TABLE, "rows": old},
    ]
    edited = drafting.edit(draft, operations, based_on=draft.revision, author=ines, now=NOW).version
    before = feel_of(edited)
    sheet = sheet_of(edited)
    assert plan(edited, sheet, kind).operations == []
    # Into an emptied table too: every cell means the same, spelled as the grid spells it.
    keeping = [{"op": "insert_rows", "table": TABLE, "rows": [{"id": "keep"}]}]
    emptied = drafting.edit(
        edited,
        [*keeping, {"op": "remove_rows", "table": TABLE, "rows": [row[0] for row in before]}],
        based_on=edited.revision,
        author=ines,
        now=NOW,
    ).version
    filled = carried_out(emptied, _unchecked(emptied, sheet, kind), ines)
    assert [row[1:] for row in sheet_of(filled)[4:]] == [row[1:] for row in sheet[4:]]
    draft.refresh_from_db()


def _unchecked(version, sheet, kind):
    """Plan without judging the cells: random FEEL need not fit the columns."""
    loaded = drafting.loaded_draft(version)
    shown = engine.shown_table(loaded, TABLE)
    found = read_sheets(
        f"a.{kind}",
        "".join(csv_lines(sheet)).encode()
        if kind == "csv"
        else xlsx_of([Sheet("S", sheet)], head=4),
    )[0]
    columns = importing.sheet_columns.columns_of(shown, found)
    rows = importing._matched(shown, columns, found, TABLE, NOW)
    made = importing.Plan(TABLE, "S")
    importing._add_operations(made, shown, columns, rows)
    return made


def test_changed_added_removed_and_moved_rows_are_told_apart(draft, ines):
    sheet = sheet_of(draft)
    head, (one, two, three, _) = sheet[:4], sheet[4:]
    two[3] = "reject"
    new = ["", "> 5", "DE", "approve", "null", "NEW"]
    found = plan(draft, [*head, three, new, one, two], "xlsx")
    told = {(c.kind, c.number): c.cells for c in found.changes}
    assert told[("chg", 4)] == [("outcome", "review", "reject")]
    assert told[("move", 1)] == []
    assert told[("add", 2)][1] == ("Country", "", "DE")
    assert ("del", 4) in told
    assert found.words == "Spend rules: 1 row added, 1 removed, 1 changed, 1 moved"
    after = carried_out(draft, found, ines)
    assert [row[1:] for row in sheet_of(after)[4:]] == [r[1:] for r in (three, new, one, two)]
    undone = drafting.undo(after, based_on=after.revision, author=ines, now=NOW).version
    assert feel_of(undone) == feel_of(draft)


def test_columns_may_stand_in_any_order_and_be_left_out(draft):
    sheet = sheet_of(draft)
    order = [5, 0, 2, 1]
    shuffled = [[row[at] if at < len(row) else "" for at in order] for row in sheet]
    assert plan(draft, shuffled).operations == []


def test_sheet_with_one_row_of_heads_is_matched_by_place(draft):
    rows = [["Country", "outcome"], ["", "approve"], ["-", "review"], ["DE", "review"]]
    found = plan(draft, rows)
    assert [(c.kind, c.number, c.cells) for c in found.changes] == [
        ("chg", 1, [("outcome", "reject", "approve")]),
        ("chg", 3, [("Country", "FR", "DE")]),
        ("del", 4, [("outcome", "approve", ""), ("queue", "null", ""), ("code", "SMALL", "")]),
    ]


def test_copied_row_with_its_hidden_id_is_a_new_row(draft):
    sheet = sheet_of(draft)
    found = plan(draft, [*sheet, list(sheet[4])])
    assert [(c.kind, c.number) for c in found.changes] == [("add", 5)]


def test_bad_cells_are_named_with_sheet_and_cell_and_nothing_is_written(draft):
    sheet = sheet_of(draft)
    sheet[4][2] = "GB, Germnay"
    sheet[5][1] = "> (("
    sheet[6][2] = "FRA"
    with pytest.raises(Invalid) as caught:
        plan(draft, sheet, "xlsx")
    told = [(f["where"], f["message"], f["hint"]) for f in caught.value.faults]
    assert [where for where, _, _ in told] == [
        "Sheet 'Spend rules', cell C5",
        "Sheet 'Spend rules', cell B6",
        "Sheet 'Spend rules', cell C7",
    ]
    assert told[0][1] == "'Germnay' is not one of: GB, DE, FR"
    assert told[1][1].startswith("'> ((': ")
    assert told[2][1:] == ("'FRA' is not one of: GB, DE, FR", "Did you mean 'FR'?")
    draft.refresh_from_db()
    assert draft.revision == 0


@pytest.mark.parametrize(
    ("head", "where", "words"),
    [
        (["Land", "outcome"], "Cell A1", "“Land” is no column of this table."),
        (["Country", "country"], "Cell B1", "The column “country” is there twice."),
        ([], "Cell A1", "No column has a head."),
    ],
)
def test_heads_of_another_table_are_refused(draft, head, where, words):
    with pytest.raises(Invalid) as caught:
        plan(draft, [head, ["GB", "approve"]] if head else [["", ""]])
    if head:
        assert caught.value.faults[0]["where"] == where
        assert caught.value.faults[0]["message"].startswith(words)


def test_date_cells_are_not_taken_for_a_subtraction(draft):
    from datetime import date
    from io import BytesIO

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Amount"])
    book.active.append([date(2026, 1, 2)])
    content = BytesIO()
    book.save(content)
    with pytest.raises(Invalid) as caught:
        importing.plan_file(
            draft, name="a.xlsx", content=content.getvalue(), now=NOW, table_id=TABLE
        )
    (fault,) = caught.value.faults
    assert (fault["where"], fault["hint"]) == (
        "Sheet 'Sheet', cell A2",
        'Write it as text: date("2026-01-02")',
    )


def test_workbook_of_all_tables_comes_back_unchanged(ines):
    model = authoring.create_model(
        key="other",
        name="Other",
        fallback_queue="triage",
        author=None,
        actor=authoring.Actor.person(ines),
        now=NOW,
    )
    dmn = (HERE.parent / "decisions/library/podcast_sponsorship.dmn").read_text()
    version = authoring.draft_version(
        model, dmn=dmn, author=ines, actor=authoring.Actor.person(ines), note="", now=NOW
    )
    content = exporting.version_xlsx(version)
    plans = importing.plan_file(version, name="all.xlsx", content=content, now=NOW)
    assert [plan.operations for plan in plans] == [[]] * len(plans)
    assert len(plans) == len(engine.tables_of(drafting.loaded_draft(version).definitions))


def test_random_orders_are_reached_with_the_fewest_moves(draft, ines):
    chance = random.Random(4)
    for _ in range(5):
        sheet = sheet_of(draft)
        rows = sheet[4:]
        chance.shuffle(rows)
        draft = carried_out(draft, plan(draft, [*sheet[:4], *rows]), ines)
        assert [row[0] for row in sheet_of(draft)[4:]] == [row[0] for row in rows]
    assert DecisionModel.objects.count() == 1
