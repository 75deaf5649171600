"""Proofs of guards: what holds for all facts is proved, what does not gets a counter-example.

No proof may be wrong: random facts, decided for real, never break what was proved.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions import engine

HERE = Path(__file__).parents[2]
LIMITS = {"limits": {"most": 1000, "doubt": 600}}
OUTCOMES = ("approve", "reject", "route", "review")


def prover(*guards, dmn=None, given=LIMITS):
    model = engine.load_model(dmn or (HERE / "small.dmn"))
    conditions = []
    for applies, forbidden in guards:
        conditions += [engine.Condition(applies), engine.Condition(forbidden, answer=True)]
    held = engine.conditions_of(model, "Decision", conditions)
    assert [problem for told in held.problems for problem in told] == []
    return engine.Prover(model.decision("Decision").given(given), held, {"outcome": OUTCOMES})


@pytest.mark.parametrize(
    ("applies", "forbidden"),
    [
        ('country = "FR"', 'outcome = "approve"'),
        ("amount > 600", 'outcome = "approve"'),
        ("amount > limits.most", 'outcome != "reject"'),
        ("true", 'outcome = "review" and queue = null'),
        ("true", "count(reasons) = 0"),
        ("amount > 1000000", "true"),  # No such amount is allowed.
        ('country = "US"', "true"),
        ("amount <= 600", '(outcome = "approve" or outcome = "review") != true'),
    ],
)
def test_what_holds_for_all_facts_is_proved(applies, forbidden):
    assert prover((applies, forbidden)).prove(0, 1).proved


@pytest.mark.parametrize(
    ("applies", "forbidden"),
    [
        ('country = "DE" and amount > 400', 'outcome = "approve"'),
        ("amount > limits.doubt - 1", 'outcome = "approve"'),
        ("true", 'outcome = "reject"'),
        ("amount between 600 and 601", 'outcome = "review"'),
    ],
)
def test_what_does_not_hold_gets_facts_that_really_break_it(applies, forbidden):
    held = prover((applies, forbidden))
    proof = held.prove(0, 1)
    assert not proof.proved
    assert proof.example is not None
    assert held.breaks(proof.example, 0, 1, None)


@pytest.mark.parametrize(
    "applies",
    ["amount * 2 > 3000000", 'matches(id, "^X") and amount > 1000', "today() > date(2000, 1, 1)"],
)
def test_a_condition_that_may_fail_is_never_called_proved(applies):
    proof = prover((applies, 'outcome = "reject"')).prove(0, 1)
    assert not proof.proved


def test_cases_stand_on_both_sides_of_every_limit():
    held = prover(('matches(id, "^X")', 'outcome = "approve" and amount > 300'))
    proof = held.prove(0, 1)
    assert (proof.proved, proof.example) == (False, None)
    amounts = {facts["amount"] for facts in held.cases(proof, [], 100)}
    assert min(amounts) <= 600 < max(amounts)


def test_conditions_are_held_against_names_and_types():
    model = engine.load_model(HERE / "small.dmn")
    texts = ["ammount > 3", 'amount > "x"', "amount", 'verdict = "approve"', "amount >"]
    held = engine.conditions_of(model, "Decision", [engine.Condition(text) for text in texts])
    assert [bool(told) for told in held.problems] == [True] * 5


CONDITIONS = st.sampled_from(
    [
        "amount > 600", "amount >= 600", "amount < 1000", "amount = 250.5", "amount != 0",
        'country = "FR"', 'country != "DE"', "amount between 599 and 1001", "country = null",
        "amount > limits.most", "amount in [600..1000]", 'country in ("GB", "FR")', "true",
        'not(country = "GB")',
    ]
)  # fmt: skip
ANSWERS = st.sampled_from(
    [
        'outcome = "approve"', 'outcome != "reject"', 'queue = "finance"', "queue != null",
        "count(reasons) > 0", 'outcome = "review" and queue = null',
        'not(outcome = "approve")', 'outcome in ("review", "reject")',
    ]
)  # fmt: skip
CELLS = st.sampled_from(
    ["-", "> 600", "[600..1000]", "< 250.5", "not(600)", "> limits.doubt", "600, 700", "? > 3"]
)
LANDS = st.sampled_from(["-", '"FR"', '"GB", "DE"', 'not("FR")'])
GIVEN = st.sampled_from([("approve", ""), ("reject", ""), ("review", "finance"), ("review", "")])
ROW = (
    '<rule id="r{n}"><inputEntry><text>{amount}</text></inputEntry>'
    "<inputEntry><text>{land}</text></inputEntry>"
    '<outputEntry><text>"{outcome}"</text></outputEntry>'
    "<outputEntry><text>{queue}</text></outputEntry>"
    '<outputEntry><text>"C"</text></outputEntry></rule>'
)


def model_of(rows, policy):
    """Write the small model with other rows."""
    text = (HERE / "small.dmn").read_text()
    start, end = text.index('<rule id="rule1">'), text.index("</decisionTable>")
    made = "".join(
        ROW.format(
            n=number,
            amount=amount.replace(">", "&gt;").replace("<", "&lt;"),
            land=land,
            outcome=outcome,
            queue=f'"{queue}"' if queue else "null",
        )
        for number, (amount, land, (outcome, queue)) in enumerate(rows)
    )
    return (text[:start] + made + text[end:]).replace('"FIRST"', f'"{policy}"')


FACTS = st.fixed_dictionaries(
    {
        "id": st.just("REQ-1"),
        "amount": st.one_of(
            st.sampled_from([0, 3, 250, 250.5, 599, 600, 601, 700, 1000, 1001, 1000000]),
            st.integers(0, 1200),
            st.decimals(0, 1200, places=2),
        ),
        "country": st.sampled_from(["GB", "DE", "FR"]),
    }
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, LANDS, GIVEN), min_size=1, max_size=5),
    policy=st.sampled_from(["FIRST", "UNIQUE", "ANY"]),
    guard=st.tuples(CONDITIONS, ANSWERS),
    facts=st.lists(FACTS, min_size=20, max_size=40),
)
def test_no_facts_break_what_was_proved(rows, policy, guard, facts):
    held = prover(guard, dmn=model_of(rows, policy))
    proof = held.prove(0, 1)
    broken = [one for one in facts if held.breaks(one, 0, 1, None)]
    if proof.proved:
        assert broken == []
    if proof.example is not None:
        assert held.breaks(proof.example, 0, 1, None)
    assert not (proof.proved and proof.example is not None)


def test_exact_limits_count_to_the_last_digit():
    held = prover(("amount > 600", 'outcome = "approve"'), ("amount >= 600", 'outcome = "approve"'))
    assert held.prove(0, 1).proved
    assert held.prove(2, 3).example["amount"] == 600
    assert held.breaks({"id": "a", "amount": Decimal("600"), "country": "GB"}, 2, 3, None)
