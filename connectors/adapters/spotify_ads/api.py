"""The calls of the Ads API that Clearance makes, each for one ad account.

Every function takes a line whose base is the API's, and raises DeliveryError. Money is in micro
units (a million is one unit of the account's currency), time is UTC. Source of paths, limits and
bodies: OpenAPI document of the Ads API 3.0.0.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from connectors.adapters.line import Line, read_json
from connectors.errors import DeliveryError

PAGE = 50
MOST_PAGES = 200


def businesses(line: Line) -> list[dict[str, Any]]:
    """The businesses that the person who signed in belongs to."""
    return _rows(line.get("/businesses"), "businesses")


def ad_accounts(line: Line, business_id: str) -> list[dict[str, Any]]:
    """The ad accounts of a business."""
    return _rows(line.get(f"/businesses/{_part(business_id)}/ad_accounts"), "ad_accounts")


def campaigns(line: Line, account: str) -> Iterator[dict[str, Any]]:
    """All campaigns of the account."""
    return _pages(line, f"{_of(account)}/campaigns", "campaigns")


def campaign(line: Line, account: str, campaign_id: str) -> dict[str, Any]:
    """One campaign."""
    return _object(line.get(f"{_of(account)}/campaigns/{_part(campaign_id)}"))


def change_campaign(line: Line, account: str, campaign_id: str, **changes: str) -> dict[str, Any]:
    """Change name or status of a campaign; the same change twice is the same as once."""
    path = f"{_of(account)}/campaigns/{_part(campaign_id)}"
    return _object(read_json(line.send("PATCH", path, changes)))


def ad_sets(line: Line, account: str) -> Iterator[dict[str, Any]]:
    """All ad sets of the account."""
    return _pages(line, f"{_of(account)}/ad_sets", "ad_sets")


def ad_set(line: Line, account: str, ad_set_id: str) -> dict[str, Any]:
    """One ad set."""
    return _object(line.get(f"{_of(account)}/ad_sets/{_part(ad_set_id)}"))


def change_ad_set(
    line: Line, account: str, ad_set_id: str, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Change an ad set. `delivery` (ON, OFF) goes alone, Spotify takes nothing beside it."""
    path = f"{_of(account)}/ad_sets/{_part(ad_set_id)}"
    return _object(read_json(line.send("PATCH", path, dict(changes))))


def ads(line: Line, account: str) -> Iterator[dict[str, Any]]:
    """All ads of the account."""
    return _pages(line, f"{_of(account)}/ads", "ads")


def audiences(line: Line, account: str, *, named: str = "") -> Iterator[dict[str, Any]]:
    """Audiences of the account; `named` finds those whose name holds it."""
    query = {"q": named} if named else {}
    return _pages(line, f"{_of(account)}/audiences", "audiences", query)


def audience(line: Line, account: str, audience_id: str) -> dict[str, Any]:
    """One audience with its status and the range of its size."""
    return _object(line.get(f"{_of(account)}/audiences/{_part(audience_id)}"))


def create_customer_list(
    line: Line, account: str, *, audience_id: str, name: str, description: str
) -> dict[str, Any]:
    """Make an audience of the list that was uploaded under `audience_id`."""
    body = {
        "audience_type": "CUSTOM",
        "subtype": "CUSTOMER_LIST",
        "name": name,
        "audience_id": audience_id,
    } | ({"description": description} if description else {})
    return _object(read_json(line.send("POST", f"{_of(account)}/audiences", body)))


