"""Life signs on pages: the editor's JSON, the columns of a table to read, the notice of drift."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from decisions.enums import Outcome
from decisions.events import SYSTEM, Actor
from decisions.ids import new_id
from decisions.models import RowDrift
from decisions.services import activity, drafting, intake, settlement
from tests.rules import FACTS, NOW, person, small_model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("messages")]

LATER = NOW + timedelta(hours=1)
TABLE = {"table": "spend_table"}


@pytest.fixture(autouse=True)
def model(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    model = small_model()
    model.refresh_from_db()
    for amount in (1001, 700, 500):
        decision = intake.submit_and_decide(
            "spending",
            {**FACTS, "amount": amount},
            evidence={},
            source="CRM",
            actor=SYSTEM,
            now=NOW,
        )
        if amount == 700:
            mateo = Actor.person(person("Mateo Ruiz", "reviewer"))
            settlement.settle(
                decision, outcome=Outcome.APPROVE, reasons=["OK"], actor=mateo, now=NOW
            )
    activity.count(now=LATER)
    return model


@pytest.fixture
def client():
    client = Client()
    client.force_login(person("Ines Carvalho", "rule_author"))
    return client


def test_rows_of_a_draft_have_the_life_of_the_live_ones(client, model):
    draft = drafting.start_draft(
        model, based_on=model.live_version, author=person("Ada"), note="", now=NOW
    )
    url = reverse("decisions:draft_life", args=[model.key, draft.number])
    found = client.get(url, TABLE).json()
    assert found["rule2"] == {
        "hits": 1,
        "last": NOW.isoformat(),
        "overturned": 1.0,
        "settled": 1,
        "share": pytest.approx(1 / 3),
        "dead": False,
        "new": False,
        "drift": None,
    }
    assert (found["rule3"]["hits"], found["rule3"]["last"]) == (0, None)
    assert client.get(url, {"table": "nowhere"}).json() == {}


def test_table_to_read_shows_hits_and_overturned(client, model):
    url = reverse("decisions:model", args=[model.key])
    html = client.get(url, {"part": "tables", **TABLE}).content.decode()
    row = re.search(r'<tr id="r-2".*?</tr>', html, re.DOTALL)[0]
    cells = re.findall(r'<td class="xt__life"[^>]*>(.*?)</td>', row, re.DOTALL)
    assert cells == [
        "1",
        '100\N{NO-BREAK SPACE}%<span class="vh"> of the 1 settled by people</span>',
    ]


def test_drift_is_a_notice_on_the_page_of_the_model(client, model):
    url = reverse("decisions:model", args=[model.key])
    assert "than it used to" not in client.get(url).content.decode()
    RowDrift.objects.create(
        id=new_id(NOW),
        model=model,
        version=model.live_version,
        table_id="spend_table",
        row_id="rule1",
        share_before=0.04,
        share_now=0.11,
        found_at=NOW,
    )
    life = reverse("decisions:draft_life", args=[model.key, model.live_version.number])
    assert client.get(life, TABLE).json()["rule1"]["drift"] == [0.04, 0.11]
    html = client.get(url).content.decode()
    assert "Row 1 of Spend rules matches more than it used to: 11.0\N{NO-BREAK SPACE}%" in html
    assert "#r-1" in html
    RowDrift.objects.update(ended_at=timezone.now())
    assert "than it used to" not in client.get(url).content.decode()
