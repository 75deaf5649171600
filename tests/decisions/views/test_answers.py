"""The further answers on the page of a decision: what reads as a line, and nothing twice."""

from decisions.views.answers import answers_of

OUTPUTS = {
    "outcome": "route",
    "reasons": [{"code": "RISK", "text": "Much."}],
    "actions": ["support.macro"],
    "after_review": {"approve": ["a.b"]},
    "queue": None,
    "priority": "P2",
    "spend_at_risk": 16848,
    "explanation": ["Much.", "And more."],
    "risk_for": ["a licence ends soon"],
    "compensation": {"kind": "none", "amount_eur": 0, "impressions": None, "why": ""},
    "playlist": {"uris": ["x"] * 9, "calls": [{"do": "create"}], "public": True},
    "fixes": [],
}


def test_answers_are_lines_by_path():
    assert [(answer.label, answer.value) for answer in answers_of(OUTPUTS)] == [
        ("priority", "P2"),
        ("spend_at_risk", 16848),
        ("risk_for", ["a licence ends soon"]),
        ("compensation: kind", "none"),
        ("compensation: amount in EUR", 0),
        ("playlist: public", True),
    ]


def test_no_outputs_give_no_answers():
    assert answers_of(None) == []
