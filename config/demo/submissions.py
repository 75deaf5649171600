"""Two hundred sponsorship submissions of the last thirty days, the same ones for the same `now`."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from config.demo import brands, shows
from config.demo.brands import Brand
from config.demo.shows import Show

COUNT = 200
DAYS = 30
FIRST_NUMBER = 4001
LONDON = ZoneInfo("Europe/London")
HOUR_WEIGHTS = (0, 0, 0, 0, 0, 0, 1, 3, 8, 16, 20, 17, 9, 13, 18, 17, 13, 8, 3, 2, 1, 1, 0, 0)

Facts = dict[str, Any]


class Arrival(NamedTuple):
    """One submission as it arrives, and what its feed says then (None: the feed is silent)."""

    received_at: datetime
    facts: Facts
    feed: Facts | None


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


def demo_submissions(now: datetime, *, count: int = COUNT) -> list[Arrival]:
    """Return `count` submissions of the 30 days before `now`, in the order they came."""
    pick = Random(4217)  # noqa: S311 - invented stories, not secrets
    times = _times(pick, now, count)
    told = _stories(pick, count)
    arrivals = []
    for number, (at, story) in enumerate(zip(times, told, strict=True), FIRST_NUMBER):
        draft = Draft(pick, at, number)
        story(draft)
        arrivals.append(draft.finish())
    return arrivals


def _times(pick: Random, now: datetime, count: int) -> list[datetime]:
    """Spread arrivals as an office sends them: by day, few at night, fewer at the weekend."""
    today = now.astimezone(LONDON).date()
    days = [today - timedelta(days=back) for back in range(DAYS + 1)]
    weights = [1.0 if day.weekday() < 5 else 0.08 for day in days]
    times: list[datetime] = []
    while len(times) < count:
        day = pick.choices(days, weights)[0]
        hour = pick.choices(range(24), HOUR_WEIGHTS)[0]
        seconds = pick.randrange(3600)
        local = datetime.combine(day, time(hour, seconds // 60, seconds % 60), LONDON)
        if now - timedelta(days=DAYS) < local < now - timedelta(minutes=2):
            times.append(local.astimezone(now.tzinfo) + timedelta(milliseconds=pick.randrange(999)))
    return sorted(times)


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


# --- Stories: how often something happens in two hundred, and what it changes -------------------

Story = Callable[[Draft], None]


def _plain(draft: Draft) -> None:
    """Nothing special: an ordinary booking."""


def _alcohol(draft: Draft) -> None:
    draft.brand = draft.pick.choice(brands.ALCOHOL)
    draft.move_to(lambda show: show.adults >= 0.86)


def _oats(draft: Draft) -> None:
    draft.brand = brands.FOOD[0]
    draft.tell(less_healthy_food=False)


def _crisps(draft: Draft) -> None:
    draft.brand = brands.FOOD[2]
    draft.move_to(lambda show: show.media == "audio" and show.languages == ("en",))
    draft.markets = ["GB"]
    draft.tell(less_healthy_food=True, product_visuals=[], under16_share=0.05)


def _no_script(draft: Draft) -> None:
    draft.tell(disclosure_script="")


def _late_disclosure(draft: Draft) -> None:
    draft.tell(disclosure_at_s=draft.pick.choice((11, 18, 24)))


def _busy(draft: Draft) -> None:
    draft.tell(ad_load_s_per_h=draft.pick.choice((255, 280, 310, 345)))


def _bold(draft: Draft) -> None:
    draft.brand = brands.BOLD
    draft.tell(
        garm=[_signal("obscenity", "medium", 0.91, 0.52), _signal("hate", "high", 0.7, 0.04)]
    )


def _floor(draft: Draft) -> None:
    topic = draft.pick.choice(("hate", "terrorism", "adult"))
    draft.tell(garm=[_signal(topic, "floor", 0.93, 0.02)])


def _prohibited(draft: Draft) -> None:
    draft.brand = draft.pick.choice((brands.LOANS, brands.CLOUD))


def _young_in_gb(draft: Draft) -> None:
    draft.brand, draft.markets = brands.ALCOHOL[0], ["GB"]
    draft.tell(under18_share=draft.pick.choice((0.25, 0.27, 0.31)))


def _young_in_us(draft: Draft) -> None:
    draft.brand, draft.markets = draft.pick.choice(brands.ALCOHOL[:3]), ["GB", "US"]
    draft.tell(under18_share=0.11, age21plus_share=draft.pick.choice((0.721, 0.729, 0.735)))


def _unlicensed(draft: Draft) -> None:
    draft.brand, draft.markets = brands.GAMBLING[0], ["GB", "IE"]
    draft.tell(licences=[{"market": "GB", "number": "39483-R-319374"}], under18_appeal=["none"])


def _stopped(draft: Draft) -> None:
    last = (draft.at - timedelta(days=draft.pick.randint(52, 140))).date().isoformat()
    draft.tell(last_release_date=last, episodes_last_90d=1)


def _tiny(draft: Draft) -> None:
    draft.tell(downloads_30d_median=draft.pick.choice((1_200, 2_700, 3_900, 4_600)))


def _crowded(draft: Draft) -> None:
    draft.tell(ad_load_s_per_h=draft.pick.choice((372, 410, 455)))


def _toys(draft: Draft) -> None:
    draft.brand = brands.FAMILY
    draft.move_to(lambda show: show.explicit)


def _kids(draft: Draft) -> None:
    draft.tell(made_for_kids=True)


def _election(draft: Draft) -> None:
    draft.brand, draft.markets = brands.POLITICAL, ["DE", "FR"]


def _rival(draft: Draft) -> None:
    draft.brand, draft.markets = brands.FOOD[1], ["GB", "IE"]
    draft.tell(less_healthy_food=False)


def _pictured(draft: Draft) -> None:
    _crisps(draft)
    draft.tell(product_visuals=["companion_image"])


def _floor_doubt(draft: Draft) -> None:
    draft.move_to(lambda show: show.name in ("Cold Harbour", "Last Platform"))
    sure = draft.pick.choice((0.52, 0.62, 0.71, 0.78))
    signal = _signal("death_injury_military", "floor", sure, 0.02) | {"episodes": ["Episode 118"]}
    draft.tell(garm=[signal])


def _incident(draft: Draft) -> None:
    draft.tell(open_incidents_12m=draft.pick.choice((1, 1, 2)))


def _silent_feed(draft: Draft) -> None:
    draft.move_to(lambda show: not show.explicit)
    draft.feed_told = None


def _unscanned(draft: Draft) -> None:
    draft.tell(garm=None)


def _share_unknown(draft: Draft) -> None:
    draft.brand = draft.pick.choice(brands.ALCOHOL)
    draft.tell(under18_share=None, age21plus_share=None)


def _claim(draft: Draft) -> None:
    draft.brand = draft.pick.choice(brands.FINANCE)
    claims = {"Lumen Capital": "finance", "Vitalea": "health", "Tern Airlines": "environment"}
    draft.tell(claims=[claims[draft.brand.name]])


def _lottery(draft: Draft) -> None:
    draft.brand, draft.markets = brands.GAMBLING[1], ["GB"]
    draft.tell(licences=[{"market": "GB", "number": "4212-L-118"}], under18_appeal=["none"])


def _petition(draft: Draft) -> None:
    draft.brand, draft.markets = brands.POLITICAL, draft.pick.choice((["GB"], ["GB", "IE"]))
    draft.tell(identity_verified=True, synthetic_media_disclosed=draft.pick.choice((True, None)))


def _coin(draft: Draft) -> None:
    draft.brand = brands.EXCHANGE


def _uncertified(draft: Draft) -> None:
    draft.tell(iab_certified=False)


def _witnesses_differ(draft: Draft) -> None:
    last = (draft.at - timedelta(days=70)).date().isoformat()
    draft.feed_told = {"last_release_date": last, "episodes_last_90d": 1}


def _smallish(draft: Draft) -> None:
    draft.tell(downloads_30d_median=draft.pick.choice((5_000, 5_900, 7_400, 8_800, 9_900)))


def _large(draft: Draft) -> None:
    budget = draft.pick.choice((52_000, 60_000, 75_000, 120_000))
    draft.tell(budget_micro=budget * 1_000_000, currency="EUR")


def _middling(draft: Draft) -> None:
    """Above the limit of the first ten days, below the one after."""
    draft.tell(budget_micro=draft.pick.choice((43_000, 48_000)) * 1_000_000, currency="EUR")


def _skylark(draft: Draft) -> None:
    draft.brand, draft.markets = brands.SKYLARK, ["AT", "DE"]


def _signal(category: str, level: str, confidence: float, share: float) -> Facts:
    return {
        "category": category,
        "level": level,
        "confidence": confidence,
        "episode_share": share,
    }


STORIES: tuple[tuple[int, Story], ...] = (
    (54, _plain),
    (20, _alcohol),
    (8, _oats),
    (3, _crisps),
    (9, _no_script),
    (8, _late_disclosure),
    (10, _busy),
    (4, _bold),
    (5, _middling),
    # Rules reject these.
    (2, _floor),
    (4, _prohibited),
    (2, _young_in_gb),
    (4, _young_in_us),
    (2, _unlicensed),
    (3, _stopped),
    (5, _tiny),
    (2, _crowded),
    (1, _toys),
    (1, _kids),
    (1, _election),
    (2, _rival),
    (1, _pictured),
    # People decide these.
    (6, _floor_doubt),
    (4, _incident),
    (4, _silent_feed),
    (2, _unscanned),
    (5, _share_unknown),
    (7, _claim),
    (2, _lottery),
    (2, _petition),
    (1, _coin),
    (5, _uncertified),
    (2, _witnesses_differ),
    (5, _smallish),
    (3, _large),
    (1, _skylark),
)


def _stories(pick: Random, count: int) -> list[Story]:
    """Deal the stories out in their shares; the rest is ordinary."""
    whole = sum(weight for weight, _ in STORIES)
    dealt = [story for weight, story in STORIES for _ in range(round(weight * count / whole))]
    dealt = (dealt + [_plain] * count)[:count]
    pick.shuffle(dealt)
    return dealt
