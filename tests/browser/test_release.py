"""The whole life of a rule with two people in Chromium, from its first edit to its roll-back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from decisions.events import SYSTEM
from decisions.models import AuditEvent, DecisionModel, ModelVersion
from decisions.services import intake, testing
from tests.browser.test_review import AXE, CHROMIUM, PASSWORD, browser, signed_in
from tests.processes import until
from tests.rules import FACTS, person, small_model

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]
VERSION = "/models/spending/versions/2/changes/"


@pytest.fixture(autouse=True)
def records_beside_the_browser(monkeypatch):
    """Playwright keeps a loop in this thread; nothing else runs in it while a record is read."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def ines(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    return somebody("Ines Carvalho", "rule_author")


@pytest.fixture
def nadia(ines):
    return somebody("Nadia Brandt", "approver")


def somebody(name, role):
    found = person(name, role)
    found.set_password(PASSWORD)
    found.save()
    return found


@pytest.fixture
def address(live_stack, ines, nadia):
    """A live model with one real submission, which a stricter limit would reject."""
    small_model(now=timezone.now() - timedelta(hours=1))
    decide()
    return live_stack.url


def decide():
    decision = intake.submit_and_decide(
        "spending", {**FACTS, "amount": 950}, evidence={}, source="t", actor=SYSTEM,
        now=timezone.now(),
    )  # fmt: skip
    return decision.outcome


def live_number():
    return DecisionModel.objects.get().live_version.number


def stricter(page):
    """Start a draft and put a lower limit into its first cell."""
    page.click("button:has-text('New draft')")
    page.wait_for_selector("[data-editor][data-ready]")
    page.click(".tabulator-row:first-child .tabulator-cell[tabulator-field=c0]")
    page.keyboard.type("> limits.most - 100")
    page.keyboard.press("Enter")
    until(lambda: page.inner_text("[data-state]").startswith("Saved"), what="the draft")


def next_minute():
    """A moment soon enough to wait for, late enough to type."""
    return (timezone.localtime() + timedelta(seconds=69)).replace(second=0, microsecond=0)


@pytest.mark.timeout(400)  # It waits for a whole minute to come.
def test_rule_is_written_tried_approved_published_at_its_time_and_rolled_back(address, ines):
    with browser() as chromium:
        author = signed_in(chromium, address, "ines.carvalho@example.com")
        author.goto(f"{address}/models/spending/")
        stricter(author)
        testing.create(
            ModelVersion.objects.get(number=2),
            name="Small sums pass",
            facts=FACTS,
            expected={"outcome": "approve"},
            author=ines,
            reason="Law",
            now=timezone.now(),
        )
        author.click("text=Propose")
        author.fill("#id_reason", "Budgets are cut")
        author.click("text=Propose v2")
        author.wait_for_selector("[role=alert]")
        assert "There is no impact preview of these rules" in author.inner_text("[role=alert]")
        author.click(".vers__ok >> text=Preview the impact")
        author.click("text=Show the impact")
        author.wait_for_selector("table.flip")
        author.goto(address + VERSION)
        assert "1 of 1 change" in author.inner_text(".vers__ok")
        author.fill("#id_reason", "Budgets are cut")
        author.click("text=Propose v2")
        author.wait_for_selector("text=Proposed, 0 of 1 approval")

        approver = signed_in(chromium, address, "nadia.brandt@example.com")
        approver.click("nav >> text=Changes")
        approver.click("text=Spending v2")
        assert "over limits.most - 100" in approver.inner_text(".vers__diff ins")
        at = next_minute()
        approver.fill("#id_reason", "Finance agrees")
        approver.check("input[name=when][value=at]")
        approver.fill("#id_publish_at", f"{at:%Y-%m-%dT%H:%M}")
        approver.click("text=Approve v2")
        approver.wait_for_selector("text=Goes live")
        assert (live_number(), decide()) == (1, "review")
        until(lambda: live_number() == 2, what="the version at its time", seconds=150)
        assert ModelVersion.objects.get(number=2).published_at >= at
        assert decide() == "reject"

        approver.reload()
        approver.click("text=Roll back to v1")
        approver.fill("#roll_back_reason", "Finance takes it back")
        approver.click("dialog >> text=Roll back to v1")
        approver.wait_for_selector("text=v1 is live again.")
        assert (live_number(), decide()) == (1, "review")
        approver.goto(address + VERSION)
        story = approver.inner_text(".timeline")
        faults = author.faults + approver.faults
    for step in ("Drafted", "1 edit", "Proposed", "Approved", "Went live", "Rolled back to v1"):
        assert step in story
    # The refused proposal answers 422, which Chromium tells as an error.
    assert [fault for fault in faults if "422" not in fault] == []
    told = AuditEvent.objects.filter(subject_id=ModelVersion.objects.get(number=2).pk)
    assert list(told.order_by("pk").values_list("kind", "actor_name")) == [
        ("model.drafted", "Ines Carvalho"),
        ("model.proposed", "Ines Carvalho"),
        ("model.approved", "Nadia Brandt"),
        ("model.published", "Timetable"),
        ("model.rolled_back", "Nadia Brandt"),
    ]


def test_model_is_stopped_and_resumed_without_script(address, nadia):
    with browser() as chromium:
        page = signed_in(chromium, address, "nadia.brandt@example.com")
        state = page.context.storage_state()
        page = chromium.new_context(storage_state=state, java_script_enabled=False).new_page()
        page.goto(f"{address}/models/spending/versions/1/changes/")
        page.click("text=Emergency stop")
        page.fill("#stop_reason", "It rejects everything")
        page.click("text=Stop the model")
        assert "It rejects everything" in page.inner_text("main")
        assert decide() == "review"
        assert DecisionModel.objects.get().stopped_at is not None
        page.click("text=Let it decide again")
        page.fill("#resume-reason", "Mended")
        page.click("dialog >> text=Let it decide")
        assert DecisionModel.objects.get().stopped_at is None


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `python3 manage.py test`")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_release_pages_are_accessible_and_never_scroll_sideways(address, width, scheme):
    found = {}
    with browser() as chromium:
        author = signed_in(chromium, address, "ines.carvalho@example.com")
        author.goto(f"{address}/models/spending/")
        stricter(author)
        page = signed_in(
            chromium,
            address,
            "nadia.brandt@example.com",
            viewport={"width": width, "height": 860},
            color_scheme=scheme,
        )
        first = VERSION.replace("/2/", "/1/")
        for path in ("/changes/", VERSION, f"{VERSION}?view=sides", first):
            page.goto(address + path)
            page.evaluate(AXE.read_text())
            found[path] = [
                (violation["id"], [node["html"][:160] for node in violation["nodes"]])
                for violation in page.evaluate("axe.run().then(found => found.violations)")
            ]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[path].append(("sideways", []))
        faults = page.faults
    assert ({path: bad for path, bad in found.items() if bad}, faults) == ({}, [])
