"""The migration report in the browser, and its file."""

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Comparison, Difference
from connectors.services import comparing
from decisions.events import SYSTEM
from decisions.ids import new_id
from decisions.services import executing
from tests.connectors.records import NOW
from tests.connectors.services.test_comparing import (  # noqa: F401 - fixtures
    TOKEN,
    admin,
    approvals,
    rows,
    service,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_allowed")]


@pytest.fixture
def browser(admin):  # noqa: F811
    client = Client()
    client.force_login(admin)
    return client


def test_a_report_is_asked_for_and_read(browser, service, approvals, receiver):  # noqa: F811
    receiver.answers = [TOKEN, rows("risk_managers"), rows("line_managers"), rows()]
    address = reverse("connectors:comparison_list", args=["ods"])
    assert "Compare answers" in browser.get(address).text
    answer = browser.post(address, {"model": approvals.pk, "most": 10, "remote_key": ""})
    comparison = Comparison.objects.get()
    assert answer.url == reverse("connectors:comparison", args=[comparison.pk])
    assert "hx-trigger" in browser.get(answer.url).text
    comparing.compare_due(now=comparison.next_at)
    page = browser.get(answer.url).text
    assert "hx-trigger" not in page
    assert "<b>2</b> the same, <b>1</b> different" in page
    assert "risk_managers" in page
    assert "Old service" in page


def test_its_file_runs_in_no_spreadsheet(browser, service, approvals, admin):  # noqa: F811
    comparison = comparing.start(service, approvals, remote_key="", most=5, author=admin, now=NOW)
    case = executing.execute(
        approvals,
        {"contract_type": "=cmd()", "contract_value": 1, "risk_level": 1},
        source="t",
        actor=SYSTEM,
        now=NOW,
    )
    Difference.objects.create(
        id=new_id(NOW), comparison=comparison, execution=case, ours=[], problem="=1+1"
    )
    answer = browser.get(reverse("connectors:comparison_csv", args=[comparison.pk]))
    content = b"".join(answer.streaming_content).decode()
    assert '"\'=1+1"' in content
    assert ',"=' not in content


def test_it_is_stopped_and_goes_on(browser, service, approvals, admin):  # noqa: F811
    comparison = comparing.start(service, approvals, remote_key="", most=5, author=admin, now=NOW)
    address = reverse("connectors:comparison_act", args=[comparison.pk])
    for act, state in (("stop", "stopped"), ("on", "running")):
        browser.post(address, {"act": act})
        comparison.refresh_from_db()
        assert comparison.state == state


def test_what_cannot_be_compared_is_said(browser, service, approvals):  # noqa: F811
    address = reverse("connectors:comparison_list", args=["ods"])
    answer = browser.post(address, {"model": approvals.pk, "most": 999999})
    assert answer.status_code == 422
