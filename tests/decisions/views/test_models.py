"""Pages of decision models: every version to read, table by table, and as a file."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions.events import SYSTEM
from decisions.models import DecisionModel
from decisions.services import authoring
from decisions.views.inputs import inputs_of
from tests.rules import HERE, NOW, person, publish_dmn, small_model

pytestmark = pytest.mark.django_db
LIST = reverse("decisions:model_list")
PAGE = reverse("decisions:model", args=["spending"])
DMN = (HERE / "small.dmn").read_text()


def version_page(number):
    return reverse("decisions:model_version", args=["spending", number])


@pytest.fixture(autouse=True)
def model():
    return small_model()


@pytest.fixture
def client():
    client = Client()
    client.force_login(person("Leila Haddad", "auditor"))
    return client


def draft(model, dmn=DMN, **more):
    given = {"author": None, "actor": SYSTEM, "note": "Try", "now": NOW, **more}
    return authoring.draft_version(model, dmn=dmn, **given)


def test_integrations_are_told_who_may():
    client = Client()
    client.force_login(person("Crm", "integration"))
    file = reverse("decisions:model_version_dmn", args=["spending", 1])
    for address in (LIST, PAGE, version_page(1), file):
        response = client.get(address)
        assert response.status_code == 403
        assert "This needs the role" in response.text


def test_list_shows_what_is_live_and_what_is_in_work(client, model):
    draft(model)
    (row,) = client.get(LIST).context["models"]
    assert (row.live_version.number, [v.number for v in row.in_work]) == (1, [2])


def test_queries_do_not_grow_with_the_list(client, model):
    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    few = count()
    for number in range(8):
        small_model(key=f"model-{number}", name=f"Model {number}")
    assert count() == few


def test_page_shows_the_live_version_and_a_draft_says_that_it_does_not_decide(client, model):
    draft(model, DMN.replace("TOO_MUCH", "FAR_TOO_MUCH"))
    assert client.get(PAGE).context["version"].number == 1
    response = client.get(version_page(2))
    assert response.context["version"].number == 2
    assert "This version does not decide yet: it is draft." in response.text


def test_retired_version_stays_readable(client, model):
    publish_dmn(model, DMN.replace("TOO_MUCH", "FAR_TOO_MUCH"))
    old = client.get(f"{version_page(1)}?part=tables")
    assert "This version is retired" in old.text
    assert old.context["rows"][0]["outputs"][2] == '"TOO_MUCH"'
    new = client.get(f"{PAGE}?part=tables")
    assert new.context["rows"][0]["outputs"][2] == '"FAR_TOO_MUCH"'


def test_overview_draws_the_decisions_and_names_the_tables_they_read(client):
    context = client.get(PAGE).context
    drawn = [(node.title, node.note) for node in context["graph"].nodes]
    assert drawn == [("Spend rules", "4 rows"), ("Decision", "expression")]
    assert [(s["input"], s["table"].key) for s in context["sources"]] == [("limits", "limits")]
    assert [step.title for step in context["story"]] == [
        "Drafted",
        "Proposed",
        "Approved",
        "Went live",
    ]


def test_table_reads_in_words_and_in_feel(client):
    words = client.get(f"{PAGE}?part=tables&table=spend_table").text
    assert "over limits.most" in words
    assert "The first match decides." in words
    feel = client.get(f"{PAGE}?part=tables&table=spend_table&as=feel").text
    assert '<code class="feel">&gt; limits.most</code>' in feel


@pytest.mark.parametrize("query", ["part=party", "part=tables&table=none", "part=tables&first=x"])
def test_unknown_parts_show_the_usual_ones(client, query):
    assert client.get(f"{PAGE}?{query}").status_code == 200


def test_long_table_is_read_in_stretches(client, model):
    rule = (
        '<rule id="x{0}"><inputEntry><text>{0}</text></inputEntry><inputEntry><text>-</text>'
        '</inputEntry><outputEntry><text>"approve"</text></outputEntry><outputEntry><text>null'
        '</text></outputEntry><outputEntry><text>"N{0}"</text></outputEntry></rule>'
    )
    rules = "".join(rule.format(n) for n in range(450))
    draft(model, DMN.replace('<rule id="rule1">', f'{rules}<rule id="rule1">'))
    context = client.get(f"{version_page(2)}?part=tables&table=spend_table&first=250").context
    numbers = [row["number"] for row in context["rows"]]
    assert (numbers[0], numbers[-1]) == (201, 400)
    assert (context["earlier"], context["later"]) == (1, 401)
    last = client.get(f"{version_page(2)}?part=tables&table=spend_table&first=999999").context
    assert (last["rows"][-1]["number"], last["later"]) == (454, 0)


def test_inputs_are_told_with_type_values_and_source(client):
    rows = client.get(f"{PAGE}?part=inputs").context["inputs"]
    assert [(row.path, row.type, row.allowed, row.optional) for row in rows] == [
        ("id", "text", [], False),
        ("amount", "number", ["0 to 1,000,000"], False),
        ("country", "text", ["GB", "DE", "FR"], False),
    ]


def test_inner_facts_stand_under_their_record():
    schema = {
        "properties": {
            "hosts": {
                "type": ["array", "null"],
                "maxItems": 3,
                "items": {
                    "type": "object",
                    "properties": {"born": {"type": "string", "format": "date"}},
                    "required": ["born"],
                },
            },
            "score": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        },
        "required": ["score"],
    }
    hints = [{"name": "score", "field": {"label": "Score", "unit": "share", "source": "scan"}}]
    rows = inputs_of(schema, {"inputs": hints})
    assert [(r.path, r.depth, r.type, r.allowed, r.optional) for r in rows] == [
        ("hosts", 0, "list of record", ["at most 3 of them"], True),
        ("hosts.born", 1, "date", [], False),
        ("score", 0, "number", ["1 or less", "over 0"], False),
    ]
    assert (rows[2].label, rows[2].unit, rows[2].source) == ("Score", "share", "scan")


def test_versions_are_listed_newest_first(client, model):
    draft(model)
    context = client.get(reverse("decisions:version_changes", args=["spending", 2])).context
    assert [(v.number, v.state) for v in context["versions"]] == [(2, "draft"), (1, "published")]


def test_dmn_file_is_what_was_drafted(client):
    response = client.get(reverse("decisions:model_version_dmn", args=["spending", 1]))
    assert response.content.decode() == DMN
    assert response["Content-Disposition"] == 'attachment; filename="spending-v1.dmn"'


def test_model_without_a_version_says_that_it_refuses(client):
    authoring.create_model(
        key="empty", name="Empty", fallback_queue="triage", author=None, actor=SYSTEM, now=NOW
    )
    assert DecisionModel.objects.get(key="empty").live_version is None
    response = client.get(reverse("decisions:model", args=["empty"]))
    assert "Submissions to it are refused until a version is live." in response.text


@pytest.mark.parametrize("number", [0, 9, 10**30])
def test_unknown_versions_are_not_found(client, number):
    assert client.get(version_page(number)).status_code == 404
    assert client.get(f"{version_page(number)}dmn").status_code == 404


def test_unknown_model_is_not_found(client):
    assert client.get(reverse("decisions:model", args=["nothing"])).status_code == 404
