"""Turns a show, a brand and a story into the facts of one booking, as systems would send them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from config.demo import brands, shows
from config.demo.brands import Brand
from config.demo.shape import Arrival
from config.demo.shows import Show

Facts = dict[str, Any]


class Draft:
    """A booking in the making: ordinary facts that a story then changes."""

    def __init__(self, pick: Random, at: datetime, number: int) -> None:
        self.pick, self.at = pick, at
        self.show: Show = pick.choice(shows.SHOWS)
        self.brand: Brand = pick.choice(brands.OPEN)
        self.markets = _markets(pick, self.show)
        self.number = number
        self.told: Facts = {}
        self.feed_told: Facts | None = {}

    def move_to(self, fits: Callable[[Show], bool]) -> None:
        """Choose another show, and markets where it is heard."""
        self.show = self.pick.choice([show for show in shows.SHOWS if fits(show)])
        self.markets = _markets(self.pick, self.show)

    def tell(self, **facts: Any) -> None:
        """Say something other than the ordinary; None takes the fact away."""
        self.told.update(facts)

    def finish(self) -> Arrival:
        facts = _booking(self) | _audience(self) | _catalogue(self)
        facts |= {name: value for name, value in self.told.items() if value is not None}
        for name in [name for name, value in self.told.items() if value is None]:
            facts.pop(name, None)
        feed = None if self.feed_told is None else _feed(self, facts) | self.feed_told
        return Arrival(self.at, facts, feed)


def _markets(pick: Random, show: Show) -> list[str]:
    homes = {"de": ["DE", "AT", "CH"], "fr": ["FR", "BE"], "es": ["ES", "MX"], "sv": ["SE", "DK"]}
    near = homes.get(show.languages[0], ["GB", "IE", "US", "AU", "CA"])
    return sorted(pick.sample(near, pick.randint(1, min(3, len(near)))))


def _booking(draft: Draft) -> Facts:
    brand, pick = draft.brand, draft.pick
    start = draft.at.date() + timedelta(days=pick.randint(6, 40))
    currency = {"GB": "GBP", "US": "USD", "SE": "SEK"}.get(draft.markets[0], "EUR")
    euros = pick.choice((4_500, 7_800, 9_600, 12_000, 15_500, 18_500, 22_400, 27_500, 36_000))
    rate = {"GBP": 0.87, "USD": 1.15, "SEK": 11}.get(currency, 1)
    budget = round(euros * rate, -2)
    facts: Facts = {
        "request_id": f"SPO-{draft.at.year}-{draft.number:06d}",
        "brand": brand.name,
        "advertiser_category": brand.category,
        "business_staff": brand.staff,
        "suitability_setting": brand.suitability,
        "markets": draft.markets,
        "flight": {
            "start": start.isoformat(),
            "end": (start + timedelta(days=pick.choice((13, 27, 30, 41)))).isoformat(),
        },
        "host_read": True,
        "disclosure_script": f"This episode is sponsored by {brand.name}: {brand.line}. Now, where "
        "were we? I have used it for two weeks and this is what happened.",
        "claims": ["none"],
        "personalised_targeting": False,
        "cpm_micro": pick.choice((22, 25, 28, 31, 34)) * 1_000_000,
        "budget_micro": int(budget) * 1_000_000,
        "currency": currency,
    }
    if brand.iab is not None:
        facts["iab_ad_product_id"] = brand.iab
    if brand.drink is not None:
        facts["drink_kind"] = brand.drink
    if brand.family is not None:
        facts["family_brand"] = brand.family
    return facts


def _audience(draft: Draft) -> Facts:
    show, pick = draft.show, draft.pick
    wobble = pick.uniform(-0.01, 0.01)
    return {
        "under18_share": round(max(0.01, show.under18 + wobble), 3),
        "age21plus_share": round(min(0.99, show.adults - wobble), 3),
        "downloads_30d_median": int(round(show.downloads * pick.uniform(0.96, 1.04), -2)),
        "iab_certified": True,
    }


def _catalogue(draft: Draft) -> Facts:
    show, pick = draft.show, draft.pick
    last = draft.at.date() - timedelta(days=pick.randint(0, 6))
    return {
        "show_uri": show.uri,
        "rss_url": show.feed,
        "show": {
            "name": show.name,
            "explicit": show.explicit,
            "languages": list(show.languages),
            "media_type": show.media,
        },
        "episodes_last_90d": show.rhythm,
        "last_release_date": last.isoformat(),
        "garm": [
            {"category": topic, "level": level, "confidence": sure, "episode_share": share}
            for topic, level, sure, share in show.signals
        ],
        "transcript_coverage": pick.choice((0.0, 0.62, 0.83, 0.97)),
        "ad_load_s_per_h": show.ad_load,
        "made_for_kids": False,
        "open_incidents_12m": 0,
    }


def _feed(draft: Draft, facts: Facts) -> Facts:
    """The feed as an ordinary host publishes it: it agrees with the catalogue."""
    show = draft.show
    return {
        "title": show.name,
        "author": f"{show.name} team",
        "guid": None,
        "medium": "podcast",
        "explicit": show.explicit,
        "explicit_episodes": round(show.rhythm * 0.6) if show.explicit else 0,
        "languages": list(show.languages),
        "episodes": show.rhythm * 9,
        "episodes_last_90d": facts.get("episodes_last_90d"),
        "last_release_date": facts.get("last_release_date"),
        "transcript_coverage": facts.get("transcript_coverage"),
        "locked": None,
        "blocked_platforms": [],
        "blocked_everywhere": False,
        "blocks_spotify": False,
        "license": None,
        "ai_content": [],
        "problems": [],
    }
