"""A decision table of any size for benchmarks: as DMN, as a JDM of zen-engine, and facts for it.

The domains do not depend on the number of rows, and rows are selective: even with
20,000 rows, an earlier row catches fewer than one in a hundred of the facts made for a later one.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

DECISION = "Screening"
COUNTRIES = [
    "AT", "AU", "BE", "BR", "CA", "CH", "DE", "ES", "FR", "GB",
    "IN", "IT", "JP", "MX", "NL", "NO", "PL", "SE", "US", "ZA",
]  # fmt: skip
CATEGORIES = [f"CATEGORY_{number}" for number in range(1, 21)]
LANGUAGES = [
    "cs", "da", "de", "el", "en", "es", "fi", "fr", "hu", "it",
    "ja", "ko", "nl", "no", "pl", "pt", "ro", "sv", "tr", "uk",
]  # fmt: skip
INPUTS = {
    "country": "string",
    "category": "string",
    "explicit": "boolean",
    "age": "number",
    "sensitivity": "number",
    "budget": "number",
    "competitor": "boolean",
    "language": "string",
}
OUTPUTS = {"outcome": "string", "queue": "string", "row": "number", "flag": "boolean"}
_OUTCOMES = ("approve", "reject", "review")


class Row(NamedTuple):
    """One row; None in a boolean column takes anything, ranges include both ends."""

    countries: tuple[str, ...]
    categories: tuple[str, ...]
    explicit: bool | None
    age: int
    sensitivity: tuple[int, int]
    budget: tuple[int, int]
    competitor: bool | None
    language: str

    def cells(self) -> list[str]:
        """Write the input cells as FEEL; - takes anything."""
        return [
            _texts(self.countries),
            _texts(self.categories),
            _boolean(self.explicit),
            f">= {self.age}",
            f"[{self.sensitivity[0]}..{self.sensitivity[1]}]",
            f"[{self.budget[0]}..{self.budget[1]}]",
            _boolean(self.competitor),
            f'"{self.language}"',
        ]


def make_rows(count: int, *, seed: int = 1) -> list[Row]:
    """Make rows; a longer table begins with the rows of a shorter one of the same seed."""
    random = Random(seed)
    return [_row(random) for _ in range(count)]


def _row(random: Random) -> Row:
    low, least = random.randrange(1_000), random.randrange(1_000) * 1_000
    return Row(
        tuple(random.sample(COUNTRIES, random.randint(1, 5))),
        tuple(random.sample(CATEGORIES, random.randint(1, 5))),
        random.choice([True, False, None]),
        random.choice([13, 16, 18, 21, 25, 30]),
        (low, low + random.randint(5, 25)),
        (least, least + random.randint(5, 35) * 1_000),
        random.choice([True, False, None]),
        random.choice(LANGUAGES),
    )


def make_facts(rows: Sequence[Row], count: int, *, seed: int = 2) -> list[dict[str, Any]]:
    """Make facts that rows spread evenly over the whole table take, in no order."""
    random = Random(seed)
    found = [_facts(rows[len(rows) * place // count], random) for place in range(count)]
    random.shuffle(found)
    return found


def _facts(row: Row, random: Random) -> dict[str, Any]:
    return {
        "country": random.choice(row.countries),
        "category": random.choice(row.categories),
        "explicit": random.random() < 0.5 if row.explicit is None else row.explicit,
        "age": row.age + random.randrange(10),
        "sensitivity": random.randint(*row.sensitivity),
        "budget": random.randint(*row.budget),
        "competitor": random.random() < 0.5 if row.competitor is None else row.competitor,
        "language": row.language,
    }


def dmn(rows: Sequence[Row], *, hit_policy: str = "FIRST") -> bytes:
    """Write the table as a DMN 1.5 file with one decision."""
    return dmn_of([row.cells() for row in rows], hit_policy=hit_policy)


def dmn_of(cells: Sequence[Sequence[str]], *, hit_policy: str = "FIRST") -> bytes:
    """Write a table of the same inputs from the texts of its cells."""
    inputs = "".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>'
        "</inputData>\n"
        for name, kind in INPUTS.items()
    )
    required = "".join(
        f'<informationRequirement id="needs_{name}"><requiredInput href="#{name}"/>'
        "</informationRequirement>\n"
        for name in INPUTS
    )
    columns = "".join(
        f'<input id="input_{name}" label="{name}"><inputExpression id="reads_{name}" '
        f'typeRef="{kind}"><text>{name}</text></inputExpression></input>\n'
        for name, kind in INPUTS.items()
    ) + "".join(
        f'<output id="output_{name}" name="{name}" typeRef="{kind}"/>\n'
        for name, kind in OUTPUTS.items()
    )
    rules = "".join(_rule(number, row) for number, row in enumerate(cells, 1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" '
        f'id="table" name="Table" namespace="urn:table">\n{inputs}'
        f'<decision id="screening" name="{DECISION}"><variable name="{DECISION}"/>\n{required}'
        f'<decisionTable id="rules" hitPolicy="{hit_policy}">\n{columns}'
        f'<annotation name="Note"/>\n{rules}</decisionTable></decision></definitions>\n'
    ).encode()


def _rule(number: int, cells: Sequence[str]) -> str:
    inputs = "".join(
        f'  <inputEntry id="r{number}i{place}"><text>{escape(text)}</text></inputEntry>\n'
        for place, text in enumerate(cells, 1)
    )
    outputs = "".join(
        f'  <outputEntry id="r{number}o{place}"><text>{text}</text></outputEntry>\n'
        for place, text in enumerate(_outputs(number), 1)
    )
    note = f"  <annotationEntry><text>Agreed as number {number}</text></annotationEntry>\n"
    return f'<rule id="r{number}">\n{inputs}{outputs}{note}</rule>\n'


def jdm(rows: Sequence[Row]) -> dict[str, Any]:
    """Write the same table, hit policy first, as the decision graph of zen-engine."""
    inputs = [{"id": f"i_{name}", "name": name, "field": name} for name in INPUTS]
    outputs = [{"id": f"o_{name}", "name": name, "field": name} for name in OUTPUTS]
    rules = [
        {"_id": f"r{number}"}
        | _by_id(inputs, ["" if text == "-" else text for text in row.cells()])
        | _by_id(outputs, _outputs(number))
        for number, row in enumerate(rows, 1)
    ]
    table = {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules}
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "into", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "from", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }


def _by_id(clauses: Sequence[dict[str, str]], texts: Sequence[str]) -> dict[str, str]:
    return {clause["id"]: text for clause, text in zip(clauses, texts, strict=True)}


def _outputs(number: int) -> list[str]:
    outcome, queue = _OUTCOMES[number % 3], f"queue {number % 7}"
    return [f'"{outcome}"', f'"{queue}"', str(number), _boolean(number % 2 == 0)]


def _texts(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def _boolean(value: bool | None) -> str:
    return "-" if value is None else str(value).lower()
