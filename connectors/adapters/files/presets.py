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
    does="Downloads and ages of the audience of each show, with the request they belong to, for "
    "Podcast sponsorship. They come from the host; Spotify's Web API has none of them.",
    columns={
        "request_id": "SPR-2026-1044",
        "show_uri": "spotify:show:4rOoJ6Egrf8K2IrywzwOMk",
        "downloads_30d_median": "8421",
        "iab_certified": "true",
        "under18_share": "0.04",
        "under16_share": "0.01",
        "age21plus_share": "0.91",
        "episodes_last_90d": "12",
        "last_release_date": "2026-11-18",
        "ad_load_s_per_h": "210",
    },
)
CONSENT = Table(
    key="consent",
    label="Consent",
    does="Who agreed to what, where they live, and whether their browser says no (GPC). Consent "
    "compliance decides what each may be used for.",
    columns={
        "subject_id": "sub_71c0ffee0001",
        "campaign_id": "CAM-2026-118",
        "action": "push_audience",
        "country": "DE",
        "subdivision": "",
        "age": "34",
        "age_method": "self",
        "purposes": "ads_personalisation",
        "consent.status": "granted",
        "consent.ts": "2026-03-02T09:00:00Z",
        "consent.version": "v4",
        "consent.proof_id": "cns_7001",
        "gpc": "false",
        "data_categories": "contact",
        "recipient": "spotify_ads",
        "transfer.country": "SE",
        "transfer.mechanism": "adequacy",
        "retention_days": "180",
        "ad_category": "ADV_29_244",
    },
)
SUBJECTS = Table(
    key="subjects",
    label="Subjects of audiences",
    does="One listener or customer a row, from your own records. Audience assignment says which "
    "segment each is in; the answers can be downloaded.",
    columns={
        "subject_id": "sub_0a1b2c3d4e5f",
        "audience": "SEG-2001",
        "kind": "person",
        "country": "GB",
        "subdivision": "",
        "age_band": "35-44",
        "consent": "granted",
        "gpc": "",
        "engagement_source": "first_party_player",
        "listens_30d": "6",
        "listens_before_30d": "5",
        "skips_30d": "4",
        "skip_rate": "0.4",
        "completion_rate": "0.5",
        "follows_show": "false",
        "saved_playlist": "false",
        "playlist_adds_90d": "",
        "last_heard_days": "3",
        "previous_segment": "",
        "customer_value_eur": "40",
        "products_owned": "",
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
    "downloads_30d_median": ("downloads", "monthly downloads", "median downloads"),
    "under18_share": ("share under 18", "under 18"),
    "age21plus_share": ("share over 21", "21 plus"),
    "listens_30d": ("listens", "plays", "streams"),
    "skips_30d": ("skips",),
    "completion_rate": ("completion", "listen through rate"),
    "customer_value_eur": ("customer value", "ltv", "lifetime value"),
    "products_owned": ("products",),
}
