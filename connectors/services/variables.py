"""Values of ours as the variables of OpenText and Flowable: rows of names, and names of types."""

from decimal import Decimal
from typing import Any

from decisions.services.executing import Answered

INT = 2**31
LONG = 2**63
DATE_TYPES = {"date": "localDate", "date and time": "instant"}


def rows_of(value: Any, shape: Answered) -> list[dict[str, Any]]:
    """An answer as a list of rows, each {name: value}; a single value bears its column's name."""
    if value is None:
        return []
    only = shape.outputs[0][0] if shape.outputs else shape.name
    rows = value if isinstance(value, list) and shape.outputs else [value]
    return [row if isinstance(row, dict) else {only: row} for row in rows]


def variable_type(value: Any, declared: str = "") -> str | None:
    """Their name for the type of a value of ours."""
    match value:
        case None:
            return None
        case bool():
            return "boolean"
        case int():
            return (
                "integer"
                if -INT <= value < INT
                else "long"
                if -LONG <= value < LONG
                else "bigInteger"
            )
        case float() | Decimal():
            return "double"
        case str():
            return DATE_TYPES.get(declared, "string")
        case _:
            return "json"
