"""Which facts stand beside submissions that would change: those the tables in question read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from decisions import engine
from decisions.models import ImpactReport, ModelVersion
from decisions.services.drafting import loaded_draft

MOST = 2
SHOWN = frozenset({"number", "boolean", "date"})


@dataclass(frozen=True)
class FactColumn:
    """One fact: its path in the facts of a submission, and what people call it."""

    path: str
    label: str
    number: bool

    def value_in(self, facts: Mapping[str, Any] | None) -> Any:
        found: Any = facts
        for name in self.path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def columns_for(report: ImpactReport, causes: Iterable[str]) -> list[FactColumn]:
    """Return the facts read by the tables that `causes` name, those in changed cells first."""
    told = list(causes)
    versions = [report.version, report.baseline]
    named = [text for version in versions for text in _texts(version, told)]
    headline = " ".join(str(text) for text in report.model.headline.values())
    fields = {
        field.path: field
        for field in engine.fields_of(loaded_draft(report.version).definitions)
        # Of texts, those that are one of a few values; others are names and addresses.
        if (field.base in SHOWN or field.values) and not field.many and not field.source
    }
    found: dict[str, FactColumn] = {}
    for text in named:
        for path, field in fields.items():
            # The title, the reference and the amount of a submission stand there already.
            if _names(text, path) and not _names(headline, path):
                found.setdefault(path, FactColumn(path, field.label, field.base == "number"))
    return list(found.values())[:MOST]


def _texts(version: ModelVersion, causes: Iterable[str]) -> Iterator[str]:
    """Yield what the named tables read, and what the decisions read that they read in turn."""
    decisions = {item["name"]: item for item in loaded_draft(version).decisions}
    for cause in causes:
        name, _, rest = cause.partition(", row ")
        decision = decisions.get(name) or decisions.get(cause.partition(": live row")[0])
        if decision is None:
            continue
        columns = [column for table in decision["tables"] for column in table["inputs"]]
        columns.sort(key=lambda column: f" {column['label']} from " not in f" {rest}")
        for column in columns:
            yield column["text"]
            read = [other for other in decision["requires"] if _names(column["text"], other)]
            for other in read:
                yield from decisions.get(other, {}).get("requires", ())


def _names(text: str, path: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(path)}(?!\w)", text) is not None
