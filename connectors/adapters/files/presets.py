"""Tables that are often brought: the columns we ask for, and what other tools call them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A kind of table: its columns in order with an example each, and what it is good for."""

    key: str
    label: str
    does: str
    columns: Mapping[str, str]


ANALYTICS = Table(
    key="podcast-analytics",
    label="Podcast analytics",
    does="Downloads, unique listeners and the shares of ages and genders of each show. They come "
    "from the host or the ad server; Spotify's Web API has none of them.",
    columns={
        "show_id": "spotify:show:4rOoJ6Egrf8K2IrywzwOMk",
        "show_name": "The Riverbend Hour",
        "period_end": "2026-10-31",
        "downloads_30d": "84210",
        "unique_listeners_30d": "31544",
        "share_under_18": "0.04",
        "share_18_24": "0.21",
        "share_25_34": "0.38",
        "share_35_44": "0.22",
        "share_45_plus": "0.15",
        "share_female": "0.52",
        "share_male": "0.45",
    },
)
CONSENT = Table(
    key="consent",
    label="Consent",
    does="Who agreed to what, under which law, and whether their browser says no (GPC). Use 7 "
    "decides what each may be used for.",
    columns={
        "subject_id": "sub_9f2c41d07be3",
        "action": "push_audience",
        "country": "US",
        "subdivision": "CA",
        "age": "34",
        "age_method": "self",
        "purposes": "ads_personalisation",
        "consent.status": "granted",
        "consent.ts": "2026-02-03T10:00:00Z",
        "consent.version": "v4",
        "consent.proof_id": "cns_01",
        "tcf": "",
        "gpp": "",
        "gpc": "false",
        "recipient": "spotify_ads",
    },
)
SUBJECTS = Table(
    key="subjects",
    label="Subjects of audiences",
    does="One listener or customer a row, from your own records. Use 2 assigns each to a segment; "
    "the answers can be downloaded.",
    columns={
        "subject_id": "sub_9f2c41d07be3",
        "kind": "person",
        "country": "GB",
        "subdivision": "",
        "age_band": "25-34",
        "consent": "granted",
        "engagement_source": "ad_engagement",
        "listens_30d": "42",
        "skips_30d": "6",
        "skip_rate": "0.125",
        "completion_rate": "0.81",
        "follows_show": "true",
        "saved_playlist": "true",
        "playlist_adds_90d": "3",
        "last_heard_days": "4",
        "customer_value_eur": "640",
        "products_owned": "starter",
        "open_complaint": "false",
        "suppressed": "false",
    },
)
TABLES = (ANALYTICS, CONSENT, SUBJECTS)

# What exports call the inputs of our models, by the last part of an input's path.
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "subject_id": ("subject", "user id", "customer id", "profile id"),
    "country": ("jurisdiction", "market", "country code"),
    "subdivision": ("state", "region", "province"),
    "consent": ("consent status", "opt in"),
    "status": ("consent", "consent status"),
    "ts": ("consent date", "consented at"),
    "gpc": ("global privacy control", "sec gpc"),
    "purposes": ("purpose", "consent purposes"),
    "downloads_30d": ("downloads", "monthly downloads"),
    "unique_listeners_30d": ("unique listeners", "listeners", "audience size"),
    "listens_30d": ("listens", "plays", "streams"),
    "skips_30d": ("skips",),
    "completion_rate": ("completion", "listen through rate"),
    "customer_value_eur": ("customer value", "ltv", "lifetime value"),
    "products_owned": ("products",),
}