def create_audience(line: Line, account: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Make an audience that Spotify fills itself: of a web event, of an ad, or of people alike."""
    return _object(read_json(line.send("POST", f"{_of(account)}/audiences", dict(body))))


def change_audience(line: Line, account: str, audience_id: str, **changes: str) -> dict[str, Any]:
    """Change name or description of an audience."""
    body = {"audience_type": "CUSTOM", **changes}
    path = f"{_of(account)}/audiences/{_part(audience_id)}"
    return _object(read_json(line.send("PATCH", path, body)))


def delete_audience(line: Line, account: str, audience_id: str) -> None:
    """Delete an audience; Spotify refuses (409) while an ad set uses it."""
    line.send("DELETE", f"{_of(account)}/audiences/{_part(audience_id)}")


def upload_place(line: Line, account: str, audience_id: str = "") -> tuple[str, str]:
    """Id of an audience and the signed address its list goes to; it replaces the whole list."""
    path = f"{_of(account)}/audiences/upload_url"
    path += f"/{_part(audience_id)}" if audience_id else ""
    found = _object(read_json(line.send("POST", path)))
    key, address = str(found.get("id") or audience_id), str(found.get("upload_url") or "")
    if not key or not address.startswith(("https://", "http://")):
        raise DeliveryError("Spotify gave no address for the upload.", permanent=False)
    return key, address


def draft_of_campaign(line: Line, account: str, campaign_id: str) -> dict[str, Any]:
    """A draft of a live campaign, to which drafts of ad sets can be added."""
    path = f"{_of(account)}/campaigns/{_part(campaign_id)}/drafts"
    return _object(read_json(line.send("POST", path)))


def create_campaign_draft(line: Line, account: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A draft of a new campaign."""
    return _object(read_json(line.send("POST", f"{_of(account)}/drafts/campaigns", dict(body))))


def campaign_drafts(line: Line, account: str) -> Iterator[dict[str, Any]]:
    """All drafts of campaigns."""
    return _pages(line, f"{_of(account)}/drafts/campaigns", "campaign_drafts")


def campaign_draft(line: Line, account: str, draft_id: str) -> dict[str, Any]:
    """One draft of a campaign, with the version of all that hangs on it."""
    return _object(line.get(f"{_of(account)}/drafts/campaigns/{_part(draft_id)}"))


def delete_campaign_draft(line: Line, account: str, draft_id: str) -> None:
    """Delete the draft of a campaign."""
    line.send("DELETE", f"{_of(account)}/drafts/campaigns/{_part(draft_id)}")


def create_ad_set_draft(line: Line, account: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A draft of an ad set; never repeat it blindly, there would be two."""
    return _object(read_json(line.send("POST", f"{_of(account)}/drafts/ad_sets", dict(body))))


def ad_set_drafts(line: Line, account: str, *, campaign_id: str) -> Iterator[dict[str, Any]]:
    """The drafts of ad sets of one draft of a campaign."""
    query = {"campaign_ids": campaign_id}
    return _pages(line, f"{_of(account)}/drafts/ad_sets", "ad_set_drafts", query)


def delete_ad_set_draft(line: Line, account: str, draft_id: str) -> None:
    """Delete the draft of an ad set."""
    line.send("DELETE", f"{_of(account)}/drafts/ad_sets/{_part(draft_id)}")


def validate_draft(line: Line, account: str, draft_id: str, *, version: int) -> list[str]:
    """What Spotify would refuse if a person published the draft. It is not published here."""
    body = {"action": "VALIDATE", "draft_hierarchy_version": version}
    path = f"{_of(account)}/drafts/campaigns/{_part(draft_id)}"
    found = _object(read_json(line.send("POST", path, body)))
    errors = found.get("validation_errors") or []
    return [str(one.get("message") or "no reason given") for one in errors if isinstance(one, dict)]


def _of(account: str) -> str:
    return f"/ad_accounts/{_part(account)}"


def _pages(
    line: Line, path: str, name: str, query: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of a list, page after page until one is short."""
    for page in range(MOST_PAGES):
        asked = {**(query or {}), "limit": PAGE, "offset": page * PAGE}
        rows = _rows(line.get(path, asked), name)
        yield from rows
        if len(rows) < PAGE:
            return


def _rows(value: Any, name: str) -> list[dict[str, Any]]:
    found = _object(value).get(name) or []
    return [row for row in found if isinstance(row, dict)]


def _part(text: str) -> str:
    """A piece of a path; ids are UUIDs, so nothing else may slip through."""
    return quote(text, safe="")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DeliveryError("Spotify answered with something else than an object.", permanent=False)
    return value
