"""One ad account at Spotify, and what it lets Clearance do."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from connectors import http
from connectors.adapters.base import Envelope, Party, Reading
from connectors.adapters.kinds import SPOTIFY, Input, Kind, OAuth, SetUpField
from connectors.adapters.line import Line
from connectors.adapters.spotify_ads import api, audiences, campaigns, drafts, members, reading
from connectors.adapters.spotify_ads.failures import problem_of
from connectors.adapters.spotify_ads.steps import Task
from connectors.errors import Answer, DeliveryError

LIFE = timedelta(days=180)
SOURCE_LIMITS = http.Limits(seconds=60.0, size=96 << 20, cut=False)
TAKES: dict[str, Callable[[Task, dict[str, Any]], Answer]] = {
    "audience.replace": audiences.replace,
    "audience.withdraw": audiences.withdraw,
    "ads.draft_ad_set": drafts.draft,
    "campaign.block": campaigns.stop,
    "campaign.pause": campaigns.stop,
}


class SpotifyAdsParty(Party):
    """Audiences, drafts and campaigns of one ad account, for the person who consented."""

    kind = Kind(
        key="spotify_ads",
        label="Spotify Ads API",
        group=SPOTIFY,
        icon="megaphone",
        does="Replaces and withdraws audiences, drafts ad sets, pauses campaigns, reads figures.",
        steps=(
            "Make an app at developer.spotify.com/dashboard, and register the address below "
            "there as redirect URI.",
            "Accept the terms of the Ads API for its client ID at adsmanager.spotify.com/"
            "api-terms; without them every call is refused.",
            "Copy client ID and client secret to here.",
            "Sign in as a person with a role in the ad account.",
            "The test names the ad accounts; put the ID of one into the settings.",
        ),
        fields=(
            SetUpField("client_id", "Client ID", "32 letters and digits."),
            SetUpField("client_secret", "Client secret", kind=Input.SECRET),
            SetUpField(
                "ad_account_id",
                "Ad account ID",
                "Leave it empty at first: once you have signed in, the test shows your accounts.",
                required=False,
            ),
            SetUpField(
                "list_header",
                "First line of a customer list",
                "The name over the column of hashes. Spotify publishes none; empty leaves it out.",
                default="email",
                required=False,
            ),
            SetUpField(
                "members_address",
                "Source of members",
                "An address of the CRM that answers ?audience=NAME with CSV: subject_id and email "
                "(or email_sha256). Addresses are hashed at once and kept nowhere.",
                Input.ADDRESS,
                required=False,
            ),
            SetUpField(
                "members_token",
                "Token of that source",
                "Sent as a bearer token.",
                Input.SECRET,
                required=False,
            ),
        ),
        oauth=OAuth(
            token="https://accounts.spotify.com/api/token",  # noqa: S106 - an address
            authorize="https://accounts.spotify.com/authorize",
            person=True,
            life=LIFE,
        ),
        sends=True,
        topics=tuple(TAKES),
        undoes=True,
        base="https://api-partner.spotify.com/ads/v3",
        fetched=reading.FETCHED,
        polls_every=timedelta(hours=1),
    )

    def account(self, line: Line) -> tuple[str, str]:
        accounts = _accounts(line)
        if len(accounts) == 1:
            return accounts[0]
        return "", f"{len(accounts)} ad accounts"

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        line.problem_of = partial(problem_of, now=now)
        accounts = dict(_accounts(line))
        chosen = str(settings.get("ad_account_id", ""))
        if chosen in accounts:
            return f"Spotify lets us work in the ad account {accounts[chosen]}."
        listed = ", ".join(f"{name} ({key})" for key, name in list(accounts.items())[:8])
        raise DeliveryError(
            f"Put the ID of an ad account into the settings. Yours are: {listed}."
            if listed
            else "The person who signed in has no ad account. Ask for a role in Ads Manager.",
            permanent=True,
        )

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, str]:
        problems = super().check_settings(settings)
        account = str(settings.get("ad_account_id", ""))
        if account and not _is_uuid(account):
            problems.setdefault("ad_account_id", "An ID like ce4ff15e-f04d-48b9-9ddf-fb3c85fbd57a.")
        header = str(settings.get("list_header", ""))
        if not (header.isascii() and len(header) <= 40 and not set(header) & set(',"\r\n')):
            problems.setdefault("list_header", "One short word, like email.")
        return problems

    def read(
        self, line: Line, settings: Mapping[str, Any], cursor: Mapping[str, Any], *, now: datetime
    ) -> Reading:
        line.problem_of = partial(problem_of, now=now)
        return reading.read(line, account_of(settings, {}), cursor, now=now)

    def wants_members(self, topic: str, progress: Mapping[str, Any]) -> bool:
        return topic == "audience.replace" and "audience" in progress and "ready" not in progress

    def deliver(self, envelope: Envelope, line: Line) -> Answer:
        line.problem_of = partial(problem_of, now=envelope.at)
        content = json.loads(envelope.content)
        topic, said = content["type"], content["data"]
        outputs = said["outputs"] or {}
        if topic not in TAKES:
            raise DeliveryError(
                f"The Ads API has nothing to do for {topic}. Take it off the topics of the "
                "connector.",
                permanent=True,
            )
        account = account_of(envelope.settings, outputs)
        task = Task(
            line=line,
            account=account,
            outputs=outputs,
            title=str(said.get("title") or said.get("reference") or "Clearance"),
            id=envelope.id,
            settings=envelope.settings,
            repeated=envelope.repeated,
            now=envelope.at,
            members=lambda: _members(line, outputs, envelope),
        )
        return TAKES[topic](task, dict(envelope.progress))


def account_of(settings: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
    account = str(settings.get("ad_account_id", ""))
    if not account:
        raise DeliveryError(
            "No ad account is chosen. Test the connector: it shows yours; put one into its "
            "settings.",
            permanent=True,
        )
    asked = str(outputs.get("ad_account_id") or account)
    if asked != account:
        raise DeliveryError(
            f"The decision is about ad account {asked}, the connector is for {account}. Nothing "
            "was sent.",
            permanent=True,
        )
    return account


def _accounts(line: Line) -> list[tuple[str, str]]:
    return [
        (str(one.get("id", "")), str(one.get("name") or "without a name"))
        for business in api.businesses(line)
        for one in api.ad_accounts(line, str(business.get("id", "")))
    ]


def _members(line: Line, outputs: Mapping[str, Any], envelope: Envelope) -> Sequence[str]:
    """The members of now: hashes of the decision, or those assigned, as the CRM knows them."""
    wanted = members.wanted_of(outputs)
    named = wanted.get("members")
    if isinstance(named, list):
        return members.listed(named)
    assigned = set(line.members) if isinstance(named, Mapping) else None
    if assigned is not None and all(members.HASH.match(one) for one in assigned):
        return line.members
    address = str(envelope.settings.get("members_address", ""))
    if not address:
        raise DeliveryError(
            "The rules name people by made-up ids, and nobody says which addresses are behind "
            "them. Put the source of members into the settings of the connector.",
            permanent=True,
        )
    content = _read_source(line, address, str(wanted["name"]))
    return list(members.from_file(content, only=assigned))


def _read_source(line: Line, address: str, name: str) -> bytes:
    token = line.credentials.get("members_token", "")
    headers = {"Accept": "text/csv"} | ({"Authorization": f"Bearer {token}"} if token else {})
    theirs = Line(client=line.client, problem_of=_refused_by_source)
    try:
        answer = theirs.call(
            "GET", address, query={"audience": name}, headers=headers, limits=SOURCE_LIMITS
        )
    finally:
        line.notes.extend(theirs.notes)
    return answer.body


def _refused_by_source(response: http.Response) -> DeliveryError:
    """Without its answer, which may hold addresses of people."""
    later = response.code >= 500 or response.code == 429
    return DeliveryError(
        f"The source of members answered {response.code}. Check its address and token in the "
        "settings of the connector.",
        permanent=not later,
    )


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
