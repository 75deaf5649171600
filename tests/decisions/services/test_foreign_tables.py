"""Tables of OpenText and Flowable become drafts: exact FEEL, or the text that is to be settled."""

import json

import pytest

from decisions import engine
from decisions.errors import Invalid
from decisions.services import dmn_files, otdt_files, proposing
from decisions.services.dmn_files import read_dmn
from decisions.services.juel import Inexact, Names, translated
from tests.rules import NOW, person, publish_dmn, small_model

TYPES = {"n": "number", "s": "string", "b": "boolean", "d": "date", "c": "list"}
OTDT = {
    "id": "1",
    "schemaId": "https://www.opentext.com/ocp/devx/decision/1.0.0/DecisionTable",
    "serviceName": "decision",
    "data": {
        "id": "2",
        "version": 1,
        "name": "Required Approvals",
        "key": "required_approvals",
        "namespace": "abc",
        "hitIndicator": "RULE ORDER",
        "inputExpressions": [
            {"id": "1", "type": "number", "variableId": "contract_value", "label": "Value"},
            {
                "id": "input_x",
                "type": "string",
                "variableId": "contract_type",
                "entries": ["ca_contract", "ca_loan_contract"],
                "label": "Contract Type",
            },
        ],
        "outputExpressions": [
            {
                "id": "2",
                "type": "string",
                "variableId": "required_approval",
                "entries": ["line_managers", "risk_managers", "solvency_check"],
            }
        ],
        "rules": [],
    },
}
FLOWABLE = """<definitions xmlns="http://www.omg.org/spec/DMN/20180521/MODEL/"
  id="d" name="Fees" namespace="http://www.flowable.org/dmn">
  <decision id="fees" name="Fees"><decisionTable id="t" hitPolicy="FIRST">
    <input label="Amount"><inputExpression id="i1" typeRef="number"><text>amount</text>
      </inputExpression></input>
    <input label="Since"><inputExpression id="i2" typeRef="date"><text>since</text>
      </inputExpression></input>
    <output id="o1" label="Fee" name="fee" typeRef="number"/>
    <rule><inputEntry id="a"><text><![CDATA[>= 100]]></text></inputEntry>
      <inputEntry id="b"><text><![CDATA[< date:toDate('2020-01-01')]]></text></inputEntry>
      <outputEntry id="c"><text>5</text></outputEntry></rule>
    <rule><description>Others</description><inputEntry id="e"><text>{cell}</text></inputEntry>
      <inputEntry id="f"><text>-</text></inputEntry>
      <outputEntry id="g"><text>7.5</text></outputEntry></rule>
  </decisionTable></decision></definitions>"""


def otdt(*rules):
    file = json.loads(json.dumps(OTDT))
    file["data"]["rules"] = [
        {"1_operator": r[0], "1_expression": r[1], "input_x_operator": r[2],
         "input_x_expression": r[3], "2": r[4]}
        for r in rules
    ]  # fmt: skip
    return json.dumps(file).encode()


def decide(file, **facts):
    (decision,) = file.loaded.describe()["decisions"]
    result = file.loaded.decision(decision["name"])(facts, now=NOW)
    assert not result.problems
    return engine.to_json(result.value)


@pytest.mark.parametrize(
    ("juel", "feel"),
    [
        ("n == 5", "n = 5"),
        ("n != 5 && s eq 'a\"b'", '(n != 5) and (s = "a\\"b")'),
        ("n ge 1.5 || !b", "(n >= 1.5) or not(b)"),
        ("(n > 1 or n < -2) and b", "((n > 1) or (n < -2)) and b"),
        ("empty s", 's = null or s = ""'),
        ("empty c", "c = null or count(c) = 0"),
        ("n == null", "n = null"),
        ("b ? 'x' : 'y'", 'if b then "x" else "y"'),
        ("d < date:toDate('2020-02-29')", 'd < date("2020-02-29")'),
        ("d >= fn_now()", "d >= today()"),
        (
            "d == date:addDate(date:now(), 1, 0, 5)",
            'd = (today() + duration("P1Y") + duration("P5D"))',
        ),
        (
            'collection:anyOf(c, \'"a","b"\')',
            'some v in ["a", "b"] satisfies list contains(c, v)',
        ),
        ("collection:allOf('a, b', s)", 'every v in [s] satisfies list contains(["a", "b"], v)'),
        ("unknown == 'DE'", 'unknown = "DE"'),
    ],
)
def test_exact_expressions_become_feel(juel, feel):
    assert translated(juel, Names(dict(TYPES))).text == feel


@pytest.mark.parametrize(
    "juel",
    [
        "n + 1 > 2", "n / 3 == 1", "n % 2 == 0", "n == '5'", "s == 5", "b == 'true'", "s.length()",
        "s.startsWith('a')", "c[0] == 'a'", "bean.check(n)", "other:call(n)", "n > ", "n == 5 6",
        "x == y", "s && b", "date:toDate(s) > d", "date:toDate('01/02/2020') > d", "b < true",
        "empty x", "#n", "n == 1e3", "(" * 99 + "n", "",
    ],
)  # fmt: skip
def test_what_is_not_exact_is_named(juel):
    with pytest.raises(Inexact):
        translated(juel, Names(dict(TYPES)))


