"""Reference tables edited in the grid in Chromium: by keyboard, with blocks, and saved with why."""

import pytest
from django.utils import timezone

from decisions.events import SYSTEM
from decisions.models import ReferenceTable
from decisions.queries import rules as queries
from decisions.services import authoring
from tests.browser.test_editor import chromium, entered, faults_of, pytestmark
from tests.browser.test_review import AXE
from tests.rules import person, small_model

__all__ = ["chromium", "entered", "pytestmark"]

COLUMNS = [
    {"name": "country", "type": "string", "label": "Country"},
    {"name": "limit", "type": "number", "label": "Limit", "unit": "EUR"},
    {"name": "since", "type": "date", "label": "Since", "optional": True},
    {"name": "open", "type": "boolean", "label": "Open", "optional": True},
    {"name": "tier", "type": "string", "choices": ["gold", "silver"], "optional": True},
]
ROWS = [
    {"country": name, "limit": number, "since": "2026-01-31", "open": True, "tier": "gold"}
    for number, name in enumerate(("GB", "DE", "FR"), 1)
]


@pytest.fixture
def ines():
    return person("Ines Carvalho", "rule_author")


@pytest.fixture
def table(ines):
    return authoring.create_table(
        key="markets",
        name="Markets",
        kind="rows",
        columns=COLUMNS,
        rows=ROWS,
        author=ines,
        actor=SYSTEM,
        now=timezone.now(),
    )


@pytest.fixture
def address(live_server, table):
    return f"{live_server.url}/reference-tables/markets/edit/"


