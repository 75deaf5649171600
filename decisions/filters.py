"""What a filter bar shows: each filter with its words when it is set."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Filter:
    """One control of `partials/_filters.html`; `kind` is search, choice or dates."""

    name: str
    label: str
    kind: str
    value: str = ""
    words: str = ""
    placeholder: str = ""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    first: str = ""
    last: str = ""


def search(name: str, label: str, value: str) -> Filter:
    return Filter(name, label, "search", value=value)


def choice(name: str, label: str, chosen: Any, options: Iterable[tuple[Any, str]]) -> Filter:
    """A set of options of which one is chosen, or none."""
    chosen = str(chosen or "")
    listed = [(str(value), text, str(value) == chosen) for value, text in options]
    words = next((text for value, text, is_it in listed if is_it), "")
    return Filter(name, label, "choice", value=chosen, words=words, options=listed)


def chosen(value: str, options: Iterable[tuple[Any, str]]) -> str:
    """Return the option an address asks for; an unknown one counts as none."""
    return value if value in {str(known) for known, _ in options} else ""


def dates(label: str, first: date | None, last: date | None) -> Filter:
    """A span of days; its fields are called `from` and `to`."""
    return Filter(
        "dates",
        label,
        "dates",
        words=_span(first, last),
        first=first.isoformat() if first else "",
        last=last.isoformat() if last else "",
    )


def _span(first: date | None, last: date | None) -> str:
    if first and last:
        return _day(first) if first == last else f"{_day(first)} to {_day(last)}"
    if first:
        return f"from {_day(first)}"
    return f"to {_day(last)}" if last else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
