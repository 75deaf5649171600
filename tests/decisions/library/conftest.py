"""The rules of the library, compiled once, with the reference tables as they are shipped."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.demo import library
from config.demo.library import LibraryModel
from decisions import engine
from tests.decisions.library.ordinary import FEED, ORDINARY, changed

LIBRARY = Path(__file__).resolve().parents[3] / "decisions" / "library"
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def reference_inputs(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """What rules see of each reference table, by the key of the table."""
    return {
        table["key"]: (
            {row["key"]: row["value"] for row in table["rows"]}
            if table["kind"] == "values"
            else table["rows"]
        )
        for table in tables
    }


@dataclass(frozen=True)
class LibraryRules:
    """One model of the library, ready to decide."""

    content: LibraryModel
    model: Any
    tables: dict[str, Any]

    def evaluate(self, facts: dict[str, Any], *, now: datetime) -> Any:
        filled = {source["input"]: self.tables.get(source["key"]) for source in self.model.sources}
        result = self.model.decision("Decision")({**filled, **facts}, now=now)
        assert [p for p in result.problems if p.severity == "error"] == []
        return result

    def decide(self, facts: dict[str, Any], *, now: datetime) -> dict[str, Any]:
        value: dict[str, Any] = engine.to_json(self.evaluate(facts, now=now).value)
        return value


@cache
def rules_of(key: str) -> LibraryRules:
    """Compile a model of the library, once for the whole run."""
    content = library.read(key)
    return LibraryRules(content, engine.load_model(content.dmn), reference_inputs(content.tables))


@dataclass
class Sponsorship:
    """Decides submissions by the library's rules."""

    model: Any
    tables: dict[str, Any]

    def evaluate(
        self,
        facts: dict[str, Any],
        *,
        feed: dict[str, Any] | None = FEED,
        tables: dict[str, Any] | None = None,
        now: datetime = NOW,
    ) -> Any:
        filled = self.filled(facts, feed=feed, tables=tables)
        result = self.model.decision("Decision")(filled, now=now)
        assert [p for p in result.problems if p.severity == "error"] == []
        return result

    def filled(
        self,
        facts: dict[str, Any],
        *,
        feed: dict[str, Any] | None = FEED,
        tables: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Add what the portal fills itself."""
        return facts | {
            source["input"]: (
                feed if source["kind"] == "evidence" else (tables or self.tables)[source["key"]]
            )
            for source in self.model.sources
        }

    def decide(self, facts: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self.evaluate(facts, **more).value

    def change(self, changes: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self.decide(changed(ORDINARY, changes), **more)


@pytest.fixture(scope="session")
def sponsorship() -> Sponsorship:
    rules = rules_of("podcast_sponsorship")
    return Sponsorship(rules.model, rules.tables)