def test_translated_expressions_decide_alike():
    names = Names(dict(TYPES))
    term = translated("(n >= 10 && n < 20) || collection:noneOf(c, 'a,b')", names)
    for n, c, expected in ((10, ["a"], True), (20, ["a"], False), (20, ["z"], True)):
        assert engine.evaluate_expression(term.text, {"n": n, "c": c}, now=NOW).value is expected


def test_otdt_becomes_a_table_that_answers_as_before():
    file = read_dmn(
        "required_approvals.otdt",
        otdt(
            (">", "1000", "==", "ca_contract", "line_managers"),
            ("-- NA --", "-", "!=", "ca_contract", "solvency_check"),
            (">=", "5000", "IN", "ca_contract, ca_loan_contract", "risk_managers"),
        ),
    )
    assert file.notes == []
    assert decide(file, contract_value=6000, contract_type="ca_contract") == [
        "line_managers",
        "risk_managers",
    ]
    assert decide(file, contract_value=10, contract_type="ca_loan_contract") == ["solvency_check"]
    (decision,) = file.loaded.describe()["decisions"]
    assert (decision["id"], decision["table"]["hit_policy"]) == (
        "required_approvals",
        "RULE ORDER",
    )


@pytest.mark.parametrize(
    ("cell", "facts", "fee"),
    [
        ("-", {"amount": 5}, 7.5),
        ("<![CDATA[${amount > 50 && since > date:toDate('2021-01-01')}]]>", {"amount": 60}, 7.5),
        ("!= 60", {"amount": 60}, None),
        ("60", {"amount": 60}, 7.5),
        ("== null", {"amount": None}, 7.5),
    ],
)
def test_flowable_tables_answer_as_before(cell, facts, fee):
    file = read_dmn("fees.dmn", FLOWABLE.replace("{cell}", cell).encode())
    assert file.notes == []
    assert decide(file, since="2022-01-01", **facts) == fee
    assert "Others" in file.dmn


@pytest.mark.django_db
def test_what_stays_is_listed_kept_and_keeps_the_draft_from_being_proposed():
    model = small_model()
    author = person("Ines", "rule_author")
    file = read_dmn("fees.dmn", FLOWABLE.replace("{cell}", "${amount % 2 == 0}").encode())
    (note,) = file.notes
    assert note.startswith("To be settled: Row 2, Amount: ${amount % 2 == 0} – JUEL computes")
    version = dmn_files.import_draft(model, file, name="fees.dmn", author=author, now=NOW)
    assert "Amount: ${amount % 2 == 0}" in version.dmn
    with pytest.raises(Invalid):
        proposing.propose(version, author=author, reason="Go", now=NOW)


@pytest.mark.django_db
def test_a_table_goes_there_and_back():
    rules = [
        (">", "1000", "==", "ca_contract", "line_managers"),
        ("-- NA --", "-", "!=", "ca_contract", "solvency_check"),
    ]
    model = small_model(key="required_approvals")
    author = person("Ines", "rule_author")
    first = read_dmn("a.otdt", otdt(*rules))
    version = dmn_files.import_draft(model, first, name="a.otdt", author=author, now=NOW)
    written = otdt_files.write_otdt(version)
    again = json.loads(written)["data"]
    assert again["rules"][0] == {
        "in_1_operator": ">",
        "in_1_expression": "1000",
        "in_2_operator": "==",
        "in_2_expression": "ca_contract",
        "out_1": "line_managers",
    }
    assert again["inputExpressions"][1]["entries"] == ["ca_contract", "ca_loan_contract"]
    second = read_dmn("b.otdt", written)
    for facts in (
        {"contract_value": 2000, "contract_type": "ca_contract"},
        {"contract_value": 1, "contract_type": "ca_loan_contract"},
    ):
        assert decide(second, **facts) == decide(first, **facts)


@pytest.mark.django_db
def test_what_otdt_cannot_say_is_listed():
    version = dmn_files.import_draft(
        small_model(),
        read_dmn("fees.dmn", FLOWABLE.replace("{cell}", "${amount &gt; 5}").encode()),
        name="fees.dmn",
        author=person("Ines", "rule_author"),
        now=NOW,
    )
    with pytest.raises(Invalid) as told:
        otdt_files.write_otdt(version)
    assert [fault["where"] for fault in told.value.faults] == ["Row 2, Amount"]


@pytest.mark.django_db
def test_a_migrated_table_goes_live():
    model = small_model(key="approvals", decision_name="Spend rules")
    content = otdt((">", "1000", "-- NA --", "-", "line_managers"))
    model.decision_name = "Required Approvals"
    model.save()
    publish_dmn(model, read_dmn("a.otdt", content).dmn)
    model.refresh_from_db()
    assert model.live_version.number == 2


@pytest.mark.parametrize(
    "content",
    [b"{", b"{}", b'{"data": 5}', b'{"data": {"inputExpressions": 3}}', b"[" * 9999],
)
def test_what_is_no_table_is_refused(content):
    with pytest.raises(Invalid):
        read_dmn("a.otdt", content)


def test_several_decisions_of_flowable_are_refused():
    two = FLOWABLE.replace("{cell}", "-")
    start, end = two.index("<decision "), two.index("</definitions>")
    with pytest.raises(Invalid, match="2 decisions of Flowable"):
        read_dmn("two.dmn", (two[:end] + two[start:end] + two[end:]).encode())
