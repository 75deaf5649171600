"""Problems beside the grid of a draft in Chromium: found, mended and made a test by keyboard."""

import pytest
from django.utils import timezone

from decisions.models import ModelVersion
from decisions.services import checking, drafting, testing
from tests.browser.test_editor import (
    address,
    authors,
    chromium,
    entered,
    faults_of,
    opened,
    pytestmark,
)
from tests.browser.test_review import AXE
from tests.rules import FACTS

__all__ = ["address", "authors", "chromium", "entered", "pytestmark"]


@pytest.fixture
def gap(address, authors):
    """The draft without the row that takes all the rest."""
    checking._known.clear()
    draft = ModelVersion.objects.get(number=2)
    remove = {"op": "remove_rows", "table": "spend_table", "rows": ["rule4"]}
    drafting.edit(draft, [remove], based_on=0, author=authors[0], now=timezone.now())
    return address


def test_a_gap_is_closed_by_keyboard_and_the_new_row_is_where_one_goes_on(gap, entered, authors):
    page = opened(entered(authors[0]), gap)
    button = page.get_by_role("button", name="Add row")
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Row 4, outcome: The output is empty").wait_for()
    assert page.locator("[data-row-number]").inner_text() == "Row 4"
    assert page.get_by_text("no row answers this").count() == 0
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("no row answers this").wait_for()
    assert page.faults == []


def test_a_test_is_made_of_a_gap(gap, entered, authors):
    page = opened(entered(authors[0]), gap)
    page.get_by_role("link", name="Make test").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="New test").wait_for()
    assert page.get_by_label("Country").input_value() == "DE"
    assert page.faults == []


def test_without_script_the_cure_is_a_form(gap, entered, authors):
    page = entered(authors[0], java_script_enabled=False).new_page()
    page.goto(f"{gap}problems")
    page.get_by_role("button", name="Add row").click()
    page.get_by_text("Rows added: 1 in Spend rules.").wait_for()
    assert page.get_by_text("no row answers this").count() == 0


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `python3 manage.py test`")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pages_of_tests_and_problems_are_accessible_and_never_scroll_sideways(
    gap, entered, authors, width, scheme
):
    draft = ModelVersion.objects.get(number=2)
    given = {"facts": FACTS, "author": authors[0], "reason": "", "now": timezone.now()}
    testing.create(draft, name="Small", expected={"outcome": "approve"}, **given)
    testing.create(draft, name="In France", expected={"queue": None}, **given)
    size = {"width": width, "height": 860}
    page = entered(authors[0], viewport=size, color_scheme=scheme).new_page()
    home = gap.split("/drafts/")[0]
    for path in (
        "versions/2/tests/",
        "versions/2/tests/new/?table=spend_table&row=3",
        "versions/2/tables/spend_table/coverage/",
        "drafts/2/tables/spend_table/problems",
    ):
        page.goto(f"{home}/{path}")
        page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text())
        assert (path, faults_of(page)) == (path, [])
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
