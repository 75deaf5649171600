"""Records as one level of names and values, for platforms whose mappers know no nesting.

`{"show": {"name": "A", "markets": ["GB", "IE"]}}` is `{"show.name": "A", "show.markets.1": "GB",
"show.markets.2": "IE"}`. What is empty stays: `{}` and `[]` keep their place.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MOST_NAMES = 10_000


def flat(value: Any) -> Any:
    """A record without nesting; anything else as it is."""
    return dict(_names(value, "")) if isinstance(value, Mapping) and value else value


def nested(record: Mapping[str, Any]) -> dict[str, Any]:
    """A flat record with its nesting back; raises ValueError that names what does not fit."""
    if len(record) > MOST_NAMES:
        raise ValueError(f"The record has more than {MOST_NAMES:,} names.")
    tree: dict[str, Any] = {}
    for name, value in record.items():
        place, parts = tree, name.split(".")
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else {}
            if place is not inner:
                raise ValueError(f"“{name}” stands inside of something that is no record.")
        if isinstance(place.get(parts[-1]), dict) and place[parts[-1]]:
            raise ValueError(f"“{name}” has a value and parts as well.")
        place[parts[-1]] = value
    return {name: _listed(value) for name, value in tree.items()}


def _names(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, part in value.items():
            yield from _names(part, f"{place}.{name}" if place else str(name))
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for number, part in enumerate(value, start=1):
            yield from _names(part, f"{place}.{number}" if place else str(number))
    else:
        yield place, value


def _listed(value: Any) -> Any:
    """A record whose names are 1, 2, 3 … is a list."""
    if not isinstance(value, dict):
        return value
    parts = {name: _listed(part) for name, part in value.items()}
    if parts and list(parts) == [str(number) for number in range(1, len(parts) + 1)]:
        return list(parts.values())
    return parts
