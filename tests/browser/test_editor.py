"""Rule authors at work in the grid of a draft in Chromium, by keyboard, alone and together."""

import pytest
from django.test import Client
from django.utils import timezone

from decisions.models import DecisionModel
from decisions.services import drafting, sheets
from tests.browser.test_review import AXE, CHROMIUM, browser
from tests.processes import until
from tests.rules import person, small_model

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("messages"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]

FIRST = ".tabulator-row:first-child .tabulator-cell[tabulator-field=c0]"
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests: its loop runs beside the database all the while."""
    with pytest.MonkeyPatch.context() as patch, browser() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def authors():
    """Two rule authors."""
    return [person(name, "rule_author") for name in ("Ines Carvalho", "Tom Whitfield")]


@pytest.fixture
def address(live_server, authors):
    """Where the only table of a draft is edited."""
    small_model(now=timezone.now())
    model = DecisionModel.objects.get()
    version = drafting.start_draft(
        model, based_on=model.live_version, author=authors[0], note="Try", now=timezone.now()
    )
    table = sheets.tables_of(version)[0].id
    return f"{live_server.url}/models/spending/drafts/{version.number}/tables/{table}/"


@pytest.fixture
def entered(chromium, live_server):
    """Opens browsers of people who are signed in, and closes them after the test."""
    contexts = []

    def enter(who, **how):
        client = Client()
        client.force_login(who)
        context = chromium.new_context(**how)
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        contexts.append(context)
        return context

    yield enter
    for context in contexts:
        context.close()


def opened(context, address):
    """Open the table with its first cell selected; `faults` collects what goes wrong there."""
    page = context.new_page()
    page.set_default_timeout(15000)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda line: page.faults.append(line.text) if line.type == "error" else None)
    page.goto(address)
    page.wait_for_selector("[data-editor][data-ready]")
    page.click(FIRST)
    return page


@pytest.fixture
def ines(entered, authors, address):
    return opened(entered(authors[0]), address)


@pytest.fixture
def tom(entered, authors, address):
    return opened(entered(authors[1]), address)


def column(page, address, at=0):
    """What the server holds in a column of If now."""
    table = page.request.get(f"{address}rows.json").json()["table"]
    return [row[1][at] for row in table["rows"]]


def wait_until_saved(page, address, texts, at=0):
    until(lambda: column(page, address, at) == texts, what=f"{texts} on the server")


def shows(page, cell, text):
    page.wait_for_function(
        "([cell, text]) => document.querySelector(cell)?.innerText === text", arg=[cell, text]
    )


def state_is(page, words):
    page.wait_for_function(
        "words => document.querySelector('[data-state]').textContent.startsWith(words)", arg=words
    )


def cell(row, at):
    return f".tabulator-row:nth-child({row}) .tabulator-cell[tabulator-field=c{at}]"


def test_author_edits_by_keyboard_and_undoes_it(ines, address):
    before = column(ines, address)
    ines.keyboard.type("> 5000")
    ines.keyboard.press("Enter")
    wait_until_saved(ines, address, ["> 5000", *before[1:]])
    state_is(ines, "Saved ")
    ines.keyboard.press("Control+z")
    wait_until_saved(ines, address, before)
    ines.keyboard.press("Control+Shift+z")
    wait_until_saved(ines, address, ["> 5000", *before[1:]])
    assert ines.faults == []


def test_author_pastes_a_block_of_a_spreadsheet(ines, address):
    before = column(ines, address)
    texts = [f"> {number}" for number in range(len(before) + 2)]
    ines.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const how = { clipboardData, bubbles: true, cancelable: true };
            document.querySelector(".tabulator-tableholder").dispatchEvent(
                new ClipboardEvent("paste", how));
        }""",
        "\n".join(texts),
    )
    wait_until_saved(ines, address, texts)
    ines.wait_for_selector(f".tabulator-row:nth-child({len(texts)})")
    assert ines.faults == []


def test_names_are_completed_and_faults_are_said_while_typing(ines, address):
    before = column(ines, address)
    ines.keyboard.type("> limits.mosst")
    ines.wait_for_selector(".ed-meaning--error")
    said = 'There is no "mosst" in "tLimits". Did you mean "most"?'
    assert ines.inner_text(".ed-meaning") == said
    field = ines.locator("input[role=combobox]")
    assert field.get_attribute("aria-invalid") == "true"
    for _ in "osst":
        ines.keyboard.press("Backspace")
    assert field.get_attribute("aria-expanded") == "true"
    chosen = ines.locator(f"#{field.get_attribute('aria-activedescendant')}")
    assert chosen.locator("code").inner_text() == "limits.most"
    ines.keyboard.press("Tab")
    shows(ines, ".ed-meaning", "Amount is over limits.most.")
    ines.keyboard.type(" + 1")
    ines.keyboard.press("Enter")
    wait_until_saved(ines, address, ["> limits.most + 1", *before[1:]])
    assert ines.faults == []


