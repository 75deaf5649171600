"""The broker is a foreign party: here messages are kept, and tests hand them over."""

import pytest

from decisions import events


@pytest.fixture(autouse=True)
def messages(monkeypatch):
    kept: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(
        events, "send", lambda name, ids: kept.append((name, [str(key) for key in ids]))
    )
    return kept