def opened(context, address):
    """Open the grid with its first cell selected; `faults` collects what goes wrong there."""
    page = context.new_page()
    page.set_default_timeout(15000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(address)
    page.wait_for_selector("[data-sheet][data-ready]")
    page.click(cell(1, 0))
    return page


def cell(row, at):
    return f".tabulator-row:nth-child({row}) .tabulator-cell[tabulator-field=c{at}]"


def shown(page, at=0):
    return page.locator(f".tabulator-row .tabulator-cell[tabulator-field=c{at}]").all_inner_texts()


def in_force(key="markets"):
    return queries.content_in_force(ReferenceTable.objects.get(key=key), timezone.now())


def paste(page, text):
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const how = { clipboardData, bubbles: true, cancelable: true };
            document.querySelector(".tabulator-tableholder").dispatchEvent(
                new ClipboardEvent("paste", how));
        }""",
        text,
    )


def test_a_block_is_pasted_undone_done_again_and_saved_with_a_reason(entered, ines, address):
    page = opened(entered(ines), address)
    paste(page, "GB\t10\nDE\t20\nFR\t30\nIT\t40\nES\t50\n")
    page.wait_for_selector(cell(5, 0))
    assert shown(page) == ["GB", "DE", "FR", "IT", "ES"]
    page.keyboard.press("Control+z")
    page.wait_for_selector(cell(4, 0), state="detached")
    assert (shown(page), shown(page, 1)) == (["GB", "DE", "FR"], ["1", "2", "3"])
    page.keyboard.press("Control+Shift+z")
    page.wait_for_selector(cell(5, 0))
    page.keyboard.press("Control+s")
    page.get_by_text("Say why you change this table.").wait_for()
    page.keyboard.type("Budgets of the year")
    page.get_by_role("button", name="Save the table").click()
    page.wait_for_url("**/reference-tables/markets/")
    saved = in_force()
    assert (saved.number, saved.reason, saved.created_by) == (2, "Budgets of the year", ines)
    assert [(row["country"], row["limit"]) for row in saved.rows] == [
        ("GB", 10), ("DE", 20), ("FR", 30), ("IT", 40), ("ES", 50)
    ]  # fmt: skip
    assert saved.rows[0]["since"] == "2026-01-31"
    assert page.faults == []


def test_rows_are_typed_added_moved_and_removed_by_keyboard(entered, ines, address):
    page = opened(entered(ines), address)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(cell(4, 0))
    for text in ("IT", "7.5", "2026-03-01", "false", "silver"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    assert [shown(page, at)[1] for at in range(5)] == ["IT", "7.5", "2026-03-01", "false", "silver"]
    page.click(cell(4, 0))
    page.keyboard.press("Alt+ArrowUp")
    page.click(cell(1, 0))
    page.get_by_role("button", name="Remove").last.click()
    page.wait_for_selector(cell(4, 0), state="detached")
    assert shown(page) == ["IT", "FR", "DE"]
    page.get_by_label("Why you change it").fill("Italy opens")
    page.get_by_role("button", name="Save the table").click()
    page.wait_for_url("**/reference-tables/markets/")
    assert [row["country"] for row in in_force().rows] == ["IT", "FR", "DE"]
    assert in_force().rows[0] == {
        "country": "IT", "limit": 7.5, "since": "2026-03-01", "open": False, "tier": "silver"
    }  # fmt: skip
    assert page.faults == []


def test_what_does_not_fit_is_marked_at_its_cell_and_mended(entered, ines, address):
    page = opened(entered(ines), address)
    paste(page, "GB\tmuch\t31/01/2026\tperhaps\tbronze")
    page.get_by_label("Why you change it").fill("Sorted")
    page.get_by_role("button", name="Save the table").click()
    page.wait_for_selector(f"{cell(1, 1)}.ed-bad")
    said = page.locator("[data-refused] li").all_inner_texts()
    assert said == [
        "Row 1, Limit: Limit must be a number.",
        "Row 1, Since: Since must be a date, such as 2026-12-31.",
        "Row 1, Open: Open must be a boolean.",
        "Row 1, tier: tier must be one of gold, silver.",
    ]
    assert in_force().number == 1
    page.locator("[data-refused] li button").nth(1).click()
    page.keyboard.type("2026-01-31")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{cell(1, 2)}:not(.ed-bad)")
    page.click(cell(1, 1))
    paste(page, "5")
    page.click(cell(1, 3))
    paste(page, "false\tsilver")
    assert page.locator(".ed-bad").count() == 0
    page.get_by_role("button", name="Save the table").click()
    page.wait_for_url("**/reference-tables/markets/")
    assert (in_force().number, in_force().rows[0]["limit"]) == (2, 5)
    assert page.faults == []


def test_what_it_would_change_is_seen_first_and_named_values_too(entered, ines, live_server):
    small_model(now=timezone.now())
    page = opened(entered(ines), f"{live_server.url}/reference-tables/limits/edit/")
    page.keyboard.press("Tab")
    page.keyboard.type("2,000")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="See what it would change").click()
    page.wait_for_url("**/reference-tables/limits/versions/2/")
    trial = ReferenceTable.objects.get(key="limits").versions.get(number=2)
    assert (trial.trial, trial.rows[0]) == (True, {"key": "most", "value": 2000})
    assert in_force("limits").number == 1
    assert page.faults == []


def test_second_editor_is_told_and_keeps_what_was_typed(entered, ines, address, table):
    page = opened(entered(ines), address)
    page.keyboard.type("US")
    page.keyboard.press("Enter")
    authoring.change_table(
        table, rows=ROWS[:2], author=ines, actor=SYSTEM, reason="Less", now=timezone.now()
    )
    page.get_by_label("Why you change it").fill("More")
    page.get_by_role("button", name="Save the table").click()
    page.get_by_text("“Markets” was changed while you were editing").first.wait_for()
    assert (shown(page), in_force().number) == (["US", "DE", "FR"], 2)


def test_without_script_the_fields_are_there(entered, ines, address):
    page = entered(ines, java_script_enabled=False).new_page()
    page.goto(address)
    page.locator("[name=c-0-1]").fill("9")
    page.get_by_label("Why you change it").fill("By hand")
    page.get_by_role("button", name="Save the table").click()
    assert (in_force().number, in_force().rows[0]["limit"]) == (2, 9)


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `python3 manage.py test`")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_grid_is_accessible_and_never_scrolls_sideways(entered, ines, address, width, scheme):
    size = {"width": width, "height": 860}
    page = opened(entered(ines, viewport=size, color_scheme=scheme), address)
    page.evaluate(AXE.read_text())
    found = faults_of(page)
    paste(page, "GB\tmuch\t31/01/2026")
    page.get_by_role("button", name="Save the table").click()
    page.get_by_text("Say why you change this table.").wait_for()
    page.keyboard.type("Sorted")
    page.get_by_role("button", name="Save the table").click()
    page.wait_for_selector(f"{cell(1, 1)}.ed-bad")
    page.click(cell(1, 1))
    found += faults_of(page)
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert (found, sideways, page.faults) == ([], False, [])
