"""Decision tables as sheets in the browser: taken away, looked at, taken over, undone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions.services import drafting
from tests.rules import NOW, person, small_model

pytestmark = pytest.mark.django_db
TABLE = "spend_table"


@pytest.fixture
def ines():
    return person("Ines Carvalho", "rule_author")


@pytest.fixture
def draft(ines):
    model = small_model()
    model.refresh_from_db()
    return drafting.start_draft(model, based_on=model.live_version, author=ines, note="", now=NOW)


@pytest.fixture
def client(ines):
    client = Client()
    client.force_login(ines)
    return client


def address(name, *more):
    return reverse(f"decisions:{name}", args=["spending", 2, *more])


def exported(client):
    return b"".join(client.get(address("table_csv", TABLE)).streaming_content).decode()


def upload(client, text, name="spend.csv"):
    file = SimpleUploadedFile(name, text.encode(), content_type="text/csv")
    return client.post(address("version_import"), {"table": TABLE, "file": file})


def test_table_is_given_as_csv_and_as_a_workbook(client, draft):
    sent = client.get(address("table_csv", TABLE))
    name = 'attachment; filename="spending-v2-spend_table.csv"'
    assert sent.headers["Content-Disposition"] == name
    book = client.get(address("table_xlsx", TABLE))
    assert (book.status_code, book.content[:4]) == (200, b"PK\x03\x04")
    assert client.get(address("version_xlsx")).content[:4] == b"PK\x03\x04"
    assert client.get(address("table_csv", "nothing")).status_code == 404
    assert client.get(address("table_xlsx", "nothing")).status_code == 404


def test_sheet_is_looked_at_then_taken_over_and_undone_as_one(client, draft, ines):
    text = exported(client).replace("TOO_MUCH", "FAR_TOO_MUCH").replace("FRANCE", "PARIS")
    shown = upload(client, text)
    assert shown.status_code == 200
    ((plan, counts, changes),) = shown.context["tables"]
    assert (plan.name, counts) == ("Spend rules", [("~", "warn", 2, "changed")])
    assert [change.number for change in changes] == [1, 3]
    draft.refresh_from_db()
    assert draft.revision == 0
    answer = client.post(address("version_import_apply"), {"plan": shown.context["plan"]})
    assert answer.url == address("draft_table", TABLE)
    draft.refresh_from_db()
    assert ("FAR_TOO_MUCH" in draft.dmn, draft.changes.get().summary) == (
        True,
        "Imported spend.csv: Spend rules: 2 rows changed",
    )
    drafting.undo(draft, based_on=1, author=ines, now=NOW)
    draft.refresh_from_db()
    assert "FAR_TOO_MUCH" not in draft.dmn


def test_sheet_that_says_the_same_offers_nothing(client, draft):
    shown = upload(client, exported(client))
    assert (shown.context["plan"], "Take it over" in shown.text) == ("", False)


def test_bad_sheet_is_refused_with_every_cell(client, draft):
    answer = upload(client, exported(client).replace('"FR"', '"FRA"'))
    assert answer.status_code == 422
    assert "Cell C7:" in answer.text
    assert "&#x27;FRA&#x27; is not one of: GB, DE, FR" in answer.text


def test_rows_that_somebody_changed_meanwhile_are_not_overwritten(client, draft):
    shown = upload(client, exported(client).replace("TOO_MUCH", "FAR_TOO_MUCH"))
    other = person("Olu Other", "rule_author")
    cells = {"op": "cells", "table": TABLE, "cells": [["rule1", "o3", "MINE"]]}
    drafting.edit(draft, [cells], based_on=0, author=other, now=NOW)
    answer = client.post(address("version_import_apply"), {"plan": shown.context["plan"]})
    assert (answer.status_code, "Olu Other changed row 1" in answer.text) == (409, True)
    draft.refresh_from_db()
    assert "MINE" in draft.dmn


@pytest.mark.parametrize("plan", ["", "forged", "a:b:c"])
def test_plan_that_we_did_not_sign_is_not_carried_out(client, draft, plan):
    answer = client.post(address("version_import_apply"), {"plan": plan})
    assert answer.url == address("version_import")
    draft.refresh_from_db()
    assert draft.revision == 0


def test_only_drafts_take_sheets(client, draft):
    live = reverse("decisions:version_import", args=["spending", 1])
    assert client.get(live).status_code == 404


def test_queries_do_not_grow_with_the_sheet(client, draft):
    text = exported(client)

    def count(sent):
        with CaptureQueriesContext(connection) as queries:
            upload(client, sent)
        return len(queries)

    count(text)
    few = count(text)
    more = "".join(f'"","> {n}","-","review","null","N{n}"\r\n' for n in range(300))
    assert count(text + more) == few
