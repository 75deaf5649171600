"""Pages around the grid of a draft in Chromium: without script, and with assistive tools."""

import pytest
from django.utils import timezone

from decisions.models import DecisionModel
from decisions.services import drafting
from tests.browser.test_review import AXE, CHROMIUM, PASSWORD, browser, signed_in
from tests.rules import person, small_model

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]
TABLE = "tables/spend_table/"
PAGES = (
    "graph/",
    "graph/new-table/",
    "graph/decision/",
    "inputs/",
    "inputs/new/",
    "inputs/of/country/",
    f"{TABLE}rows/",
    f"{TABLE}rows/of/rule3/",
    f"{TABLE}settings/",
    "../",
)


@pytest.fixture
def draft(live_stack, settings):
    """Where a draft of the small model stands, with an author who can sign in."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    ines = person("Ines Carvalho", "rule_author")
    ines.set_password(PASSWORD)
    ines.save()
    small_model(now=timezone.now())
    model = DecisionModel.objects.get()
    drafting.start_draft(
        model, based_on=model.live_version, author=ines, note="Try", now=timezone.now()
    )
    return f"{live_stack.url}/models/spending/drafts/2/"


def opened(chromium, draft, **context):
    return signed_in(chromium, draft.split("/models/")[0], "ines.carvalho@example.com", **context)


def test_table_is_changed_without_script(draft):
    with browser() as chromium:
        page = opened(chromium, draft, java_script_enabled=False)
        page.goto(f"{draft}{TABLE}")
        page.wait_for_url(f"{draft}{TABLE}rows/")
        page.click("a[aria-label='Row 3']")
        assert page.inner_text(".read") == (
            "If Country is FR, then outcome is review, queue is finance and code is FRANCE."
        )
        page.fill("#c-1", "FR, DE")
        page.click("button[value=save]")
        assert page.inner_text(".read").startswith("If Country is FR or DE, then")
        page.fill("#c-0", "> limits.mosst")
        page.click("button[value=save]")
        assert "mosst" in page.inner_text(".field__error")
        page.goto(f"{draft}inputs/of/country/")
        page.fill("#id_v-1-value", "AT")
        page.click("form.draft-form button.btn--primary")
        page.goto(f"{draft}{TABLE}rows/of/rule3/")
        assert page.input_value("#c-1") == "FR, AT"
        page.click("button[value=undo]")
        page.goto(f"{draft}{TABLE}rows/of/rule3/")
        assert page.input_value("#c-1") == "FR, DE"


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `python3 manage.py test`")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pages_are_accessible_and_never_scroll_sideways(draft, width, scheme):
    wrong = []
    with browser() as chromium:
        size = {"width": width, "height": 860}
        page = opened(chromium, draft, viewport=size, color_scheme=scheme)
        for path in PAGES:
            page.goto(draft + path)
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run().then(found => found.violations.map(one => one.id))")
            if found or page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append((path, found))
        faults = page.faults
    assert (wrong, faults) == ([], [])
