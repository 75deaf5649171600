"""An ordinary sponsorship, to which the rules do not object, and ways to change it."""

import copy
from typing import Any

# An ordinary booking: nothing objects, tier A.
ORDINARY: dict[str, Any] = {
    "request_id": "SPO-2026-000001",
    "show_uri": "spotify:show:4rOoJ6Egrf8K2IrywzwOMk",
    "rss_url": "https://feeds.example.com/ordinary.xml",
    "advertiser_category": "ADV_34_276",
    "brand": "Tern Airlines",
    "suitability_setting": "standard",
    "markets": ["GB", "IE"],
    "show": {
        "name": "Salt & Signal",
        "explicit": False,
        "languages": ["en"],
        "media_type": "audio",
    },
    "episodes_last_90d": 13,
    "last_release_date": "2026-11-18",
    "downloads_30d_median": 19700,
    "iab_certified": True,
    "under18_share": 0.06,
    "age21plus_share": 0.91,
    "garm": [],
    "transcript_coverage": 0.83,
    "ad_load_s_per_h": 180,
    "host_read": True,
    "disclosure_script": "This episode is sponsored by Tern Airlines.",
    "claims": ["none"],
    "made_for_kids": False,
    "cpm_micro": 28_000_000,
    "budget_micro": 18_500_000_000,
    "currency": "EUR",
    "flight": {"start": "2026-12-01", "end": "2026-12-31"},
    "open_incidents_12m": 0,
}
FEED: dict[str, Any] = {
    "title": "Salt & Signal",
    "explicit": False,
    "explicit_episodes": 0,
    "languages": ["en"],
    "episodes": 120,
    "episodes_last_90d": 13,
    "last_release_date": "2026-11-18",
    "transcript_coverage": 0.83,
    "blocks_spotify": False,
    "problems": [],
}
ABSENT = object()


def changed(facts: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of `facts` with {"show.explicit": True} and the like; ABSENT takes away."""
    result = copy.deepcopy(facts)
    for path, value in changes.items():
        *parents, name = path.split(".")
        place = result
        for parent in parents:
            place = place[parent]
        if value is ABSENT:
            place.pop(name, None)
        else:
            place[name] = value
    return result
