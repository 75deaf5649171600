"""What happens to bookings: each story changes the ordinary facts of one."""

from collections.abc import Callable
from datetime import timedelta

from config.demo import brands
from config.demo.bookings import Draft, Facts

Story = Callable[[Draft], None]


def plain(draft: Draft) -> None:
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


# How often each story is told in two hundred: what rules approve, what they reject, and what
# people decide.
PASSING: tuple[tuple[int, Story], ...] = (
    (54, plain),
    (20, _alcohol),
    (8, _oats),
    (3, _crisps),
    (9, _no_script),
    (8, _late_disclosure),
    (10, _busy),
    (4, _bold),
    (5, _middling),
)
FAILING: tuple[tuple[int, Story], ...] = (
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
)
ASKING: tuple[tuple[int, Story], ...] = (
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
