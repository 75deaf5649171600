"""How much a model may cost; every limit is refused with a problem, never with a hang."""

from __future__ import annotations

from decisions.engine.problems import Problem, Refused

XML_BYTES = 32 * 1024 * 1024
EXPRESSION_CHARACTERS = 20_000
NESTING = 100
VALUE_NESTING = 60
LIST_ITEMS = 200_000
STRING_CHARACTERS = 1_000_000
CALL_DEPTH = 100
STEPS = 1_000_000
MOST_ITERATORS = 10  # Python nests 20 loops at most.
LONG_STEPS = 50  # What one power, logarithm or exponential function costs.
REGEX_CHARACTERS = 1_000
REGEX_SUBJECT_CHARACTERS = 20_000
PROBLEMS_KEPT = 50
TRACES_KEPT = 10_000


class LimitReached(Refused):
    """Ends an evaluation that would cost more than the limits allow."""


def too_much(code: str, message: str, hint: str) -> LimitReached:
    """Build the exception for one limit."""
    return LimitReached(Problem(code, message, hint=hint))


def check_list_size(count: int) -> None:
    """Refuse a list of more than LIST_ITEMS items."""
    if count > LIST_ITEMS:
        raise too_much(
            "limit.list",
            f"A list of {count} items is longer than the limit of {LIST_ITEMS}.",
            "Use a smaller range or filter the list first.",
        )


def check_string_size(count: int) -> None:
    """Refuse a text of more than STRING_CHARACTERS characters."""
    if count > STRING_CHARACTERS:
        raise too_much(
            "limit.string",
            f"A text of {count} characters is longer than the limit of {STRING_CHARACTERS}.",
            "Build shorter texts.",
        )