def test_allowed_values_drop_down_and_need_no_quotes(ines, address):
    before = column(ines, address, 1)
    ines.keyboard.press("ArrowRight")
    ines.keyboard.press("Enter")
    offers = ines.locator("#ed-offers [role=option] code")
    assert offers.all_inner_texts()[:3] == ["GB", "DE", "FR"]
    ines.keyboard.press("ArrowDown")
    ines.keyboard.press("ArrowDown")
    ines.keyboard.press("Enter")
    wait_until_saved(ines, address, ["DE", *before[1:]], 1)
    ines.keyboard.press("ArrowUp")
    ines.keyboard.press("Enter")
    ines.keyboard.press("Escape")
    assert ines.locator("input[role=combobox]").count() == 0
    assert column(ines, address, 1) == ["DE", *before[1:]]
    assert ines.faults == []


def test_a_comment_is_written_and_resolved_by_keyboard(ines):
    ines.keyboard.press("Shift+F2")
    ines.wait_for_selector("[data-talk-panel] textarea:focus")
    ines.keyboard.type("Why over the limit?")
    ines.keyboard.press("Control+Enter")
    mark = ".tabulator-row:first-child [data-talk]"
    ines.wait_for_selector(mark)
    assert ines.get_attribute(mark, "title") == "1 comment"
    ines.focus("[data-talk-panel] form[action$=resolve] button")
    ines.keyboard.press("Enter")
    ines.wait_for_selector("[data-talk-panel] :text('Resolved by Ines Carvalho')")
    ines.wait_for_selector(mark, state="detached")
    ines.keyboard.press("Escape")
    ines.wait_for_selector(".tabulator-tableholder:focus")
    assert ines.faults == []


def test_edits_made_offline_outlive_the_page(ines, address, entered):
    before = column(ines, address)
    ines.context.set_offline(True)
    for text in ("> 1", "> 2"):
        ines.keyboard.type(text)
        ines.keyboard.press("Enter")
    state_is(ines, "Offline: 2 edits kept here")
    ines.close()
    ines.context.set_offline(False)
    assert column(ines.context, address) == before
    again = opened(ines.context, address)
    assert again.inner_text(FIRST) == "> 1"
    wait_until_saved(again, address, ["> 1", "> 2", *before[2:]])
    state_is(again, "Saved ")
    assert again.evaluate("Object.keys(localStorage).filter(key => key.startsWith('edits:'))") == []
    assert again.faults == []


def test_edits_made_offline_are_sent_when_the_line_is_back(ines, address):
    before = column(ines, address)
    ines.context.set_offline(True)
    ines.keyboard.type("> 1")
    ines.keyboard.press("Control+Enter")
    state_is(ines, "Offline: 2 edits kept here")
    ines.context.set_offline(False)
    until(lambda: len(column(ines, address)) == len(before) + 1, what="the row")
    assert column(ines, address)[0] == "> 1"
    assert {fault for fault in ines.faults if OFFLINE not in fault} == set()


def test_of_two_authors_of_a_row_the_second_chooses_between_both_texts(ines, tom, address):
    before = column(ines, address)
    tom.context.set_offline(True)
    for text in ("> 2", "> 3"):
        tom.keyboard.type(text)
        tom.keyboard.press("Enter")
    state_is(tom, "Offline")
    ines.keyboard.type("> 1")
    ines.keyboard.press("Enter")
    wait_until_saved(ines, address, ["> 1", *before[1:]])
    tom.context.set_offline(False)
    tom.wait_for_selector(".clash")
    wait_until_saved(tom, address, ["> 1", "> 3", *before[2:]])
    said = tom.inner_text(".clash")
    assert said.startswith("Ines Carvalho changed row 1 while you were editing.")
    assert [tom.locator(".clash code").nth(at).inner_text() for at in (0, 1)] == ["> 1", "> 2"]
    shows(tom, FIRST, "> 1")
    tom.click(".clash button:text('Use my text')")
    wait_until_saved(tom, address, ["> 2", "> 3", *before[2:]])
    tom.wait_for_selector(".clash", state="detached")
    shows(ines, FIRST, "> 2")


def test_theirs_can_be_kept(ines, tom, address):
    before = column(ines, address)
    tom.context.set_offline(True)
    tom.keyboard.type("> 2")
    tom.keyboard.press("Enter")
    ines.keyboard.type("> 1")
    ines.keyboard.press("Enter")
    wait_until_saved(ines, address, ["> 1", *before[1:]])
    tom.context.set_offline(False)
    tom.click(".clash button:text('Keep theirs')")
    state_is(tom, "Saved ")
    assert column(tom, address) == ["> 1", *before[1:]]
    assert tom.evaluate("Object.keys(localStorage).filter(key => key.startsWith('edits:'))") == []


