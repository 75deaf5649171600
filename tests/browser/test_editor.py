"""Rule authors at work in the grid of a draft in Chromium, by keyboard, on a real installation."""

import pytest
from django.utils import timezone

from decisions.models import DecisionModel
from decisions.services import drafting, sheets
from tests.browser.test_review import AXE, CHROMIUM, PASSWORD, browser, signed_in
from tests.processes import until
from tests.rules import person, small_model

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]


@pytest.fixture
def authors(settings):
    """Two rule authors whose passwords the web process can check."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    found = [person(name, "rule_author") for name in ("Ines Carvalho", "Tom Whitfield")]
    for somebody in found:
        somebody.set_password(PASSWORD)
        somebody.save()
    return found


@pytest.fixture
def address(live_stack, authors):
    """Where the only table of a draft is edited."""
    small_model(now=timezone.now())
    model = DecisionModel.objects.get()
    version = drafting.start_draft(
        model, based_on=model.live_version, author=authors[0], note="Try", now=timezone.now()
    )
    table = sheets.tables_of(version)[0].id
    return f"{live_stack.url}/models/spending/drafts/{version.number}/tables/{table}/"


def first_cells(page, address):
    """What the server holds in the first column now."""
    table = page.request.get(f"{address}rows.json").json()["table"]
    return [row[1][0] for row in table["rows"]]


def wait_until_saved(page, address, texts):
    until(lambda: first_cells(page, address) == texts, what=f"{texts} on the server")


def opened(chromium, address, email, **context):
    page = signed_in(chromium, address.split("/models/")[0], email, **context)
    page.goto(address)
    page.wait_for_selector("[data-editor][data-ready]")
    page.click(".tabulator-row:first-child .tabulator-cell[tabulator-field=c0]")
    return page


def test_author_edits_by_keyboard_and_undoes_it(address):
    with browser() as chromium:
        page = opened(chromium, address, "ines.carvalho@example.com")
        before = first_cells(page, address)
        page.keyboard.type("> 5000")
        page.keyboard.press("Enter")
        wait_until_saved(page, address, ["> 5000", *before[1:]])
        page.wait_for_function(
            "document.querySelector('[data-state]').textContent.startsWith('Saved')"
        )
        page.keyboard.press("Control+z")
        wait_until_saved(page, address, before)
        page.keyboard.press("Control+Shift+z")
        wait_until_saved(page, address, ["> 5000", *before[1:]])
        faults = page.faults
    assert faults == []


def test_author_pastes_a_block_of_a_spreadsheet(address):
    with browser() as chromium:
        page = opened(chromium, address, "ines.carvalho@example.com")
        before = first_cells(page, address)
        texts = [f"> {number}" for number in range(len(before) + 2)]
        page.evaluate(
            """text => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", text);
                const how = { clipboardData, bubbles: true, cancelable: true };
                const grid = document.querySelector(".tabulator-tableholder");
                grid.dispatchEvent(new ClipboardEvent("paste", how));
            }""",
            "\n".join(texts),
        )
        wait_until_saved(page, address, texts)
        page.wait_for_selector(f".tabulator-row:nth-child({len(texts)})")
        faults = page.faults
    assert faults == []


def test_second_author_of_a_row_is_told_and_keeps_the_text(address):
    with browser() as chromium:
        ines = opened(chromium, address, "ines.carvalho@example.com")
        before = first_cells(ines, address)
        tom = opened(chromium, address, "tom.whitfield@example.com")
        ines.keyboard.type("> 1")
        ines.keyboard.press("Enter")
        wait_until_saved(ines, address, ["> 1", *before[1:]])
        tom.keyboard.type("> 2")
        tom.keyboard.press("Enter")
        tom.wait_for_selector("[data-refusal]:not([hidden])")
        refusal = tom.inner_text("[data-refusal]")
        assert refusal.startswith("Ines Carvalho changed row 1 while you were editing.")
        assert refusal.rstrip().endswith("> 2")
        cell = ".tabulator-row:first-child .tabulator-cell[tabulator-field=c0]"
        tom.wait_for_function("cell => document.querySelector(cell).innerText === '> 1'", arg=cell)
        assert first_cells(tom, address) == ["> 1", *before[1:]]


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `python3 manage.py test`")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_editor_is_accessible_and_never_scrolls_sideways(address, width, scheme):
    with browser() as chromium:
        page = opened(
            chromium,
            address,
            "ines.carvalho@example.com",
            viewport={"width": width, "height": 860},
            color_scheme=scheme,
        )
        page.evaluate(AXE.read_text())
        found = [
            (violation["id"], [node["html"][:160] for node in violation["nodes"]])
            for violation in page.evaluate("axe.run().then(found => found.violations)")
        ]
        sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        faults = page.faults
    assert (found, sideways, faults) == ([], False, [])
