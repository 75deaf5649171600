"""A reviewer and an auditor at work in Chromium, by keyboard, on a real installation."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from decisions.events import SYSTEM
from decisions.models import AuditEvent, Decision
from decisions.services import intake
from reviews.models import ReviewItem
from tests.processes import until
from tests.reviews.work import make_queue
from tests.rules import FACTS, person, small_model

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "walk the night bus home"
PAGES = (
    "/",
    "/queues/",
    "/queues/finance/",
    "/bench/",
    "/submissions/",
    "/decisions/",
    "/models/",
    "/models/spending/",
    "/reference-tables/",
    "/reference-tables/limits/",
    "/connectors/",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]


@pytest.fixture
def people(settings):
    """People whose passwords the web process can check."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]

    def make(name, role):
        somebody = person(name, role)
        somebody.set_password(PASSWORD)
        somebody.save()
        return somebody

    return [make("Mateo Ruiz", "reviewer"), make("Leila Haddad", "auditor")]


@pytest.fixture
def waiting(live_stack, people):
    """One item that waits for Mateo in the queue Finance."""
    now = timezone.now()
    small_model(now=now)
    make_queue("finance", members=people[:1])
    facts = {**FACTS, "amount": 700}
    intake.submit("spending", facts, source="test", actor=SYSTEM, now=now)
    until(lambda: ReviewItem.objects.count() == 1, what="the item")
    return live_stack.url


@contextmanager
def browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


def signed_in(chromium, url, email, **context):
    page = chromium.new_context(**context).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda line: page.faults.append(line.text) if line.type == "error" else None)
    page.goto(f"{url}/")
    page.wait_for_selector("input[name=login]:focus")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")
    return page


def test_reviewer_approves_by_keyboard_and_the_auditor_sees_it(waiting):
    with browser() as chromium:
        page = signed_in(chromium, waiting, "mateo.ruiz@example.com")
        page.keyboard.press("n")
        page.wait_for_selector("[data-verdict]")
        assert "Spending REQ-1" in page.inner_text("h1")
        assert "IN_DOUBT" in page.inner_text("main")
        page.keyboard.press("a")
        page.keyboard.press("1")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("[data-verdict]", state="detached")
        faults = page.faults

        auditor = signed_in(chromium, waiting, "leila.haddad@example.com")
        auditor.goto(f"{waiting}/audit/")
        recorded = auditor.inner_text("main")
        faults += auditor.faults

    assert faults == []
    assert "review.verdict_recorded" in recorded
    assert "Mateo Ruiz" in recorded
    decision = Decision.objects.get()
    assert (decision.outcome, decision.settled_by, decision.reasons) == (
        "approve",
        "person",
        ["IN_CONTEXT"],
    )
    assert AuditEvent.objects.filter(kind="decision.settled").count() == 1


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `python3 manage.py test`")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_pages_are_accessible_and_never_scroll_sideways(waiting, width, scheme):
    decision = Decision.objects.get().pk
    item = ReviewItem.objects.get().pk
    found = []
    with browser() as chromium:
        page = signed_in(
            chromium,
            waiting,
            "mateo.ruiz@example.com",
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
        )
        for path in (*PAGES, f"/decisions/{decision}/", f"/bench/{item}/"):
            assert page.goto(f"{waiting}{path}").status == 200
            page.evaluate(AXE.read_text())
            for violation in page.evaluate("axe.run().then(found => found.violations)"):
                nodes = [node["html"][:120] for node in violation["nodes"]]
                found.append((path, violation["id"], nodes))
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append((path, "scrolls sideways", []))
        found += [("console", fault, []) for fault in page.faults]
    assert found == []
