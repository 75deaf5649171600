"""Reads a rule model of `decisions/library/`, the reference tables it names, and its cases."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

LIBRARY = Path(__file__).resolve().parents[2] / "decisions" / "library"
OURS = "{urn:clearance:dmn}"


@dataclass(frozen=True)
class LibraryCase:
    """Facts and what the rules must say of them: output paths and values, as in rule tests."""

    rule: str
    name: str
    facts: dict[str, Any]
    expected: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.rule} {self.name}"


@dataclass(frozen=True)
class LibraryModel:
    """One model of the library, as `decisions.services.authoring` wants it."""

    key: str
    name: str
    description: str
    icon: str
    decision_name: str
    purpose: str | None
    fallback_queue: str
    headline: dict[str, str]
    topics: dict[str, list[str]]
    dmn: str
    tables: list[dict[str, Any]]
    cases: tuple[LibraryCase, ...]
    cases_at: datetime | None


def every_key() -> list[str]:
    """The keys of all models there are."""
    return sorted(path.stem for path in LIBRARY.glob("*.dmn"))


def read(key: str) -> LibraryModel:
    """Read `<key>.dmn`, the tables it names, and `<key>.cases.json` where there is one.

    What Clearance shows of a model stands in its extensions.
    """
    dmn = (LIBRARY / f"{key}.dmn").read_text(encoding="utf-8")
    root = etree.fromstring(dmn.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    about = _the(root, "model")
    topics: dict[str, list[str]] = {}
    for topic in root.iter(f"{OURS}topic"):
        topics.setdefault(str(topic.get("outcome")), []).append(str(topic.get("name")))
    wanted = {s.get("key") for s in root.iter(f"{OURS}source") if s.get("kind") == "reference"}
    at, cases = _cases(key)
    return LibraryModel(
        key=about["key"],
        name=str(root.get("name")),
        description=root.findtext("{*}description") or "",
        icon=about["icon"],
        decision_name=about["decision"],
        purpose=about.get("purpose"),
        fallback_queue=about["queue"],
        headline=_the(root, "headline"),
        topics=topics,
        dmn=dmn,
        tables=[copy.deepcopy(table) for table in _every_table() if table["key"] in wanted],
        cases=cases,
        cases_at=at,
    )


def changed(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of `facts` with changes by path, such as {"items.0.explicit": true}.

    {"$absent": true} takes a fact away; {"$like": x, "$times": 3} is a list of three x, in
    whose texts #### is the number of the item.
    """
    result: dict[str, Any] = copy.deepcopy(dict(facts))
    for path, value in changes.items():
        *parents, name = path.split(".")
        place: Any = result
        for parent in parents:
            place = place[int(parent)] if isinstance(place, list) else place[parent]
        if isinstance(place, list):
            place[int(name)] = _written_out(value)
        elif isinstance(value, Mapping) and value.get("$absent"):
            place.pop(name, None)
        else:
            place[name] = _written_out(value)
    return result


@cache
def _every_table() -> list[dict[str, Any]]:
    """Models share tables: each stands in one file, beside the model that came first."""
    files = sorted(LIBRARY.glob("*.tables.json"))
    return [t for path in files for t in json.loads(path.read_text(encoding="utf-8"))]


def _cases(key: str) -> tuple[datetime | None, tuple[LibraryCase, ...]]:
    path = LIBRARY / f"{key}.cases.json"
    if not path.exists():
        return None, ()
    content = json.loads(path.read_text(encoding="utf-8"))
    ordinary = _written_out(content["ordinary"])
    cases = (
        LibraryCase(
            rule=case["rule"],
            name=case["name"],
            facts=changed(ordinary, case["changes"]),
            expected=dict(_paths(case["expected"])),
        )
        for case in content["cases"]
    )
    return datetime.fromisoformat(content["at"]), tuple(cases)


def _paths(expected: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """`codes` and `conditions` list codes in their order; all else is a path already."""
    paths: list[tuple[str, Any]] = []
    for path, value in expected.items():
        if path in ("codes", "conditions"):
            name = "reasons" if path == "codes" else path
            paths += [(f"{name}.{place}.code", code) for place, code in enumerate(value)]
            # What comes after the last one is nothing.
            paths.append((f"{name}.{len(value)}", "(nothing)"))
        else:
            paths.append((path, value))
    return paths


def _written_out(value: Any, number: int = 0) -> Any:
    if isinstance(value, Mapping):
        if "$times" in value:
            return [_written_out(value["$like"], place) for place in range(1, value["$times"] + 1)]
        return {name: _written_out(inner, number) for name, inner in value.items()}
    if isinstance(value, list):
        return [_written_out(inner, number) for inner in value]
    return value.replace("####", f"{number:04}") if number and isinstance(value, str) else value


def _the(root: etree._Element, name: str) -> dict[str, str]:
    (found,) = root.iter(f"{OURS}{name}")
    return {str(key): str(value) for key, value in found.attrib.items()}
