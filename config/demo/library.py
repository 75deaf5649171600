"""Reads a rule model of the library and its reference tables from `decisions/library/`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

LIBRARY = Path(__file__).resolve().parents[2] / "decisions" / "library"
OURS = "{urn:clearance:dmn}"


@dataclass(frozen=True)
class LibraryModel:
    """One model of the library, as `decisions.services.authoring` wants it."""

    key: str
    name: str
    description: str
    icon: str
    decision_name: str
    fallback_queue: str
    headline: dict[str, str]
    topics: dict[str, list[str]]
    dmn: str
    tables: list[dict[str, Any]]


def read(key: str) -> LibraryModel:
    """Read `<key>.dmn` and `<key>.tables.json`; what Clearance shows stands in extensions."""
    dmn = (LIBRARY / f"{key}.dmn").read_text(encoding="utf-8")
    root = etree.fromstring(dmn.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    about = _the(root, "model")
    topics: dict[str, list[str]] = {}
    for topic in root.iter(f"{OURS}topic"):
        topics.setdefault(str(topic.get("outcome")), []).append(str(topic.get("name")))
    return LibraryModel(
        key=about["key"],
        name=str(root.get("name")),
        description=root.findtext("{*}description") or "",
        icon=about["icon"],
        decision_name=about["decision"],
        fallback_queue=about["queue"],
        headline=_the(root, "headline"),
        topics=topics,
        dmn=dmn,
        tables=json.loads((LIBRARY / f"{key}.tables.json").read_text(encoding="utf-8")),
    )


def _the(root: etree._Element, name: str) -> dict[str, str]:
    (found,) = root.iter(f"{OURS}{name}")
    return {str(key): str(value) for key, value in found.attrib.items()}