def test_rows_of_others_come_in_under_a_half_typed_text(ines, tom, address):
    before = column(ines, address)
    ines.keyboard.type("> 12")
    tom.click(cell(3, 0))
    tom.keyboard.type("> 3")
    tom.keyboard.press("Enter")
    tom.keyboard.press("Control+Enter")
    until(lambda: len(column(tom, address)) == len(before) + 1, what="Tom's row")
    shows(ines, cell(3, 0), "> 3")
    ines.wait_for_function(
        "document.querySelector('[data-company]').textContent.startsWith('Tom Whitfield is at row')"
    )
    assert ines.evaluate("document.activeElement.value") == "> 12"
    ines.keyboard.type("3")
    ines.keyboard.press("Enter")
    ines.wait_for_selector(f".tabulator-row:nth-child({len(before) + 1})")
    until(lambda: column(ines, address)[0] == "> 123", what="the text of Ines")
    assert ines.faults == []


def test_a_text_that_cannot_be_kept_stays_red_with_the_reason(ines, address):
    before = column(ines, address)
    ines.keyboard.type("> 1")
    ines.evaluate("document.activeElement.value = '> ' + '1'.repeat(20000)")
    ines.keyboard.press("Enter")
    ines.wait_for_selector(f"{FIRST}.ed-bad[title^='Not saved. A cell has at most']")
    ines.keyboard.type("> 5")
    ines.keyboard.press("Enter")
    wait_until_saved(ines, address, [before[0], "> 5", *before[2:]])
    assert ines.inner_text(FIRST).startswith("> 111")


def test_somebody_who_may_only_read_reads_rows_as_sentences(entered, address):
    page = opened(entered(person("Leila Haddad", "auditor")), address)
    page.keyboard.type("> 9")
    page.keyboard.press("Delete")
    assert page.locator("input[role=combobox]").count() == 0
    page.keyboard.press("ArrowDown")
    shows(page, "[data-row-number]", "Row 2")
    page.wait_for_function(
        "document.querySelector('[data-sentence]').textContent.startsWith('If Amount is over')"
    )
    assert page.inner_text(".ed__bar .badge") == "You may read this"
    assert page.faults == []


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `python3 manage.py test`")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_editor_is_accessible_and_never_scrolls_sideways(entered, authors, address, width, scheme):
    size = {"width": width, "height": 860}
    page = opened(entered(authors[0], viewport=size, color_scheme=scheme), address)
    page.wait_for_selector(".ed-life .badge, .ed-life .life")
    page.evaluate(AXE.read_text())
    found = faults_of(page)
    page.keyboard.type("> lim")
    page.wait_for_selector(".ed-meaning--error")
    found += faults_of(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+F2")
    page.wait_for_selector("[data-talk-panel] textarea:focus")
    found += faults_of(page)
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert (found, sideways, page.faults) == ([], False, [])


def faults_of(page):
    return [
        (violation["id"], [node["html"][:160] for node in violation["nodes"]])
        for violation in page.evaluate("axe.run().then(found => found.violations)")
    ]


def test_problems_are_asked_for_one_at_a_time_however_fast_one_types(ines, address):
    ines.evaluate(
        """() => {
            const real = window.fetch;
            window.flying = window.most = 0;
            window.fetch = async (...asked) => {
                if (!String(asked[0]).includes("problems")) return real(...asked);
                window.most = Math.max(window.most, (window.flying += 1));
                await new Promise((done) => setTimeout(done, 1500));
                return real(...asked).finally(() => (window.flying -= 1));
            };
        }"""
    )
    for text in ("> 1", "> 2", "> 3"):
        ines.keyboard.type(text)
        ines.keyboard.press("Enter")
        ines.wait_for_timeout(900)
    until(lambda: ines.evaluate("window.flying") == 0, what="the answers")
    assert ines.evaluate("window.most") == 1
    assert ines.faults == []


def test_comments_on_a_row_added_offline_say_why_there_are_none_yet(ines):
    ines.context.set_offline(True)
    ines.keyboard.press("Control+Enter")
    state_is(ines, "Offline")
    ines.keyboard.press("Shift+F2")
    said = ines.locator("[data-talk-panel] [role=alert]")
    assert said.inner_text().startswith("This row is kept in your browser and not saved yet")
    ines.context.set_offline(False)


def test_head_of_a_draft_is_small_on_a_telephone_and_its_acts_fold_out(entered, authors, address):
    page = opened(entered(authors[0], viewport={"width": 390, "height": 860}), address)
    assert page.evaluate("document.querySelector('.head').offsetHeight") <= 96
    undo = page.locator(".head [data-act=undo]")
    assert not undo.is_visible()
    page.get_by_role("button", name="Actions").click()
    assert undo.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth > innerWidth") is False
