"""Every party keeps what its words in the catalogue promise."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.adapters import PARTIES
from connectors.adapters.base import Party
from decisions.services import mapping

LIBRARY = Path(__file__).resolve().parents[3] / "decisions" / "library"
MODELS = "".join(path.read_text(encoding="utf-8") for path in sorted(LIBRARY.glob("*.dmn")))
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MESSAGE = {
    "data": {
        "reference": "REQ-1",
        "title": "Kestrel Bikes",
        "outcome": "approve",
        "reasons": ["NOTHING_OBJECTS"],
        "outputs": {"priority": "P2"},
        "link": "https://clearance.example/decisions/1/",
    }
}
PRESETS = [preset for party in PARTIES.values() for preset in party.kind.presets]


@pytest.mark.parametrize("party", PARTIES.values(), ids=PARTIES)
def test_party_can_be_tried_out_and_read_where_it_is_polled(party):
    assert type(party).try_out is not Party.try_out
    if party.kind.polls_every:
        assert type(party).read is not Party.read
    if party.kind.sends:
        assert type(party).deliver is not Party.deliver


@pytest.mark.parametrize("key", ["crm", "help_desk"])
def test_topics_are_some_that_rules_of_the_library_send(key):
    sent = set(re.findall(r"[a-z]+\.[a-z_]+", MODELS))
    assert set(PARTIES[key].kind.topics) - sent == set()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_preset_fills_every_place_of_what_it_sends(preset):
    shaped = mapping.shape(preset.sends, MESSAGE, now=NOW)
    assert "None" not in repr(shaped)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_preset_reads_its_own_sample_and_names_inputs_of_the_library(preset):
    inputs = set(re.findall(r'<inputData id="[^"]+" name="([^"]+)"', MODELS))
    assert set(preset.entries) - inputs == set()
    assert mapping.map_payload(preset.entries, preset.sample, now=NOW).faults == []
